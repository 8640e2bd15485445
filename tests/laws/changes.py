"""Change a world given as plain data: its dates, sizes, names, order of keys, and parts."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

Tree = dict[str, Any]
_MONTH = re.compile(r"(\d{4})(-\d{2})")
_UNITS = ("capacity", "cap", "max_capacity", "absorption")
_WATCHED_UNITS = ("unmet", "backlog", "stock")


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """Change every key and every single value of a tree."""
    if isinstance(node, Mapping):
        return {change(key): mapped(each, change) for key, each in node.items()}
    return [mapped(each, change) for each in node] if isinstance(node, list) else change(node)


def later(world: Tree, years: int = 1) -> Tree:
    """Shift all months and calendar years."""

    def shift(value: Any) -> Any:
        if isinstance(value, int) and 2000 <= value < 2100:
            return value + years
        return moved(value, years) if isinstance(value, str) else value

    shifted: Tree = mapped(world, shift)
    # numbers of the world that look like years are none
    return {**shifted, "months": world["months"]}


def moved(text: str, years: int) -> str:
    """Shift a month, or a year."""
    found = _MONTH.fullmatch(text)
    if found:
        return f"{int(found[1]) + years}{found[2]}"
    return str(int(text) + years) if re.fullmatch(r"20\d\d", text) else text


def scaled(world: Tree, by: float) -> Tree:
    """Multiply all units and all money by one number; what a unit costs stays."""
    world = copy.deepcopy(world)
    for factory in world["factories"].values():
        for line in factory["lines"].values():
            _scale(line, by, "capacity")
    for needs in world["needs"].values():
        for need in needs.values():
            _scale(need, by, "units")
            need.update(
                {key: [by * each for each in need[key]] for key in ("series",) if key in need}
            )
            years = need.get("by_year", {})
            years.update({year: by * units for year, units in years.items()})
    for each in (*world["trade"].values(), *world["events"].values()):
        _scale(each, by, *_UNITS, "amount")
        if each.get("when", {}).get("metric") in _WATCHED_UNITS:
            _scale(each["when"], by, "below", "above")
    for programme in world["programmes"].values():
        programme["budget"] = {month: by * money for month, money in programme["budget"].items()}
        for candidate in programme["candidates"].values():
            _scale(candidate, by, *_UNITS)
    return world


def _scale(node: Tree, by: float, *keys: str) -> None:
    node.update({key: by * node[key] for key in keys if key in node})


def reversed_keys(node: Any) -> Any:
    """Turn the order of all keys around."""
    if isinstance(node, Mapping):
        return {key: reversed_keys(node[key]) for key in reversed(node)}
    return [reversed_keys(each) for each in node] if isinstance(node, list) else node


def halves(world: Tree) -> Tree:
    """Split every factory, with its lines and candidates, into two of half the size."""
    world = copy.deepcopy(world)
    for factory in world["factories"].values():
        for line in factory["lines"].values():
            line["capacity"] /= 2
    world["factories"] = _twice(world["factories"])
    for programme in world["programmes"].values():
        twice = _twice(programme["candidates"])
        for name, candidate in twice.items():
            candidate["factory"] += name[len(name) - len("_b") :] if name.endswith("_b") else ""
            for key in ("max_capacity", "absorption"):
                if key in candidate:
                    candidate[key] /= 2
        programme["candidates"] = twice
    second: Tree = {}
    for name, event in world["events"].items():
        if event["kind"] == "outage":
            event["factory"] = [event["factory"], f"{event['factory']}_b"]
        elif event["kind"] == "retool":
            second[f"{name}_b"] = {**event, "factory": f"{event['factory']}_b"}
    world["events"] |= second
    return world


def _twice(entities: Tree) -> Tree:
    pairs = (
        (name + end, copy.deepcopy(each)) for name, each in entities.items() for end in ("", "_b")
    )
    return dict(pairs)


def two_buyers(world: Tree, buyer: str, other: str, *, together: bool = False) -> Tree:
    """Split a state without plants into two that need half each; limits are halved too, or, if
    they hold for both `together`, stay.
    """
    world = copy.deepcopy(world)
    world["states"][other] = copy.deepcopy(world["states"][buyer])
    for need in world["needs"][buyer].values():
        _scale(need, 0.5, "units")
        need.update({key: [0.5 * each for each in need[key]] for key in ("series",) if key in need})
        years = need.get("by_year", {})
        years.update({year: 0.5 * units for year, units in years.items()})
    world["needs"][other] = copy.deepcopy(world["needs"][buyer])
    for section in "trade", "events":
        world[section] = _for_two(world[section], buyer, other, together=together)
    return world


def with_limits_together(world: Tree, buyer: str) -> Tree:
    """Let limits on what a buyer gets hold for all that they name together; re-exports have none
    of that kind, and are left out.
    """
    world = copy.deepcopy(world)
    events = world["events"].items()
    world["events"] = {name: each for name, each in events if each["kind"] != "reexport"}
    for each in (*world["trade"].values(), *world["events"].values()):
        if "cap" in each and each["importer"] == buyer:
            each["pairs"] = "together"
    return world


def two_ways(world: Tree) -> Tree:
    """Split every re-export into two of half the capacity and half the weight."""
    world = copy.deepcopy(world)
    for name, each in list(world["events"].items()):
        if each["kind"] == "reexport":
            _scale(each, 0.5, "capacity")
            each["weight"] = 0.5
            world["events"][f"{name}_b"] = copy.deepcopy(each)
    return world


def _for_two(entities: Tree, buyer: str, other: str, *, together: bool) -> Tree:
    found: Tree = {}
    for name, each in entities.items():
        for key in ("importer", "state"):
            if each.get(key) == buyer:
                each[key] = [buyer, other]
        limited = {"cap", "capacity"} & {*each} and each["importer"] == [buyer, other]
        if limited and not together:
            _scale(each, 0.5, "cap", "capacity")
        found[name] = each
    return found


def cut_in_two(event: Tree, month: str) -> tuple[Tree, Tree]:
    """Let an event end in a month, and another begin then that is as it was."""
    return {**event, "until": month}, {**event, "date": month}

"""Read a scenario as plain data: central numbers, who is selected, and when events hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import yaml

Plain = dict[str, Any]
RESTRICTIONS = ("cut_off", "sanction", "quota")
Pair = tuple[str, str, str]
"""(exporter, importer, product)"""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Read dates as the texts that they are in a scenario."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, text) for tag, text in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> Plain:
    """Read a scenario file as plain data."""
    found: Plain = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # a safe loader
    return found


def at_rest(plain: Plain) -> Plain:
    """Return a month of the same world in which links carry what they carry at rest.

    Nothing happens; nothing that was missing before is asked for again, and stocks are not filled
    up, so that orders are what is used; nobody's output is cut by inputs that are short.
    """
    rules = {
        "ordering": {"rule": "anchored", "forecast_share": 0, "steady_months": 1},
        "production": "weakly_critical",
    }
    world = {**plain, "months": 1, "events": {}, "members": 1}
    for what in "states", "factories":
        world[what] = {name: _with_rules(each, what, rules) for name, each in plain[what].items()}
    world["products"] = {name: _without_lack(each) for name, each in plain["products"].items()}
    return _with_rules(world, "", rules)


def _with_rules(holder: Plain, what: str, rules: Plain) -> Plain:
    own = {name: each for name, each in rules.items() if (what, name) != ("states", "production")}
    return {**holder, "rules": {**(holder.get("rules") or {}), **own}}


def _without_lack(product: Plain) -> Plain:
    inputs = {
        name: {
            "amount": each.get("amount", each) if isinstance(each, dict) else each,
            "criticality": "minor",
        }
        for name, each in (product.get("inputs") or {}).items()
    }
    return {**product, "cancellation": 1, "inputs": inputs}


def number(given: Any, otherwise: float = 0.0) -> float:
    """Return the central value of a quantity, a rate per month."""
    if given is None:
        return otherwise
    if isinstance(given, dict):
        return float(given["value"]) / (12 if given.get("per") == "year" else 1)
    return float(given)


def place(month: str, first: str) -> int:
    """Count the months from one to another."""
    return (int(month[:4]) - int(first[:4])) * 12 + int(month[5:7]) - int(first[5:7])


class World:
    """Answer questions about a scenario; `rows` of events.csv say when what follows has begun."""

    def __init__(self, plain: Plain, rows: list[dict[str, str]]) -> None:
        self.plain = plain
        self.rows = rows
        self.events: Plain = plain.get("events") or {}
        self.start: str = plain["start"]

    @cached_property
    def months(self) -> list[str]:
        """List the months of the run."""
        first = int(self.start[:4]) * 12 + int(self.start[5:7]) - 1
        count = range(first, first + int(self.plain["months"]))
        return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in count]

    def has_state(self, selector: str | list[str], name: str) -> bool:
        """Tell whether a state is selected; a bloc stands for its states."""
        names = [selector] if isinstance(selector, str) else selector
        bloc = self.plain["states"][name].get("bloc") or ""
        return "*" in names or name in names or bloc in names

    def has(self, selector: str | list[str], name: str) -> bool:
        """Tell whether a product or a factory is selected."""
        names = [selector] if isinstance(selector, str) else selector
        return "*" in names or name in names

    def acts_on(self, event: Plain, pair: Pair) -> bool:
        """Tell whether a trade event is about a pair of states and a product."""
        exporter, importer, product = pair
        return (
            self.has_state(event["exporter"], exporter)
            and self.has_state(event["importer"], importer)
            and self.has(event.get("product", "*"), product)
        )

    def of_kinds(self, *kinds: str) -> Iterator[tuple[str, Plain]]:
        """List the events of some kinds."""
        yield from ((name, each) for name, each in self.events.items() if each["kind"] in kinds)

    @cached_property
    def begins(self) -> dict[str, float]:
        """Map each event to the month of the run in which it begins; inf: not in it."""
        found = {}
        for name, event in self.events.items():
            if event.get("date"):
                found[name] = float(place(event["date"], self.start))
            else:
                rows = [
                    row for row in self.rows if (row["event"], row["action"]) == (name, "begins")
                ]
                found[name] = min((place(row["month"], self.start) for row in rows), default=inf)
        return found

    @cached_property
    def spans(self) -> dict[str, tuple[float, float]]:
        """Map each event to the months in which it holds: the first, and the first after it."""
        ends = {name: event.get("until") for name, event in self.events.items()}
        return {
            name: (self.begins[name], place(end, self.start) if end else inf)
            for name, end in ends.items()
        }

    def strength(self, name: str, month: int) -> float:
        """Return how far an event has grown, 0 to 1."""
        begin, end = self.spans[name]
        if not begin <= month < end:
            return 0.0
        # halves of months are rounded up
        phase = max(int(number(self.events[name].get("phase_in")) + 0.5), 1)
        return min((month - begin + 1) / phase, 1.0)

    def kept(self, name: str, month: int, by: str) -> float:
        """Return what undoing leaves of an event: liftings of restrictions, repairs of outages."""
        left = 1.0
        for undoing, event in self.of_kinds("lifting", "repair"):
            if name in event.get(by, ()) and self.begins[undoing] >= self.begins[name]:
                left *= 1.0 - number(event.get("share"), 1.0) * self.strength(undoing, month)
        return left

    def needed(self, state: str, product: str, month: int) -> float:
        """Return what a state means to use of a product in a month."""
        need = self.plain["needs"][state][product]
        units, added = self._before_events(need, month), 0.0
        for name, event in self.of_kinds("demand"):
            chosen = self.has(event.get("product", "*"), product)
            if chosen and self.has_state(event["state"], state):
                grown = self.strength(name, month) * self.kept(name, month, "lifts")
                added += number(event.get("units")) * grown
                units *= 1.0 + (number(event.get("factor"), 1.0) - 1.0) * grown
        return (units + added) * self._season(need, month)

    def _season(self, need: Any, month: int) -> float:
        """Return a month's need as a multiple of the mean month's."""
        profile = need.get("profile") if isinstance(need, dict) else None
        if not profile:
            return 1.0
        weights = [number(each) for each in profile]
        return 12 * weights[int(self.months[month][5:7]) - 1] / sum(weights)

    def out(self, event: Plain, factory: str, product: str) -> float:
        """Return the share of a line that an outage puts out of use; 0: it does not hit it."""
        state = self.plain["factories"][factory]["state"]
        selects = [key for key in ("factory", "state", "product") if event.get(key)]
        hit = (
            self.has(event.get("factory") or "*", factory)
            and self.has(event.get("product") or "*", product)
            and self.has_state(event.get("state") or "*", state)
        )
        sizes = event.get("sizes") or {}
        names = [factory, product, state, self.plain["states"][state].get("bloc")]
        given = [sizes[name] for name in names if name in sizes]
        if given:
            return number(given[0]) if hit else 0.0
        return number(event.get("share"), 1.0) if hit and selects else 0.0

    def _before_events(self, need: Any, month: int) -> float:
        if not isinstance(need, dict) or "value" in need:
            return number(need)
        if "units" in need:
            return number(need["units"])
        if "series" in need:
            return number(need["series"][min(month, len(need["series"]) - 1)])
        year, by_year = (
            int(self.months[month][:4]),
            {int(key): each for key, each in need["by_year"].items()},
        )
        given = [each for each in sorted(by_year) if each <= year] or [min(by_year)]
        return number(by_year[given[-1]]) / 12

    def cancellation(self, product: str) -> float:
        """Return the share of unmet need that is given up each month."""
        return number(self.plain["products"][product].get("cancellation"))

    def has_lots(self, product: str) -> bool:
        """Tell whether a product is shipped in lots."""
        return self.plain["products"][product].get("lot") is not None

    def is_input(self, state: str, product: str) -> bool:
        """Tell whether factories of a state use a product."""
        return any(
            product in (self.plain["products"][made].get("inputs") or {})
            for factory in self.plain["factories"].values()
            if factory["state"] == state
            for made in factory["lines"]
        )

    def terms(self, pair: Pair) -> Plain:
        """Return the trade rule that holds for a pair, the most specific one; empty: none."""
        best, found = -1, {}
        for rule in (self.plain.get("trade") or {}).values():
            ranks = [
                self._rank(rule["exporter"], pair[0]),
                self._rank(rule["importer"], pair[1]),
                self._rank(rule["product"], pair[2]),
            ]
            if None not in ranks and sum(each or 0 for each in ranks) > best:
                best, found = sum(each or 0 for each in ranks), rule
        return found

    def _rank(self, selector: str | list[str], name: str) -> int | None:
        names = [selector] if isinstance(selector, str) else selector
        if name in names:
            return 2
        state = self.plain["states"].get(name)
        if state and state.get("bloc") in names:
            return 1
        return 0 if "*" in names else None

    def rules(self, family: str) -> list[str]:
        """List the rules of a family that the scenario, its states and its factories name."""
        holders = [self.plain, *self.plain["states"].values(), *self.plain["factories"].values()]
        given = [(holder.get("rules") or {}).get(family) for holder in holders]
        return [each if isinstance(each, str) else each["rule"] for each in given if each]

"""Let things happen in wide worlds: see `wide.py`."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.laws.wide_draws import STATES, Tree, maybe, month, number, some, when
from tests.laws.wide_plants import lines_of

CHANGES = ("cut_off", "sanction", "quota", "tariff", "demand")
"""What a lifting may end."""
KINDS = (
    *("cut_off", "cut_off", "sanction", "quota", "leakage", "exemption", "tariff", "preference"),
    *("reexport", "lifting", "demand", "thrift", "outage", "outage", "repair", "closure", "retool"),
    *("licence", "programme_start", "programme_stop", "funding"),
)
ONCE = ("closure", "retool", "licence", "programme_start", "programme_stop", "funding")
METRICS = ("fill_rate", "backlog_months", "stock_months", "import_share", "leaked_share")


def event_of(rng: Random, kind: str, world: Tree) -> Tree | None:
    event = _kind(rng, kind, world)
    if event is None:
        return None
    chance = rng.random()
    sites = [
        f"{name}.{each}" for name, own in world["programmes"].items() for each in own["candidates"]
    ]
    if chance < 0.15:
        event["when"] = _watch(rng, world)
    elif chance < 0.3 and world["events"]:
        event["after"] = {"event": rng.choice(list(world["events"])), "months": number(rng, 0, 3)}
    elif chance < 0.37 and sites:
        event["after"] = {"completion": rng.choice(sites), "months": rng.choice([0, 2])}
    else:
        event["date"] = when(rng, 0, 12)
    if kind not in (*ONCE, "leakage") and rng.random() < 0.3:
        event["phase_in"] = number(rng, 2, 4, 1)
    if kind not in ONCE and "until" not in event and rng.random() < 0.35:
        event["until"] = when(rng, 13, 20)
    return {"kind": kind, **event}


def _watch(rng: Random, world: Tree) -> Tree:
    state = rng.choice(list(world["needs"]))
    level = (
        {"below": number(rng, 0.5, 0.9)} if rng.random() < 0.5 else {"above": number(rng, 0.1, 1)}
    )
    watch = {"state": state, "product": rng.choice(list(world["needs"][state])), **level}
    return {"metric": rng.choice(METRICS), **watch, "for": number(rng, 1, 2)}


def _ends(rng: Random, world: Tree) -> Tree:
    """Return between whom an event on trade acts."""
    routes = [
        (each["state"], state, product)
        for each in world["factories"].values()
        for product in each["lines"]
        for state in world["needs"]
        if product in world["needs"][state] and each["state"] != state
    ]
    if not routes:
        return {"exporter": "*", "importer": "*"}
    exporter, importer, product = rng.choice(routes)
    bloc = world["states"][importer]["bloc"]
    return {
        "exporter": rng.choice([exporter, exporter, [*{exporter: 0, "CCC": 0}], "*"]),
        "importer": rng.choice([importer, importer, "*", bloc or "*"]),
        "product": rng.choice([product, "*"]),
    }


def _share(rng: Random) -> Any:
    return number(rng, 1, 0.5, 0.1, 0.9)


def _kind(rng: Random, kind: str, world: Tree) -> Tree | None:
    """Return the keys of a kind's own; None where there is nothing yet for it to act on."""
    if kind in ("lifting", "repair"):
        wanted = ("outage",) if kind == "repair" else CHANGES
        known = [name for name, each in world["events"].items() if each["kind"] in wanted]
        key = "repairs" if kind == "repair" else "lifts"
        return {key: some(rng, known, 2), "share": _share(rng)} if known else None
    if kind in ("programme_start", "programme_stop", "funding"):
        if not world["programmes"]:
            return None
        paid = {"amount": number(rng, 50, 200), "months": rng.choice([1, 3])}
        programme = {"programme": rng.choice(list(world["programmes"]))}
        return {**programme, **(paid if kind == "funding" else {})}
    if kind in ("demand", "thrift", "outage", "closure", "retool", "licence"):
        return _at_home(rng, kind, world)
    return _between(rng, kind, world)


def _between(rng: Random, kind: str, world: Tree) -> Tree | None:
    ends = _ends(rng, world)
    if kind == "reexport":
        vias = [each for each in STATES if each not in (ends["exporter"], ends["importer"])]
        way = {**ends, "via": rng.choice(vias), "capacity": number(rng, 3, 10)}
        return way | maybe(
            rng,
            0.4,
            lead_months=lambda: number(rng, 1, 3),
            mark_up=lambda: 0.2,
            weight=lambda: number(rng, 0.3, 2),
            growth=lambda: number(rng, 0.5, 1),
            decay=lambda: 0.05,
            detection=lambda: number(rng, 0.1, 0.3),
            closed_months=lambda: number(rng, 1, 4),
        )
    if kind == "quota" or (kind == "exemption" and rng.random() < 0.5):
        pairs = {"pairs": "together"} if rng.random() < 0.4 else {}
        return {**ends, "cap": number(rng, 0, 5, 15), **pairs}
    if kind == "tariff":
        return {**ends, **rng.choice([{"rate": number(rng, 0.25, 1)}, {"amount": 2}])}
    if kind == "preference":
        return {**ends, "factor": number(rng, 0, 0.5, 4)}
    if kind == "leakage":
        settles = {"end_share": 0.05, "settles_months": number(rng, 2, 6)}
        falls = {"end_share": number(rng, 0, 0.5), "until": month(rng.randint(16, 20))}
        return {**ends, "share": number(rng, 0.1, 0.4), **rng.choice([{}, settles, falls])}
    late = {"contracts_until": when(rng, 5, 14)} if rng.random() < 0.5 else {}
    return {**ends, "share": _share(rng), **(late if kind == "sanction" else {})}


def _at_home(rng: Random, kind: str, world: Tree) -> Tree | None:
    factory, product = rng.choice(lines_of(world))
    plant = world["factories"][factory]
    if kind == "demand":
        state = rng.choice([*world["needs"], "*"])
        change = {"factor": number(rng, 0, 0.5, 2)} if rng.random() < 0.6 else {"units": 8}
        return {"state": state, **change}
    if kind == "thrift":
        users = {"input": rng.choice(["steel", "gun", "*"]), "product": rng.choice(["tank", "*"])}
        return {**users, "factor": number(rng, 0.5, 1.5, 0)}
    if kind == "licence":
        known = [each for each in world["events"].values() if each["kind"] == "licence"]
        is_new = all((each["factory"], each["product"]) != (factory, product) for each in known)
        return {"factory": factory, "product": product, "royalty": 0.1} if is_new else None
    if kind == "retool":
        return _retool(rng, factory, plant, product)
    if kind == "outage":
        return _outage(rng, factory, plant["state"], product)
    return {"factory": factory, "product": rng.choice([product, "*"])}


def _retool(rng: Random, factory: str, plant: Tree, product: str) -> Tree | None:
    others = [each for each in plant["lines"] if each != product]
    if not others:
        return None
    turned = {"from_product": product, "to_product": rng.choice(others), "share": _share(rng)}
    rest = {"months": number(rng, 0, 2), **maybe(rng, 0.4, loss=lambda: 0.1)}
    more = maybe(rng, 0.3, units_of_new_per_old=lambda: number(rng, 0.5, 2))
    return {"factory": factory, **turned, **rest, **more}


def _outage(rng: Random, factory: str, state: str, product: str) -> Tree:
    hit = rng.choice([{"factory": factory}, {"factory": factory}, {"state": state}])
    found = {**hit, "share": _share(rng)} if rng.random() < 0.85 else {}
    if not found or rng.random() < 0.2:
        name = rng.choice([factory, product]) if "factory" not in found else product
        found["sizes"] = {name: 0.3}
    return found

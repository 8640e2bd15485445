"""Make small random worlds as plain data, for laws that hold in any."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

Tree = dict[str, Any]
MAKERS = ("AAA", "BBB", "CCC")
BUYER = "ZZZ"
"""A state that has a need and no plant."""
RULES = {
    "production": ["leontief", "half_critical", "linear"],
    "allocation": [
        "proportional",
        "proportional",
        "equal_awards",
        "equal_losses",
        "talmud",
        "home_first",
    ],
    "sourcing": [
        "fixed",
        "fixed",
        "cheapest",
        "satisfaction_adjusted",
        "loyalty",
        "capacity_adjusted",
    ],
    "programme": ["proportional_to_gap", "largest_gap_first", "spread_evenly"],
    "stockpile": ["draw_down", "build_ahead"],
}
KINDS = (
    "cut_off",
    "sanction",
    "leakage",
    "demand",
    "outage",
    "exemption",
    "lifting",
    "repair",
    "reexport",
    "retool",
)
FUNDS = ("programme_start", "programme_stop", "funding")
MONTHS = 20
START = "2014-03"


few = settings(max_examples=12, derandomize=True, phases=[Phase.generate])
fewer = settings(few, max_examples=6)
"""The same worlds each time, and none made smaller: each is small, and is run twice in a law."""


def worlds(**parts: bool) -> st.SearchStrategy[Tree]:
    """Draw a world of one member; a part set to False is left out: see `small_world`."""
    rng = st.randoms(use_true_random=False)
    return rng.map(lambda each: small_world(each, **parts))


def small_world(
    rng: Random, *, heads: bool = True, limits: bool = True, learning: bool = True
) -> Tree:
    """Return two goods and a third made of them, three makers and a buyer, and up to five events.

    Left out may be rules that count heads (of two claimants each gets what one would), all that
    is given in units a month, and costs that fall with experience.
    """
    world: Tree = {
        "name": "small",
        "title": "A small world",
        "start": START,
        "months": MONTHS,
        "members": 1,
        "rules": {family: rng.choice(names) for family, names in RULES.items()}
        | _by_size(heads=heads),
        "states": _states(rng),
        "products": _products(rng, learning=learning),
        "factories": {f"plant_{each}": _factory(rng, each) for each in range(rng.randint(3, 4))},
        "needs": {BUYER: {"tank": _need(rng), "gun": _need(rng)}, "AAA": {"gun": _need(rng)}},
        "trade": _trade(rng, limits=limits),
        "events": {},
        "programmes": {},
    }
    if rng.random() < 0.7:
        world["programmes"] = {
            name: _programme(rng, world) for name in ("build", "grow")[: rng.randint(1, 2)]
        }
    kinds = [*KINDS, *(["quota"] if limits else []), *(FUNDS if world["programmes"] else [])]
    for each in range(rng.randint(0, 5)):
        event = _event(rng, rng.choice(kinds), world, limits=limits)
        if event is not None:
            world["events"][f"event_{each}"] = event
    return world


def _by_size(*, heads: bool) -> Tree:
    return {} if heads else {"allocation": "proportional", "programme": "proportional_to_gap"}


def _states(rng: Random) -> Tree:
    states: Tree = {
        name: {"title": name, "bloc": rng.choice(["east", "west"])} for name in (*MAKERS, BUYER)
    }
    states[BUYER]["stock_cover"] = rng.choice([0, 1, 2.5])
    return states


def _products(rng: Random, *, learning: bool) -> Tree:
    rate = rng.choice([0, 0.2]) if learning else 0
    products: Tree = {
        name: {
            "title": name,
            "unit": "units",
            "cancellation": rng.choice([0, 1, 0.25]),
            "learning_rate": rate,
        }
        for name in ("steel", "gun", "tank")
    }
    products["tank"]["inputs"] = {
        "steel": rng.choice([1, 2]),
        "gun": {"amount": 1, "criticality": rng.choice(["critical", "important"])},
    }
    products["tank"]["input_cover"] = rng.choice([0, 1])
    return products


def _factory(rng: Random, place: int) -> Tree:
    # the first three see to it that everything is made somewhere
    made = {["steel", "gun", "tank"][place % 3], rng.choice(["steel", "gun", "tank"])}
    lines = {
        product: {
            "capacity": rng.choice([0, 8, 20, 50, 100]),
            "unit_cost": rng.choice([0, 1, 3]),
            "yield": rng.choice([1, 0.8]),
        }
        for product in ("steel", "gun", "tank")
        if product in made
    }
    if place < 3:
        lines[["steel", "gun", "tank"][place]]["capacity"] = 60
    return {"title": f"Plant {place}", "state": rng.choice(MAKERS), "lines": lines}


def _need(rng: Random) -> Tree:
    form = rng.choice(["units", "series", "by_year"])
    if form == "units":
        need: Tree = {"units": rng.choice([10, 30, 0])}
    elif form == "series":
        need = {"series": [rng.choice([0, 10, 20]) for _ in range(rng.randint(1, 6))]}
    else:
        need = {"by_year": {2014: rng.choice([120, 300]), 2015: 240}}
    return {**need, "tier": rng.choice([0, 1])}


def _trade(rng: Random, *, limits: bool) -> Tree:
    def terms() -> Tree:
        found: Tree = {
            "weight": rng.choice([1, 0.2, 3]),
            "lead_months": rng.choice([1, 2, 4]),
            "unit_cost": rng.choice([0, 0.5]),
        }
        return {**found, "cap": rng.choice([5, 12, 40])} if limits and rng.random() < 0.3 else found

    return {
        "open": {"exporter": "*", "importer": "*", "product": "*", **terms()},
        "buyer": {
            "exporter": rng.choice([*MAKERS, "*"]),
            "importer": BUYER,
            "product": "*",
            **terms(),
        },
    }


def _programme(rng: Random, world: Tree) -> Tree:
    sites = [
        (name, product) for name, each in world["factories"].items() for product in each["lines"]
    ]
    terms = {
        "build_months": 2,
        "qualification_months": rng.choice([0, 1]),
        "ramp_months": rng.choice([0, 3]),
    }
    return {
        "title": "Build",
        "chair": rng.choice([*MAKERS, BUYER]),
        "beneficiaries": "all",
        "budget": {"2014-06": rng.choice([0, 100, 1000]), "2015-01": 50},
        "candidates": {
            f"site_{each}": {
                "factory": factory,
                "product": product,
                "capital_cost": rng.choice([5, 20]),
                **terms,
            }
            for each, (factory, product) in enumerate(rng.sample(sites, min(2, len(sites))))
        },
    }


def _event(rng: Random, kind: str, world: Tree, *, limits: bool) -> Tree | None:
    event = _kind(rng, kind, world, limits=limits)
    if event is None:
        return None
    if rng.random() < 0.2:
        state = rng.choice(list(world["needs"]))
        metric = rng.choice(["fill_rate", "stock_months", "import_share"])
        product = next(iter(world["needs"][state]))
        event["when"] = {
            "metric": metric,
            "state": state,
            "product": product,
            "below": rng.choice([0.5, 0.9]),
        }
    elif rng.random() < 0.2 and world["events"]:
        event["after"] = {"event": rng.choice(list(world["events"])), "months": rng.choice([0, 3])}
    else:
        event["date"] = _month(rng, 3, 12)
    once = (*FUNDS, "retool")
    if kind not in ("leakage", "reexport", *once) and rng.random() < 0.3:
        event["phase_in"] = rng.choice([2, 4])
    if kind not in once and rng.random() < 0.3:
        event["until"] = _month(rng, 13, 17)
    return {"kind": kind, **event}


def _kind(rng: Random, kind: str, world: Tree, *, limits: bool) -> Tree | None:
    """Return the keys of a kind's own; None where there is nothing yet for it to act on."""
    if kind in ("lifting", "repair"):
        return _undoing(rng, kind, world)
    if kind == "retool":
        return _retool(rng, world)
    if kind == "reexport":
        return _reexport(rng, world) if limits else None
    if kind in FUNDS:
        return _funds(rng, kind, world)
    if kind in ("demand", "outage"):
        wanted = {"state": rng.choice([BUYER, "*"]), "factor": rng.choice([0, 0.5, 2])}
        out = {"factory": rng.choice(list(world["factories"])), "share": _share(rng)}
        return wanted if kind == "demand" else out
    return {**_ends(rng, world), **_restriction(rng, kind, limits=limits)}


def _share(rng: Random) -> float:
    return rng.choice([1, 0.5, 0.1])


def _sellers(world: Tree) -> list[str]:
    """List the states that make what the buyer needs."""
    plants = world["factories"].values()
    return [each["state"] for each in plants if {"tank", "gun"} & {*each["lines"]}]


def _ends(rng: Random, world: Tree) -> Tree:
    bloc = world["states"][BUYER]["bloc"]
    exporter = rng.choice([*_sellers(world), "*"])
    return {"exporter": exporter, "importer": rng.choice([BUYER, "*", bloc])}


def _restriction(rng: Random, kind: str, *, limits: bool) -> Tree:
    """Return how much an event restricts, or lets through."""
    if kind == "quota":
        return {"cap": rng.choice([0, 5, 15])}
    if kind == "exemption" and limits and rng.random() < 0.5:
        return {"cap": rng.choice([0, 4])}
    if kind == "leakage":
        return {"share": rng.choice([0.1, 0.4])}
    contracts = {"contracts_until": _month(rng, 5, 12)} if rng.random() < 0.5 else {}
    return {"share": _share(rng), **(contracts if kind == "sanction" else {})}


def _undoing(rng: Random, kind: str, world: Tree) -> Tree | None:
    wanted = ("outage",) if kind == "repair" else ("cut_off", "sanction", "quota")
    undone = [name for name, each in world["events"].items() if each["kind"] in wanted]
    key = "lifts" if kind == "lifting" else "repairs"
    return {key: [rng.choice(undone)], "share": _share(rng)} if undone else None


def _funds(rng: Random, kind: str, world: Tree) -> Tree:
    paid = {"amount": rng.choice([50, 200]), "months": rng.choice([1, 3])}
    programme = {"programme": rng.choice(list(world["programmes"]))}
    return {**programme, **(paid if kind == "funding" else {})}


def _reexport(rng: Random, world: Tree) -> Tree:
    exporter = rng.choice(_sellers(world))
    via = rng.choice([each for each in MAKERS if each != exporter])
    ends = {"exporter": exporter, "importer": BUYER, "via": via}
    return {**ends, "capacity": rng.choice([3, 10]), "lead_months": 2}


def _retool(rng: Random, world: Tree) -> Tree | None:
    plants = [name for name, each in world["factories"].items() if len(each["lines"]) > 1]
    if not plants:
        return None
    factory = rng.choice(plants)
    lines = rng.sample(list(world["factories"][factory]["lines"]), 2)
    return {
        "factory": factory,
        "from_product": lines[0],
        "to_product": lines[1],
        "share": _share(rng),
        "months": rng.choice([0, 2]),
    }


def _month(rng: Random, first: int, last: int) -> str:
    # of few months, so that things happen in one
    month = 2014 * 12 + 2 + rng.choice(range(first, last + 1, 3))
    return f"{month // 12}-{month % 12 + 1:02d}"

"""Random worlds with more in them: those of `random_worlds.py`, and one or all of these beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import sim
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.schema import Scenario
from tests.random_worlds import _month, _number, _some, richer_scenario

Tree = dict[str, Any]


def fuller_scenario(rng_seed: int, features: Iterable[str]) -> Scenario:
    """Return such a world with some of FEATURES, the same for the same seed."""
    tree = richer_scenario(rng_seed).model_dump(by_alias=True, exclude_unset=True)
    for name in features:
        FEATURES[name](Random(f"{name} {rng_seed}"), tree)
    return sim.parse(tree)


def _choose(rng: Random, tree: Tree, family: str, choices: list[Any]) -> None:
    """Let the scenario choose a rule, and some factories (or states) one of their own."""
    tree["rules"][family] = rng.choice(choices)
    for factory in tree["factories"].values():
        if rng.random() < 0.3:
            factory.setdefault("rules", {})[family] = rng.choice(choices)


def _allocation(rng: Random, tree: Tree) -> None:
    names = ["home", "ally", "other", "final", *tree["states"], *tree["factories"]]
    names += tree["products"]
    names += sorted({state["bloc"] for state in tree["states"].values() if state.get("bloc")})
    order = rng.sample(names, rng.randint(1, 4))
    _choose(
        rng,
        tree,
        "allocation",
        [
            *("home_first", "bloc_first", "equal_awards", "equal_losses", "talmud"),
            {"rule": "tiers", "order": order},
            {"rule": "equal_awards", "by": "usual"},
            {"rule": "guarantee_plus_priority", "guarantee": 0.4},
            {"rule": "guarantee_plus_priority", "guarantee": 0.7, "order": order},
            {"rule": "proportional", "weights": {each: rng.uniform(0.2, 5) for each in order}},
        ],
    )


def _pricing(rng: Random, tree: Tree) -> None:
    choices = [
        "at_cost",
        {"rule": "mark_up", "share": 0.3},
        "scarcity",
        {"rule": "scarcity", "premium": 2.0, "most": 0.7},
    ]
    _choose(rng, tree, "pricing", choices)
    for factory in tree["factories"].values():
        factory["idle_cost"] = _number(rng, 0, 0.5, 2)


def _overtime(rng: Random, tree: Tree) -> None:
    choices = [
        "ario",
        {"rule": "ario", "most": 2.0, "months": 3.0},
        {"rule": "ario", "most": 1.5, "months": 1.0, "counts_surplus": True},
    ]
    _choose(rng, tree, "overtime", choices)
    for factory in tree["factories"].values():
        factory["idle_cost"] = _number(rng, 0, 0.5, 2)


def _learning(rng: Random, tree: Tree) -> None:
    def one() -> Tree:
        chosen: Tree = {"rule": rng.choice(["crawford", "wright"])}
        options = {
            "batch": True,
            "forgetting": rng.choice([0.1, 0.5]),
            "spill_over": rng.choice([0.2, 1.0]),
            "sisters": "state",
            "experience_share": 0.6,
            "growth": 0.2,
            "best_yield": 0.98,
        }
        for key in _some(rng, list(options), 3):
            chosen[key] = options[key]
        if "sisters" in chosen:
            chosen["spill_over"] = 0.5
        if "growth" in chosen:
            chosen["experience_share"] = 0.5
        return chosen

    _choose(rng, tree, "learning", [one() for _ in range(4)])
    for product in tree["products"].values():
        product["learning_rate"] = _number(rng, 0.05, 0.3, 2)


def _production(rng: Random, tree: Tree) -> None:
    choices = ["ario_psi", {"rule": "ario_psi", "psi": 1.0, "cover_months": 2.0}, "linear"]
    _choose(rng, tree, "production", choices)


def _effort(rng: Random, tree: Tree) -> None:
    """Programmes with rules, overruns, a chair that counts for more, and what is given up."""
    states = list(tree["states"])
    simple = [
        *("proportional_to_gap", "largest_gap_first", "best_return", "spread_evenly"),
        "equalise_remaining_gap",
    ]
    for programme in tree["programmes"].values():
        for money in programme["budget"]:
            programme["budget"][money] = _number(rng, 5, 60, 0)
        programme["cost_overrun"] = _number(rng, 0.8, 2, 2)
        if rng.random() < 0.5:
            programme["cancelled_share"] = _number(rng, 0.01, 0.3, 2)
        if rng.random() < 0.7:
            programme["beneficiaries"] = "all"
            programme["chair_weight"] = _number(rng, 1, 5)
        kind = rng.random()
        if kind < 0.5:
            programme["rule"] = rng.choice(simple)
        elif kind < 0.75:
            shares = {state: round(0.9 / len(states), 3) for state in states[:3]}
            within = rng.choice(simple)
            programme["rule"] = {"rule": "political_quota", "shares": shares, "within": within}
        else:
            weights = {name: rng.uniform(0.5, 2) for name in _some(rng, simple)}
            programme["rule"] = {"rule": "mix", "weights": weights}


def _dated(rng: Random, name: str, tree: Tree, event: Tree) -> None:
    """Add an event that begins some time, and may phase in and end."""
    event["date"] = _month(rng, 14, 30)
    inert = KINDS[event["kind"]].inert_keys
    if "until" not in inert and rng.random() < 0.3:
        event["until"] = _month(rng, 32, 45)
    if "phase_in" not in inert and rng.random() < 0.5:
        event["phase_in"] = _number(rng, 0, 8)
    tree["events"][name] = event


def _turned_buyers(rng: Random, tree: Tree) -> None:
    """Tariffs and preferences."""
    makers = [
        (each["state"], good) for each in tree["factories"].values() for good in each["lines"]
    ]
    for place in range(3):
        exporter, good = rng.choice(makers)
        route = {"exporter": exporter, "importer": "*", "product": rng.choice([good, "*"])}
        factor = _number(rng, 0.2, 3, 2)
        _dated(rng, f"trust_{place}", tree, {"kind": "preference", **route, "factor": factor})
        exporter, good = rng.choice(makers)
        route = {"exporter": exporter, "importer": "*", "product": rng.choice([good, "*"])}
        key = rng.choice(["rate", "amount"])
        _dated(rng, f"tariff_{place}", tree, {"kind": "tariff", **route, key: _number(rng, 0, 2)})
    free = {"kind": "lifting", "lifts": ["tariff_0", "tariff_1"], "share": _number(rng, 0.2, 1, 2)}
    _dated(rng, "free_trade", tree, free)


def _thrift(rng: Random, tree: Tree) -> None:
    for place in range(2):
        used = rng.choice(
            [name for good in tree["products"].values() for name in good.get("inputs", ())]
        )
        factor = _number(rng, 0.4, 1.5, 2)
        event = {"kind": "thrift", "input": rng.choice([used, "*"]), "factor": factor}
        _dated(rng, f"thrift_{place}", tree, event)


def _licence(rng: Random, tree: Tree) -> None:
    lines = [(name, good) for name, each in tree["factories"].items() for good in each["lines"]]
    for place, (factory, good) in enumerate(rng.sample(lines, 2)):
        own = {"factory": factory, "product": good, "royalty": _number(rng, 0, 0.5, 2)}
        _dated(rng, f"licence_{place}", tree, {"kind": "licence", **own})
        tree["events"][f"licence_{place}"].pop("until", None)


def _retool(rng: Random, tree: Tree) -> None:
    for place in range(2):
        plants = [name for name, each in tree["factories"].items() if len(each["lines"]) > 1]
        if not plants:
            return
        plant = rng.choice(plants)
        old, new = rng.sample(list(tree["factories"][plant]["lines"]), 2)
        event = {
            **{"kind": "retool", "factory": plant, "from_product": old, "to_product": new},
            **{"share": _number(rng, 0.1, 1, 2), "months": _number(rng, 0, 6)},
            **{"loss": _number(rng, 0, 0.5, 2), "units_of_new_per_old": _number(rng, 0.5, 2, 2)},
        }
        _dated(rng, f"retool_{place}", tree, event)


def _decay(rng: Random, tree: Tree) -> None:
    for factory in tree["factories"].values():
        for good, line in factory["lines"].items():
            own = line if isinstance(line, dict) and "capacity" in line else {"capacity": line}
            factory["lines"][good] = {**own, "decay": _number(rng, 0, 0.5, 2)}


def _when(rng: Random, tree: Tree) -> None:
    """Events that wait for something."""
    needs = [(state, good) for state, own in tree["needs"].items() for good in own]
    levels = {
        **{"fill_rate": ("below", 0.9), "unmet": ("above", 1), "backlog": ("above", 2)},
        **{"backlog_months": ("above", 0.5), "stock": ("below", 5)},
        **{"stock_months": ("below", 0.5), "import_share": ("above", 0.5)},
        **{"leaked_share": ("above", 0.1)},
    }
    for place in range(4):
        state, good = rng.choice(needs)
        metric = rng.choice(list(levels))
        side, level = levels[metric]
        when = {"metric": metric, "state": state, "product": good, side: level}
        when["for"] = rng.choice([1, 2, _number(rng, 1, 5)])
        state, good = rng.choice(needs)
        event = {"kind": "demand", "state": state, "product": good, "when": when}
        event["factor"] = _number(rng, 0.3, 1.7, 2)
        if rng.random() < 0.5:
            event["until"] = _month(rng, 20, 45)
        event["phase_in"] = _number(rng, 0, 6)
        tree["events"][f"wait_{place}"] = event


def _choose_for_all(rng: Random, tree: Tree, family: str, choices: list[Any]) -> None:
    """The same, also for states."""
    _choose(rng, tree, family, choices)
    for state in tree["states"].values():
        if rng.random() < 0.4:
            state.setdefault("rules", {})[family] = rng.choice(choices)


def _sourcing(rng: Random, tree: Tree) -> None:
    blocs = {each["bloc"] for each in tree["states"].values() if each.get("bloc")}
    for state in tree["states"].values():
        others = _some(rng, sorted({*tree["states"], *blocs}))
        state["affinity"] = {each: _number(rng, 0.1, 1, 2) for each in others}
    choices = [
        *("capacity_adjusted", "cheapest", "home_first", "bloc_first", "loyalty"),
        {"rule": "cheapest", "sensitivity": 2.0, "preference": 0.3},
        {"rule": "home_first", "ratio": 3.0},
        {"rule": "bloc_first", "ratio": 2.0},
        {"rule": "loyalty", "strength": 2.0},
    ]
    _choose_for_all(rng, tree, "sourcing", choices)
    tree["rules"].setdefault("pricing", {"rule": "mark_up", "share": 0.1})


def _ordering(rng: Random, tree: Tree) -> None:
    choices = [
        *("hold_cover", "anchored", "replace_use"),
        {"rule": "hold_cover", "smoothing_months": 4.0},
        {"rule": "anchored", "target_months": 2.0, "steady_months": 3},
        {"rule": "anchored", "line_share": 1.0, "gap_share": 0.4, "forecast_share": 1.0},
        {"rule": "replace_use", "target": "demand", "sheds_surplus": False},
        {"rule": "replace_use", "adjustment_months": 6.0},
    ]
    _choose_for_all(rng, tree, "ordering", choices)
    # of factories the reference does not know what they owe
    plain = [each for each in choices if "anchored" not in str(each)]
    tree["rules"]["ordering"] = rng.choice(plain)
    for factory in tree["factories"].values():
        factory.setdefault("rules", {})["ordering"] = rng.choice(plain)


def _reserve(rng: Random, tree: Tree) -> None:
    """States that keep a floor for the first tier, within the cover that they hold or above it."""
    for name, state in tree["states"].items():
        floor = round(rng.uniform(0, 2), 2)
        state.setdefault("rules", {})["stockpile"] = {"rule": "reserve", "floor_months": floor}
        for need in tree["needs"].get(name, {}).values():
            need["stock_cover"] = max(floor + round(rng.uniform(-1, 2), 2), 0)
            need.pop("initial_stock_cover", None)


def _decisions(rng: Random, tree: Tree) -> None:
    """Decisions before events."""
    tree["rules"]["decisions"] = "before_events"


FEATURES: dict[str, Callable[[Random, Tree], None]] = {
    "allocation": _allocation,
    "pricing": _pricing,
    "overtime": _overtime,
    "learning": _learning,
    "production": _production,
    "effort": _effort,
    "turned_buyers": _turned_buyers,
    "thrift": _thrift,
    "licence": _licence,
    "retool": _retool,
    "decay": _decay,
    "when": _when,
    "sourcing": _sourcing,
    "ordering": _ordering,
    "reserve": _reserve,
    "decisions": _decisions,
}
"""Name -> what adds it to the tree of a scenario"""

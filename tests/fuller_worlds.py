"""Random worlds with more in them: those of `random_worlds.py`, and one or all of these beside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

import sim
from sim.scenario.schema import Scenario
from tests.random_worlds import _number, _some, richer_scenario

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
    names += {state["bloc"] for state in tree["states"].values() if state.get("bloc")}
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


FEATURES: dict[str, Callable[[Random, Tree], None]] = {
    "allocation": _allocation,
    "pricing": _pricing,
    "overtime": _overtime,
    "learning": _learning,
    "production": _production,
    "effort": _effort,
}
"""Name -> what adds it to the tree of a scenario"""

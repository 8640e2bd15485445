"""Say what wide worlds build, and how long it takes: see `wide.py`."""

from __future__ import annotations

from random import Random

from tests.laws.wide_draws import STATES, Tree, maybe, month, number, some
from tests.laws.wide_rules import choice


def counting(rng: Random) -> Tree:
    """Return how long capacity takes, in one of its forms."""
    found: Tree = {"build_months": number(rng, 0, 2, 5), "qualification_months": rng.choice([0, 2])}
    if rng.random() < 0.2:
        kind = rng.choice(["simple", "process"])
        found = {"lead_time": {"announced": number(rng, 3, 8), "class": kind}}
    if rng.random() < 0.25:
        found["clock"] = rng.choice(["decision", "money", "cut_off", month(rng.randint(0, 8))])
    if rng.random() < 0.2:
        found["runs_to"] = rng.choice(["first_unit", "qualified", "full_supply"])
    if rng.random() < 0.3:
        shape = rng.choice(["linear", "s_curve", "exponential"])
        found["ramp"] = {"shape": shape, **maybe(rng, 0.4, half=lambda: number(rng, 1, 3))}
    if "half" not in found.get("ramp", {}):
        found["ramp_months"] = number(rng, 0, 4)
    if "clock" in found:
        return {**found, "stages": "pure"}
    return found | rng.choice(
        [{"clock": "money", "stages": "erlang", "shape": rng.choice([1, 3])}, {}, {}]
    )


def lines_of(world: Tree) -> list[tuple[str, str]]:
    return [(name, made) for name, each in world["factories"].items() for made in each["lines"]]


def programme(rng: Random, world: Tree) -> Tree:
    sites = rng.sample(lines_of(world), min(rng.randint(1, 3), len(lines_of(world))))
    chair, others = rng.choice(STATES), some(rng, STATES)
    served = [chair, *(each for each in others if each != chair)]
    found = {
        "title": "Programme",
        "chair": chair,
        "beneficiaries": "all" if rng.random() < 0.4 else served,
        "budget": {month(place): number(rng, 50, 300, 1000) for place in (2, rng.choice([9, 14]))},
        "candidates": {f"site_{each}": _site(rng, *line) for each, line in enumerate(sites)},
    }
    return found | maybe(
        rng,
        0.15,
        rule=lambda: choice(rng, "programme"),
        slippage=lambda: number(rng, 0.5, 1.5),
        cost_overrun=lambda: number(rng, 0.8, 2),
        cancelled_share=lambda: number(rng, 0.1, 0.02),
        active=lambda: False,
        exclusive=lambda: True,
        **({"chair_weight": lambda: number(rng, 2, 5)} if served != [chair] else {}),
    )


def _site(rng: Random, factory: str, product: str) -> Tree:
    own = {**counting(rng), "capital_cost": number(rng, 1, 5, 20)} if rng.random() < 0.5 else {}
    return {
        **{"factory": factory, "product": product, **own},
        **maybe(
            rng,
            0.25,
            max_capacity=lambda: number(rng, 5, 20),
            absorption=lambda: number(rng, 1, 5),
        ),
    }

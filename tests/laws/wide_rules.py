"""Choose the rules of wide worlds, of all families, with their parameters."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.laws.wide_draws import Tree, maybe


def choice(rng: Random, family: str) -> Any:
    groups = rng.sample(["home", "ally", "other", "final", "plant_0", "tank", "AAA", "east"], 2)
    shares = {"AAA": 0.5, "CCC": rng.choice([0.2, 0.5])}
    learning: Tree = maybe(
        rng,
        0.4,
        batch=lambda: True,
        spill_over=lambda: 0.3,
        sisters=lambda: "state",
        experience_share=lambda: 0.5,
        best_yield=lambda: 0.95,
        forgetting=lambda: 0.2,
    )
    investing: Tree = {"payback_months": 600, "margin": 1, "pressure": rng.choice([1, 1.1])}
    options: dict[str, list[Any]] = {
        "allocation": [
            *("proportional", "equal_losses", "talmud", "home_first", "bloc_first"),
            {"rule": "proportional", "weights": {each: 3 for each in groups}},
            {"rule": "equal_awards", "by": rng.choice(["order", "usual"])},
            {"rule": "tiers", "order": groups},
            {"rule": "guarantee_plus_priority", "guarantee": 0.4, "order": groups},
        ],
        "sourcing": [
            *("fixed", "cheapest", "satisfaction_adjusted", "loyalty", "capacity_adjusted"),
            *("home_first", {"rule": "home_first", "ratio": 3}, "bloc_first"),
            {"rule": "cheapest", "sensitivity": 20, "preference": 0.1},
            {"rule": "satisfaction_adjusted", "speed": 1, "floor": 0},
        ],
        "search": [
            {"rule": "gravity", "probability": each, "patience": 2, "qualification_months": 2}
            for each in (0.2, 1)
        ],
        "ordering": [
            {"rule": "hold_cover", "adjustment_months": 1},
            {"rule": "hold_cover", "smoothing_months": 3},
            "anchored",
            {"rule": "anchored", "target_months": 2, "steady_months": 4},
            "replace_use",
            {"rule": "replace_use", "target": "demand", "sheds_surplus": False},
        ],
        "stockpile": [
            {"rule": "build_ahead", "months_before": rng.choice([3, 12]), "extra_months": 2},
            {"rule": "reserve", "floor_months": 1},
        ],
        "production": [
            *("leontief", "half_critical", "linear", "strongly_critical", "weakly_critical"),
            "ario_psi",
            {"rule": "ario_psi", "cover_months": 2},
        ],
        "overtime": [{"rule": "ario", "months": 3, "counts_surplus": rng.random() < 0.5}],
        "learning": [{"rule": each, **learning} for each in ("crawford", "wright")],
        "pricing": [{"rule": "mark_up", "share": 0.3}, "scarcity"],
        "investment": [
            {"rule": "expand_when_pressed", "for_months": 2, **investing},
            {"rule": "retool_when_idle", "idle_months": 2, "idle_share": 0.2, **investing},
        ],
        "programme": [
            *("proportional_to_gap", "largest_gap_first", "spread_evenly", "best_return"),
            "equalise_remaining_gap",
            {"rule": "political_quota", "shares": shares, "within": "spread_evenly"},
            {"rule": "mix", "weights": {"best_return": 1, "spread_evenly": 2}},
        ],
    }
    return rng.choice(options[family])


OF_STATES = ("sourcing", "search", "ordering", "stockpile")
OF_FACTORIES = (
    *("allocation", "sourcing", "search", "ordering", "production", "overtime", "learning"),
    *("pricing", "investment"),
)


def rules(rng: Random) -> Tree:
    families = dict.fromkeys((*OF_STATES, *OF_FACTORIES, "programme"))
    chosen = {each: choice(rng, each) for each in families if rng.random() < 0.35}
    return chosen | maybe(
        rng,
        0.15,
        rounds=lambda: rng.choice([1, 2]),
        perception_months=lambda: rng.choice([1, 2.5]),
        decisions=lambda: "before_events",
    )


def own_rules(rng: Random, families: tuple[str, ...]) -> Tree:
    return {"rules": {each: choice(rng, each) for each in families if rng.random() < 0.08}}

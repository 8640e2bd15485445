"""Say who may supply whom in wide worlds: see `wide.py`."""

from __future__ import annotations

from random import Random

from tests.laws.wide_draws import PRODUCTS, STATES, Tree, maybe, number, some


def trade(rng: Random, world: Tree) -> Tree:
    def terms() -> Tree:
        return {
            "weight": number(rng, 1, 0.2, 3),
            "lead_months": number(rng, 1, 2, 4),
            "unit_cost": number(rng, 0, 0.5),
            **maybe(rng, 0.25, cap=lambda: number(rng, 5, 12, 40)),
        }

    def together(rule: Tree) -> Tree:
        return {**rule, "pairs": "together"} if "cap" in rule and rng.random() < 0.4 else rule

    trade = {
        "open": {"exporter": "*", "importer": "*", "product": "*", **terms()},
        "maker": together({"exporter": "AAA", "importer": "*", "product": "*", **terms()}),
        "buyer": together(
            {"exporter": "*", "importer": "DDD", "product": some(rng, PRODUCTS), **terms()}
        ),
        "from_east": {"exporter": "east", "importer": "*", "product": "*", **terms()},
    }
    kept = {name: each for name, each in trade.items() if name == "open" or rng.random() < 0.4}
    searched = any("search" in each for each in (world["rules"], world["states"]["CCC"]["rules"]))
    if searched and rng.random() < 0.5:
        kept["found"] = {
            **{"exporter": "BBB", "importer": "CCC", "product": "gun", "by_search": True},
            **{key: each for key, each in terms().items() if key != "cap"},
        }
    if rng.random() < 0.3:
        user = rng.choice(["final", "plant_0", "tank", ["final", "tank"]])
        ends = {"exporter": rng.choice(STATES[:3]), "importer": rng.choice(STATES[:3])}
        kept["by_user"] = {**ends, "product": rng.choice(PRODUCTS[:2]), "user": user, **terms()}
        kept["by_user"]["weight"] = rng.choice([0, 1, 5])
    return kept

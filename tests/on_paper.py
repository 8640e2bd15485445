"""Worlds whose numbers tests set by hand, and rows of one member."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.model import SupplyModel
from sim.kernels.kept import renewed
from sim.scenario.loading.load import parse
from tests.worlds import old_supplier

YES, NO = True, False
CANDIDATE = {"product": "engines", "build_months": 6, "qualification_months": 0, "ramp_months": 0}


def programme(chair: str, weight: float, *ours: str) -> dict[str, Any]:
    """Return a programme for these states that may build at home for 2 a unit, at the ally's for 4;
    what others than its chair lack counts by a `weight`-th."""
    places = (("home", 2), ("ally", 4))
    return {
        "title": "Build",
        "chair": chair,
        "beneficiaries": list(ours),
        "candidates": {
            name: CANDIDATE | {"factory": name, "capital_cost": cost} for name, cost in places
        },
    } | ({"chair_weight": weight} if len(ours) > 1 else {})


def built(
    programmes: dict[str, Any] | None = None, members: int = 1, **changes: Any
) -> SupplyModel:
    """Return a world in its sixth month. The home plant (10 started a month, half are good) may
    deliver to AAA, the ally's (8, four fifths) to AAA and CCC, the old one to both.

    Links stand in the order home to AAA, ally to AAA, ally to CCC, old to AAA, old to CCC.
    """
    base = old_supplier()
    engines = {"exporter": "*", "importer": "*", "product": "engines", "weight": 0.5}
    home = {"capacity": 10, "yield": 0.5}
    world = {
        **base,
        "members": members,
        "states": {**base["states"], "CCC": {"title": "Ally"}, "DDD": {"title": "Other"}},
        "factories": {
            "home": {"title": "Home", "state": "AAA", "lines": {"engines": home}},
            "ally": {
                "title": "Ally's",
                "state": "CCC",
                "lines": {"engines": {"capacity": 8, "yield": 0.8}},
            },
            "old": {"title": "Old", "state": "BBB", "lines": {"engines": 200}},
        },
        "needs": {"AAA": {"engines": 100}, "CCC": {"engines": 40}},
        "trade": {
            "home": engines | {"exporter": "AAA", "importer": "AAA"},
            "ally": engines | {"exporter": "CCC"},
            "old": engines | {"exporter": "BBB"},
        },
        "programmes": programmes or {"build": programme("AAA", 2, "AAA", "CCC")},
    }
    model = SupplyModel(parse({**world, **changes}), members)
    model.world.month = 5
    return model


def column(*values: float) -> np.ndarray:
    """Return rows of one member."""
    return np.array(values, dtype=np.float64)[:, None]


def put(array: np.ndarray, rows: Any, values: Any) -> np.ndarray:
    """Return a read-only array with other values in some rows: what is kept of the old one is of
    no more use then."""
    found = array.copy()
    found[rows] = values
    return renewed(found)


def marks(*values: bool) -> np.ndarray:
    """Return rows of one member."""
    return np.array(values)[:, None]


def union(members: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a world of a union, AAA and CCC, who need 100 and 40 engines of BBB (links stand plant
    by plant: of old, home and friend, each to AAA, then to CCC)."""
    base = old_supplier()
    states = {
        "AAA": {"title": "A", "bloc": "union", "affinity": {"BBB": 0.25}},
        "BBB": {"title": "B"},
        "CCC": {"title": "C", "bloc": "union", "affinity": {"BBB": 0.75, "AAA": 0.9}},
    }
    plant = {"title": "Friend's", "state": "CCC", "lines": {"engines": 50}}
    return base | {
        "members": members,
        "states": states,
        "factories": {**base["factories"], "friend": plant},
        "needs": {"AAA": {"engines": 100}, "CCC": {"engines": 40}},
        "trade": {"all": {"exporter": "*", "importer": "*", "product": "engines"}},
        **changes,
    }

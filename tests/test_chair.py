"""How much the chair of a programme counts."""

from __future__ import annotations

from typing import Any

import pytest

import sim
from sim.engine.run import run
from sim.errors import ScenarioError


def commission(**changes: Any) -> dict[str, Any]:
    """Make a world in which AAA, the chair, needs 100 and CCC 60, and all of it is cut off in the
    second month."""
    new = {
        "factory": "new_plant",
        "product": "engines",
        "build_months": 2,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    programme = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": "all",
        "budget": {"2014-02": 1000},
        "candidates": {"new": new},
    }
    return {
        "name": "commission",
        "title": "Two buyers and a chair",
        "start": "2014-01",
        "months": 4,
        "states": {
            "AAA": {"title": "Chair"},
            "BBB": {"title": "Old supplier"},
            "CCC": {"title": "Other"},
        },
        "products": {"engines": {"title": "Engines", "unit": "engines"}},
        "factories": {
            "old_plant": {"title": "Old plant", "state": "BBB", "lines": {"engines": 200}},
            "new_plant": {"title": "New plant", "state": "AAA", "lines": {"engines": 0}},
        },
        "needs": {"AAA": {"engines": 100}, "CCC": {"engines": 60}},
        "trade": {"any": {"exporter": "*", "importer": "*", "product": "*"}},
        "events": {
            "ban": {"kind": "cut_off", "date": "2014-02", "exporter": "BBB", "importer": "*"}
        },
        "programmes": {"build": {**programme, **changes}},
    }


@pytest.mark.parametrize(("weight", "built"), [(None, 160), (1, 160), (4, 115), (1000, 100.06)])
def test_others_count_a_part(weight: float | None, built: float) -> None:
    """AAA's 100, and of CCC's 60 one part in so many."""
    records = run(sim.parse(commission(**({"chair_weight": weight} if weight else {})))).records
    assert records.usable[-1, 1, 0] == pytest.approx(built, rel=1e-12)


def test_weight_differs_by_member() -> None:
    """It is drawn like any number."""
    scenario = sim.parse(commission(chair_weight={"value": 2, "low": 1, "high": 6}), members=4)
    built = run(scenario).records.usable[-1, 1]
    assert built[0] == pytest.approx(130, rel=1e-12)
    assert len(set(built)) == 4


@pytest.mark.parametrize("beneficiaries", [["AAA"], ["CCC"]])
def test_weight_without_others_is_refused(beneficiaries: list[str]) -> None:
    """Where the chair is not one of several beneficiaries it acts on nothing."""
    with pytest.raises(ScenarioError, match="chair_weight: acts on nothing"):
        sim.parse(commission(chair_weight=2, beneficiaries=beneficiaries))


def test_weight_below_one_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"0.5 is below 1"):
        sim.parse(commission(chair_weight=0.5))

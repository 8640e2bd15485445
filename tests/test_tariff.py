"""Tariffs: what buyers pay beside the price at the gate, and whom they turn to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.run import run
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier

EXAMPLES = Path(__file__).parent.parent / "scenarios" / "examples"


def taxed(**keys: Any) -> Scenario:
    """Return a world in which AAA buys 80 of 100 from BBB at 4 each, taxed from July on."""
    world = old_supplier()
    world["factories"]["old_plant"]["lines"]["engines"] = {"capacity": 100, "unit_cost": 4}
    duty = {"kind": "tariff", "date": "2014-07", "exporter": "BBB", "importer": "AAA", **keys}
    return sim.parse({**world, "events": {"duty": duty}, "months": 12, "members": 1})


def spending(scenario: Scenario) -> np.ndarray:
    """Return what AAA pays month by month."""
    return run(scenario).records.series["spending"][:, 0, 0]


@pytest.mark.parametrize(
    ("keys", "each"),
    [({"rate": 0.25}, 4 * 0.25), ({"amount": 3}, 3), ({"rate": 0}, 0)],
)
def test_a_tariff_is_paid_on_what_comes_from_abroad(keys: dict[str, float], each: float) -> None:
    """80 a month: at 4, and what the tariff adds from its month on."""
    paid = spending(taxed(**keys))
    np.testing.assert_allclose(paid[6:] - paid[0], 80 * each)
    np.testing.assert_allclose(paid[:6], paid[0])


def test_a_tariff_phases_in_ends_and_is_lifted() -> None:
    """A quarter more each month; nothing from its end on; half of it after half a lifting."""
    extra = spending(taxed(amount=4, phase_in=4)) - 320
    np.testing.assert_allclose(extra[5:10], [0, 80, 160, 240, 320])
    extra = spending(taxed(amount=4, until="2014-10")) - 320
    np.testing.assert_allclose(extra[6:11], [320, 320, 320, 0, 0])
    scenario = taxed(amount=4)
    data = scenario.model_dump(by_alias=True, exclude_unset=True)
    data["events"]["relief"] = {
        "kind": "lifting",
        "date": "2014-10",
        "lifts": ["duty"],
        "share": 0.5,
    }
    extra = spending(sim.parse(data)) - 320
    np.testing.assert_allclose(extra[6:11], [320, 320, 320, 160, 160])


def test_a_tariff_on_a_leg_is_paid_on_what_is_reexported() -> None:
    """20 a month pass through CCC, which BBB's buyer taxes as it taxes BBB: on the second leg."""
    world = old_supplier()
    world["states"]["CCC"] = {"title": "Transit"}
    scenario = sim.parse(
        {
            **world,
            "months": 12,
            "members": 1,
            "events": {
                "ban": {"kind": "cut_off", "date": "2014-03", "exporter": "BBB", "importer": "AAA"},
                "way": {
                    "kind": "reexport",
                    "date": "2014-03",
                    "exporter": "BBB",
                    "importer": "AAA",
                    "via": "CCC",
                    "capacity": 20,
                },
                "duty": {
                    "kind": "tariff",
                    "date": "2014-08",
                    "exporter": "CCC",
                    "importer": "AAA",
                    "amount": 2,
                },
            },
        }
    )
    paid = spending(scenario)
    np.testing.assert_allclose(paid[8] - paid[6], 40)


def test_buyers_who_look_at_costs_turn_home() -> None:
    """The example: most come from abroad before the tariff, most from home under it."""
    flows = run(sim.load(EXAMPLES / "tariff.yaml", members=1)).records
    abroad = flows.series["imports"][:, 0, 0]
    assert abroad[6] > 50
    assert abroad[20] < 30
    assert abroad[-1] == pytest.approx(abroad[6], rel=0.05)

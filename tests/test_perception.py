"""Over how many months lines smooth the demand that they reckon with, on paper."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from tests.worlds import old_supplier

DOUBLED = {"kind": "demand", "date": "2014-02", "state": "AAA", "product": "engines", "factor": 2}


def perceived(months: float | None) -> np.ndarray:
    """Return what the old plant reckons with at the end of each month; it is asked for 80 of 100,
    and from February for more."""
    rules = {} if months is None else {"perception_months": months}
    scenario = sim.parse({**old_supplier(), "rules": rules, "events": {"more": DOUBLED}})
    model = sim.SupplyModel(scenario, 1)
    found = []
    for _ in range(3):
        model.step()
        lines = model.world.lines
        found.append((lines.asked[0, 0], lines.output[0, 0], lines.perceived[0, 0]))
    return np.array(found)


@pytest.mark.parametrize("months", [1.0, 2.0, None, 12.0])
def test_demand_is_smoothed_over_the_months_that_the_scenario_says(months: float | None) -> None:
    before = 80.0
    for asked, output, after in perceived(months):
        seen = max(asked, output)
        assert after == pytest.approx(before + (seen - before) / (months or 3.0))
        before = after
    assert before > 80


def test_one_month_is_what_was_asked_for_last() -> None:
    asked, output, after = perceived(1.0).T
    assert after == pytest.approx(np.maximum(asked, output))


def test_less_than_a_month_is_refused() -> None:
    with pytest.raises(sim.ScenarioError, match=r"perception_months: 0\.5 is below 1"):
        sim.parse({**old_supplier(), "rules": {"perception_months": 0.5}})

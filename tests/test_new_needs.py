"""Needs that appear by an event, and go again, on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.scenario.loading.load import parse
from tests.company import assert_same_in_any_company
from tests.worlds import old_supplier

WAR: dict[str, Any] = {
    "kind": "demand", "date": "2014-07", "state": "AAA", "product": "shells", "units": 60,
}  # fmt: skip


def shells(need: Any = 0, **events: Any) -> Any:
    """Return a world in which AAA needs no shells at first, and BBB could make 80."""
    return parse(
        {
            **old_supplier(),
            "products": {"shells": {"title": "Shells", "unit": "shells"}},
            "factories": {"works": {"title": "Works", "state": "BBB", "lines": {"shells": 80}}},
            "needs": {"AAA": {"shells": need}},
            "trade": {"any": {"exporter": "BBB", "importer": "AAA", "product": "shells"}},
            "events": events,
        }
    )


def series(scenario: Any, name: str) -> np.ndarray:
    """Return a series of the need, by month."""
    found: np.ndarray = run(scenario).records.series[name][:, 0, 0]
    return found


def test_a_need_appears_and_is_served_a_month_later() -> None:
    scenario = shells(war=WAR)
    assert series(scenario, "need") == pytest.approx([0] * 6 + [60] * 18)
    assert series(scenario, "received")[:6] == pytest.approx(0)
    # 60 and a third of the gap of 60 are ordered in July; they arrive in August
    assert series(scenario, "received")[6] == pytest.approx(80)
    assert series(scenario, "used")[6:8] == pytest.approx([0, 80])
    assert series(scenario, "received")[-1] == pytest.approx(60, rel=1e-3)


def test_it_grows_and_goes_as_other_events_do() -> None:
    """Phased in over three months, ended by half by a lifting, and then by its own date."""
    scenario = shells(
        war={**WAR, "phase_in": 3, "until": "2015-07"},
        truce={"kind": "lifting", "date": "2015-01", "lifts": ["war"], "share": 0.5},
    )
    found = series(scenario, "need")
    assert found[5:10] == pytest.approx([0, 20, 40, 60, 60])
    assert found[11:20] == pytest.approx([60] + [30] * 6 + [0, 0])


def test_what_is_added_is_not_multiplied() -> None:
    slump = {"kind": "demand", "date": "2014-09", "state": "AAA", "factor": 0.5}
    more = {**WAR, "units": {"value": 120, "per": "year"}, "date": "2014-10"}
    found = series(shells(40, war=WAR, slump=slump, more=more), "need")
    assert found[5:11] == pytest.approx([40, 100, 100, 80, 90, 90])


def test_what_is_added_follows_the_profile() -> None:
    need = {"units": 0, "profile": [2, *[1] * 10, 0]}
    found = series(shells(need, war=WAR), "need")
    assert found[10:14] == pytest.approx([60, 0, 120, 60])


def test_company_changes_no_bit() -> None:
    drawn = {"value": 60, "low": 30, "high": 90}
    assert_same_in_any_company(shells(war={**WAR, "units": drawn}))


@pytest.mark.parametrize("size", [{}, {"units": 1, "factor": 2}])
def test_exactly_one_size_is_given(size: dict[str, float]) -> None:
    event = {key: value for key, value in WAR.items() if key != "units"}
    with pytest.raises(ScenarioError, match="give exactly one of factor, units"):
        shells(war={**event, **size})

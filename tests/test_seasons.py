"""Needs with a season, and stocks with a ceiling and targets, on paper.

A state needs 150 units in each month from October to March and 30 in the others: 90 in the mean,
two thirds up and down. Its supplier can make 95.
"""

from __future__ import annotations

from math import cos, pi
from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.kernels import seasons
from sim.records import Records
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from tests.company import assert_same_in_any_company
from tests.worlds import old_supplier

PROFILE = [5, 5, 5, 1, 1, 1, 1, 1, 1, 5, 5, 5]
BY_MONTH = [30 * each for each in PROFILE]
SMOOTHED = {"ordering": {"rule": "hold_cover", "smoothing_months": 12.0}}
FULL = {"ceiling": 400, "targets": {"november": {"share": 0.9}, "april": {"months": 1}}}


def heated(capacity: float = 95, lead: int = 1, **changes: Any) -> Scenario:
    """Return a world whose need is `need`: five years from January 2014."""
    return parse(
        {
            **old_supplier(),
            "months": 60,
            "products": {"gas": {"title": "Gas", "unit": "units"}},
            "factories": {"field": {"title": "Field", "state": "BBB", "lines": {"gas": capacity}}},
            "trade": {
                "pipe": {
                    "exporter": "BBB",
                    "importer": "AAA",
                    "product": "gas",
                    "lead_months": lead,
                }
            },
            **changes,
        }
    )


def winters(need: dict[str, Any], **changes: Any) -> Records:
    """Run it."""
    return run(heated(needs={"AAA": {"gas": need}}, **changes)).records


def of(records: Records, name: str) -> np.ndarray:
    """Return a series of the need, by month."""
    series: np.ndarray = records.series[name][:, 0, 0]
    return series


def short(records: Records) -> np.ndarray:
    """Return by year what was not used in its month."""
    lack = np.maximum(of(records, "need") - of(records, "used"), 0.0)
    by_year: np.ndarray = lack.reshape(-1, 12).sum(axis=1)
    return by_year


def test_a_year_in_multiples_of_its_mean() -> None:
    """150 of 90 is 5/3; from October on the stock falls by 2/3 of a month's need a month, from 4 at
    the end of September to 0 at the end of March."""
    season = seasons.of_mean(np.array(PROFILE, dtype=float)[:, None, None])
    assert season[:, 0, 0] == pytest.approx([each / 3 for each in PROFILE])
    held = seasons.stored(season)[:, 0, 0]
    assert held[[8, 11, 2, 5]] == pytest.approx([4, 2, 0, 2])
    until = seasons.to_date(season)
    # from the end of November of one year to that of February of the next but one
    found = seasons.between(until, np.array([[10]]), np.array([[25]]))
    assert found[0, 0] == pytest.approx(15 / 3 + 12)


def test_years_of_nothing_have_no_season() -> None:
    assert (seasons.of_mean(np.zeros((12, 1, 1))) == 1).all()


def test_the_default_rules_meet_a_profile_out_of_a_store() -> None:
    """Orders stay at the mean of 90; the store is at its fullest, 360, when September ends, and
    empty when March ends."""
    records = winters({"units": 90, "profile": PROFILE})
    assert of(records, "need")[:12] == pytest.approx(BY_MONTH)
    assert of(records, "received") == pytest.approx(90)
    assert of(records, "stock")[[2, 5, 8, 11]] == pytest.approx([0, 180, 360, 180], abs=1e-9)
    assert short(records) == pytest.approx(0, abs=1e-9)
    assert not records.warnings


def test_a_stock_cover_is_the_least_of_the_year() -> None:
    records = winters({"units": 90, "profile": PROFILE, "stock_cover": 1})
    assert of(records, "stock")[[2, 8]] == pytest.approx([90, 450])


def test_a_series_goes_short_every_winter_and_the_run_says_what_helps() -> None:
    """The same need month by month: orders follow it, and the supplier stands idle in summer."""
    records = winters({"series": BY_MONTH * 5})
    assert (short(records) > 100).all()
    (warning,) = (each for each in records.warnings if "in season" in each)
    assert warning.startswith("AAA goes short of gas in season (by up to ")
    assert "give the season as a profile, or choose the ordering rule hold_cover with" in warning
    assert "smoothing_months: 12" in warning


def test_the_rule_that_the_warning_names_helps() -> None:
    """A need that swings like a wave, by two thirds around 100, capacity 105 and three months in
    stock: the winters are met with orders smoothed over a year, and not without."""
    wave = [100 + 200 / 3 * cos(pi * (month + 3) / 6) for month in range(60)]
    need = {"series": wave, "stock_cover": 3}
    plain, smoothed = (
        winters(need, start="2014-04", capacity=105, rules=rules) for rules in ({}, SMOOTHED)
    )
    assert (short(plain) > 20).all()
    assert any("in season" in each for each in plain.warnings)
    assert short(smoothed) == pytest.approx(0, abs=1e-9)
    assert not smoothed.warnings


def test_a_ceiling_below_what_the_season_takes_is_told() -> None:
    """With room for 200 of 360 the store is full in summer and empty before the winter ends."""
    records = winters({"units": 90, "profile": PROFILE, "ceiling": 200})
    assert of(records, "stock").max() == pytest.approx(200)
    assert (short(records)[1:] > 50).all()
    (warning,) = records.warnings
    assert "keep its stock below what the season takes" in warning


def test_what_cannot_be_stored_is_ordered_as_it_is_needed() -> None:
    """A ceiling of 0 and capacity for the winter: what comes in a month is what is needed."""
    for lead in (1, 3):
        need = {"units": 90, "profile": PROFILE, "ceiling": 0}
        records = winters(need, capacity=160, lead=lead)
        assert of(records, "received")[:40] == pytest.approx((BY_MONTH * 5)[lead : 40 + lead])
        assert of(records, "stock")[lead:] == pytest.approx(0, abs=1e-9)
        assert short(records) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("lead", [1, 4])
def test_a_store_is_filled_to_nine_tenths_by_november(lead: int) -> None:
    """360 when November begins, one month's 90 when April begins, and straight lines between."""
    records = winters({"units": 90, "profile": PROFILE, **FULL}, capacity=400, lead=lead)
    stock = of(records, "stock")
    assert stock[9::12] == pytest.approx(360)
    assert stock[14::12] == pytest.approx(90)
    assert np.diff(stock[14:22]) == pytest.approx(270 / 7)
    assert np.diff(stock[9:15]) == pytest.approx(-270 / 5)


def test_a_dated_target_counts_before_that_of_the_month_and_ends_with_the_cover() -> None:
    """Half of the ceiling when November 2015 begins; a target of one month alone is reached from
    the cover at the start, and left for the cover."""
    dated = {**FULL, "targets": {**FULL["targets"], "2015-11": {"share": 0.5}}}
    stock = of(winters({"units": 90, "profile": PROFILE, **dated}, capacity=400), "stock")
    assert stock[[9, 21, 33]] == pytest.approx([360, 200, 360])
    alone = {"units": 90, "stock_cover": 1, "targets": {"2014-11": {"months": 6}}}
    stock = of(winters(alone, capacity=400), "stock")
    assert stock[:10] == pytest.approx(90 + 45 * np.arange(1, 11))
    assert stock[-1] == pytest.approx(90, rel=1e-6)


def test_a_year_keeps_its_total_and_events_multiply_the_season() -> None:
    events = {
        "warm": {
            "kind": "demand",
            "date": "2015-01",
            "state": "AAA",
            "product": "gas",
            "factor": 0.5,
        }
    }
    records = winters({"by_year": {2014: 1080, 2016: 2160}, "profile": PROFILE}, events=events)
    need = of(records, "need").reshape(-1, 12)
    assert need.sum(axis=1) == pytest.approx([1080, 540, 1080, 1080, 1080])
    assert need[1] == pytest.approx([each / 2 for each in BY_MONTH])


def test_the_stock_at_the_start_is_what_the_scenario_says() -> None:
    need = {"units": 90, "profile": PROFILE, "initial_stock_cover": 3}
    # 90 arrive and 150 are used
    assert of(winters(need), "stock")[0] == pytest.approx(210)


@pytest.mark.parametrize("weight", [1, 2 / 3])
def test_a_flat_season_rests_between_suppliers_near_and_far(weight: float) -> None:
    """Half of the 90, or two fifths, comes after two months and the rest after one: beyond the next
    month half of 90 is under way, or two fifths, and no more is to be."""
    plants = {
        name: {"title": name, "state": state, "lines": {"gas": 95}}
        for name, state in (("near", "BBB"), ("far", "CCC"))
    }
    ends = {"importer": "AAA", "product": "gas"}
    trade = {
        "near": {"exporter": "BBB", "lead_months": 1, **ends},
        "far": {"exporter": "CCC", "lead_months": 2, "weight": weight, **ends},
    }
    states = {each: {"title": each} for each in ("AAA", "BBB", "CCC")}
    need = {"units": 90, "profile": [1] * 12}
    records = winters(need, factories=plants, trade=trade, states=states)
    assert of(records, "received") == pytest.approx(90)
    assert of(records, "used") == pytest.approx(90)
    assert of(records, "stock") == pytest.approx(0)


@pytest.mark.parametrize("rule", ["anchored", "replace_use"])
def test_other_rules_aim_at_targets_too(rule: str) -> None:
    """Without a season: six months are held from November on, where the cover holds none."""
    target = {"units": 90, "targets": {"november": {"months": 6}}}
    records = winters(target, capacity=400, rules={"ordering": rule})
    assert of(records, "stock")[-1] == pytest.approx(540, rel=0.02)


def test_company_changes_no_bit() -> None:
    """Drawn profiles, ceilings and targets."""
    profile = [{"value": each, "low": each / 2, "high": each * 2} for each in PROFILE]
    share = {"value": 0.9, "low": 0.6, "high": 1}
    need = {
        "units": 90,
        "profile": profile,
        "ceiling": {"value": 400, "low": 100, "high": 500},
        "targets": {"november": {"share": share}},
    }
    assert_same_in_any_company(heated(needs={"AAA": {"gas": need}}, months=30, members=6))


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ({"series": [1], "profile": PROFILE}, "profile does nothing: series says what is needed"),
        ({"units": 1, "profile": [0] * 12}, "profile is 0 in all months"),
        ({"units": 1, "profile": PROFILE[1:]}, "12"),
        (
            {"units": 1, "targets": {"may": {"share": 0.5}}},
            "is a share of the ceiling; give a ceiling",
        ),
        ({"units": 1, "targets": {"may": {}}}, "give exactly one of share, months"),
        ({"units": 1, "targets": {"spring": {"months": 1}}}, "'spring' is neither a month of the"),
        ({"units": 1, "targets": {"2013-05": {"months": 1}}}, "2013-05 is before the start"),
    ],
)
def test_faults_are_told(need: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        heated(needs={"AAA": {"gas": need}})

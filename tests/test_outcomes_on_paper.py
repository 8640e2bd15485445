"""How outcomes are read off a run, and what is wrong with a row of them, on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.assess.fates import FATES, settle
from sim.assess.observation import COLUMNS, Observation, complaints
from sim.assess.past import Past, logistic
from sim.assess.substitution import month_reached
from sim.errors import InputError
from sim.records import Records
from sim.scenario.quantity import month_number
from tests.test_assess_on_paper import records, scenario

FIRST = month_number("2014-01")


def outcome(reading: str, **keys: str) -> Observation:
    """Return a row of outcomes of what AAA makes of engines."""
    row = dict.fromkeys(COLUMNS, "") | {
        "category": "plant",
        "metric": "made",
        "date": "2015",
        "value": "1",
        "unit": "engines",
        "kind": "observed",
        "state": "AAA",
        "products": "engines",
        "of": "engines",
        "reading": reading,
    }
    return Observation(**{**row, **keys})


def made(engines: Any, gears: Any = 0.0, usable: Any = 0.0, need: Any = 100.0) -> Past:
    """Return three years in which AAA makes so many engines and gears a month, and BBB a thousand
    engines; with so much usable capacity, and so much needed."""

    def series(values: Any) -> np.ndarray:
        months = np.broadcast_to(np.asarray(values, dtype=np.float64), 36)
        return months[:, None, None].repeat(2, axis=2)

    found: Records = replace(
        records(np.zeros((3, 4, 2))),
        lines=[("a", "AAA", "engines"), ("b", "AAA", "gears"), ("c", "BBB", "engines")],
        output=np.concatenate((series(engines), series(gears), series(1000)), axis=1),
        usable=np.concatenate((series(usable), series(0), series(1000)), axis=1),
    )
    return Past(scenario(), replace(found, series={**found.series, "need": series(need)}))


def months(*pairs: tuple[float, int]) -> list[float]:
    """Return values, each so many months long."""
    return [value for value, count in pairs for _ in range(count)]


def read(past: Past, reading: str, **keys: str) -> float:
    """Return what both members say, of a month as its place in the run."""
    one, two = past.forecast(outcome(reading, **keys)).tolist()
    assert one == two
    return one - FIRST if reading.partition(" ")[0] in ("unit", "ready", "full") else one


def test_what_is_made_in_a_calendar_year() -> None:
    """1 a month in 2014, 2 in 2015, 4 in 2016; of what others make nothing counts."""
    past = made(months((1, 12), (2, 12), (4, 12)))
    assert [read(past, "year", date=year) for year in ("2014", "2015", "2016")] == [12, 24, 48]


def test_a_rise_is_told_as_the_mean_of_three_months_against_the_first_year() -> None:
    """10 a month in 2014, then 16, 22 and 28 until February 2016: 12 more, of a need of 50 then."""
    past = made(
        months((10, 12), (99, 11), (16, 1), (22, 1), (28, 1), (99, 10)),
        need=months((50, 12), (500, 24)),
    )
    assert read(past, "level", date="2016-02", unit="%") == pytest.approx(24)


def test_the_month_of_a_unit() -> None:
    """One a month from April on: the first in April, the fifth in August, the fortieth never. Ten
    tenths are one."""
    past = made(months((0, 3), (1, 33)))
    assert [read(past, f"unit {each}", unit="date") for each in (1, 5, 33, 34)] == [3, 7, 35, 36]
    assert read(made(0.1), "unit 1", unit="date") == 9


def test_capacity_is_ready_for_a_unit_a_year() -> None:
    """A twelfth a month; in July it is there, a little less in June."""
    past = made(0, usable=months((0.0833, 6), (1 / 12, 30)))
    assert read(past, "ready", unit="date") == 6
    assert read(made(50, usable=0.01), "ready", unit="date") == 36


def test_supply_is_full_when_nine_tenths_of_a_year_s_need_are_made() -> None:
    """90 of 100 from 2015 on, after 30: eleven months of 90 and one of 30 are too few."""
    past = made(months((30, 12), (90, 24)))
    assert read(past, "full", unit="date") == 23
    assert read(made(90), "full", unit="date") == 0
    assert read(made(89.9), "full", unit="date") == 36


def test_sets_are_as_many_as_the_scarcest_of_their_products() -> None:
    """Two engines a month from the start and one gear from July on: one set a month from July on;
    the third in September. Of a share, both are added up."""
    past = made(2, gears=months((0, 6), (1, 30)))
    both = {"products": "engines gears"}
    assert [read(past, "year", date=year, **both) for year in ("2014", "2015")] == [6, 12]
    assert read(past, "unit 3", unit="date", **both) == 8
    rise = read(past, "level", date="2015-12", unit="%", **both)
    assert rise == pytest.approx(100 * (3 - 2.5) / 100)


def test_what_the_logistic_says_knows_the_start_and_the_month_of_the_cut_off() -> None:
    """100 a month are needed in 2014, the year of the cut-off is 2015; what is needed later it does
    not know."""
    past = made(0, need=months((100, 12), (300, 24)))
    said = [past.naive(outcome("year", date=year)) for year in ("2014", "2015", "2016")]
    curve = 100 * logistic(np.arange(36.0) - 12)
    assert said == pytest.approx([0, curve[12:24].sum(), curve[24:].sum()])
    assert past.naive(outcome("unit 1", unit="date")) == FIRST + 12
    for untold in (outcome("allies"), outcome("met"), outcome("year", of="")):
        assert math.isnan(past.naive(untold))


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"state": "EEE"}, "plant.made: the scenario has no state EEE"),
        ({"of": "engines gears"}, "plant.made: AAA does not need all of engines gears"),
        ({"state": "BBB"}, "plant.made: BBB does not need all of engines"),
    ],
)
def test_outcomes_that_the_scenario_does_not_have(keys: dict[str, str], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        made(1).forecast(outcome("year", **keys))


# --- substitution and fates
# -------------------------------------------------------------------------------------------------


def reached(others: list[float], need: float = 100.0, hit: int = 2, least: float = 10.0) -> float:
    """Return from which month others keep up with a need."""
    column = np.array(others)[:, None]
    found = month_reached(column, np.full_like(column, need), np.array([least]), hit)
    return float(found[0])


def test_substitution_is_reached_when_others_keep_up_for_a_year() -> None:
    """They fall short in months 2 to 4 and keep up from 5 on, for twelve months, which are there to
    be seen, or eleven, which are not; nine tenths do, in all months counted up from there, less
    does not. Where they never fall short it is the month of the hit."""
    short = [90.0] * 2 + [10.0] * 3
    assert reached(short + [90.0] * 12) == 5
    assert reached(short + [90.0] * 11) == np.inf
    assert reached(short + [89.9] + [90.0] * 12) == 6
    assert reached(short + [100.0] + [80.0] + [90.0] * 11) == 5
    assert reached(short + [98.0] + [80.0] + [90.0] * 12) == 7
    assert reached([0.0] * 2 + [90.0] * 12) == 2
    assert reached([0.0] * 2 + [90.0] * 11) == np.inf
    assert reached([0.0] * 2 + [90.0] * 5 + [10.0] + [90.0] * 12) == 8


def test_a_need_that_is_dropped_is_not_substituted() -> None:
    """Below 10 a month it is; at 10 it is not."""
    assert reached([90.0] * 14, need=10) == 2
    assert reached([90.0] * 14, need=9.9) == np.inf


@pytest.mark.parametrize(
    ("need", "fill", "fate"),
    [(0.1, 0.5, "ally"), (0.09, 1.0, "dropped"), (1.0, 0.49, "unmet"), (0.09, 0.1, "dropped")],
)
def test_a_fate_by_its_levels(need: float, fill: float, fate: str) -> None:
    """A tenth of the need at the start, half of it met."""
    shares = np.array([0.4, 0.5, 0.1, 0.0, 0.0])[:, None, None]
    before = np.array([0.4, 0.0, 0.1, 0.0, 0.5])[:, None]
    found = settle(shares, before, np.full((1, 1), fill), np.full((1, 1), need))
    assert FATES[found[0, 0]] == fate


def test_who_gained_nothing_took_nothing_over() -> None:
    """All is as before but for rounding: the greatest share, though others gained more of it. Leaks
    and the old suppliers count by what they deliver."""
    one = np.ones((1, 1))
    same = np.array([0.6, 0.4, 0.0, 0.0, 0.0])
    rounding = np.array([-1e-13, 1e-13, 0, 0, 0])
    found = settle((same + rounding)[:, None, None], same[:, None], one, one)
    assert FATES[found[0, 0]] == "home"
    shares, before = np.array([0.5, 0.1, 0, 0.15, 0.25]), np.array([0.3, 0, 0, 0.15, 0.55])
    found = settle(shares[:, None, None], before[:, None], one, one)
    assert FATES[found[0, 0]] == "old"


# --- rows
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reading", "keys", "column"),
    [
        ("year", {}, ""),
        ("year", {"kind": "rumour"}, "kind"),
        ("year", {"unit": ""}, "unit"),
        ("year", {"value": ""}, "value"),
        ("year", {"unit": "%"}, "unit"),
        ("year", {"date": "2015-03"}, "date"),
        ("", {"date": "2015-0x"}, "date"),
        ("", {"date": "2015-13"}, "date"),
        ("ready", {"unit": "date", "value": "2015-13"}, "value"),
        ("ready", {"unit": "date", "value": "2015-00"}, "value"),
        ("year", {"value": "one"}, "value"),
        ("year", {"value": "inf"}, "value"),
        ("year", {"low": "2"}, "value"),
        ("year", {"high": "0.5"}, "value"),
        ("year", {"low": "1", "high": "1"}, ""),
        ("year", {"low": "0.5", "high": "2"}, ""),
        ("year 3", {}, "reading"),
        ("never", {}, "reading"),
        ("level", {"date": "2015-03", "unit": "% of need"}, ""),
        ("level", {"date": "2015", "unit": "%"}, "date"),
        ("level", {"date": "2015-03", "unit": "%", "of": ""}, "of"),
        ("level", {"date": "2015-03"}, "unit"),
        ("unit 1", {"unit": "date", "value": "2015-03"}, ""),
        ("unit 0", {"unit": "date", "value": "2015-03"}, "reading"),
        ("unit 0.5", {"unit": "date", "value": "2015-03"}, ""),
        ("unit inf", {"unit": "date", "value": "2015-03"}, "reading"),
        ("unit", {"unit": "date", "value": "2015-03"}, "reading"),
        ("unit 1 2", {"unit": "date", "value": "2015-03"}, "reading"),
        ("unit 1", {}, "unit"),
        ("ready", {"unit": "date", "value": "after 2015-03"}, ""),
        ("ready", {"unit": "date", "value": "after 2015-03", "low": "2015-01"}, "value"),
        ("ready", {"unit": "date", "value": "soon"}, "value"),
        ("full", {"unit": "date", "value": "2015-03", "of": ""}, "of"),
        ("from BBB", {"unit": "%"}, ""),
        ("from", {"unit": "%"}, "reading"),
        ("from BBB CCC", {"unit": "%"}, "reading"),
        ("bought", {}, ""),
        ("bought BBB", {}, ""),
        ("bought BBB CCC", {}, "reading"),
        ("met", {"unit": "%"}, ""),
        ("", {"unit": "text", "value": ""}, ""),
        ("", {"kind": "plan", "unit": "date", "value": "2016-01"}, "stated"),
        ("", {"kind": "plan", "unit": "date", "value": "2016-01", "stated": "2014"}, ""),
        ("", {"stated": "soon"}, "stated"),
    ],
)
def test_what_is_wrong_with_a_row(reading: str, keys: dict[str, str], column: str) -> None:
    """One thing at most in each of these."""
    assert [found for found, _ in complaints(outcome(reading, **keys))] == [column] * bool(column)


def test_what_has_not_happened_counts_as_the_month_after() -> None:
    """March 2015 and the month after; a band where there is one; what is asked of a buyer."""
    march = month_number("2015-03")
    for value, expected in (("2015-03", march), ("after 2015-03", march + 1)):
        row = outcome("ready", unit="date", value=value)
        assert row.band == (expected,) * 3
        assert row.is_open == (expected > march)
    assert outcome("year", value="2", low="1", high="4").band == (1, 2, 4)
    assert not outcome("year", value="after 2").is_open
    assert [outcome(each).seller for each in ("from BBB", "bought", "unit 1")] == ["BBB", "", ""]
    assert [outcome("met").is_of_buyer, outcome("year").is_of_buyer] == [True, False]
    read_ = [outcome("year"), outcome(""), outcome("year", unit="text")]
    assert [each.is_read for each in read_] == [True, False, False]
    assert not outcome("year", kind="plan").is_read
    units = [outcome("", unit=unit).measure for unit in ("date", "% of need", "engines")]
    assert units == ["date", "share", "units"]

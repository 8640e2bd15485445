"""Test that records become tables: rows, columns, statistics, CSV text."""

from __future__ import annotations

import csv as reader
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sim.records import EventRow
from sim.report import tables
from sim.report.statistics import spread
from tests.recorded import LINES, MONTHS, NEEDS, ROUTES, records

INF, NAN = np.inf, np.nan


def test_spread_of_five_members_by_hand() -> None:
    found = spread(np.array([[0.0, 1, 2, 3, 10]]), range(5), (5, 25, 50, 95))
    assert {name: values.tolist() for name, values in found.items()} == {
        "mean": [3.2],
        "p05": [pytest.approx(0.2)],
        "p25": [1.0],
        "p50": [2.0],
        "p95": [pytest.approx(8.6)],
        "central": [0.0],
    }


def test_spread_of_one_member_is_that_member() -> None:
    found = spread(np.array([[7.0], [NAN]]), [0], (5, 95))
    assert all(np.array_equal(values, [7.0, NAN], equal_nan=True) for values in found.values())


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=st.floats(-1e6, 1e6)
    )
)
def test_quantiles_are_numpys(values: np.ndarray) -> None:
    found = spread(values, range(values.shape[1]), (5, 25, 50, 75, 95))
    for level in (5, 25, 50, 75, 95):
        np.testing.assert_array_equal(
            found[f"p{level:02d}"], np.quantile(values, level / 100, axis=-1)
        )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([INF, INF, INF], (INF, INF, INF, INF)),
        ([1.0, 2.0, INF], (INF, 1.1, 2.0, INF)),  # p95 lies nine tenths of the way to inf
        ([1.0, INF, INF], (INF, 1.0, INF, INF)),  # p05 lies a tenth of the way to inf: nearer to 1
        ([5.0, NAN, INF], (INF, 5.0, INF, INF)),
        ([NAN, NAN, NAN], (NAN, NAN, NAN, NAN)),
        ([4.0, NAN, NAN], (4.0, 4.0, 4.0, 4.0)),
        ([1.0, NAN, 3.0], (2.0, 1.1, 2.0, 2.9)),
    ],
)
def test_spread_with_infinity_and_nan(members: list[float], expected: tuple[float, ...]) -> None:
    """A member with NaN does not count; beside infinity a quantile takes the nearer neighbour and
    never becomes NaN."""
    found = spread(np.array([members]), range(3), (5, 50, 95))
    assert [found[name][0] for name in ("mean", "p05", "p50", "p95")] == pytest.approx(
        expected, nan_ok=True
    )


def test_central_is_member_0_wherever_it_stands() -> None:
    assert spread(np.array([1.0, 2.0, 3.0]), [4, 0, 9], ())["central"] == 2.0


def test_central_is_empty_without_member_0() -> None:
    made = records(members=[3, 4])
    assert np.isnan(tables.series(made)["central"]).all()
    assert tables.csv(tables.flows(made)).splitlines()[1] == "2012,AAA,AAA,engines,24,24,24,24,"


def test_series_columns_and_order_of_rows() -> None:
    table = tables.series(records())
    assert list(table) == [
        "month",
        "metric",
        "state",
        "product",
        "mean",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
        "central",
        "use",
    ]
    rows = list(zip(table["month"], table["metric"], table["state"], table["product"], strict=True))
    months = records().months
    assert rows == [
        (month, metric, *need) for month in months for metric in records().series for need in NEEDS
    ]


def test_series_numbers_stand_in_their_rows() -> None:
    """Turbines in the month of the cut: members lose 50, 60, ... 90 % of 5 units."""
    row = tables.csv(tables.series(records())).splitlines()[1 + 14 * 21 + 7]
    assert row == "2013-03,unmet,AAA,turbines,3.5,2.6,3,3.5,4,4.4,2.5,final"


def test_summary_with_the_share_of_censored_members() -> None:
    made = records()
    made.summary["T90"][0, :2] = 12, 24
    text = tables.csv(tables.summary(made)).splitlines()
    assert text[0] == "state,product,metric,mean,p05,p50,p95,central,n,use"
    assert [line.split(",")[2] for line in text[1:6]] == [
        "fill_rate_after",
        "unmet",
        "substitution_ratio",
        "T90",
        "T90_censored",
    ]
    assert text[4:6] == [
        "AAA,engines,T90,inf,14.4,inf,inf,12,5,final",
        "AAA,engines,T90_censored,0.6,0,1,1,0,5,final",
    ]
    assert text[14:16] == ["CCC,engines,T90,,,,,,0,final", "CCC,engines,T90_censored,,,,,,0,final"]


def test_summary_counts_the_members_behind_its_quantiles() -> None:
    """A member to whom a metric does not apply does not count; one that never gets there does."""
    made = records()
    made.summary["T90"][0] = 12, NAN, INF, 24, NAN
    rows = dict(zip(tables.summary(made)["metric"][:5], tables.summary(made)["n"][:5], strict=True))
    assert rows["T90"] == rows["T90_censored"] == 3
    assert rows["unmet"] == 5


def test_flows_by_year_and_route() -> None:
    table = tables.flows(records())
    assert list(table) == [
        "year",
        "exporter",
        "importer",
        "product",
        "mean",
        "p05",
        "p50",
        "p95",
        "central",
    ]
    rows = list(
        zip(table["year"], table["exporter"], table["importer"], table["product"], strict=True)
    )
    assert rows == [(year, *route) for year in (2012, 2013, 2014, 2015) for route in ROUTES]
    assert table["mean"][:4].tolist() == [24, 96, 60, 48]


def test_capacity_by_month_and_line() -> None:
    table = tables.capacity(records())
    names = [
        f"{what}_{name}"
        for what in ("usable", "output", "capacity")
        for name in ("p05", "p50", "p95", "mean", "central")
    ]
    assert list(table) == ["month", "factory", "state", "product", *names]
    assert (
        list(zip(table["factory"], table["state"], table["product"], strict=True)) == LINES * MONTHS
    )
    assert (
        tables.csv(table).splitlines()[-3]
        == "2015-12,home,AAA,engines,3.2,5,6.8,5,3,1.6,2.5,3.4,2.5,1.5,4.8,7.5,10.2,7.5,4.5"
    )


def test_events_in_the_order_recorded() -> None:
    text = tables.csv(tables.events(records())).splitlines()
    assert text[:2] == [
        "month,event,kind,action,targets,count,members",
        "2013-03,ban,cut_off,begins,links,2,1",
    ]
    assert len(text) == 4


def test_events_of_a_quiet_run_are_a_header() -> None:
    assert (
        tables.csv(tables.events(records(events=[])))
        == "month,event,kind,action,targets,count,members\n"
    )


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        (0.1, "0.1"),
        (1 / 3, "0.3333333333"),
        (1e-20, "1e-20"),
        (123456789012.0, "1.23456789e+11"),
        (-0.0, "0"),
        (NAN, ""),
        (INF, "inf"),
        (5.0, "5"),
    ],
)
def test_numbers_as_text(number: float, cell: str) -> None:
    assert tables.csv({"a": np.array([number])}) == f"a\n{cell}\n"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        *(
            (text, text)
            for text in ("", "plain", "a b+c-d.e", "\u00fc1", "-5", "5e-3", "a\tb", "a:b")
        ),
        ("=1", "'=1"),
        ("-x", "'-x"),
        ("a;=b", "a;'=b"),
        ("a\t+b", "a\t'+b"),
        (" @a", "' @a"),
        ("a,b", '"a,b"'),
        ("a\n=b", '"a\n\'=b"'),
        ("a\n", '"a\n"'),
    ],
)
def test_text_as_cells(text: str, cell: str) -> None:
    assert tables.csv({"a": [text]}) == f"a\n{cell}\n"


def test_text_that_needs_quotes_survives() -> None:
    awkward = ['a,b "c"', "two\nlines", "plain"]
    rows = list(reader.reader(io.StringIO(tables.csv({"x": awkward, "y": awkward}), newline="")))
    assert rows == [["x", "y"], *([text, text] for text in awkward)]


def test_same_records_same_text() -> None:
    assert tables.csv(tables.series(records())) == tables.csv(tables.series(records()))


def test_memory_layout_changes_no_digit() -> None:
    made = records()
    other = replace(
        made, series={name: np.asfortranarray(values) for name, values in made.series.items()}
    )
    assert tables.csv(tables.series(other)) == tables.csv(tables.series(made))


def test_an_event_of_some_members_keeps_its_share() -> None:
    made = records(events=[EventRow("2014-01", "lift", "lifting", "begins", "links", 2, 0.4)])
    assert (
        tables.csv(tables.events(made)).splitlines()[1] == "2014-01,lift,lifting,begins,links,2,0.4"
    )

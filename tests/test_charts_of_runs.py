"""Test what the charts of a run draw: the data, the words, what is chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.report.charts.capacity import capacity
from sim.report.charts.choice import Choice
from sim.report.charts.cost import cost
from sim.report.charts.events import marks, moments
from sim.report.charts.fates import FATES, fates
from sim.report.charts.fill_rate import fill_rate
from sim.report.charts.gallery import CHARTS, available, chart
from sim.report.charts.suppliers import suppliers
from sim.report.charts.tables import of_folder, of_result
from sim.report.charts.time import date_ticks, label, ordinal, thinned, ticks
from sim.report.charts.years import parts_told
from sim.report.result import Result
from tests.charted import begins, drawn, flows, recorded, series, tables, titles
from tests.recorded import records, scenario
from tests.worlds import world

ENGINES, TURBINES = ("AAA", "engines"), ("AAA", "turbines")


def test_a_folder_and_a_result_in_memory_draw_the_same(tmp_path: Path) -> None:
    result = Result(scenario(), records(range(5)))
    memory, folder = of_result(result), of_folder(result.save(tmp_path / "r", figures=False))
    assert available(memory) == available(folder)
    assert set(available(memory)) >= {"fill_rate", "suppliers", "capacity"}
    for name in available(memory):
        one, other = chart(memory, name), chart(folder, name)
        assert one is not None
        assert other is not None
        assert (one.title, one.subtitle, one.notes) == (other.title, other.subtitle, other.notes)
        for mine, yours in zip(one.panels, other.panels, strict=True):
            for rows, frame in mine.rows.items():
                pd.testing.assert_frame_equal(
                    frame.reset_index(drop=True),
                    yours.rows[rows].reset_index(drop=True),
                    rtol=1e-8,
                    check_dtype=False,
                )


def test_without_a_scenario_the_tables_alone_are_drawn(tmp_path: Path) -> None:
    folder = Result(scenario(), records(range(5))).save(tmp_path / "r", figures=False)
    for other in ("scenario.yaml", "manifest.json"):
        (folder / other).unlink()
    found = chart(of_folder(folder), "fill_rate")
    assert titles(found) == ["AAA: Engines", "AAA: Turbines"]


def test_strips_stand_worst_first_and_say_of_how_many() -> None:
    """Lost on the mean: 17 months of need of engines, some 13 of turbines (ramping up) of 34."""
    found = fill_rate(recorded())
    assert titles(found) == ["Buyerland: Engines", "Buyerland: Turbines"]
    assert found is not None
    assert "2 needs that are short in some month, worst first (3 needs in all)" in found.subtitle


def test_a_strip_draws_the_tables_numbers() -> None:
    found = fill_rate(recorded())
    rows = drawn(found, 1).set_index("m")
    cut = rows.loc[ordinal("2013-03")]
    assert (cut["p50"], cut["central"]) == (pytest.approx(0.3), pytest.approx(0.5))
    assert cut["p05"] < cut["p25"] < cut["p50"] < cut["p75"] < cut["p95"]
    end = drawn(found, 1, "end")
    assert end.to_dict("records") == [{"m": ordinal("2015-12"), "p50": 1.0, "said": "100 %"}]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1, 0.3, 0.2], "less than half of need is met from 2014-02 to 2014-03"),
        ([1, 1, 0.2], "less than half of need is met in 2014-03"),
        ([1, *[0.2] * 12], "less than half of need is met from 2014 to 2015"),
        ([1, 0.3, 0.8], "less than half of need is met until 2014, 80 % at the end"),
        ([1, 0.7, 0.95], "at worst 70 % of need is met (2014-02), 95 % at the end"),
    ],
)
def test_the_title_says_what_was_found(values: list[float], told: str) -> None:
    found = fill_rate(tables(series=series({ENGINES: values})))
    assert found is not None
    assert found.title == f"Buyerland: Engines, {told}"


def test_a_need_short_in_few_members_says_so() -> None:
    found = fill_rate(tables(series=series({ENGINES: [1.0, 1.0, 1.0]}, spread=0.5)))
    assert found is not None
    assert found.title.endswith("short in few members only, at worst 50 % met (2014-01)")


def test_no_need_short_no_chart() -> None:
    assert fill_rate(tables(series=series({ENGINES: [1.0, 0.99]}))) is None


def test_twelve_of_more_unless_chosen() -> None:
    many = {(f"S{place:02d}", "engines"): [1.0, place / 40] for place in range(30)}
    given = tables(series=series(many))
    found = fill_rate(given)
    assert found is not None
    assert titles(found) == [f"S{place:02d}: Engines" for place in range(12)]
    assert "12 of 30 needs that are short" in found.subtitle
    asked = fill_rate(given, Choice(states=["S29", "S03"]))
    assert titles(asked) == ["S03: Engines", "S29: Engines"]


def test_what_is_asked_for_is_shown_though_it_was_never_short() -> None:
    given = tables(series=series({ENGINES: [1.0, 1.0], TURBINES: [1.0, 0.2]}))
    assert titles(fill_rate(given, Choice(products=["engines"]))) == ["Buyerland: Engines"]


def test_names_that_are_not_there_are_all_told() -> None:
    with pytest.raises(
        InputError,
        match=(
            r"(?s)states: 'RUS' is not .* AAA.*products: 'cars' "
            r"is not"
        ),
    ):
        chart(recorded(), "fill_rate", Choice(states=["RUS"], products=["cars"]))


def test_a_state_of_the_scenario_of_which_a_chart_has_nothing_is_no_mistake() -> None:
    """The seller has no need that could be hit or short, and its plant never changes."""
    for name in ("fill_rate", "fates", "capacity", "suppliers"):
        assert chart(recorded(), name, Choice(states=["BBB"])) is None
    assert chart(recorded(), "suppliers", Choice(states=["AAA"]))


def test_an_event_of_some_members_says_of_how_many() -> None:
    begun = begins(("2014-02", "ban"), ("2014-03", "alarm"), ("2014-05", "alarm"), ("2014-04", "x"))
    begun["members"] = [1.0, 0.25, 0.5, 0.1]
    given = tables(series=series({ENGINES: [1.0, 0.5] * 4}), events=begun)
    found = fill_rate(given)
    assert found
    assert found.notes == [
        "1  2014-02  Ban",
        "2  2014-04  X (in 10 % of the members)",
        "3  2014-05  Alarm (in 50 % of the members, at some time in 75 %)",
    ]


def test_one_event_has_one_number_in_all_charts() -> None:
    """The panels of turbines show the second and third event, as 2 and 3."""
    given = recorded()
    assert [(each.number, label(each.month), each.events) for each in moments(given)] == [
        (1, "2013-03", ("ban",)),
        (2, "2015-06", ("lift",)),
    ]
    for name in ("fill_rate", "capacity"):
        found = chart(given, name)
        assert found is not None
        numbers = {number for panel in found.panels for number in panel.rows["events"]["number"]}
        assert {note.split()[0] for note in found.notes} == numbers


def test_an_event_stands_where_most_members_have_it() -> None:
    rows = begins(("2014-01", "lift"), ("2014-03", "lift"), ("2014-02", "ban"))
    rows.loc[:, "members"] = [0.2, 0.8, 1.0]
    found = moments(tables(events=rows))
    assert [(label(each.month), each.events) for each in found] == [
        ("2014-02", ("ban",)),
        ("2014-03", ("lift",)),
    ]


def test_numbers_of_events_never_overlap_and_stay_on_the_axis() -> None:
    first, last = ordinal("2012-01"), ordinal("2024-12")
    crowd = [(f"2024-{month:02d}", f"e{month}") for month in range(1, 13)]
    rows = marks(moments(tables(events=begins(*crowd))), first, last)
    assert list(rows["m"]) == [ordinal(month) for month, _ in crowd]
    assert rows["place"].diff().min() > 0.02 * (last - first)
    assert first <= rows["place"].min() < rows["place"].max() <= last + 2


def test_flat_stretches_are_thinned_and_nothing_else() -> None:
    frame = pd.DataFrame({"m": range(8), "v": [1.0, 1, 1, 1, 0.5, 0.2, 0.2, 0.2]})
    assert list(thinned(frame, ["v"])["m"]) == [0, 3, 4, 5, 7]
    line = np.interp(frame["m"], *thinned(frame, ["v"]).to_numpy().T)
    assert line.tolist() == frame["v"].tolist()
    assert list(thinned(frame, ["v"], 3)["m"]) == [0, 1, 4, 7]


@pytest.mark.parametrize(
    ("first", "last", "marked"),
    [
        ("2012-01", "2015-12", ["2012-01", "2013-01", "2014-01", "2015-01"]),
        ("2012-01", "2012-05", ["2012-01", "2012-02", "2012-03", "2012-04", "2012-05"]),
        ("2012-01", "2012-12", ["2012-01", "2012-04", "2012-07", "2012-10"]),
    ],
)
def test_axes_of_time(first: str, last: str, marked: list[str]) -> None:
    assert [label(month) for month in ticks(ordinal(first), ordinal(last))] == marked


def test_a_century_has_seven_labels_at_most() -> None:
    assert 4 <= len(ticks(ordinal("1950-01"), ordinal("2049-12"))) <= 7


def test_suppliers_are_units_a_year_so_that_growth_is_seen() -> None:
    """Home: 10, 20, 60 a year; the old seller stops after the first."""
    rows = [(2014, "BBB", "AAA", "engines", 50.0)]
    rows += [
        (year, "AAA", "AAA", "engines", units)
        for year, units in ((2014, 10.0), (2015, 20.0), (2016, 60.0))
    ]
    found = suppliers(tables(flows=flows(rows)))
    bars = drawn(found)
    tops = {(row.year, row.who): (row.bottom, row.top) for row in bars.itertuples()}
    assert tops == {
        (2014, "Sellerland"): (0, 50),
        (2014, "Buyerland"): (50, 60),
        (2015, "Buyerland"): (0, 20),
        (2016, "Buyerland"): (0, 60),
    }
    assert found is not None
    assert found.panels[0].axis == "engines a year"
    assert "Sellerland supplied 83 % until 2014, Buyerland supplies 100 % in 2016" in found.title


def test_nothing_is_called_missing_where_nobody_needs_anything() -> None:
    """The need falls to nothing in 2015: no bar, and a tick of the need at nothing."""
    needs = series({ENGINES: [1.0] * 24}).assign(metric="need")
    needs.loc[needs["month"] >= "2015-01", "mean"] = 0.0
    rows = [(2014, "BBB", "AAA", "engines", 12.0), (2015, "BBB", "AAA", "engines", 0.0)]
    found = suppliers(tables(flows=flows(rows), series=needs))
    assert drawn(found)["year"].tolist() == [2014]
    assert drawn(found, rows="need").to_dict("list") == {"year": [2014, 2015], "need": [12.0, 0.0]}
    assert "missing" not in str([key.label for key in found.keys]) if found else False


def test_each_supplier_has_its_spread_from_the_foot_of_its_bar() -> None:
    rows = [(2014, "BBB", "AAA", "engines", 50.0), (2015, "BBB", "AAA", "engines", 0.0)]
    found = suppliers(tables(flows=flows([*rows, (2015, "AAA", "AAA", "engines", 20.0)])))
    assert drawn(found, rows="spread").to_dict("records") == [
        {"year": 2014, "low": 45.0, "high": pytest.approx(55.0)},
        {"year": 2015, "low": 18.0, "high": 22.0},
    ]


def test_reexports_say_their_way() -> None:
    rows = flows([(2014, "BBB", "AAA", "engines", 5.0), (2015, "BBB", "AAA", "engines", 5.0)])
    rows.insert(2, "via", ["", "CCC"])
    found = suppliers(tables(flows=rows))
    assert drawn(found)["who"].tolist() == ["Sellerland", "Sellerland via CCC"]
    assert drawn(found)["exporter"].tolist() == ["BBB", "BBB"]


def test_buyers_whose_suppliers_stay_are_left_out_unless_chosen() -> None:
    rows = [(year, "BBB", "AAA", "engines", 5.0) for year in (2014, 2015)]
    assert suppliers(tables(flows=flows(rows))) is None
    chosen = suppliers(tables(flows=flows(rows)), Choice(states=["AAA"]))
    assert chosen
    assert chosen.subtitle.endswith("; 1 buyer and product")
    assert titles(chosen) == [("Buyerland: Engines")]


def test_a_year_that_is_not_whole_is_told_and_counts_by_the_month() -> None:
    """5 a month throughout: 15 in the last quarter of 2014, 60 in 2015, 30 in half of 2016."""
    needs = series({ENGINES: [1.0] * 21}).assign(metric="need")
    needs["month"] = [label(ordinal("2014-10") + month) for month in range(21)]
    units = ((2014, 15.0), (2015, 60.0), (2016, 30.0))
    rows = flows([(year, "BBB", "AAA", "engines", each) for year, each in units])
    assert suppliers(tables(flows=rows, series=needs)) is None
    chosen = suppliers(tables(flows=rows, series=needs), Choice(states=["AAA"]))
    assert chosen
    assert "in the calendar year (2014 from 2014-10, 2016 until 2016-06); 1" in chosen.subtitle
    less = rows.assign(mean=[15.0, 60.0, 15.0])
    assert suppliers(tables(flows=less, series=needs))
    money = {"year": [2014, 2015, 2016], "state": "AAA", "item": "capital", "mean": [0.0, 2.0, 1.0]}
    spread = {name: money["mean"] for name in ("p05", "p50", "p95")}
    paid = cost(tables(money={**money, **spread}, series=needs))
    assert paid
    assert "by calendar year (2014 from 2014-10, 2016 until 2016-06);" in paid.subtitle


def test_dates_of_a_short_run_are_labelled_by_month_and_not_by_tenths_of_a_year() -> None:
    """From March 2015 to December 2016 there is one January: every third month, and of these each
    second one."""
    labels = date_ticks(2015 + 2 / 12, 2016 + 11 / 12)
    months = [round(12 * value) for value in labels["values"]]
    assert [label(month) for month in months] == ["2015-03", "2015-09", "2016-03", "2016-09"]
    assert "% 12 + 1" in labels["labelExpr"]
    years = date_ticks(2014.9, 2019.0)
    assert years["values"] == [2015, 2016, 2017, 2018, 2019]
    assert "% 12 + 1" not in years["labelExpr"]
    assert date_ticks(2015.04, 2015.05)["values"] == [2015 + 1 / 12]


def test_a_run_within_a_year_is_told_by_its_ends() -> None:
    needs = series({ENGINES: [1.0] * 4}).assign(metric="need")
    assert parts_told(tables(series=needs)) == " (2014-01 to 2014-04)"
    assert parts_told(tables(series=series({ENGINES: [1.0] * 24}))) == ""
    assert parts_told(tables()) == ""


def test_capacity_draws_each_line_that_changes_with_its_unit() -> None:
    found = capacity(recorded())
    assert titles(found) == ["Engines"]
    assert found is not None
    assert found.panels[0].axis == "engines a month"
    rows = drawn(found).set_index("m")
    assert set(rows["who"]) == {"Home works, Buyerland"}
    assert rows.loc[ordinal("2012-01"), "p50"] == 2
    assert rows.loc[ordinal("2014-07"), ["p05", "p50", "p95"]].tolist() == pytest.approx(
        [3.2, 5, 6.8]
    )
    assert (
        "Home works (Buyerland) can make 2 engines a month in 2012-01 and 5 in 2015-12"
    ) in found.title


@pytest.mark.parametrize("months", [160, 161, 162])
def test_a_month_that_stands_out_is_drawn_in_a_long_chart_of_flat_lines(months: int) -> None:
    """60 lines stand still for a month and make the same in all others: 5 rows each tell it."""
    stop = 80
    made = pd.DataFrame(
        {
            "month": [label(ordinal("2001-01") + month) for month in range(months)] * 60,
            "factory": np.repeat([f"plant_{number}" for number in range(60)], months),
            "state": "AAA",
            "product": "engines",
            **{
                f"usable_{level}": np.tile(np.where(np.arange(months) == stop, 0.0, 9.0), 60)
                for level in ("p05", "p50", "p95")
            },
        }
    )
    found = capacity(tables(capacity=made))
    rows = drawn(found)
    assert len(rows) == 60 * 5
    assert (rows["p50"] == 0).sum() == 60
    assert found is not None
    assert "third" not in found.subtitle
    assert found.title.endswith(
        f"can make 9 engines a month in 2001-01, 0 in 2007-09 and 9 in {made['month'].iloc[-1]}"
    )


def test_two_plants_of_one_title_are_two_lines() -> None:
    """One stands still for two months, the other one for the next two."""
    plants = {
        name: {"title": "Works", "state": "AAA", "lines": {"engines": 10}}
        for name in ("one", "two")
    }
    stops = {
        name: {"kind": "outage", "date": f"2014-0{first}", "until": f"2014-0{first + 2}"}
        | {"factory": name, "share": 1}
        for name, first in (("one", 2), ("two", 4))
    }
    found = capacity(of_result(sim.run(world(months=8, factories=plants, trade={}, events=stops))))
    lines = drawn(found).groupby("who")["p50"].apply(list)
    assert len(lines) == 2
    for name, values in lines.items():
        assert str(name).startswith(("Works (one)", "Works (two)"))
        assert values[0] == values[-1] == 10
        assert values.count(0) == 2


def test_capacity_that_never_changes_is_not_drawn() -> None:
    """Of two lines that make the same in every month."""
    made = world(months=4)
    assert capacity(of_result(sim.run(made))) is None


def fate_rows() -> pd.DataFrame:
    shares = {
        "2014": {"old": 1.0},
        "2015": {"home": 0.25, "unmet": 0.75},
        "end": {"home": 0.75, "unmet": 0.25},
    }
    rows = [
        ("AAA", "engines", year, fate, share.get(fate, 0.0), "", "AAA" if year == "end" else "")
        for year, share in shares.items()
        for fate in FATES
    ]
    return pd.DataFrame(
        rows, columns=["state", "product", "year", "fate", "probability", "month_p50", "by"]
    )


def test_fates_stack_to_all_members() -> None:
    found = fates(tables(fates=fate_rows()))
    rows = drawn(found)
    assert rows[["year", "fate", "bottom", "top"]].to_dict("split")["data"] == [
        [2014, "old", 0.0, 1.0],
        [2015, "home", 0.0, 0.25],
        [2015, "unmet", 0.25, 1.0],
    ]
    assert found is not None
    assert (
        found.title
        == "Of 1 need hit, 1 is most likely supplied by other makers; 0 end unmet or dropped"
    )


def test_cost_draws_the_median_and_its_spread_of_states_that_pay() -> None:
    money = pd.DataFrame(
        [
            (year, state, item, 2 * units, units, 2 * units, 3 * units)
            for year in (2014, 2015)
            for state, units in (("AAA", 10.0), ("BBB", 0.0), ("all", 10.0))
            for item in ("capital", "purchases")
        ],
        columns=["year", "state", "item", "mean", "p05", "p50", "p95"],
    )
    found = cost(tables(money=money))
    assert titles(found) == ["Invested in capacity"]
    assert drawn(found).to_dict("records") == [
        {"year": year, "who": "Buyerland", "state": "AAA", "p05": 10.0, "p50": 20.0, "p95": 30.0}
        for year in (2014, 2015)
    ]
    assert found is not None
    assert found.title == "Buyerland invests most: 40 million over the run (mean)"
    assert found.panels[0].axis == "million a year"


def test_a_result_has_its_charts_at_hand() -> None:
    plot = Result(scenario(), records(range(5))).plot
    assert titles(plot.fill_rate(products=["turbines"], states=["AAA"])) == ["Buyerland: Turbines"]
    assert "fill_rate" in repr(plot)
    with pytest.raises(InputError, match="'fillrate' is none; did you mean 'fill_rate'"):
        plot("fillrate")
    with pytest.raises(
        InputError,
        match=(
            r"stress needs rows in criticality.csv; this result "
            r"can draw"
        ),
    ):
        plot("stress")
    assert set(CHARTS) >= set(available(of_result(Result(scenario(), records(range(5))))))

"""Test what the charts of comparisons, stress tests, studies, plans and backtests draw."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from sim.report.binding import Held, binding_first
from sim.report.charts.backtest import backtest, calibration, place
from sim.report.charts.bottlenecks import bottlenecks
from sim.report.charts.choice import Choice
from sim.report.charts.comparison import comparison
from sim.report.charts.discovery import discovery
from sim.report.charts.frontier import frontier
from sim.report.charts.names import Names
from sim.report.charts.programmes import programmes
from sim.report.charts.sensitivity import sensitivity
from sim.report.charts.stress import stress
from sim.report.page.views import chart_view
from tests.charted import drawn, tables, titles


def differences(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    """Give `comparison` of (state, metric, p05, p50, p95, p_better) of engines."""
    made = [
        ("base", "other", state, product, metric, p50, p05, p50, p95, p50, better, 10)
        for state, metric, p05, p50, p95, better in rows
        for product in ("engines", "*")
    ]
    columns = ["base", "other", "state", "product", "metric"]
    return pd.DataFrame(
        made, columns=[*columns, "mean", "p05", "p50", "p95", "central", "p_better", "n"]
    )


def test_shares_differ_by_percentage_points() -> None:
    found = comparison(
        tables(comparison=differences(("AAA", "fill_rate_after", 0.01, 0.02, 0.05, 1.0)))
    )
    rows = drawn(found)
    assert rows[["low", "middle", "high"]].to_numpy().tolist() == [[1.0, 2.0, 5.0]]
    assert found is not None
    assert found.panels[0].axis == "percentage points"
    assert found.table is not None
    assert found.table["median difference"].tolist() == ["+2.0 points (+1.0 points to +5.0 points)"]


def test_a_row_stands_once_where_there_is_one_product() -> None:
    found = comparison(
        tables(comparison=differences(("AAA", "fill_rate_after", 0.01, 0.02, 0.05, 1.0)))
    )
    assert drawn(found)["label"].tolist() == ["Buyerland: Engines"]


def test_a_median_of_nothing_is_neither_a_gain_nor_a_loss() -> None:
    rows = differences(
        ("AAA", "fill_rate_after", -0.1, 0.0, 0.2, 0.55),
        ("BBB", "fill_rate_after", 0.01, 0.02, 0.05, 0.95),
        ("CCC", "fill_rate_after", -0.3, -0.2, -0.1, 0.0),
    )
    found = comparison(tables(comparison=rows))
    assert drawn(found)[["label", "kind"]].to_numpy().tolist() == [
        ["Sellerland: Engines", "gains"],
        ["Buyerland: Engines", "unsure"],
        ["CCC: Engines", "loses"],
    ]
    assert found is not None
    assert found.title == (
        "base against other: 1 need surely does better, 1 surely worse, of 3 that differ"
    )
    assert found.subtitle.endswith(
        "3 differences, largest shown, greatest gain first (3 needs compared)"
    )
    both = pd.concat([rows, rows.assign(other="third")])
    found = comparison(tables(comparison=both))
    assert found is not None
    assert found.title == (
        "base against 2 others: of 6 differences, 2 surely for the better, 2 for the worse"
    )
    assert found.subtitle.endswith("(3 needs compared)")


def test_another_metric_can_be_asked_for() -> None:
    rows = differences(
        ("AAA", "fill_rate_after", 0, 0, 0, 0.5), ("AAA", "resilience_loss", -3.0, -1.5, -0.1, 0.97)
    )
    assert comparison(tables(comparison=rows)) is None
    found = comparison(tables(comparison=rows), metric="resilience_loss")
    assert drawn(found)[["low", "middle", "high"]].to_numpy().tolist() == [[-3.0, -1.5, -0.1]]
    assert found is not None
    assert found.panels[0].axis == "months of need lost"


def criticality() -> pd.DataFrame:
    rows = [
        ("factory", "works", "BBB", "", "engines turbines", 30.0, 2.0),
        ("link", "works -> AAA", "BBB", "AAA", "engines", 20.0, 4.0),
        ("link", "works -> yard", "BBB", "AAA", "turbines", 0.0, float("inf")),
    ]
    made = [
        (*row[:5], 0.0, row[5], *(factor * row[5] for factor in (0.5, 1, 2)), *3 * (row[6],), 0.1)
        for row in rows
    ]
    spread = [
        f"{what}_{level}"
        for what in ("difference", "time_to_survive")
        for level in ("p05", "p50", "p95")
    ]
    columns = ["kind", "name", "exporter", "importer", "product", "loss_without", "difference_mean"]
    return pd.DataFrame(made, columns=[*columns, *spread, "static_index"])


def test_stress_draws_factories_and_links_that_are_felt() -> None:
    found = stress(tables(criticality=criticality()))
    assert titles(found) == ["Without a factory", "Without a link"]
    columns = ["label", "low", "middle", "high", "kind", "said"]
    assert drawn(found, 0)[columns].to_numpy().tolist() == [
        ["Works (Sellerland)", 15.0, 30.0, 60.0, "BBB", "2"]
    ]
    assert drawn(found, 1)["label"].tolist() == ["Works (Sellerland) to Buyerland:\nEngines"]
    assert found is not None
    assert found.title.startswith("Works (Sellerland) matters most: without it 30 more months of")
    assert "2 knock-outs, worst first" in found.subtitle


def test_stress_of_some_products() -> None:
    found = stress(tables(criticality=criticality()), Choice(products=["turbines"]))
    assert titles(found) == ["Without a factory"]


WORLD = Names(
    events={"leak": "Leakage for a while"},
    programmes={"build": "Build at home"},
    factories={"home": "Home plant"},
)
SLIPPAGE = "programmes.build.candidates.home.slippage"


def test_factors_have_titles_and_none_is_cut() -> None:
    assert WORLD.path("events.leak.share") == "Leakage for a while: share"
    assert WORLD.path(SLIPPAGE) == "Build at home: candidates, Home plant, slippage"
    assert WORLD.path("programmes.other.slippage") == "Other: slippage"
    assert WORLD.path("rules.sourcing") == "Rules, sourcing"
    rows = {
        **{"metric": 2 * ["unmet[2016]"], "state": 2 * ["AAA"], "product": 2 * ["engines"]},
        **{"factor": [SLIPPAGE, "programmes.other.slippage"], "rank": [1, 2]},
        **{"S1": [0.5, 0.1], "ST": [0.9, 0.2], "ST_conf": [0.3, 0.1], "variance": [1.0, 1.0]},
    }
    ranking = {"rank": [1], "factor": [SLIPPAGE], "mean_share": [0.9], "max_share": [0.9]}
    found = sensitivity(tables(WORLD, sensitivity=rows, ranking=ranking))
    labels = [text.replace("\n", " ") for text in drawn(found)["label"]]
    assert labels == ["Build at home: candidates, Home plant, slippage", "Other: slippage"]
    assert found is not None
    assert found.title == f"{labels[0]} matters most of 1 factors: 90 % of the variance on average"
    assert "beyond 1, which a share cannot exceed" in found.subtitle
    assert drawn(found)[["low", "middle", "high", "beside"]].iloc[0].tolist() == pytest.approx(
        [0.6, 0.9, 1.2, 0.5]
    )


def box(**changes: Any) -> dict[str, list[Any]]:
    row = {
        **{"box": 1, "factor": "events.leak.share", "low": float("nan"), "high": 0.5, "values": ""},
        **{"coverage": 0.75, "density": 0.9, "mass": 0.7, "points": 10},
    }
    return {name: [value] for name, value in {**row, **changes}.items()}


def test_discovery_says_its_lift_and_the_rarer_side() -> None:
    """It holds in 3 of 4 runs anyway, so a box with 9 of 10 says little: 1.2 times."""
    points = {"point": [0, 1], "events.leak.share": [0.2, 0.8], "x": [1.0, 2.0]}
    points |= {"share": [1.0, 0.5], "known": [4, 4]}
    found = discovery(tables(WORLD, boxes=box(), points=points))
    assert found is not None
    assert found.title == (
        "Common, so ask when not: it holds in 75 % of all runs, in 90 % of the best box's (lift "
        "1.2), which holds 70 % of the runs; it fails in 25 % of all and 10 % there"
    )
    assert found.notes[0].startswith("1  Leakage for a while: share below 0.5: it holds in 90 %")
    rects = drawn(found, rows="boxes")[["x", "x2", "y", "y2"]]
    assert rects.to_numpy().tolist() == [[0.2, 0.5, 0.0, 1.0]]


def test_factors_over_a_wide_range_have_an_axis_in_ratios() -> None:
    points = {
        "point": [0, 1],
        "events.leak.share": [0.1, 8.0],
        "share": [0.5, 0.0],
        "known": [4, 4],
    }
    found = discovery(tables(WORLD, boxes=box(), points=points))
    assert found is not None
    assert found.spec["layer"][0]["encoding"]["x"]["scale"]["type"] == "log"


def test_choices_are_drawn_in_order_and_apart_where_a_box_leaves_one_out() -> None:
    """Whether a table holds true or its text; a choice that no point has drawn has its place."""
    for yes, no in ((True, False), ("true", "false")):
        points = {"point": [0, 1], "x": [yes, no], "share": [1.0, 0.0], "known": [4, 4]}
        found = discovery(
            tables(WORLD, boxes=box(factor="x", high=float("nan"), values="true"), points=points)
        )
        assert drawn(found)["x"].tolist() == [1, 0]
        assert drawn(found, rows="boxes")[["x", "x2"]].to_numpy().tolist() == [[0.5, 1.5]]
    points = {"point": [0, 1], "x": ["2016", "2015"], "share": [1.0, 0.0], "known": [4, 4]}
    boxes = box(factor="x", high=float("nan"), values="2014; 2016")
    found = discovery(tables(WORLD, boxes=boxes, points=points))
    assert drawn(found)["x"].tolist() == [2, 1]
    rects = drawn(found, rows="boxes")[["x", "x2", "number"]]
    assert rects.to_numpy().tolist() == [[-0.5, 0.5, "1"], [1.5, 2.5, "1"]]
    assert found is not None
    assert found.panels[0].told.endswith("with 1 box.")


def test_discovery_of_something_rare_leads_with_it() -> None:
    points = {
        "point": [0, 1],
        "events.leak.share": [0.2, 0.8],
        "share": [0.25, 0.0],
        "known": [4, 4],
    }
    found = discovery(tables(WORLD, boxes=box(density=0.5), points=points))
    assert found is not None
    assert found.title.startswith(
        "It holds in 13 % of all runs, in 50 % of the best box's (lift 4)"
    )


def test_the_frontier_has_its_lever_on_the_axis() -> None:
    """What the answer is called and where it stands is the lever, not the money spent."""
    tried = {"choice": [0.0, 264.7, 500.0], "probability": [0.5, 0.8, 1.0]}
    tried |= {"reached": ["never", "2020-01", "2019-07"], "efficient": [True, True, True]}
    tried |= {
        f"cost_{level}": [0.0, cost, 500.0]
        for level, cost in (("p05", 270), ("p50", 285), ("p95", 290))
    }
    plan = {
        "reach": ("fill_rate >= 0.8"),
        "asked": 0.8,
        "choose": "programmes.build.budget",
        "answer": 264.7,
    }
    plan |= {"members": 20, "probability": 0.8, "probability_low": 0.58, "probability_high": 0.92}
    found = frontier(tables(WORLD, plan=[plan], frontier=tried))
    assert found is not None
    assert drawn(found)["x"].tolist() == [0.0, 264.7, 500.0]
    assert drawn(found, rows="answer").to_dict("records") == [{"x": 264.7, "said": "265"}]
    chances = drawn(found)[["low", "middle", "high"]].iloc[1]
    assert chances.tolist() == pytest.approx([58.4, 80.0, 91.9], abs=0.1)
    assert drawn(found, 1)["middle"].tolist() == [0.0, 285.0, 500.0]
    assert drawn(found, 2)[["x", "middle"]].to_numpy().tolist() == [
        [264.7, 2020.0],
        [500.0, 2019.5],
    ]
    # all panels have the places of all choices, and dates whole years before and after
    across = found.spec["layer"][0]["encoding"]["x"]
    assert across["scale"]["domain"] == [0.0, 500.0]
    assert across["axis"]["title"] == "Build at home: budget, money"
    assert drawn(found, 2, "years")["y"].tolist() == [2019.0, 2021.0]
    assert "Build at home: budget 265 is enough in 80 % of the members" in found.title


@pytest.mark.parametrize(
    ("choices", "extra", "places"),
    [
        (["2012-01", "2013-07"], {}, [2012.0, 2013.5]),
        (["a, b", "a"], {"plants": [2, 1]}, [2.0, 1.0]),
    ],
)
def test_levers_that_are_not_money(
    choices: list[str], extra: dict[str, list[int]], places: list[float]
) -> None:
    tried = {"choice": choices, "probability": [0.5, 1.0], **extra}
    tried |= {f"cost_{level}": [1.0, 2.0] for level in ("p05", "p50", "p95")}
    plan = {"reach": "x", "asked": 0.8, "choose": "events.leak.date", "answer": choices[1]}
    plan |= {"members": 20, "probability": 1.0, "probability_low": 0.8, "probability_high": 1.0}
    found = frontier(tables(WORLD, plan=[plan], frontier=tried))
    assert drawn(found)["x"].tolist() == places
    assert drawn(found, rows="answer").to_dict("records") == [{"x": places[1], "said": choices[1]}]


def outcomes() -> pd.DataFrame:
    rows = [
        (
            "naval",
            "first_unit",
            "2015-06",
            "milestone",
            "date",
            "2015-06",
            "2016-01",
            "2018-01",
            ("after 2019-12"),
        ),
        ("naval", "units", "2016", "observed", "units/yr", "2", "1", "2", "4"),
        ("naval", "share", "2016", "claim", "%", "90", "1", "2", "4"),
    ]
    made = [
        (
            *row[:6],
            row[6],
            row[6],
            row[7],
            row[8],
            row[8],
            "2015-01" if row[4] == "date" else "1",
            "",
            "yes",
            "model",
        )
        for row in rows
    ]
    columns = [
        "category",
        "metric",
        "date",
        "kind",
        "unit",
        "outcome",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
    ]
    return pd.DataFrame(made, columns=[*columns, "plan", "naive", "in90", "best"])


def test_backtest_draws_dates_as_years_and_numbers_apart() -> None:
    found = backtest(tables(backtest=outcomes()))
    assert found is not None
    assert [panel.axis for panel in found.panels] == ["year", "units/yr", "%"]
    assert drawn(found)[["low", "middle", "high"]].to_numpy().tolist() == [[2016.0, 2018.0, 2020.0]]
    dots = drawn(found, rows="dots").set_index("what")["x"]
    assert dots.to_dict() == {"outcome": pytest.approx(2015 + 5 / 12), "plan": 2015.0}
    assert found.title == (
        "2 of 2 observed outcomes lie within the 90 % interval; the model is the best forecast of 2"
    )
    assert drawn(found, 2)["label"].tolist() == ["Share, 2016 (claimed)"]
    shapes = found.spec["layer"][-1]["encoding"]["shape"]["scale"]["range"]
    assert [key.mark for key in found.keys] == ["point", *shapes]
    assert "M10 1l5 5l-5 5l-5 -5z" in chart_view(found).keys[1].swatch
    legend = json.dumps(found.to_dict()["vconcat"][0])
    assert all(f'"shape": "{shape}"' in legend for shape in shapes)
    open_yet = backtest(tables(backtest=outcomes().assign(in90=["yes", "", "no"])))
    assert open_yet is not None
    assert [panel.told.partition(": ")[2] for panel in open_yet.panels] == [
        f"{inside} of {known} lie within the 90 % interval."
        for inside, known in ((1, "1 outcome"), (0, "0 outcomes"), (0, "1 outcome"))
    ]


def test_calibration_counts_observed_outcomes_by_tenths() -> None:
    """Two outcomes at 2 % and 47 % of their forecasts; the claim is left out. Precedents, where
    they are there, have a panel of their own."""
    scored = outcomes().assign(pit=[0.02, 0.47, 0.99], in90=["no", "yes", "no"])
    found = calibration(tables(backtest=scored))
    assert drawn(found)["found"].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert drawn(found)["middle"].tolist() == pytest.approx([0.2] * 10)
    assert found is not None
    assert found.title == "1 of 2 outcomes lie outside the 90 % interval, 0.2 would by chance"
    precedents = pd.DataFrame(
        {
            "pit": [0.5, 1.0, None, 0.1],
            "in90": ["yes", "no", "", "yes"],
            "shipped": ["yes", "yes", "yes", "no"],
        }
    )
    both = calibration(tables(backtest=scored, backtest_precedents=precedents))
    assert drawn(both, 1)["found"].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert drawn(both, 2)["found"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    alone = calibration(tables(backtest_precedents=precedents))
    assert alone is not None
    assert [panel.title for panel in alone.panels] == ["Precedents", "Unseen precedents"]
    assert alone.title.startswith("1 of 2 outcomes lie outside the 90 % interval")
    assert calibration(tables()) is None


def test_places_of_dates() -> None:
    assert place("2015-07") == 2015.5
    assert place("after 2014-12") == 2015.0
    assert place("3.5") == 3.5
    assert str(place("")) == "nan"


def test_programmes_draw_what_is_reached() -> None:
    stages = {
        "funded": ("2015-01", "2015-07", "2016-01"),
        "built": ("2017-01", "2018-01", "inf"),
        "qualified": ("2018-01", "inf", "inf"),
    }
    row: dict[str, Any] = {
        **{
            "programme": "build",
            "candidate": "c",
            "factory": "home",
            "state": "AAA",
            "product": "engines",
            "funded": 0.9,
        },
        **{
            f"{stage}_{level}": month
            for stage, months in stages.items()
            for level, month in zip(("p05", "p50", "p95"), months, strict=True)
        },
        **{
            f"{what}_{level}": 3.0
            for what in ("added", "cost")
            for level in ("mean", "p05", "p50", "p95")
        },
    }
    found = programmes(tables(WORLD, programmes=[row]))
    assert drawn(found, rows="dots")[["stage", "x"]].to_numpy().tolist() == [
        ["funded", 2015.5],
        ["built", 2018.0],
    ]
    assert found is not None
    assert found.title == "0 of 1 candidate most likely qualify within the run"
    sooner = programmes(tables(WORLD, programmes=[{**row, "qualified_p50": "2019-01"}]))
    assert sooner is not None
    assert sooner.title == "1 of 1 candidate most likely qualifies within the run"
    assert sooner.spec["layer"][0]["encoding"]["x"]["axis"]["values"] == [*range(2015, 2020)]
    twice = programmes(tables(WORLD, programmes=[row, {**row, "programme": "other"}]))
    assert [text.rpartition(",")[2].strip() for text in drawn(twice)["label"]] == [
        "Build at home",
        "other",
    ]
    assert found.table is not None
    assert found.table["qualified"].tolist() == ["2018-01 to never"]


def test_what_binds_the_worst_need_comes_first() -> None:
    """Turbines are short and lack blades; engines are bound more often, and nobody misses them."""
    line = {"factory": "home", "state": "AAA", "year": 2015, "lost_mean": 2.0}
    rows = [
        {**line, "product": "engines", "bound": "capacity", "share": 1.0, "lost_mean": 900.0},
        {**line, "product": "turbines", "bound": "input:blades", "share": 0.2},
        {**line, "product": "blades", "bound": "money", "share": 0.1},
        {**line, "product": "turbines", "bound": "capacity", "share": 0.9}
        | {"factory": "other", "lost_mean": 1.0},
    ]
    covered = {"state": "AAA", "metric": "fill_rate_after", "use": "final"}
    needs = [
        {**covered, "product": "engines", "p05": 1.0, "p50": 1.0},
        {**covered, "product": "turbines", "p05": 0.1, "p50": 0.5},
    ]
    given = tables(WORLD, bottlenecks=rows, summary=needs)
    found = bottlenecks(given)
    assert found is not None
    assert [panel.title.split(": ")[1] for panel in found.panels] == ["Turbines", "Blades"]
    assert [panel.axis for panel in found.panels] == ["input that it lacks: Blades", ""]
    assert "2 of 4 lines" in found.subtitle
    asked = bottlenecks(given, Choice(products=["turbines"]))
    assert asked is not None
    assert len(asked.panels) == 2


def test_lines_that_lost_alike_are_told_alike_everywhere() -> None:
    """A file keeps ten digits, so rounding must not decide which of two lines is named."""
    lines = {("a", "x"): Held(lost=27.6), ("b", "x"): Held(lost=27.600000001)}
    assert binding_first(lines, ["x"]) == [("a", "x")]


def test_bottlenecks_name_the_input_that_binds() -> None:
    line = {"factory": "home", "state": "AAA", "product": "engines", "lost_mean": 5.0}
    rows = [
        {**line, "year": 2015, "bound": "capacity", "share": 0.25},
        {**line, "year": 2015, "bound": "input:blades", "share": 0.5},
    ]
    found = bottlenecks(tables(WORLD, bottlenecks=rows))
    assert found is not None
    assert found.title == (
        "Home plant (AAA): Engines: mostly bound by input: Blades, in 50 % of 2015"
    )
    assert drawn(found)[["said", "bottom", "top"]].to_numpy().tolist() == [
        ["capacity", 0.0, 0.25],
        ["input: Blades", 0.25, 0.75],
    ]

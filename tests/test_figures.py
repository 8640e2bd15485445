"""Test what figures are drawn, what they show, and that their bytes repeat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import sim
from sim.records import EventRow, Records
from sim.report.figures import draw, figures, style
from sim.report.figures.capacity import changes
from sim.report.figures.fill_rate import MOST_PANELS, affected, fill_rate_figure
from sim.report.figures.relevance import bearing_on_capacity, bearing_on_need
from sim.report.figures.suppliers import groups, periods
from tests.recorded import CUT, DATA, MONTHS, NEEDS, ROUTES, records, scenario

MONTH_LABELS = records().months


def drawn(made: Records) -> dict[str, Figure]:
    return dict(figures(scenario(), made))


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") or axes.get_title() for axes in figure.axes]


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.texts)


def test_files_are_pictures_of_some_size(tmp_path: Path) -> None:
    draw(scenario(), records(), tmp_path / "figures")
    files = {path.name: path.read_bytes() for path in (tmp_path / "figures").iterdir()}
    assert sorted(files) == ["capacity.png", "fill_rate_AAA.png", "suppliers.png"]
    assert all(data.startswith(b"\x89PNG") and len(data) > 10_000 for data in files.values())


def test_same_records_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        draw(scenario(), records(), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert b"Software" not in path.read_bytes()


def test_fill_rate_has_a_panel_for_each_product_that_was_short() -> None:
    figure = drawn(records())["fill_rate_AAA"]
    assert titles(figure) == ["Engines", "Turbines"]
    assert "2 products were ever short; 5 members" in texts(figure)


def test_fill_rate_lines_are_the_median_and_the_central_case() -> None:
    turbines = drawn(records())["fill_rate_AAA"].axes[1]
    median, central = turbines.lines[0], turbines.lines[1]
    assert np.asarray(median.get_ydata())[CUT] == pytest.approx(0.3)
    assert np.asarray(central.get_ydata())[CUT] == pytest.approx(0.5)
    assert len(turbines.collections) == 2


def test_fill_rate_of_one_member_has_no_bands() -> None:
    figure = drawn(records(members=[0]))["fill_rate_AAA"]
    assert not figure.axes[0].collections
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "central case",
        "event (key below)",
    ]


def test_members_without_the_central_case_have_no_such_line() -> None:
    figure = drawn(records(members=[1, 2, 3]))["fill_rate_AAA"]
    assert "central case" not in [text.get_text() for text in figure.legends[0].get_texts()]
    assert np.isnan(np.asarray(figure.axes[0].lines[1].get_ydata())).all()


def test_a_state_that_was_never_short_has_no_figure() -> None:
    assert list(affected(records())) == ["AAA"]


@pytest.mark.parametrize(("least", "shown"), [(0.4, True), (0.97, False)])
def test_a_state_short_in_one_member_of_ten_has_a_figure(least: float, shown: bool) -> None:
    made = records(members=range(10))
    made.series["fill_rate"][20:25, 2, 9] = least
    assert ("CCC" in affected(made)) == shown


def test_at_most_eight_products_the_worst() -> None:
    """Nine products, each shorter than the one before: the first is left out."""
    products = [f"p{number}" for number in range(9)]
    fill = np.ones((MONTHS, 9, 5))
    fill[CUT:] -= 0.1 * (1 + np.arange(9))[:, None]
    made = records(needs=[("AAA", product) for product in products], series={"fill_rate": fill})
    world = scenario(
        products={
            product: {"title": product, "unit": "units"}
            for product in (*products, "engines", "turbines")
        },
        needs={"AAA": dict.fromkeys((*products, "engines", "turbines"), 1), "CCC": {"engines": 4}},
    )
    figure = dict(figures(world, made))["fill_rate_AAA"]
    assert titles(figure) == products[1:]
    assert len(figure.axes) == MOST_PANELS
    assert "the 8 worst of 9 products" in texts(figure)


def test_events_are_numbered_in_every_panel_and_named_in_the_key() -> None:
    figure = drawn(records())["fill_rate_AAA"]
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == ["1", "2"]
    assert "1  2013-03  The ban" in texts(figure)
    assert "2  2015-06  lift" in texts(figure)


def test_an_event_that_differs_by_member_stands_where_most_have_it() -> None:
    rows = [
        EventRow(month, "lift", "lifting", "begins", "links", 1, share)
        for month, share in (("2014-01", 0.2), ("2014-03", 0.8))
    ]
    assert style.moments(records(events=rows), {"lift"}) == [
        style.Moment(1, 26, "2014-03", ("lift",))
    ]


def test_events_of_one_month_share_a_number() -> None:
    rows = [
        EventRow("2014-01", name, "cut_off", "begins", "links", 1, 1.0) for name in ("ban", "lift")
    ]
    made = records(events=rows)
    assert style.moments(made, {"ban", "lift"}) == [style.Moment(1, 24, "2014-01", ("ban", "lift"))]
    assert style.moments(made, {"lift"}) == [style.Moment(1, 24, "2014-01", ("lift",))]
    assert style.key_lines(scenario(), style.moments(made, {"ban", "lift"})) == [
        [" 1  2014-01  The ban; lift"]
    ]


def test_numbers_of_close_events_do_not_touch() -> None:
    axes = Figure().add_subplot()
    style.time_axis(axes, MONTH_LABELS)
    style.mark_moments(
        axes, [style.Moment(number, CUT + number, "", ()) for number in range(1, 13)]
    )
    places = [text.get_position()[0] for text in axes.texts]
    assert [text.get_text() for text in axes.texts] == [str(number) for number in range(1, 13)]
    assert places[0] == CUT + 1
    assert min(np.diff(places)) >= MONTHS * 0.02


def test_long_titles_end_at_a_word() -> None:
    assert style.shortened("sets of parts for engines", 20) == "sets of parts ..."
    assert style.shortened("sets of parts", 20) == "sets of parts"


WORLD = sim.parse(
    {
        **DATA,
        "products": {
            **DATA["products"],
            "boats": {"title": "Boats", "unit": "boats", "inputs": {"turbines": 2}},
        },
        "factories": {
            **DATA["factories"],
            "yard": {"title": "Yard", "state": "CCC", "lines": {"boats": 1}},
        },
        "needs": {**DATA["needs"], "CCC": {"engines": 4, "boats": 1}},
        "events": {
            "turbine_ban": {
                "kind": "cut_off",
                "date": "2013-03",
                "exporter": "BBB",
                "importer": "CCC",
                "product": "turbines",
            },
            "lift": {"kind": "lifting", "date": "2014-01", "lifts": ["turbine_ban"]},
            "war": {"kind": "demand", "date": "2013-03", "state": "AAA", "factor": 2},
            "fire": {
                "kind": "outage",
                "date": "2013-03",
                "factory": "works",
                "product": "turbines",
            },
            "rebuilt": {"kind": "repair", "date": "2014-03", "repairs": ["fire"]},
            "money": {
                "kind": "funding",
                "date": "2013-03",
                "programme": "home_engines",
                "amount": 1,
            },
        },
        "programmes": {
            "home_engines": {
                "title": "Home engines",
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "candidates": {
                    "more": {
                        "factory": "home",
                        "product": "engines",
                        "build_months": 1,
                        "qualification_months": 1,
                        "ramp_months": 1,
                        "capital_cost": 1,
                    }
                },
            }
        },
    }
)


@pytest.mark.parametrize(
    ("state", "product", "names"),
    [
        ("AAA", "engines", {"war", "money"}),
        ("AAA", "turbines", {"war", "fire", "rebuilt"}),
        ("CCC", "engines", set()),
        ("CCC", "boats", {"turbine_ban", "lift", "fire", "rebuilt"}),
    ],
)
def test_panels_show_the_events_that_bear_on_them(
    state: str, product: str, names: set[str]
) -> None:
    """A ban bears on what its inputs go into, a fire on what was made there, a programme on its
    beneficiaries."""
    assert bearing_on_need(WORLD, state, product) == names


@pytest.mark.parametrize(
    ("product", "names"),
    [("engines", {"money"}), ("turbines", {"fire", "rebuilt"}), ("boats", set())],
)
def test_capacity_panels_show_what_bears_on_lines(product: str, names: set[str]) -> None:
    assert bearing_on_capacity(WORLD, product) == names


def test_a_page_without_events_has_no_key() -> None:
    """Nothing that happens bears on the third state's engines."""
    made = records()
    made.series["fill_rate"][20:, 2] = 0.5
    figure = drawn(made)["fill_rate_CCC"]
    assert "Events" not in texts(figure)
    assert "event (key below)" not in [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (MONTHS, ["2012-01", "2013-01", "2014-01", "2015-01"]),
        (5, ["2012-01", "2012-02", "2012-03", "2012-04", "2012-05"]),
        (12, ["2012-01", "2012-04", "2012-07", "2012-10"]),
    ],
)
def test_time_axis_has_iso_months(count: int, labels: list[str]) -> None:
    axes = Figure().add_subplot()
    style.time_axis(axes, MONTH_LABELS[:count])
    assert [label.get_text() for label in axes.get_xticklabels()] == labels


def test_time_axis_of_a_century_has_seven_labels_at_most() -> None:
    axes = Figure().add_subplot()
    style.time_axis(axes, [f"{1950 + month // 12}-{month % 12 + 1:02d}" for month in range(1200)])
    assert 4 <= len(axes.get_xticks()) <= 7


def test_suppliers_before_during_and_after() -> None:
    figure = drawn(records())["suppliers"]
    assert titles(figure) == ["Buyerland: Engines", "Buyerland: Turbines"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["before 2012", "during 2013-2015"]
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "BBB",
        "AAA",
        "120 / year",
        "AAA",
        "38 / year",
    ]


def test_supplier_bars_are_as_long_as_deliveries_before() -> None:
    """Engines: 120 a year before; 30 from home and 8 from abroad during, so that 82 are missing."""
    engines = drawn(records())["suppliers"].axes[0]
    assert [bar.get_width() for bar in engines.patches] == pytest.approx(
        [96 / 120, 24 / 120, 8 / 120, 30 / 120, 82 / 120]
    )


def test_periods_of_a_long_run() -> None:
    years = list(range(2012, 2025))
    months = [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
    found = [(period.label, period.months) for period in periods(months, years, "2014-03")]
    assert found == [("before 2012-2013", 24), ("during 2014-2016", 36), ("after 2023-2024", 24)]


def test_periods_count_only_the_months_simulated() -> None:
    months = ["2013-11", "2013-12", "2014-01"]
    assert [
        (period.label, period.months) for period in periods(months, [2013, 2014], "2014-01")
    ] == [
        ("before 2013", 2),
        ("during 2014", 1),
    ]


def test_buyers_whose_suppliers_stay_are_left_out() -> None:
    made = records()
    found = groups(made, periods(made.months, made.years, "2013-03"))
    assert [(group.importer, group.product) for group in found] == [
        ("AAA", "engines"),
        ("AAA", "turbines"),
    ]


def test_without_change_there_is_no_suppliers_figure() -> None:
    assert "suppliers" not in drawn(records(flows=np.ones((4, len(ROUTES), 5))))


def test_a_route_without_deliveries_at_any_time_is_no_group() -> None:
    made = records(flows=np.zeros((4, len(ROUTES), 5)))
    assert groups(made, periods(made.months, made.years, "2013-03")) == []


def test_capacity_has_a_panel_for_each_product_that_changed() -> None:
    figure = drawn(records())["capacity"]
    assert titles(figure) == ["Engines (engines per month)"]
    assert np.asarray(figure.axes[0].lines[0].get_ydata())[[0, 29, 30]].tolist() == [0, 0, 3]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Buyerland"]


def test_capacity_adds_up_the_lines_of_a_state() -> None:
    made = records()
    lines = [("one", "AAA", "engines"), ("two", "AAA", "engines"), ("works", "BBB", "turbines")]
    made.usable[30:, 1] += 2
    assert changes(replace(made, lines=lines))["engines"]["AAA"]["p50"][30] == 5


def test_without_new_capacity_there_is_no_capacity_figure() -> None:
    assert "capacity" not in drawn(records(usable=np.ones((MONTHS, 3, 5))))


def test_the_same_state_has_the_same_colour_everywhere() -> None:
    colours = style.state_colours(records())
    assert len(set(colours.values())) == len(colours) == 2
    capacity = drawn(records())["capacity"].legends[0].legend_handles[0]
    assert capacity is not None
    assert capacity.get_color() == colours["AAA"]  # type: ignore[union-attr]


def test_states_beyond_the_palette_are_grey() -> None:
    many = [(f"factory{number}", f"S{number:02d}", "engines") for number in range(30)]
    found = list(
        style.state_colours(records(lines=many, routes=[], flows=np.empty((4, 0, 5)))).values()
    )
    assert found == [*style.PALETTE, *[style.MANY] * (30 - len(style.PALETTE))]


def test_a_dollar_sign_in_a_title_is_a_dollar_sign(tmp_path: Path) -> None:
    made = records()
    made.series["fill_rate"][20:, NEEDS.index(("CCC", "engines"))] = 0.5
    states = {"AAA": {"title": "$a_{1"}, "BBB": {"title": "b"}, "CCC": {"title": "c"}}
    draw(scenario(states=states), made, tmp_path / "figures")
    assert (tmp_path / "figures" / "fill_rate_AAA.png").stat().st_size > 10_000


def test_nothing_touches_the_users_matplotlib(tmp_path: Path) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw(scenario(), records(), tmp_path / "figures")
    assert dict(mpl.rcParams) == before


def test_panels_that_rest_on_assumptions_are_marked() -> None:
    """Where more than half of what explains the spread is assumed."""
    made, needs = records(), affected(records())["AAA"]
    marked = fill_rate_figure(scenario(), made, "AAA", needs, np.array([0.9, 0.1, np.nan]))
    plain = fill_rate_figure(scenario(), made, "AAA", needs, np.array([0.1, 0.1, np.nan]))
    titles = [axes.get_title() for axes in marked.axes]
    assert sum(title.endswith(" †") for title in titles) == 1
    assert any("spread mostly from assumptions" in text.get_text() for text in marked.texts)
    assert not any("†" in axes.get_title() for axes in plain.axes)

"""What holds a line back, and what becomes of candidates, in worlds that one can check on paper."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import sim
from sim.report.charts.gallery import chart
from sim.report.charts.tables import of_result
from sim.report.result import Result
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier


def world(**changes: Any) -> Scenario:
    """AAA uses 10 engines a month; home can make 2, abroad 20; they share equally."""
    data = {
        **old_supplier(),
        "months": 24,
        "products": {"engines": {"unit": "engines", "cancellation": 1}},
        "factories": {
            "home": {"state": "AAA", "lines": {"engines": 2}},
            "away": {"state": "BBB", "lines": {"engines": 20}},
        },
        "needs": {"AAA": {"engines": {"value": 10, "per": "month"}}},
        "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
        "events": {
            "ban": {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
        },
        **changes,
    }
    for group in ("products", "factories", "programmes"):
        for name, each in data.get(group, {}).items():
            each["title"] = name
    return sim.parse(data)


def bound(scenario: Scenario, year: int = 2015) -> dict[tuple[str, str], tuple[float, float]]:
    """Run it; return the share and the mean loss by line and cause in a year."""
    rows = sim.run(scenario).bottlenecks.query("year == @year")
    return {
        (row.factory, row.bound): (row.share, pytest.approx(row.lost_mean, rel=1e-6))
        for row in rows.itertuples()
    }


def test_nothing_binds_while_nobody_is_short() -> None:
    assert bound(world(), 2014) == {}


def test_a_year_in_which_nobody_lacks_anything_counts_nothing() -> None:
    """In the second year two lines are held back twelve months each, in the first for none."""
    records = sim.run(world()).records
    assert records.bottlenecks.months.sum(axis=(1, 2)).tolist() == [0, 24]
    assert records.bottlenecks.lost.sum(axis=(1, 2)) == pytest.approx([0, 96])


def test_a_line_cut_off_and_a_line_too_small() -> None:
    """Of 10 a month, 2 come from home; the 8 that lack would have come half from each."""
    assert bound(world()) == {
        ("home", "capacity"): (1.0, 48.0),
        ("away", "restriction"): (1.0, 48.0),
    }


@pytest.mark.parametrize(("bolts", "nuts"), [(0.1, 0.3), (0.3, 0.9), (0.7, 0.1)])
def test_of_inputs_that_are_equally_scarce_the_first_of_the_bill_counts(
    bolts: float, nuts: float
) -> None:
    """The yard slows down below stocks of two months and holds one: it makes half of what is
    ordered, and which of the two inputs allows it less is a matter of rounding."""
    inputs = {"bolts": bolts, "nuts": nuts}
    tanks = {"unit": "tanks", "cancellation": 1, "inputs": inputs}
    parts = {name: {"unit": name} for name in inputs}
    slow = {"rule": "ario_psi", "psi": 1, "cover_months": 2}
    found = world(
        products={**parts, "tanks": tanks},
        factories={
            "shop": {"state": "AAA", "lines": {"bolts": 100, "nuts": 100}},
            "yard": {"state": "AAA", "lines": {"tanks": 100}},
        },
        needs={"AAA": {"tanks": 7}},
        events={},
        rules={"production": slow},
    )
    assert [(key, share) for key, (share, _) in bound(found).items()] == [
        (("yard", "input:bolts"), 1.0)
    ]


def test_shares_follow_the_weights_of_the_scenario() -> None:
    """Weights of 3 to 1: 6 and 2 of the 8."""
    trade = {
        "all": {"exporter": "*", "importer": "*", "product": "*"},
        "away": {"exporter": "BBB", "importer": "AAA", "product": "*", "weight": 3},
    }
    assert bound(world(trade=trade)) == {
        ("home", "capacity"): (1.0, 24.0),
        ("away", "restriction"): (1.0, 72.0),
    }


def test_a_line_short_of_an_input() -> None:
    """Blades come from BBB alone. December's last until January is over; then home makes nothing,
    though it could make 20 and 10 are wanted."""
    found = bound(
        world(
            products={
                "engines": {
                    "unit": "engines",
                    "cancellation": 1,
                    "inputs": {"blades": 1, "bolts": 2},
                    "input_cover": 0,
                },
                "blades": {"unit": "blades", "cancellation": 1},
                "bolts": {"unit": "bolts", "cancellation": 1},
            },
            factories={
                "home": {"state": "AAA", "lines": {"engines": 20, "bolts": 100}},
                "away": {"state": "BBB", "lines": {"blades": 100}},
            },
        )
    )
    assert found["home", "input:blades"] == (pytest.approx(11 / 12), 110.0)
    assert found["away", "restriction"] == (1.0, 120.0)
    assert set(found) == {("home", "input:blades"), ("away", "restriction")}


def test_a_line_that_buyers_do_not_accept_yet() -> None:
    """Home could make all 10 and is accepted from July 2015 on."""
    made = {"home": "AAA", "away": "BBB"}
    ban = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
    licence = {"kind": "licence", "date": "2015-07", "factory": "home", "product": "engines"}
    found = bound(
        world(
            factories={
                name: {"state": state, "lines": {"engines": 20}} for name, state in made.items()
            },
            events={"ban": ban, "licence": licence},
        )
    )
    assert found["home", "qualification"] == (0.5, 30.0)
    assert found["away", "restriction"] == (0.5, 30.0)


def programme(budget: float) -> dict[str, Any]:
    return {
        "complexity": {
            "easy": {
                "build_months": 6,
                "qualification_months": 3,
                "ramp_months": 0,
                "capital_cost": 1,
            }
        },
        "products": {
            "engines": {"unit": "engines", "cancellation": 1, "complexity": "easy"},
        },
        "programmes": {
            "effort": {
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "budget": {"2015-01": budget},
                "candidates": {"new": {"factory": "home", "product": "engines"}},
            }
        },
    }


def test_a_supplier_that_was_found_waits_to_be_accepted() -> None:
    """BBB alone sends 20 of 40, so that AAA finds CCC in February, whose goods it accepts from
    August on. Of the 20 that are lacking BBB has all in January, then each half."""
    shown = bound(
        world(
            months=12,
            states={each * 3: {"title": each} for each in "ABC"},
            factories={
                "away": {"state": "BBB", "lines": {"engines": 20}},
                "found": {"state": "CCC", "lines": {"engines": 100}},
            },
            needs={"AAA": {"engines": {"value": 40, "per": "month"}}},
            trade={
                "old": {"exporter": "BBB", "importer": "AAA", "product": "*"},
                "new": {"exporter": "CCC", "importer": "AAA", "product": "*", "by_search": True},
            },
            rules={
                "search": {
                    **{"rule": "gravity", "probability": 1, "patience": 2},
                    "qualification_months": 6,
                }
            },
            events={},
        ),
        2014,
    )
    assert shown == {
        ("away", "capacity"): (7 / 12, 80),
        ("found", "qualification"): (6 / 12, 60),
    }


def test_a_candidate_without_money() -> None:
    """The first month's money builds 1 of the 8 that lack; then there is none."""
    found = bound(world(**programme(1)))
    assert found["home", "money"][0] > 0.5
    assert ("home", "capacity") not in found


def test_a_candidate_with_money_waits_for_its_plant_and_then_for_approval() -> None:
    """Money comes in January; six months of building are capacity, three of approval are not."""
    result = sim.run(world(**programme(100)))
    rows = result.bottlenecks.query("year == 2015 and factory == 'home'").set_index("bound")
    assert rows.loc["qualification", "share"] == pytest.approx(3 / 12)
    assert set(rows.index) == {"capacity", "qualification"}
    row = result.programmes.iloc[0]
    assert (row.funded_p50, row.built_p50, row.qualified_p50) == ("2015-01", "2015-07", "2015-10")
    assert (row.funded, row.built, row.qualified) == (1, 1, 1)
    assert row.added_p50 == row.cost_p50 == pytest.approx(8)


def test_a_candidate_without_room_waits_for_no_money() -> None:
    """It may have 1 of the 8 that lack, and has it with the first month's money, all there is: what
    holds the line back is its capacity, but for the months of approval."""
    changes = programme(1)
    changes["programmes"]["effort"]["candidates"]["new"]["max_capacity"] = 1
    assert {cause for line, cause in bound(world(**changes)) if line == "home"} == {
        "capacity",
        "qualification",
    }


def test_nobody_gets_money_that_is_not_there() -> None:
    row = sim.run(world(**programme(0))).programmes.iloc[0]
    assert (row.funded, row.funded_p50, row.cost_mean, row.added_mean) == (0, "inf", 0, 0)


def test_inputs_stand_below_final_needs() -> None:
    """Blades of two lines of one state are one row, and what lacks is told."""
    result = sim.run(
        world(
            products={
                "engines": {"unit": "engines", "cancellation": 1, "inputs": {"blades": 2}},
                "blades": {"unit": "blades", "cancellation": 1},
            },
            factories={
                "home": {"state": "AAA", "lines": {"engines": 6}},
                "works": {"state": "AAA", "lines": {"engines": 6}},
                "away": {"state": "BBB", "lines": {"blades": 100}},
            },
        )
    )
    assert list(dict.fromkeys(result.series["use"])) == ["final", "input"]
    rows = result.summary.query("use == 'input'").set_index("metric")
    assert set(zip(rows["state"], rows["product"], strict=True)) == {("AAA", "blades")}
    used = result.series.query("use == 'input' and metric == 'used' and month < '2015'")["mean"]
    assert used.to_list() == pytest.approx([20.0] * 12)
    assert rows.loc["fill_rate_after", "mean"] < 0.6
    assert "deferred" not in set(result.series.query("use == 'input'")["metric"])


def test_members_in_any_chunk_alike() -> None:
    scenario = sim.load("scenarios/baseline.yaml", members=5, months=60)
    whole, parts = sim.run(scenario, chunk=5), sim.run(scenario, chunk=2)
    for name in ("bottlenecks", "programmes", "series", "summary"):
        pd.testing.assert_frame_equal(getattr(whole, name), getattr(parts, name), check_exact=True)


def test_the_charts_draw_these_tables() -> None:
    result: Result = sim.run(world(**programme(100)))
    for name in ("bottlenecks", "programmes"):
        assert chart(of_result(result), name) is not None

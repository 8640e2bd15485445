"""What becomes of capacity on its way: stages of building, ramps; programmes that slip, overrun and
give up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.agents import CommissionAgent, FactoryAgent
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.capacity import erlang, half_done, monthly, order_book
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.scenario.schema import Scenario
from tests.plants import BAN, built, capacity, faults, programme
from tests.worlds import old_supplier, world

# --- stages
# -------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(mean=st.floats(0.5, 60), shape=st.integers(1, 12))
def test_erlang_stages_keep_mean_and_variance(mean: float, shape: int) -> None:
    """Mean L and variance L^2 / k, exactly, as long as a stage takes half a month."""
    share = erlang(np.array([[mean]]), np.array([[shape]]), 2500)[:, 0, 0]
    month = np.arange(share.size)
    stages = min(shape, int(mean // 0.5))
    assert share.min() >= 0
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert (month * share).sum() == pytest.approx(mean, rel=1e-6)
    assert ((month - mean) ** 2 * share).sum() == pytest.approx(mean**2 / stages, rel=1e-6)


def test_erlang_of_one_short_stage_by_hand() -> None:
    """One stage of a month and a half: a quarter at once, then 3/8, and half as much in each month
    after; the last takes the rest."""
    np.testing.assert_allclose(
        erlang(np.array([[1.5]]), np.array([[1]]), 3)[:, 0, 0], [1 / 4, 3 / 8, 3 / 16, 3 / 16]
    )
    assert half_done(erlang(np.array([[1.5]]), np.array([[1]]), 3)) == 1


def test_erlang_rows_of_different_shapes_do_not_mix() -> None:
    """Each row and member has its own mean and shape, and the same bits alone."""
    mean, shape = np.array([[6.0, 30.0, 12.0], [4.0, 4.5, 24.0]]), np.array([[3], [5]])
    together = erlang(mean, shape, 40)
    for row in range(2):
        for member in range(3):
            alone = erlang(mean[row : row + 1, member : member + 1], shape[row : row + 1], 40)
            assert np.array_equal(together[:, row, member], alone[:, 0, 0])


def test_a_programme_s_erlang_capacity_comes_about_its_delay() -> None:
    """10 units of mean 6 months in 2 stages (0.0204 at once and with the next, ...) instead of 10
    after exactly 6."""
    share = erlang(np.array([[6.0]]), np.array([[2]]), 24)[:, 0, 0]
    share[1] += share[0]
    share[0] = 0
    came = built(candidate={"stages": "erlang", "shape": 2})
    np.testing.assert_allclose(came[5:], 10 * np.cumsum(share)[: came[5:].size], atol=1e-12)
    assert came[6] > 0
    np.testing.assert_allclose(built()[[10, 11]], [0, 10], atol=1e-12)


def test_stages_of_the_class_hold_where_the_candidate_says_nothing() -> None:
    """And the candidate's own hold where it says something."""
    products = {"engines": {"title": "Engines", "unit": "engines", "complexity": "hard"}}
    hard = {
        "build_months": 6,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 2,
        "stages": "erlang",
        "shape": 2,
    }
    bare = {"factory": "home_plant", "product": "engines"}

    def came(candidate: dict[str, Any]) -> np.ndarray:
        programmes = {"build": programme(candidates={"home": bare | candidate})}
        return (
            capacity(
                world(
                    products=products,
                    complexity={"hard": hard},
                    events={"ban": BAN},
                    programmes=programmes,
                )
            )
            - 20
        )

    np.testing.assert_array_equal(came({}), built(candidate={"stages": "erlang", "shape": 2}))
    np.testing.assert_array_equal(
        came({"shape": 9}), built(candidate={"stages": "erlang", "shape": 9})
    )
    np.testing.assert_array_equal(came({"stages": "pure"}), built())


def completion(**changes: Any) -> int:
    """Return the months from June 2014 until an event begins that follows the project's
    completion.
    """
    follower = {"kind": "outage", "factory": "old_plant", "after": {"completion": "build.home"}}
    records = run(
        world(
            months=60,
            events={"ban": BAN, "then": follower},
            programmes={"build": programme(**changes)},
        )
    ).records
    [begin] = [row.month for row in records.events if row.event == "then"]
    return records.months.index(begin) - 1 - records.months.index("2014-06")


def test_a_project_is_complete_when_half_of_its_first_start_is_qualified() -> None:
    """A pure delay after exactly that; an Erlang one at its median; later starts do not put
    it off.
    """
    assert completion() == 5
    assert completion(budget={f"2014-{month:02d}": 20 for month in range(6, 13)}) == 5
    median = int(half_done(erlang(np.array([[24.0]]), np.array([[3]]), 60))[0, 0])
    assert median == 21
    # it begins what follows in the month itself
    found = completion(candidate={"build_months": 24, "stages": "erlang", "shape": 3})
    assert found == median - 1


def test_what_is_built_waits_for_qualification() -> None:
    """The commission sees it: 8 months of building, then 3 in which capacity waits."""
    candidate = {"build_months": 8, "qualification_months": 3}
    model = SupplyModel(world(events={"ban": BAN}, programmes={"build": programme(candidate)}))
    [commission] = model.agents_by_type[CommissionAgent]
    seen = []
    for _ in range(18):
        model.step()
        seen.append((float(commission.unfinished[0, 0]), float(commission.in_qualification[0, 0])))
    assert seen[5:17] == [(10, 0)] * 8 + [(10, 10)] * 3 + [(0, 0)]


def test_what_is_started_is_there_next_month_at_the_earliest() -> None:
    """Also when it takes no time, and whatever others in the chunk take."""
    candidate = {"build_months": {"value": 0, "low": 0, "high": 30}}
    scenario = world(events={"ban": BAN}, programmes={"build": programme(candidate)}, members=5)
    np.testing.assert_allclose(run(scenario).records.usable[[5, 6], 1, 0], [20, 30])


# --- programmes that slip, overrun and give up
# -----------------------------------------------------------------------


def test_slippage_stretches_drawn_months_alone() -> None:
    """6 months times 1.5 are 9; what was announced stays."""
    np.testing.assert_allclose(built(slippage=1.5)[[13, 14]], [0, 10], atol=1e-12)
    announced = built(candidate={"announced_months": 2}, lead_times="announced", slippage=1.5)
    np.testing.assert_allclose(announced[[6, 7]], [0, 10], atol=1e-12)


def test_cost_overrun_buys_less() -> None:
    """20 money at 2 times 1.25 a unit build 8."""
    np.testing.assert_allclose(built(cost_overrun=1.25)[-1], 8)


def test_what_costs_nothing_is_refused() -> None:
    """Nothing would be built of it, and of what costs next to nothing all that is lacking: 80."""
    (told,) = faults(programmes={"build": programme(cost_overrun=0)})
    assert "cost_overrun: 0 is below 1e-09 (factor)" in told
    np.testing.assert_allclose(built(cost_overrun=1e-6)[-1], 80)


def test_a_share_is_cancelled_each_month() -> None:
    """10 per cent of what is unfinished in each of the five months between: 10 * 0.9^5 are
    finished; the money is gone."""
    np.testing.assert_allclose(built(cancelled_share=0.1)[-1], 10 * 0.9**5)
    scenario = world(events={"ban": BAN}, programmes={"build": programme(cancelled_share=0.1)})
    model = SupplyModel(scenario)
    for _ in range(24):
        model.step()
    assert model.world.programmes.treasury.sum() == 0
    np.testing.assert_allclose(model.world.projects.added, 10 * 0.9**5)


def test_cancelled_capacity_may_be_tried_again() -> None:
    """It does not count against the most that may be added."""
    twice = {"budget": {"2014-06": 20, "2014-09": 20}, "candidate": {"max_capacity": 10}}
    np.testing.assert_allclose(built(**twice)[-1], 10)
    np.testing.assert_allclose(built(**twice, cancelled_share=1)[-1], 0, atol=1e-12)
    assert 10 * 0.9**5 < built(**twice, cancelled_share=0.1)[-1] < 10


# --- kernels, and the door
# ---------------------------------------------------------------------------------------------


def test_shares_by_the_month() -> None:
    """A year's loss month by month is the year's."""
    np.testing.assert_allclose(
        (1 - monthly(np.array([[0.0, 0.1, 1.0]]))) ** 12, [[1, 0.9, 0]], rtol=1e-12
    )


def test_an_order_book_is_what_was_shipped_and_a_part_of_what_waits() -> None:
    """30 wait; a full link and a dead line have no part; the rest share 1 to 2 by weight."""
    market = Market.build(np.array([0, 1, 2, 3]), np.zeros(4, dtype=np.int64), 4, 1)
    column = np.ones((4, 1))
    book = order_book(
        market,
        shipped=10 * column,
        backlog=np.array([[30.0]]),
        weight=np.array([[1.0], [2.0], [5.0], [5.0]]),
        cap=np.array([[np.inf], [np.inf], [10.0], [np.inf]]),
        limits=None,
        flow=10 * column,
        alive=np.array([[True], [True], [True], [False]]),
    )
    np.testing.assert_allclose(book[:, 0], [20, 30, 10, 10])


def test_an_order_book_counts_what_a_cut_by_half_leaves_before_what_a_link_can_carry() -> None:
    """5 flow and 30 wait: without the cut 35 would flow, so 17.5 may; the link has room for 5."""
    market = Market.build(np.array([0]), np.array([0]), 1, 1)
    groups = Groups.build([np.array([0])], np.array([0]))
    half = Limits.none(groups, np.array([[0.0]]), 1)
    half.share[:] = 0.5
    five = np.array([[5.0]])
    book = order_book(
        market,
        shipped=five,
        backlog=np.array([[30.0]]),
        weight=np.array([[1.0]]),
        cap=np.array([[10.0]]),
        limits=half,
        flow=five,
        alive=np.array([[True]]),
    )
    assert book[0, 0] == 10


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        (
            {"stages": "erlang"},
            "programmes.build.candidates.home: missing key 'shape', which stages: erlang needs",
        ),
        ({"shape": 3}, "programmes.build.candidates.home.shape: shape needs stages: erlang"),
    ],
)
def test_stages_and_shape_need_one_another(candidate: dict[str, Any], message: str) -> None:
    assert faults(programmes={"build": programme(candidate)}) == [message]


def test_a_class_says_no_half_things() -> None:
    hard = {
        "build_months": 6,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 2,
        "stages": "erlang",
        "retool_loss": 0.1,
    }
    assert faults(complexity={"hard": hard}) == [
        "complexity.hard: missing key 'shape', which stages: erlang needs",
        "complexity.hard.retool_loss: retool_loss needs retool_months",
    ]


# --- words
# -------------------------------------------------------------------------------------------------


def test_nameplate_capacity_and_usable_are_three_numbers() -> None:
    """The file gives 200, of which half can be used for good, and half of that while an outage
    lasts: agents, records and the table name each."""
    data = old_supplier()
    data["factories"]["old_plant"]["usable_share"] = 0.5
    fire = {"kind": "outage", "date": "2014-03", "factory": "old_plant", "share": 0.5}
    scenario = Scenario.model_validate({**data, "events": {"fire": fire}})
    model = SupplyModel(scenario)
    for _ in range(3):
        model.step()
    (plant,) = model.agents_by_type[FactoryAgent].select(lambda each: each.name == "old_plant")
    found = [float(each[0, 0]) for each in (plant.nameplate, plant.capacity, plant.usable)]
    assert found == [200, 100, 50]
    model.release()
    result = run(scenario)
    records = result.records
    assert (records.capacity[2, 0, 0], records.usable[2, 0, 0]) == (100, 50)
    row = result.capacity.query("month == '2014-03' and factory == 'old_plant'").iloc[0]
    assert (row.capacity_mean, row.usable_mean) == (100, 50)
    assert list(result.capacity.columns[-5:]) == [
        f"capacity_{name}" for name in ("p05", "p50", "p95", "mean", "central")
    ]

"""What becomes of capacity: stages of building, wear, rest, other products; programmes that slip, overrun and give up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.agents import CommissionAgent, FactoryAgent
from sim.axes import number
from sim.errors import ScenarioError
from sim.kernels.capacity import erlang, half_done, kept, monthly, order_book
from sim.kernels.allocation import Market
from sim.model import SupplyModel
from sim.recorder import Tape
from sim.run import run, run_chunk
from sim.scenario import parse
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier, world

BAN = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
HOME = {"factory": "home_plant", "product": "engines", "build_months": 6, "qualification_months": 0, "ramp_months": 0, "capital_cost": 2}


def programme(candidate: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a programme that puts 20 money into 10 units a month at the home plant in June 2014."""
    home = HOME | (candidate or {})
    return {"title": "Build", "chair": "AAA", "beneficiaries": ["AAA"], "budget": {"2014-06": 20}, "candidates": {"home": home}} | changes


def capacity(scenario: Scenario, factory: str = "home_plant", product: str = "engines") -> np.ndarray:
    """Run and return a line's usable capacity month by month in the central case."""
    records = run(scenario).records
    assert max(records.residuals.values()) <= 64
    return records.capacity[:, [line[::2] for line in records.lines].index((factory, product)), 0]


def built(months: int = 24, events: dict[str, Any] | None = None, **changes: Any) -> np.ndarray:
    """Run with a ban and a programme, and return what the home plant has beyond its 20."""
    programmes = {"build": programme(**changes)}
    return capacity(world(months=months, events={"ban": BAN} | (events or {}), programmes=programmes)) - 20


def plants(**line: Any) -> dict[str, Any]:
    """Return the old supplier's plants, the old one with these keys on its line."""
    factories = old_supplier()["factories"]
    factories["old_plant"]["lines"]["engines"] = {"capacity": 200} | line
    return factories


def faults(**changes: Any) -> list[str]:
    """Return what the door says of the old supplier's world with some keys changed."""
    with pytest.raises(ScenarioError) as caught:
        parse({**old_supplier(), **changes})
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


# --- stages ----------------------------------------------------------------------------------------------------------


@given(mean=st.floats(0.5, 80), shape=st.integers(1, 12))
def test_erlang_stages_keep_mean_and_variance(mean: float, shape: int) -> None:
    """Mean L and variance L^2 / k, exactly, as long as a stage takes half a month."""
    share = erlang(np.array([[mean]]), np.array([[shape]]), 6000)[:, 0, 0]
    month = np.arange(share.size)
    stages = min(shape, int(mean // 0.5))
    assert share.min() >= 0
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert (month * share).sum() == pytest.approx(mean, rel=1e-6)
    assert ((month - mean) ** 2 * share).sum() == pytest.approx(mean**2 / stages, rel=1e-6)


def test_erlang_of_one_short_stage_by_hand() -> None:
    """One stage of a month and a half: a quarter at once, then 3/8, and half as much in each month after; the last takes the rest."""
    np.testing.assert_allclose(erlang(np.array([[1.5]]), np.array([[1]]), 3)[:, 0, 0], [1 / 4, 3 / 8, 3 / 16, 3 / 16])
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
    """10 units of mean 6 months in 2 stages (0.0204 at once and with the next, ...) instead of 10 after exactly 6."""
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
    hard = {"build_months": 6, "qualification_months": 0, "ramp_months": 0, "capital_cost": 2, "stages": "erlang", "shape": 2}
    bare = {"factory": "home_plant", "product": "engines"}

    def came(candidate: dict[str, Any]) -> np.ndarray:
        programmes = {"build": programme(candidates={"home": bare | candidate})}
        return capacity(world(products=products, complexity={"hard": hard}, events={"ban": BAN}, programmes=programmes)) - 20

    np.testing.assert_array_equal(came({}), built(candidate={"stages": "erlang", "shape": 2}))
    np.testing.assert_array_equal(came({"shape": 9}), built(candidate={"stages": "erlang", "shape": 9}))
    np.testing.assert_array_equal(came({"stages": "pure"}), built())


def completion(**changes: Any) -> int:
    """Return the months from June 2014 until an event begins that follows the project's completion."""
    follower = {"kind": "outage", "factory": "old_plant", "after": {"completion": "build.home"}}
    records = run(world(months=60, events={"ban": BAN, "then": follower}, programmes={"build": programme(**changes)})).records
    [begin] = [row.month for row in records.events if row.event == "then"]
    return records.months.index(begin) - 1 - records.months.index("2014-06")


def test_a_project_is_complete_when_half_of_its_first_start_is_qualified() -> None:
    """A pure delay after exactly that; an Erlang one at its median; later starts do not put it off."""
    assert completion() == 6
    assert completion(budget={f"2014-{month:02d}": 20 for month in range(6, 13)}) == 6
    median = int(half_done(erlang(np.array([[24.0]]), np.array([[3]]), 60))[0, 0])
    assert median == 21
    assert completion(candidate={"build_months": 24, "stages": "erlang", "shape": 3}) == median


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
    np.testing.assert_allclose(run(scenario).records.capacity[[5, 6], 1, 0], [20, 30])


# --- programmes that slip, overrun and give up -----------------------------------------------------------------------


def test_slippage_stretches_drawn_months_alone() -> None:
    """6 months times 1.5 are 9; what was announced stays."""
    np.testing.assert_allclose(built(slippage=1.5)[[13, 14]], [0, 10], atol=1e-12)
    announced = built(candidate={"announced_months": 2}, lead_times="announced", slippage=1.5)
    np.testing.assert_allclose(announced[[6, 7]], [0, 10], atol=1e-12)


def test_cost_overrun_buys_less() -> None:
    """20 money at 2 times 1.25 a unit build 8."""
    np.testing.assert_allclose(built(cost_overrun=1.25)[-1], 8)


def test_a_share_is_cancelled_each_month() -> None:
    """10 per cent of what is unfinished in each of the five months between: 10 * 0.9^5 are finished; the money is gone."""
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


# --- wear, rest, closure ---------------------------------------------------------------------------------------------


def test_capacity_decays_by_a_share_a_year() -> None:
    """10 per cent a year: 200, 180, 162 after two, evenly by the month, and what is still ramping up decays alike."""
    left = capacity(world(months=25, factories=plants(decay=0.1)), "old_plant")
    np.testing.assert_allclose(left[[0, 1, 12, 24]], [200, 200 * 0.9 ** (1 / 12), 180, 162])
    home = old_supplier()["factories"]
    home["home_plant"]["lines"]["engines"] = {"capacity": 20, "decay": 0.1}
    scenario = world(months=40, factories=home, events={"ban": BAN}, programmes={"build": programme({"ramp_months": 12})})
    came, fresh = capacity(scenario), built(40, candidate={"ramp_months": 12})
    since = np.arange(40) - 11
    np.testing.assert_allclose(came[11:], (20 * 0.9 ** (11 / 12) + fresh[11:]) * 0.9 ** (since[11:] / 12))


def resting(months: int = 30, events: dict[str, Any] | None = None, **mothball: Any) -> tuple[np.ndarray, np.ndarray]:
    """Run with an old plant that lays up what is idle, 200 of capacity for a need of 80; return its capacity and the imports."""
    scenario = world(months=months, factories=plants(mothball={"after_months": 6} | mothball), events=events or {})
    return capacity(scenario, "old_plant"), run(scenario).records.series["imports"][:, 0, 0]


def test_idle_capacity_is_laid_up() -> None:
    """120 of 200 stand idle; after six months 80 are left, and all that is bought still comes."""
    left, imports = resting()
    np.testing.assert_allclose(left, [200.0] * 6 + [80.0] * 24)
    np.testing.assert_allclose(imports, 80)


def test_capacity_laid_up_comes_back_when_buyers_wait() -> None:
    """Home output fails in March 2015: 20 more are called, half of them still work, two months after the next; half is lost."""
    strike = {"fire": {"kind": "outage", "date": "2015-03", "factory": "home_plant"}}
    left, _ = resting(events=strike, return_months=2, return_share=0.5)
    np.testing.assert_allclose(left[13:18], [80, 80, 80, 80, 90])
    at_once, imports = resting(events=strike)
    np.testing.assert_allclose(at_once[14:16], [80, 100])
    np.testing.assert_allclose(imports[16], 100, rtol=0.2)


def test_one_idle_month_less_keeps_capacity() -> None:
    """What is used once in six months is not laid up: only the least that stood idle in each of them."""
    strike = {"fire": {"kind": "outage", "date": "2014-03", "until": "2014-04", "factory": "home_plant"}}
    left, _ = resting(months=8, events=strike)
    assert 80 < left[6] < 110


def test_a_closed_plant_keeps_nothing_laid_up() -> None:
    """What was laid up there is lost as well."""
    scenario = world(factories=plants(mothball={"after_months": 6}), events={"end": {"kind": "closure", "date": "2015-01", "factory": "old_plant"}})
    model = SupplyModel(scenario)
    plant = next(agent for agent in model.agents_by_type[FactoryAgent] if agent.name == "old_plant")
    for _ in range(12):
        model.step()
    assert plant.mothballed[0, 0] == 120
    for _ in range(12):
        model.step()
    assert (plant.mothballed[0, 0], plant.capacity[0, 0]) == (0, 0)


# --- other products --------------------------------------------------------------------------------------------------


def two_lines(**changes: Any) -> Scenario:
    """Return a world whose old plant has a second line, gears, that nobody can make enough of."""
    base = old_supplier()
    base["products"]["gears"] = {"title": "Gears", "unit": "gears", "complexity": "hard"}
    base["complexity"] = {"hard": {"build_months": 8, "qualification_months": 4, "ramp_months": 0, "capital_cost": 3, "retool_months": 5}}
    base["factories"]["home_plant"]["lines"] = {"engines": {"capacity": 20, "unit_cost": 1}, "gears": {"capacity": 4, "unit_cost": 1}}
    base["factories"]["old_plant"]["lines"]["gears"] = 50
    base["needs"] = {"AAA": {"engines": 20, "gears": 20}}
    base["trade"]["gears"] = {"exporter": "BBB", "importer": "AAA", "product": "gears", "weight": 0.8}
    return Scenario.model_validate({**base, **changes})


RETOOL = {"kind": "retool", "date": "2014-05", "factory": "home_plant", "from_product": "engines", "to_product": "gears", "months": 3}


@pytest.mark.parametrize(
    ("keys", "left", "gained"),
    [({}, 0, 20), ({"share": 0.5}, 10, 10), ({"loss": 0.25}, 0, 15), ({"units_of_new_per_old": 2}, 0, 40), ({"months": 0}, 0, 20)],
)
def test_a_line_is_turned_to_another_product(keys: dict[str, float], left: float, gained: float) -> None:
    """Its capacity leaves at once, makes neither for three months, and arrives with a loss."""
    scenario = two_lines(events={"turn": RETOOL | keys})
    np.testing.assert_allclose(capacity(scenario)[[3, 4, 23]], [20, left, left], atol=1e-12)
    arrives = 4 + max(int(keys.get("months", 3)), 1)
    np.testing.assert_allclose(capacity(scenario, product="gears")[[arrives - 1, arrives]], [4, 4 + gained])


def test_a_turned_line_shows_while_it_makes_neither() -> None:
    """As unfinished work of the factory."""
    model = SupplyModel(two_lines(events={"turn": RETOOL | {"loss": 0.25}}))
    plant = next(agent for agent in model.agents_by_type[FactoryAgent] if agent.name == "home_plant")
    seen = []
    for _ in range(9):
        model.step()
        seen.append(float(plant.building[0, 0]))
    assert seen[3:8] == [0, 15, 15, 15, 0]


def test_many_factories_are_turned_where_they_have_both_lines() -> None:
    """`*` stands for all that can; each gives its own share."""
    scenario = two_lines(events={"turn": RETOOL | {"factory": "*", "share": 0.5}})
    np.testing.assert_allclose([capacity(scenario, name, "gears")[-1] for name in ("home_plant", "old_plant")], [4 + 10, 50 + 100])


def test_a_line_that_closes_loses_what_was_on_its_way() -> None:
    """And nothing is turned to it any more."""
    close = {"kind": "closure", "date": "2014-06", "factory": "home_plant", "product": "gears"}
    scenario = two_lines(events={"turn": RETOOL | {"share": 0.5}, "close": close, "again": RETOOL | {"date": "2014-09"}})
    np.testing.assert_allclose(capacity(scenario, product="gears")[5:], 0)
    np.testing.assert_allclose(capacity(scenario)[5:], 10)


# --- the same bits, and the door -------------------------------------------------------------------------------------


def everything_at_once() -> Scenario:
    """Return a world in which all of this happens, with numbers that differ by member."""
    low_high = {"value": 0.2, "low": 0.05, "high": 0.6}
    scenario = two_lines(
        members=7,
        months=60,
        events={
            "ban": {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA", "share": {"value": 0.9, "low": 0.6, "high": 1}},
            "turn": RETOOL | {"share": low_high, "loss": low_high, "months": {"value": 4, "low": 1, "high": 9}},
        },
        programmes={
            "build": programme(
                {"stages": "erlang", "shape": 3, "build_months": {"value": 12, "low": 6, "high": 24}, "ramp_months": 3},
                slippage={"value": 1.2, "low": 1, "high": 3},
                cost_overrun={"value": 1.2, "low": 1, "high": 3},
                cancelled_share={"value": 0.01, "low": 0, "high": 0.05},
            )
        },
    ).model_dump(by_alias=True, exclude_unset=True)
    for factory in scenario["factories"].values():
        factory["lines"]["engines"] |= {
            "decay": low_high,
            "mothball": {"after_months": {"value": 5, "low": 1, "high": 9}, "return_months": {"value": 2, "low": 0, "high": 5}, "return_share": 0.8},
        }
    return Scenario.model_validate(scenario)


@pytest.mark.parametrize("company", [[0], [5], [2, 6], [6, 1, 4]])
def test_members_do_not_depend_on_their_company(company: list[int]) -> None:
    """Every mechanism gives a member the same bits alone and in any chunk; the books balance in all of them."""
    scenario = everything_at_once()
    axes = number(scenario)

    def taped(members: list[int]) -> dict[str, np.ndarray]:
        tape = Tape.blank(scenario, axes, len(members))
        assert max(run_chunk(scenario, members, axes, tape).residuals.values()) <= 64
        return {**tape.series, "capacity": tape.capacity, "output": tape.output}

    whole, part = taped(list(range(7))), taped(company)
    assert not np.array_equal(whole["capacity"][..., 1], whole["capacity"][..., 2])
    for name, values in part.items():
        assert np.array_equal(values, whole[name][..., company]), name


def test_shares_by_the_month_and_ramps() -> None:
    """A year's loss month by month is the year's; a ramp of n months keeps 1/e of what is left after n; none keeps nothing."""
    np.testing.assert_allclose((1 - monthly(np.array([[0.0, 0.1, 1.0]]))) ** 12, [[1, 0.9, 0]], rtol=1e-12)
    np.testing.assert_allclose(kept(np.array([[0.0, 6.0]])) ** 6, [[0, np.exp(-1)]], rtol=1e-12)


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
        flow=10 * column,
        alive=np.array([[True], [True], [True], [False]]),
    )
    np.testing.assert_allclose(book[:, 0], [20, 30, 10, 10])


@pytest.mark.parametrize(
    ("candidate", "message"),
    [
        ({"stages": "erlang"}, "programmes.build.candidates.home: missing key 'shape', which stages: erlang needs"),
        ({"shape": 3}, "programmes.build.candidates.home.shape: shape needs stages: erlang"),
    ],
)
def test_stages_and_shape_need_one_another(candidate: dict[str, Any], message: str) -> None:
    assert faults(programmes={"build": programme(candidate)}) == [message]


def test_a_class_says_no_half_things() -> None:
    hard = {"build_months": 6, "qualification_months": 0, "ramp_months": 0, "capital_cost": 2, "stages": "erlang", "retool_loss": 0.1}
    assert faults(complexity={"hard": hard}) == [
        "complexity.hard: missing key 'shape', which stages: erlang needs",
        "complexity.hard.retool_loss: retool_loss needs retool_months",
    ]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"to_product": "engines"}, "events.turn.to_product: 'engines' is what the line makes already"),
        ({"to_product": "gaers"}, "events.turn.to_product: unknown product 'gaers'; did you mean 'gears'?"),
        ({"until": "2015-01"}, "events.turn: until does nothing: lines are turned at once and for good"),
        ({"phase_in": 3}, "events.turn: phase_in does nothing: lines are turned at once and for good"),
    ],
)
def test_a_retool_that_cannot_be_is_refused(keys: dict[str, Any], message: str) -> None:
    data = two_lines().model_dump(by_alias=True, exclude_unset=True)
    assert faults(**data, events={"turn": RETOOL | keys}) == [message]

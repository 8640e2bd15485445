"""What is used, ordered and sent on its way in a month, on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.kernels.allocation import Allocation
from sim.kernels.refusals import Refusals
from sim.kernels.sums import NEVER
from sim.month.allocation import ship
from sim.month.final_use import StockPolicy, use
from sim.month.goods import dispatch
from sim.month.ordering import note_refusals, perceive, place_orders
from sim.rules.ordering import Position
from sim.rules.stockpile import StockDecision, Store
from sim.scenario.loading.load import parse
from sim.world.world import World
from tests.on_paper import NO, YES, column, union
from tests.worlds import old_supplier

approx = pytest.approx


def works() -> World:
    """Return a world in which AAA needs 10 helicopters and 20 engines, and its works, which could
    start 8 helicopters, take 2 engines for each; half of what it starts is good."""
    base = old_supplier()
    data = base | {"needs": {"AAA": {"engines": 20, "helicopters": 10}}}
    data["products"] |= {
        "helicopters": {"title": "Helicopters", "unit": "helicopters", "inputs": {"engines": 2}}
    }
    data["factories"]["works"] = {
        "title": "Works",
        "state": "AAA",
        "lines": {"helicopters": {"capacity": 8, "yield": 0.5}},
    }
    data["trade"]["own"] = {"exporter": "AAA", "importer": "AAA", "product": "helicopters"}
    world = SupplyModel(parse(data)).world
    needs, lines = world.needs, world.lines
    final = ["engines", "helicopters"]
    assert world.axes.needs == (("AAA", final[0]), ("AAA", final[1]), ("AAA", "engines"))
    needs.cancellation = column(0.25, 0, 0.5)
    needs.backlog, needs.refusals = column(40, 6, 8), Refusals.none((3, 1), 2, 0)
    needs.refusals.waiting, needs.refusals.passed_each = column(20, 6, 8), column(0.4, 0.5, 0.5)
    needs.final[:], needs.deferred = column(20, 10), column(5, 1)
    needs.stock[:], needs.in_transit[:] = column(3, 4, 50), column(7, 0, 9)
    needs.lead, needs.cover[:] = column(1, 2, 3), column(0.5, 1.5, 2.5)
    needs.used[:] = column(17, 4, 6)
    works = world.axes.lines.index(("works", "helicopters"))
    lines.usable[works], lines.perceived[works] = 8, 3
    lines.output, lines.asked = lines.output.copy(), lines.asked.copy()
    lines.output[works], lines.asked[works] = 2, 3.5
    return world


def position(world: World, rows: Any) -> Position:
    """Return what buyers of these needs see who order 100 each."""
    seen: list[Position] = []

    def rule(found: Position) -> np.ndarray:
        seen.append(found)
        return np.full_like(found.expected, 100.0)

    def nothing(found: Position) -> np.ndarray:
        return np.zeros_like(found.expected)

    place_orders(world, [(nothing, slice(None)), (rule, rows)])
    # it was asked before what they would order had they more in stock
    return seen[-1]


def test_what_is_ordered_beside_what_waits() -> None:
    """A quarter, nothing and half of what waits is given up, and of what came beside it as much."""
    world = works()
    position(world, slice(0, 3))
    needs = world.needs
    assert needs.cancelled[:, 0].tolist() == [10, 0, 4]
    assert needs.refusals is not None
    assert needs.refusals.waiting[:, 0].tolist() == [15, 6, 4]
    assert needs.refusals.passed[:, 0].tolist() == [6, 3, 2]
    assert needs.ordered[:, 0].tolist() == [100, 100, 100]
    assert needs.demand[:, 0].tolist() == [130, 106, 104]


def test_what_is_ordered_for_want_of_what_was_refused() -> None:
    """Who orders half a unit less for each in stock orders half of what is lacked beside what would
    be ordered had it come."""
    world = works()
    needs, refusals = world.needs, world.needs.refusals
    assert refusals is not None
    refusals.lacked[:] = column(8, 0, 6)
    place_orders(world, [(lambda found: 100 - 0.5 * found.stock, slice(0, 3))])
    assert needs.ordered[:, 0].tolist() == [98.5, 98, 81]
    assert refusals.waiting[:, 0].tolist() == [15 + 4, 6, 4 + 3]
    assert refusals.passed[:, 0].tolist() == approx([0.4 * 19, 3, 3.5])
    assert refusals.lacked[:, 0].tolist() == [8, 0, 6]


def test_what_buyers_would_know_had_cuts_refused_nothing() -> None:
    """Of the engines on order 15, 6 and 4 would have come; what is lacked would be there, and 2
    that are put off used. The works, asked for 1 less, would reckon with 4 engines less, and have
    these left over."""
    world, seen = works(), []
    refusals = world.needs.refusals
    assert refusals is not None
    refusals.lacked[:], refusals.deferred[:] = column(8, 0, 6), column(2, 0)
    refusals.lost[:] = column(1, 0, 5)
    refusals.catching_up[:] = 4

    def rule(found: Position) -> np.ndarray:
        seen.append(found)
        return np.full_like(found.expected, 100.0)

    place_orders(world, [(rule, slice(0, 3))])
    saw, knew = seen
    assert saw.expected[:, 0].tolist() == [20, 10, 12 - 4]
    assert saw.stock[:, 0].tolist() == [3 + 8, 4, 38 + 4 + 6]
    assert saw.on_order[:, 0].tolist() == [7 + 30 - 15, 6 - 6, 9 + 4 - 4]
    assert saw.deferred[:, 0].tolist() == [5 - 2, 1, 0]
    assert saw.owed[:2, 0].tolist() == [5 - 2, 1]
    assert (saw.last_use - knew.last_use)[:, 0].tolist() == [1, 0, 5]


def test_what_a_buyer_that_orders_sees() -> None:
    """The works reckon with 3 good units of 6 started, of the 8 they could start, and so with 12
    engines; of their 50 in stock 38 are left by then."""
    saw = position(works(), slice(0, 3))
    assert saw.expected[:, 0].tolist() == [20, 10, 12]
    assert saw.deferred[:, 0].tolist() == [5, 1, 0]
    assert saw.stock[:, 0].tolist() == [3, 4, 38]
    assert saw.on_order[:, 0].tolist() == [7 + 30, 6, 9 + 4]
    assert (saw.lead[:, 0].tolist(), saw.cover[:, 0].tolist()) == ([1, 2, 3], [0.5, 1.5, 2.5])
    assert saw.ahead[:, 0].tolist() == [0, 0, 1]
    assert saw.planned is None
    assert saw.in_work is None


@pytest.mark.parametrize(("perceived", "inputs"), [(3, 12), (5, 16)])
def test_a_factory_starts_what_is_asked_of_it_or_what_it_can(
    perceived: float, inputs: float
) -> None:
    """10 started for 5 good ones are more than 8."""
    world = works()
    world.lines.perceived[-1] = perceived
    assert position(world, slice(2, 3)).expected[:, 0].tolist() == [inputs]


def owed(world: World, rows: Any) -> list[float]:
    """Return what these buyers owe."""
    found: list[float] = position(world, rows).count_owed()[:, 0].tolist()
    return found


@pytest.mark.parametrize(
    ("rows", "picked"),
    [
        (slice(0, 2), [0, 1]),
        (slice(1, 2), [1]),
        (slice(1, 3), [1, 2]),
        (slice(2, 3), [2]),
        (np.array([0, 2]), [0, 2]),
    ],
)
def test_what_buyers_owe_and_used(rows: Any, picked: list[int]) -> None:
    """States owe what they defer, the works 2 engines for each of the 12 to be started for the 6
    helicopters that AAA waits for. Last month 17 engines and 4 helicopters were used, and 8 engines
    of 4 started; 20 and 10 were needed, and 14 of 7 started for what was asked."""
    assert owed(works(), rows) == [[5, 1, 24][each] for each in picked]
    used, demanded = position(works(), rows).look_back()
    assert used[:, 0].tolist() == [[17, 4, 8][each] for each in picked]
    assert demanded[:, 0].tolist() == [[20, 10, 14][each] for each in picked]


def test_no_more_can_have_been_started_than_was_usable() -> None:
    world = works()
    world.lines.asked[-1] = 5
    assert position(world, slice(2, 3)).look_back()[1].tolist() == [[16]]


def test_lines_perceive_what_they_are_asked_for_or_ship() -> None:
    """A third of the way from 30 to 60, from 30 to the 45 that are shipped, and from 30 to 0."""
    world = SupplyModel(parse(union())).world
    world.lines.perceived[:] = 30
    world.lines.asked, world.lines.output = column(60, 15, 0), column(15, 45, 0)
    perceive(world, 3)
    assert world.lines.perceived[:, 0].tolist() == [40, 35, 20]


def test_limits_are_told_what_cuts_have_refused() -> None:
    """30 wait because they were refused, and 6 came beside these."""
    quota = {"kind": "quota", "date": "2014-01", "exporter": "BBB", "importer": ["AAA", "CCC"]}
    quota |= {"cap": 50, "pairs": "together"}
    model = SupplyModel(parse(union(events={"quota": quota})))
    model.step()
    world = model.world
    assert world.limits is not None
    world.needs.refusals = Refusals.none((2, 1), 2, 0)
    world.needs.refusals.waiting = column(30, 0)
    world.needs.refusals.passed_each = column(0.2, 0)
    note_refusals(world)
    assert world.limits.waiting[:, 0].tolist() == [30, 0]
    assert world.limits.passed[:, 0].tolist() == [6, 0]


# --- goods
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "lead"), [(1e-7, 5), (1e-5, 2), (4.0, 2), (0, 5)], ids=["dust", "little", "4", "none"]
)
def test_dust_says_nothing_about_lead_times(sent: float, lead: float) -> None:
    """Beside a million in stock and another on the way, what is below two millionths is rounding;
    without either, nothing that is sent says nothing. All takes two months."""
    slow = {"all": {"exporter": "*", "importer": "*", "product": "*", "lead_months": 2}}
    world = SupplyModel(parse(union(trade=slow))).world
    world.needs.lead[:] = 5
    world.needs.stock[:] = world.needs.in_transit[:] = column(1e6, 0)
    world.links.flow = column(sent, 3, 0, 0, 0, 0)
    world.needs.received = column(sent, 3)
    dispatch(world)
    assert world.needs.lead[:, 0].tolist() == pytest.approx([lead, 2])


def test_dust_is_dust_beside_what_was_asked_for() -> None:
    """With nothing in stock and next to nothing under way, a ten-millionth of a million ordered."""
    slow = {"all": {"exporter": "*", "importer": "*", "product": "*", "lead_months": 2}}
    world = SupplyModel(parse(union(trade=slow))).world
    world.needs.lead[:] = 5
    world.needs.stock[:] = world.needs.in_transit[:] = 0
    world.needs.demand = column(1e6, 1e6)
    world.links.flow = column(1e-7, 1e-5, 0, 0, 0, 0)
    world.needs.received = column(1e-7, 1e-5)
    dispatch(world)
    assert world.needs.lead[:, 0].tolist() == [5, 2]


def test_what_is_left_of_orders_for_rounding_alone_is_not_owed() -> None:
    """Of 100 and of 1,000 all but a unit of the last place came, and all but a millionth."""
    world = SupplyModel(parse(union())).world
    world.needs.demand = column(100, 1000)
    came = column(100 - 1.5e-14, 1000 - 1e-6)

    def trade(world: World, supply: np.ndarray, demand: np.ndarray) -> Allocation:
        return Allocation(world.links.flow, supply, came, rounds=1)

    ship(world, trade)
    assert world.needs.backlog[:, 0].tolist() == [0, pytest.approx(1e-6)]


@pytest.mark.parametrize(("answer", "used"), [(-1, 0), (0.5, 0.5), (30, 30), (99, 60)])
def test_no_rule_can_use_what_is_not_there(answer: float, used: float) -> None:
    """60 are in stock, and 100 needed; less than nothing is nothing."""
    world = SupplyModel(parse(union())).world
    world.month = 3
    seen: list[Store] = []

    def rule(store: Store) -> StockDecision:
        seen.append(store)
        return StockDecision(np.full_like(store.stock, answer), np.full_like(store.stock, 2.5))

    world.needs.stock[:] = column(60, 70)
    world.needs.deferred = column(8, 0)
    cut_off = np.array([[9], [NEVER]])
    keeper = StockPolicy.build(rule, np.array([YES, NO]), world, cut_off)
    use(world, [keeper])
    assert world.needs.used[:, 0].tolist() == [used, 40]
    assert world.needs.cover[0, 0] == 2.5
    assert world.needs.deferred[:, 0].tolist() == [108 - used, 0]
    (store,) = seen
    numbers = (store.stock, store.need, store.wanted, store.tier, store.cut_off)
    assert [each.item() for each in numbers] == [60, 100, 108, 0, 9]
    assert store.month == 3

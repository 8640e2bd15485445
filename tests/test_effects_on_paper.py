"""What one event leaves, lets through or changes in a month, on paper, number by number."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.events.funds import Funding, ProgrammeStart, ProgrammeStop
from sim.events.leaks import Leakage, Leaks
from sim.events.plants import Closure, Demand, Licence, Outage, Retool
from sim.events.preference import Preference
from sim.events.reexport import Reexport
from sim.events.thrift import Thrift
from sim.events.trade import CutOff, Exemption, Moment, Quota, Sanction, Tariff
from sim.kernels.sums import NEVER
from sim.scenario import trade_kinds as kinds
from sim.scenario.loading.load import parse
from sim.scenario.quantity import Quantity
from sim.world.world import World
from tests.on_paper import NO, YES, built, column, union
from tests.worlds import old_supplier

NONE: Any = None
ROW = np.array([0])


def numbers(*values: float) -> np.ndarray:
    """Return a number for each member."""
    return np.array(values, dtype=np.float64)


def moment(
    month: int = 10,
    strength: float = 1.0,
    kept: float = 1.0,
    begin: int = 4,
    end: int = NEVER,
    phase: int = 1,
) -> Moment:
    """Say how an event holds, in one member."""
    begins, ends, phases = (np.array([each]) for each in (begin, end, phase))
    return Moment(month, numbers(strength), numbers(kept), begins, ends, phases)


def several(now: Moment) -> Moment:
    """Say the same of a list of one event."""
    return Moment(now.month, *(each[None, :] for each in now[1:]))


def test_a_cut_leaves_what_it_does_not_take() -> None:
    """0.8 of it at a half, of which a lifting leaves three quarters: 0.3 is taken."""
    effect = CutOff(NONE, 0, ROW, numbers(0.8))
    now = moment(strength=0.5, kept=0.75)
    assert effect.leaves(column(99), now).share == pytest.approx([0.7])
    assert effect.bars(column(3, 0)).tolist() == [[YES], [NO]]
    assert CutOff(NONE, 0, ROW, numbers(0)).bars(column(3)).tolist() == [[NO]]
    assert CutOff(NONE, 0, ROW, numbers(0.2)).bars(column(0.5)).tolist() == [[YES]]


@pytest.mark.parametrize(
    ("contracts", "now", "left"),
    [
        (-np.inf, moment(4), 12),
        (-np.inf, moment(4, phase=4), 48),
        (-np.inf, moment(5, phase=4), 36),
        (-np.inf, moment(9, phase=4), 12),
        (8.0, moment(7), 60),
        (8.0, moment(8), 12),
        (8.0, moment(8, phase=4), 48),
        (2.0, moment(4, phase=4), 48),
        (8.0, moment(8, kept=0.5), 36),
        (8.0, moment(8, strength=0), np.inf),
        (8.0, moment(8, kept=0), np.inf),
        (8.0, moment(8, strength=0.5), 12),
    ],
)
def test_a_sanction_leaves_what_flowed_until_contracts_end(
    contracts: float, now: Moment, left: float
) -> None:
    """Of the 60 just before 0.8 are cut from the begin of month 4, or the end of contracts, evenly
    over the months of its phase."""
    effect = Sanction(NONE, 0, ROW, numbers(0.8), numbers(contracts))
    fixed = effect.leaves(column(60), now).fixed
    assert fixed is not None
    assert fixed[0, 0] == pytest.approx(left)


@pytest.mark.parametrize(
    ("cap", "now", "left"),
    [
        (20, moment(), 20),
        (20, moment(strength=0.25), 50),
        (20, moment(strength=0.5, kept=0.5), 50),
        (80, moment(strength=0.25), 80),
        (20, moment(strength=0), np.inf),
        (20, moment(kept=0), np.inf),
    ],
)
def test_a_quota_leaves_its_cap_and_what_is_left_of_the_way_to_it(
    cap: float, now: Moment, left: float
) -> None:
    """60 flowed just before."""
    effect = Quota(NONE, 0, ROW, numbers(cap))
    fixed = effect.leaves(column(60), now).fixed
    assert fixed is not None
    assert fixed[0, 0] == pytest.approx(left)
    bars = effect.bars(column(cap, cap + 0.5))
    assert bars.tolist() == [[NO], [YES]]


@pytest.mark.parametrize(
    ("settles", "now", "share"),
    [
        (None, moment(4, end=8), 0.5),
        (None, moment(5, end=8), 0.4),
        (None, moment(8, end=8), 0.1),
        (None, moment(9, end=8), 0.1),
        (None, moment(4, end=4), 0.5),
        (None, moment(5, end=8, strength=0), 0),
        (None, moment(5, end=8, strength=0.5), 0.4),
        (numbers(2), moment(4), 0.5),
        (numbers(2), moment(8), 0.1 + 0.4 * np.exp(-2)),
        (numbers(0), moment(4), 0.1),
        (numbers(0), moment(5), 0.1),
        (numbers(2), moment(3), 0.5),
    ],
)
def test_a_leak_wanes(settles: np.ndarray | None, now: Moment, share: float) -> None:
    """From a half of 40 to a tenth, evenly until its end, by 63 % of what is left every two months,
    or at once."""
    effect = Leakage(NONE, 0, ROW, numbers(0.5), numbers(0.1), settles)
    (leaks,) = Leaks.of([(effect, np.array([1]))])
    amount = column(0, 0, 7)
    leaks.let_through(amount, column(30, 40, 50), several(now))
    assert amount[:, 0] == pytest.approx([0, 40 * share, 7])


def test_of_several_leaks_over_one_border_the_greatest_passes() -> None:
    """A half and a fifth of 40, and a fifth of 10; one that settles stands apart."""
    half, fifth = (
        Leakage(NONE, row, ROW, numbers(size), numbers(size), None)
        for row, size in enumerate((0.5, 0.2))
    )
    settling = Leakage(NONE, 2, ROW, numbers(0.5), numbers(0.1), numbers(2))
    first, second = np.array([0]), np.array([1, 0])
    even, falling = Leaks.of([(half, first), (settling, first), (fifth, second)])
    assert even.row.tolist() == [0, 1]
    assert falling.row.tolist() == [2]
    amount, now = column(0, 0), moment()
    even.let_through(amount, column(40, 10), Moment(10, *(np.stack([x, x]) for x in now[1:])))
    assert amount[:, 0].tolist() == [20, 2]


def test_an_exemption_lets_an_amount_or_a_share_through() -> None:
    """8 units at a half, of which three quarters are kept, for each pair; or of what would flow."""
    now = moment(strength=0.5, kept=0.75)
    cap = kinds.Exemption.model_construct(cap=Quantity(value=8))
    share = kinds.Exemption.model_construct(cap=None)
    amount, part = (
        Exemption(event, 0, ROW, numbers(size)).passes(column(99, 0), now)
        for event, size in ((cap, 8), (share, 0.8))
    )
    assert amount.amount is not None
    assert amount.amount.tolist() == [[3], [3]]
    assert amount.share is None
    assert part.share == pytest.approx([0.3])
    assert part.amount is None


def test_a_way_round_grows_by_use_and_closes_when_it_is_found_out() -> None:
    """20 a month from month 4 on. Of 18 that passed 2 are above four fifths, and it grows by half
    of these; a tenth wears away: 20 + 1 - 2 = 19, then 19 - 1.9 + (15.3 - 15.2) / 2. A chance of a
    quarter is half due in the second month in which something passed: it closes for two months."""
    effect = Reexport(
        event=NONE,
        row=0,
        rows=ROW,
        size=numbers(20),
        capacity=column(20),
        growth=numbers(0.5),
        decay=numbers(0.1),
        detection=numbers(0.25),
        draws=np.ones((99, 1)),
        closed_months=np.array([2]),
        central=np.array([YES]),
        expected=numbers(0),
        closed_until=np.array([0]),
    )
    room = [
        float(effect.room(column(passed), moment(month, strength))[0, 0])
        for month, passed, strength in (
            (3, 0, 0),
            (4, 18, 0.5),
            (5, 18, 1),
            (6, 15.3, 1),
            (7, 0, 1),
            (8, 0, 1),
        )
    ]
    two = 19 - 1.9 + 0.05
    assert room[:4] == pytest.approx([0, 10, 19, 0])
    assert room[4:] == pytest.approx([0, two * 0.81])
    assert effect.expected[0] == 0.5
    assert effect.closed_until[0] == 8


def members(scenario: dict[str, Any], count: int) -> World:
    """Return a world of so many members."""
    return SupplyModel(parse(scenario | {"members": count}), count).world


def test_needs_are_multiplied_and_added_to_as_far_as_events_hold() -> None:
    """Twice as much, half way there: 1.5, and then half of that; 8 more, a quarter of the way."""
    world = members(union(), 2)
    world.needs.factor[:], world.needs.added[:] = 7, 7
    Demand.reset(world)
    force = numbers(0.5, 0)
    times = Demand(NONE, 0, ROW, numbers(2, 2))
    times.hold(world, force, NONE)
    times.hold(world, force, NONE)
    assert world.needs.factor.tolist() == [[2.25, 1], [1, 1]]
    more = {"kind": "demand", "date": "2014-05", "state": "AAA", "product": "engines", "units": 8}
    (found,) = SupplyModel(parse(union(events={"more": more}))).events.effects
    found.hold(world, numbers(0.25, 1), NONE)
    assert world.needs.added.tolist() == [[2, 8], [0, 0]]


def test_capacity_is_out_as_far_as_events_hold() -> None:
    """Three quarters of it, half way there, and then all of it in the other member."""
    world = members(union(), 2)
    world.lines.available[:] = 7
    Outage.reset(world)
    Outage(NONE, 0, np.array([1]), numbers(0.75, 1)).hold(world, numbers(0.5, 1), NONE)
    assert world.lines.available.tolist() == [[1, 1], [0.625, 0], [1, 1]]


def test_a_closed_line_loses_all_in_the_members_in_which_it_closes() -> None:
    """10 of capacity, 4 laid up and 6 on their way at home; 5 under way by the programme; all is
    counted as lost, and nothing more may be built. The second member keeps it."""
    data = built().case.model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["home"]["lines"]["engines"]["mothball"] = {"after_months": 3}
    world = members(data, 2)
    world.lines.mothballed[0], world.upkeep.coming[0], world.upkeep.returning[:, 0] = 4, 6, 6
    world.projects.unfinished[:], world.projects.pipeline[3] = [[5, 5], [7, 7]], [[5, 5], [7, 7]]
    before = world.projects.max_capacity[1].tolist()
    Closure(NONE, 0, ROW).act(world, np.array([YES, NO]), NONE)
    assert world.lines.capacity[:2].tolist() == [[0, 10], [8, 8]]
    assert world.lines.mothballed[0].tolist() == [0, 4]
    assert world.lost_capacity[:2].tolist() == [[14, 0], [0, 0]]
    assert world.lost_projects.tolist() == [[5, 0], [0, 0]]
    assert world.projects.unfinished.tolist() == [[0, 5], [7, 7]]
    assert world.projects.max_capacity.tolist() == [[0, np.inf], before]
    assert world.projects.pipeline[3].tolist() == [[0, 5], [7, 7]]
    assert world.upkeep.coming[0].tolist() == [0, 6]
    assert world.upkeep.returning[0, 0].tolist() == [0, 6]


def test_a_licence_qualifies_while_it_holds_and_costs_a_royalty_once() -> None:
    """A tenth of 1 in the member in which it begins; accepted from its own begin of 5, 3 or never,
    and from 4 at the earliest."""
    world = members(union(), 3)
    world.lines.unit_cost[1], world.lines.first_unit_cost[1] = 1, 2
    effect = Licence(NONE, 0, np.array([1]), numbers(0.1, 0.1, 0.1), 4)
    effect.act(world, np.array([YES, NO, NO]), NONE)
    assert world.lines.unit_cost[1].tolist() == pytest.approx([1.1, 1, 1])
    assert world.lines.first_unit_cost[1].tolist() == pytest.approx([2.2, 2, 2])
    effect.hold(world, numbers(1, 0.5, 0), np.array([5, 3, 5]))
    assert world.lines.qualified_from[1].tolist() == [5, 4, NEVER]
    assert world.lines.qualified_from[0].tolist() != [5, 4, NEVER]


def test_tariffs_add_up_by_rate_and_by_amount() -> None:
    """Twice a fifth at a half; 3 money at a third."""
    ban = {"date": "2014-05", "exporter": "BBB", "importer": "AAA", "kind": "tariff"}
    events = {"rate": ban | {"rate": 0.2}, "amount": ban | {"amount": 3}}
    model = SupplyModel(parse(union(events=events)))
    links = model.world.links
    Tariff.reset(model.world)
    rate, amount = model.events.effects
    for _ in range(2):
        rate.hold(model.world, numbers(0.5), NONE)
    amount.hold(model.world, numbers(1 / 3), NONE)
    assert links.tariff_rate[:, 0].tolist() == [0.2, 0, 0, 0, 0, 0]
    assert links.tariff[:, 0].tolist() == pytest.approx([1, 0, 0, 0, 0, 0])
    Tariff.reset(model.world)
    assert not links.tariff.any()
    assert not links.tariff_rate.any()


def test_buyers_turn_away_and_back() -> None:
    """A factor of 0 leaves a thousand-millionth, of a half at a half three quarters; what buyers go
    by stays until they weigh their suppliers."""
    world = members(union(), 2)
    links = world.links
    given, asked = links.given_weight[0].tolist(), links.weight[0].tolist()
    away = Preference(NONE, 0, ROW, numbers(0, 0.5))
    away.hold(world, numbers(1, 0.5), NONE)
    assert links.base_weight[0].tolist() == pytest.approx([1e-9 * given[0], 0.75 * given[1]])
    assert links.weight[0].tolist() == asked
    Preference.reset(world)
    away.hold(world, numbers(0, 0), NONE)
    assert links.base_weight[0].tolist() == given


def test_makers_use_less() -> None:
    """Half as much of an input at a half: three quarters of 2, and half of that in the end."""
    data = old_supplier()
    data["products"] |= {"ships": {"title": "S", "unit": "ships", "inputs": {"engines": 2}}}
    data["factories"]["yard"] = {"title": "Y", "state": "AAA", "lines": {"ships": 3}}
    data["needs"]["AAA"]["ships"] = 1
    data["trade"]["own"] = {"exporter": "AAA", "importer": "AAA", "product": "ships"}
    world = members(data, 2)
    thrift = Thrift(NONE, 0, ROW, numbers(0.5, 0.5))
    thrift.hold(world, numbers(0.5, 1), NONE)
    assert world.needs.amount.tolist() == [[1.5, 1]]
    Thrift.reset(world)
    assert world.needs.amount.tolist() == [[2, 2]]


def test_programmes_are_paid_in_parts_and_started_and_stopped() -> None:
    """12 in three parts, from the first month to the third."""
    world = built(members=5).world
    world.programmes.treasury[:] = 1
    funding = Funding(NONE, 0, ROW, numbers(*[12] * 5), 3)
    funding.act(world, NONE, np.array([-1, 0, 2, 3, 1]))
    assert world.programmes.appropriated.tolist() == [[0, 4, 4, 0, 4]]
    assert world.programmes.treasury.tolist() == [[1, 5, 5, 1, 5]]
    begins = np.array([YES, NO, YES, NO, NO])
    ProgrammeStop(NONE, 0, ROW).act(world, begins, NONE)
    assert world.programmes.active.tolist() == [[NO, YES, NO, YES, YES]]
    ProgrammeStart(NONE, 0, ROW).act(world, np.array([YES] + [NO] * 4), NONE)
    assert world.programmes.active.tolist() == [[YES, YES, NO, YES, YES]]


def test_lines_are_turned_together() -> None:
    """A half and three quarters of one line begin in the same month: both together take all of 40,
    16 and 24 of it; in the second member only the half begins."""
    data = old_supplier()
    turn = {"kind": "retool", "date": "2014-05", "factory": "old_plant", "from_product": "engines"}
    data["products"] |= {name: {"title": name, "unit": "units"} for name in ("gears", "valves")}
    data["factories"]["old_plant"]["lines"] = {"engines": 40, "gears": 1, "valves": 1}
    data["events"] = {
        name: turn | {"to_product": name, "share": share, "months": 2}
        for name, share in (("gears", 0.5), ("valves", 0.75))
    }
    model = SupplyModel(parse(data | {"members": 2}), 2)
    acting = [
        (cast("Retool", effect), np.array([YES, second]))
        for effect, second in zip(model.events.effects, (YES, NO), strict=True)
    ]
    Retool.begin(model.world, acting)
    assert model.world.lines.capacity[0].tolist() == [0, 20]
    assert model.world.works.started.tolist() == [[16, 20], [24, 0]]
    Retool.begin(model.world, [])
    assert model.world.works.started.tolist() == [[16, 20], [24, 0]]

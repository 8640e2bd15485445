"""What buyers see and do in one month, on paper: they look for suppliers and weigh them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from sim import rng
from sim.engine.model import SupplyModel
from sim.kernels.sums import NEVER
from sim.month.search import SearchGroup, look_for_suppliers
from sim.month.sourcing import SourcingGroup, buyers
from sim.rules.search import Prospects, Search
from sim.rules.sourcing import Offers
from sim.scenario.loading.load import parse
from sim.world.world import World
from tests.on_paper import NO, YES, column, put, union

# --- search
# -------------------------------------------------------------------------------------------------


def searching(members: int = 1) -> tuple[World, SearchGroup]:
    """Return the same world, in which only BBB delivers so far, and both may find a plant near (of
    20) and one far away (of 50), closed links 0 to 3: near to AAA, to CCC, far to AAA, to CCC."""
    old = {"exporter": "BBB", "importer": "*", "product": "engines"}
    data = union(members, trade={"old": old}, rules={"search": "gravity"})
    data["states"] |= {"DDD": {"title": "D"}, "EEE": {"title": "E"}}
    data["states"]["AAA"]["affinity"] = {"DDD": 0.3}
    data["states"]["CCC"]["affinity"] = {"EEE": 0.6}
    data["factories"] = {"old_plant": data["factories"]["old_plant"]} | {
        name: {"title": name, "state": state, "lines": {"engines": size}}
        for name, state, size in (("near", "DDD", 20), ("far", "EEE", 50))
    }
    model = SupplyModel(parse(data), members)
    (group,) = model.policies.search
    world = model.world
    world.month = 7
    world.needs.demand = world.grow(column(100, 40))
    world.needs.received = world.grow(column(50, 40))
    assert group.by_need.group_of_row.tolist() == [0, 1, 0, 1]
    return world, group


def looked(
    world: World,
    group: SearchGroup,
    pull: tuple[float, ...] = (1, 1, 1, 1),
    chance: tuple[float, float] = (0.5, 0),
    months: float = 4.0,
) -> list[list[int]]:
    """Let both look with these pulls and chances; return from when on who was found may ship."""
    group.rule = lambda seen: Search(
        seen.waited + 1, world.grow(column(*chance)), world.grow(column(*pull)), months
    )
    group.look(world)
    found: list[list[int]] = world.links.qualified_from.tolist()
    return found


def found(ready: list[list[int]], member: int = 0) -> list[int]:
    """Name the links that were found."""
    return [link for link, each in enumerate(ready) if each[member] < NEVER]


def test_what_a_buyer_that_looks_sees() -> None:
    """AAA got half of what was on order, CCC, that had ordered nothing, all."""
    world, group = searching()
    world.needs.demand, world.needs.received = column(100, 0), column(50, 0)
    world.lines.usable[:] = column(200, 20, 50)
    seen: list[Prospects] = []

    def rule(prospects: Prospects) -> Search:
        seen.append(deepcopy(prospects))
        chance = np.zeros_like(prospects.fill)
        return Search(prospects.waited + 3, chance, np.ones_like(prospects.capacity), 0.0)

    group.rule = rule
    look_for_suppliers(world, [group])
    look_for_suppliers(world, [group])
    one, two = seen
    assert one.fill[:, 0].tolist() == [0.5, 1]
    assert (one.waited[:, 0].tolist(), two.waited[:, 0].tolist()) == ([0, 0], [3, 3])
    assert one.need.tolist() == [0, 1, 0, 1]
    assert one.capacity[:, 0].tolist() == [20, 20, 50, 50]
    assert one.affinity[:, 0].tolist() == [0.3, 0.5, 0.5, 0.6]
    assert found(world.links.qualified_from.tolist()) == []


@pytest.mark.parametrize(
    ("months", "later"), [(0, 1), (0.4, 1), (1.4, 1), (1.5, 2), (2.4, 2), (4, 4)]
)
def test_a_find_ships_after_whole_months(months: float, later: int) -> None:
    """From the next month on at the earliest; half a month is one."""
    world, group = searching()
    ready = looked(world, group, pull=(1, 1, 2, 1), months=months)
    assert [each[0] for each in ready] == [NEVER, NEVER, 7 + later, NEVER]


def test_whoever_is_found_is_no_longer_looked_for() -> None:
    """The strongest pull first, then the other, then nobody is left; who finds is patient again.
    A pull below 1 is one; none is none."""
    world, group = searching()
    waited = []
    for expected in ([2], [0, 2], [0, 2], [0, 2]):
        for _ in range(2):
            ready = looked(world, group, pull=(0.2, 0, 0.6, 0), chance=(0.5, 0.5))
            waited.append(group.waited[:, 0].tolist())
        assert found(ready) == expected
        world.month += 1
    one, two = zip(*waited, strict=True)
    assert one == (0, 1, 0, 1, 2, 3, 4, 5)
    assert two == (1, 2, 3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(
    ("cap", "qualified", "ships"),
    [(np.inf, 7, YES), (0.5, 0, YES), (0, 0, NO), (np.inf, 8, NO)],
)
def test_who_may_be_found(cap: float, qualified: int, ships: bool) -> None:
    """The plant far away, if its link may carry something and its goods are accepted by now."""
    world, group = searching()
    rows = world.axes.dormant
    world.links.cap = put(world.links.cap, rows[2], cap)
    world.lines.qualified_from[2] = qualified
    assert found(looked(world, group, pull=(0, 0, 1, 0))) == ([2] if ships else [])


def test_where_nobody_can_be_found_no_find_comes_due() -> None:
    """A chance of 0.25 for six months in which all are cut off counts for nothing: the find comes
    due in the second month after."""
    world, group = searching()
    world.links.cap = put(world.links.cap, world.axes.dormant, 0)
    ways = []
    for month in range(9):
        if month == 6:
            world.links.cap = put(world.links.cap, world.axes.dormant, np.inf)
        ways.append(found(looked(world, group, pull=(0, 0, 1, 0), chance=(0.25, 0))))
    assert ways == [[]] * 7 + [[2]] * 2
    assert group.expected[:, 0].tolist() == [0.5, 0]


def test_members_find_by_draws_of_their_own() -> None:
    """A draw below the chance finds; each candidate's time is -log(1 - u) over its pull, and the
    first wins. Needs and candidates draw by name, a month each; the central case takes the
    strongest."""
    world, group = searching(members=40)
    ready = looked(world, group, pull=(1, 1, 3, 0), chance=(0.5, 0.9))
    members = range(1, 40)

    def draws(name: str) -> np.ndarray:
        return rng.uniforms(group.seed, f"needs.{name}", world.members)[0]

    for need, chance, candidates in (
        ("AAA", 0.5, {0: ("near", 1.0), 2: ("far", 3.0)}),
        ("CCC", 0.9, {1: ("near", 1.0)}),
    ):
        name = f"{need}.engines.search"
        luck = rng.uniforms(group.seed, f"needs.{name}", world.members, group.months)[7]
        times = {
            link: -np.log(1 - draws(f"{name}.{plant}.engines.7")) / pull
            for link, (plant, pull) in candidates.items()
        }
        for member in members:
            winner = min(times, key=lambda link: times[link][member])
            own = [link for link in found(ready, member) if link in candidates]
            assert own == ([winner] if luck[member] < chance else [])
    assert found(ready) == [1, 2]
    assert len({tuple(found(ready, member)) for member in members}) > 3
    assert group.draws.keys() == {0, 1}


def test_who_does_not_look_draws_nothing() -> None:
    world, group = searching(members=2)
    looked(world, group, chance=(0.25, 0))
    assert group.draws.keys() == {0}


def test_makers_draw_under_the_names_of_their_lines() -> None:
    """A state by its need, a maker by its line and its input."""
    data = union(rules={"search": "gravity"})
    data["trade"] = {"old": {"exporter": "BBB", "importer": "*", "product": "*"}}
    data["products"] |= {"ships": {"title": "S", "unit": "ships", "inputs": {"engines": 2}}}
    data["factories"] = {
        "yard": {"title": "Y", "state": "BBB", "lines": {"ships": 3}},
        "docks": {"title": "D", "state": "AAA", "lines": {"ships": 3}},
        **data["factories"],
    }
    (group,) = SupplyModel(parse(data)).policies.search
    assert group.names == [
        "needs.AAA.engines",
        "needs.CCC.engines",
        "factories.yard.ships.inputs.engines",
        "factories.docks.ships.inputs.engines",
    ]


# --- sourcing
# -------------------------------------------------------------------------------------------------


def sourcing(rule: Any, mask: tuple[bool, bool]) -> tuple[World, SourcingGroup]:
    """Return the same world and the buyers marked, before any month has passed."""
    scenario = parse(union())
    world = SupplyModel(scenario).world
    return world, buyers(scenario, world, rule, np.array(mask))


def test_what_a_buyer_knows_of_its_suppliers() -> None:
    """CCC: the friend's plant is its own, the home plant an ally's; it feels 0.75 for BBB. What is
    laid up at the friend's plant has no way back."""
    seen: list[Offers] = []

    def rule(offers: Offers) -> np.ndarray:
        seen.append(offers)
        return offers.base_weight * 2

    world, group = sourcing(rule, (NO, YES))
    world.lines.mothballed[:] = column(0, 0, 10)
    world.lines.price[:] = column(3, 4, 5)
    before = world.links.weight.copy()
    group.weigh(world)
    (offers,) = seen
    assert group.links.tolist() == [1, 3, 5]
    assert offers.by_need.group_of_row.tolist() == [0, 0, 0]
    assert (offers.home.tolist(), offers.ally.tolist()) == ([NO, NO, YES], [NO, YES, YES])
    assert offers.affinity[:, 0].tolist() == [0.75, 0.9, 1]
    assert offers.capacity[:, 0].tolist() == [200, 20, 50]
    assert offers.base_capacity[:, 0].tolist() == [200, 20, 50]
    assert offers.unit_cost[:, 0].tolist() == [3, 4, 5]
    assert offers.open.all()
    assert offers.direct.all()
    assert offers.satisfaction[:, 0].tolist() == [1, 1, 1]
    assert offers.asked.all()
    assert world.links.weight[1::2].tolist() == (2 * before[1::2]).tolist()
    assert world.links.weight[::2].tolist() == before[::2].tolist()


@pytest.mark.parametrize("unit", [1, 0.01])
def test_what_came_of_last_month_s_orders(unit: float) -> None:
    """At rest CCC asks 40 by weights of 2, 1 and 1: 20 of the old plant, which ships 15, 10 of
    each other, of which the home plant ships 12 and the friend's nothing. Next month it asks 80:
    40, 20 and 20; and gets 15, 5 and 0: half of the usual three quarters, a quarter, and what is as
    usual. Nothing is asked of one that is out, unless it delivered at the start. In units and
    in hundreds."""
    seen: list[Offers] = []

    def rule(offers: Offers) -> np.ndarray:
        seen.append(offers)
        return column(2, 1, 1)

    world, group = sourcing(rule, (NO, YES))
    links, own = world.links, slice(1, None, 2)
    links.base_flow[own] = column(15, 12, 0) * unit
    world.needs.demand = column(100, 40) * unit
    group.weigh(world)
    group.note(world)
    assert (group.asked[:, 0] / unit).tolist() == pytest.approx([20, 10, 10])
    assert group.usual[:, 0].tolist() == pytest.approx([0.75, 1, 0])
    world.needs.demand = column(100, 80) * unit
    group.weigh(world)
    group.note(world)
    assert (group.asked[:, 0] / unit).tolist() == pytest.approx([40, 20, 20])
    assert group.usual[:, 0].tolist() == pytest.approx([0.75, 1, 0])
    links.flow = links.flow.copy()
    links.flow[own] = column(15, 5, 0) * unit
    world.lines.usable[:] = 0
    links.open = put(links.open, 1, NO)
    group.weigh(world)
    group.note(world)
    assert seen[-1].satisfaction[:, 0].tolist() == pytest.approx([0.5, 0.25, 1])
    assert seen[-1].asked[:, 0].tolist() == [YES, YES, YES]
    assert seen[-1].weight[:, 0].tolist() == [2, 1, 1]
    assert seen[-1].open[:, 0].tolist() == [NO, YES, YES]
    assert (group.asked[:, 0] / unit).tolist() == pytest.approx([160 / 3, 80 / 3, 0])
    group.weigh(world)
    assert seen[-1].asked[:, 0].tolist() == [YES, YES, NO]


@pytest.mark.parametrize(
    ("usable", "is_open", "base", "asked"),
    [(0.5, YES, 0, YES), (0, YES, 0, NO), (1, NO, 0, NO), (0, NO, 0.5, YES), (0, YES, 0.5, YES)],
)
def test_who_is_asked(usable: float, is_open: bool, base: float, asked: bool) -> None:
    """Who can make something and is open, and who delivered at the start."""
    world, group = sourcing(lambda offers: offers.base_weight, (NO, YES))
    world.links.base_flow[1] = base
    world.lines.usable[0] = usable
    world.links.open = put(world.links.open, 1, is_open)
    group.weigh(world)
    group.note(world)
    assert (group.asked[0, 0] > 0) == asked

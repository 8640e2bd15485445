"""What factories see of their plant and do with it in one month, on paper."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.kernels.kept import renewed
from sim.kernels.sums import NEVER
from sim.month.investment import invest
from sim.month.mothballing import maintain
from sim.rules.investment import Prospects
from sim.scenario.loading.load import parse
from sim.world.construction import mature
from sim.world.world import World
from tests.on_paper import built, column
from tests.worlds import old_supplier

HARD = {"build_months": 8, "qualification_months": 4, "ramp_months": 0, "capital_cost": 3}
TURN = {"retool_months": 5, "retool_loss": 0.2, "retool_cost": 7}
EVERYBODY = slice(None)


def plant() -> World:
    """Return a home plant whose engines nobody buys (of 40, 10 units started a month make 8 good
    ones), and whose line of gears makes 2: 5 are installed, 3 laid up and 2 under way, half of what
    they start is good, and 13 are waited for. Both an own line of gears may be built and that of
    engines turned. The old plant's link is closed."""
    data = old_supplier()
    data["complexity"] = {"hard": HARD | TURN}
    data["products"] = {
        "engines": {"title": "Engines", "unit": "engines"},
        "gears": {"title": "Gears", "unit": "gears", "complexity": "hard"},
    }
    data["factories"] = {
        "home": {
            "title": "Home",
            "state": "AAA",
            "lines": {"engines": 40, "gears": {"capacity": 5, "unit_cost": 4}},
        },
        "old": {"title": "Old", "state": "BBB", "lines": {"gears": 50}},
    }
    data["needs"] = {"AAA": {"gears": 25}, "BBB": {"engines": 30}}
    data["trade"] = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    data["rules"] = {"investment": "retool_when_idle"}
    world = SupplyModel(parse(data)).world
    lines, works = world.lines, world.works
    assert world.axes.lines == (("home", "engines"), ("home", "gears"), ("old", "gears"))
    home = [row for row, work in enumerate(world.axes.works) if work.factory == "home"]
    assert home == [0, 1]
    lines.yield_[:] = column(0.8, 0.5, 1)
    lines.output = column(8, 2, 0)
    lines.price = column(1, 6, 1)
    works.unfinished[0] = 5
    needs = [world.axes.needs.index(("AAA", "gears"))]
    world.needs.backlog, world.needs.demand = 0 * world.needs.backlog, 0 * world.needs.demand
    world.needs.backlog[needs], world.needs.demand[needs] = 13, 15
    world.links.open = renewed((world.axes.link_line < 2)[:, None])
    world.links.flow = 0 * world.links.flow
    works.pressure[:], works.idle[:] = 0.25, 0.125
    return world


def seen(world: World, *size: float) -> Prospects:
    """Let the home plant decide on these sizes, and return what it saw."""
    found: list[Prospects] = []

    def rule(prospects: Prospects) -> np.ndarray:
        found.append(deepcopy(prospects))
        return column(*size, *[0] * (prospects.builds.size - len(size)))

    invest(world, [(rule, EVERYBODY)])
    return found[0]


def test_what_a_factory_sees() -> None:
    """Gears: 2 made and 13 waited for, of (5 + 5) / 2 that could be made with what is under way:
    three times as much, 10 too many. Of the 40 of engines 30 stand idle. A unit built makes half a
    good one, a unit turned 0.8 of that."""
    saw = seen(plant(), 0, 0)
    two = slice(0, 2)
    assert saw.builds[two].tolist() == [True, False]
    assert saw.capacity[two, 0].tolist() == [5, 5]
    assert saw.pressure[:3, two, 0].tolist() == [[3, 3], [0.25, 0.25], [0.25, 0.25]]
    assert saw.short[two, 0].tolist() == [10, 10]
    assert saw.idle[:3, two, 0].tolist() == [[0, 0.75], [0.125, 0.125], [0.125, 0.125]]
    assert saw.spare[two, 0].tolist() == [0, 30]
    assert saw.arriving[two, 0].tolist() == [0.5, 0.4]
    assert saw.unit_cost[two, 0].tolist() == [4, 4]
    assert saw.price[two, 0].tolist() == [6, 6]
    assert saw.cost[two, 0].tolist() == [3, 7]


def test_a_factory_that_could_make_more_than_is_asked_for_is_short_of_nothing() -> None:
    """2 made and 1 waited for, of 5 that could be made."""
    world = plant()
    world.needs.backlog[world.needs.backlog > 0] = 1
    saw = seen(world, 0, 0)
    assert saw.short[:2, 0].tolist() == [0, 0]
    assert saw.pressure[0, :2, 0].tolist() == [0.6, 0.6]


def test_what_a_factory_decides_is_begun_and_what_it_saw_forgotten() -> None:
    """Half a unit is built for 1.5, and 2 are turned for 14, of which 1.6 will be there; only what
    was seen of the one decided on is forgotten, and this month's is remembered of the other."""
    world = plant()
    seen(world, 0.5, 2)
    assert world.works.invested[:2, 0].tolist() == [1.5, 14]
    assert world.works.started[:2, 0].tolist() == [0.5, 1.6]
    assert world.works.unfinished[:2, 0].tolist() == [5.5, 1.6]
    assert world.lines.capacity[:, 0].tolist() == [38, 5, 50]
    assert not world.works.pressure[:, :2].any()
    assert not world.works.idle[:, :2].any()
    world = plant()
    seen(world, 0.5, 0)
    assert not world.works.pressure[:, 0].any()
    assert world.works.pressure[:2, 1, 0].tolist() == [3, 0.25]
    assert world.works.idle[:2, 1, 0].tolist() == [0.75, 0.125]


def test_factories_of_two_rules_see_their_own() -> None:
    """What is seen of the past is by month first, all else by what may be done."""
    world, found = plant(), []

    def rule(prospects: Prospects) -> np.ndarray:
        found.append(prospects)
        return np.zeros_like(prospects.capacity)

    invest(world, [(rule, np.array([1])), (rule, np.array([0]))])
    turning, building = found
    assert (turning.builds.tolist(), building.builds.tolist()) == ([False], [True])
    assert turning.pressure[:, :, 0].tolist() == [[3]] + [[0.25]] * 35
    assert (turning.spare.tolist(), building.spare.tolist()) == ([[30]], [[0]])
    assert (turning.arriving.tolist(), building.arriving.tolist()) == ([[0.4]], [[0.5]])


@pytest.mark.parametrize(
    ("backlog", "most", "pressure"),
    [(13, np.inf, np.inf), (0.5, np.inf, np.inf), (13, 0.5, np.inf), (0, np.inf, 0), (13, 0, 0)],
)
def test_a_line_without_capacity_is_pressed_without_end_or_not_at_all(
    backlog: float, most: float, pressure: float
) -> None:
    """Somebody waits, and it may grow by turning another; or nobody waits; or it may not grow."""
    world = plant()
    world.lines.capacity[1], world.lines.mothballed[1], world.works.unfinished[0] = 0, 0, 0
    world.lines.output[1] = 0
    world.needs.backlog[world.needs.backlog > 0] = backlog
    world.works.max_capacity[1] = most
    saw = seen(world, 0, 0)
    assert saw.pressure[0, 1, 0] == pressure
    assert saw.short[1, 0] == (backlog if pressure else 0)


def test_a_factory_of_one_line_expands_it() -> None:
    """The only line there is: 20 made of the 100 that are asked for, half a unit more."""
    data: dict[str, Any] = old_supplier() | {"complexity": {"hard": HARD}}
    data["products"]["engines"] |= {"complexity": "hard", "cancellation": 1}
    del data["factories"]["old_plant"], data["trade"]["old"]
    data["rules"] = {"investment": "expand_when_pressed"}
    model = SupplyModel(parse(data))
    model.step()
    saw = seen(model.world, 0.5)
    assert saw.pressure[0, 0, 0] == 5
    assert saw.idle[0, 0, 0] == saw.spare[0, 0] == 0
    assert model.world.works.started.tolist() == [[0.5]]


def test_a_project_is_complete_once_some_of_it_is_there() -> None:
    """Half of both is due in month 5, when 3 units are qualified at home and none at the ally's,
    where the rest was given up; in month 4 none was due. What was complete before stays so."""
    model = built(members=2)
    projects, by_line = model.world.projects, model.world.axes.projects_by_line
    projects.due[:], projects.completed[0, 1] = [[5, 5], [5, 6]], 2
    slots = projects.pipeline.shape[0]
    for month, coming in ((4, [[1, 1], [0, 0]]), (5, [[3, 3], [0, 2]])):
        projects.unfinished[:] = projects.pipeline[month % slots] = coming
        matured = mature(projects, by_line, month)
        assert matured is not None
        assert matured[:2].tolist() == coming
        assert not projects.unfinished.any()
    assert projects.completed.tolist() == [[5, 2], [NEVER, NEVER]]


# --- wear and rest
# -------------------------------------------------------------------------------------------------


def resting(members: int = 1) -> World:
    """Return two plants in their sixth month that lay up what stood idle for three months. What is
    called back comes two months later to the old one, half of it, and three quarters of it at once
    to the home plant; half and four fifths of what they start are good."""
    data = old_supplier() | {"members": members}
    for name, rest in (
        ("old_plant", {"after_months": 3, "return_months": 2, "return_share": 0.5}),
        ("home_plant", {"after_months": 3, "return_months": 0, "return_share": 0.75}),
    ):
        capacity = data["factories"][name]["lines"]["engines"]
        data["factories"][name]["lines"]["engines"] = {"capacity": capacity, "mothball": rest}
    world = SupplyModel(parse(data), members).world
    world.month = 5
    world.lines.yield_[:] = [[0.5], [0.8]]
    world.needs.backlog = np.zeros((1, members))
    return world


def test_what_buyers_wait_for_is_called_back() -> None:
    """50 wait, 40 of them for the old plant: 80 to be started, of which 20 stand idle. It has 40
    laid up, of which 8 are on their way and come next month: 32 are called, and 16 will come. The
    home plant would start 12.5 for its 10, 5 of them on what stands idle; of its 6 laid up 2 are on
    their way, 4 are called and 3 are there. In the second member nobody waits."""
    world = resting(members=2)
    lines, rest = world.lines, world.upkeep
    lines.output = np.array([[90.0, 90.0], [12.0, 12.0]])
    lines.mothballed[:] = [[40, 40], [6, 6]]
    world.needs.backlog, world.needs.demand = np.array([[50.0, 0.0]]), np.array([[150.0, 100.0]])
    rest.coming[:] = [[8, 0], [2, 0]]
    rest.returning[0, 0, 0] = 8
    maintain(world)
    assert lines.capacity.tolist() == [[208, 200], [23, 20]]
    assert lines.mothballed.tolist() == [[40 - 16 - 8, 40], [6 - 1 - 3, 6]]
    assert rest.coming.tolist() == [[16, 0], [2, 0]]
    assert world.lost_capacity.tolist() == [[16, 0], [1, 0]]
    assert rest.returning[:, 0, 0].tolist() == [0, 0, 16]
    assert not rest.returning[:, 1].any()
    assert not rest.returning[:, :, 1].any()


def test_what_rounding_leaves_is_called_back_alike_in_any_company() -> None:
    """Nothing is laid up in the first member, and rounding has left a little less than nothing on
    its way: alone it goes on as beside one with 40 laid up."""
    found = []
    for members in (1, 2):
        world = resting(members)
        world.lines.output = np.array([[90.0] * members, [12.0] * members])
        world.lines.mothballed[0, 1:] = 40
        world.upkeep.coming[0, 0] = -4e-16
        world.needs.backlog, world.needs.demand = np.full((2, 1, members), 100.0)
        maintain(world)
        found.append((world.lines.mothballed[:, 0].tolist(), world.upkeep.coming[:, 0].tolist()))
    assert found[0] == found[1]


def test_the_least_that_stands_idle_for_so_long_is_laid_up() -> None:
    """Of 200 starts at the old plant 180, 190 and 196 are used: the least idle of these months
    is 4. At home 2 of 20 stand idle twice, and then none: the count begins anew, as it does after
    three months."""
    world = resting()
    seen = []
    used = [(180, 18), (190, 18), (196, 20), (176, 18), (176, 18), (176, 18)]
    for old, home in used:
        world.lines.output = column(0.5 * old, 0.8 * home)
        maintain(world)
        seen.append((*world.lines.capacity[:, 0].tolist(), *world.upkeep.idle_months[:, 0]))
    old, home, months, others = zip(*seen, strict=True)
    assert old == (200, 200, 196, 196, 196, 176)
    assert home == (20, 20, 20, 20, 20, 18)
    assert months == (1, 2, 0, 1, 2, 0)
    assert others == (1, 2, 0, 1, 2, 0)
    assert world.lines.mothballed[:, 0].tolist() == [24, 2]


@pytest.mark.parametrize(
    ("capacity", "used", "months"),
    [(200, 200 - 1e-10, 0), (200, 200 - 1e-6, 1), (0, 0, 0), (0.5, 0.2, 1), (1e-6, 9e-7, 1)],
)
def test_what_rounding_leaves_does_not_stand_idle(
    capacity: float, used: float, months: int
) -> None:
    """A million-millionth of capacity is what rounding leaves; what is not there is not idle."""
    world = resting()
    world.lines.capacity[0] = capacity
    world.lines.output = column(0.5 * used, 16)
    maintain(world)
    assert world.upkeep.idle_months[:, 0].tolist() == [months, 0]
    assert np.isfinite(world.upkeep.idle[0, 0]) == bool(months)


def test_lines_wear_by_the_month() -> None:
    """A tenth of 40 of one line, while the other stays."""
    data = old_supplier()
    data["factories"]["home_plant"]["lines"]["engines"] = {"capacity": 20, "decay": 0.1}
    world = SupplyModel(parse(data)).world
    world.upkeep.wear[:] = 0.1
    world.lines.capacity[:] = column(200, 40)
    maintain(world)
    assert world.lines.capacity[:, 0].tolist() == [200, 36]
    assert world.lost_capacity[:, 0].tolist() == [0, 4]

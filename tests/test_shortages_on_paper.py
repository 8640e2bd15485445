"""What programmes see in a month, on paper: a world whose numbers are set by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.kernels.kept import renewed
from sim.month.commission_rows import Rows
from sim.month.commissions import Commissions
from sim.month.production import starved
from sim.month.programmes import coming_of, find_barred, find_fit, lacks, share_gaps
from sim.month.shortages import Shortage, has_inputs, shortages
from sim.world.world import World
from tests.on_paper import NO, YES, built, column, marks, programme
from tests.worlds import propulsion_world


def commissions_of(model: SupplyModel) -> Commissions:
    """Return the commissions, of which there are some."""
    assert model.policies.budgeting is not None
    return model.policies.budgeting


def seen_in(model: SupplyModel) -> Shortage:
    """Return what programmes see."""
    purse = model.world.programmes
    spends = purse.active & (purse.treasury > 0)
    return shortages(model.world, (), commissions_of(model), spends)


def short_of_goods(world: World) -> None:
    """Let AAA need 100 and CCC 8. 45 reach AAA, a quarter of the old plant's 40 of them by leaks;
    13 reach CCC, half of the old plant's 8 of them by leaks. Half of the home plant is out, and
    all of the old one."""
    lines, needs = world.lines, world.needs
    needs.expected[:] = column(100, 8)
    needs.backlog[:], needs.demand[:] = column(60, 4e-10), column(100, 1)
    world.links.flow = column(4, 1, 5, 40, 8)
    world.links.leaking[:] = column(0, 0, 0, 0.25, 0.5)
    lines.available[:] = column(0.5, 1, 0)
    lines.usable[:] = column(10, 8, 0)
    lines.offer, lines.output = column(5, 6, 0), column(4, 6, 0)
    lines.qualified_from[:] = column(5, 6, 0)
    world.projects.unfinished[:] = column(6, 10)
    world.projects.ramps.unramped[:] = column(2, 0)
    world.programmes.treasury[:] = 0.5


def test_what_programmes_see() -> None:
    """AAA gets 4 + 1 + 30 lawfully and lacks 65; CCC gets 5 + 4, and lacks nothing. At home 6 are
    under way and 2 ramp up: half of them will be good, and half of these are out of use: 2; 1 of
    the 5 that could be made was not. At the ally's 8 of 10 will be good; it lacks inputs for 0.4.
    Next to nothing that CCC still waits for is rounding."""
    model = built()
    short_of_goods(model.world)
    seen = seen_in(model)
    assert seen.short[:, 0].tolist() == [65, 0]
    assert seen.building[:, 0].tolist() == [2, 8, 0]
    assert seen.coming[:, 0].tolist() == [3, 8, 0]
    assert seen.idles[:, 0].tolist() == [YES, NO, NO]
    assert seen.waits[:, 0].tolist() == [YES, NO]
    assert seen.fit[:, 0].tolist() == [YES, NO, NO]
    commissions = commissions_of(model)
    assert coming_of(commissions, seen, marks(YES, YES))[:, 0].tolist() == [2, 8]
    assert coming_of(commissions, seen, None)[:, 0].tolist() == [3, 8]
    assert has_inputs(model.world)[:, 0].tolist() == [YES, NO, YES]


@pytest.mark.parametrize(
    ("money", "active", "added", "qualified", "idle"),
    [
        (0.5, YES, 0.0, 5, 1),
        (0.5, YES, 0.0, 6, 0),
        (0.0, YES, 0.0, 5, 0),
        (0.5, NO, 0.0, 5, 0),
        (0.0, NO, 0.5, 5, 1),
        (0.0, YES, 0.5, 5, 1),
    ],
)
def test_idle_lines_count_where_somebody_builds(
    money: float, active: bool, added: float, qualified: int, idle: int
) -> None:
    """Whoever has money and may spend it, or has spent some; and buyers accept its goods."""
    model = built()
    world = model.world
    short_of_goods(world)
    world.programmes.treasury[:], world.programmes.active[:] = money, active
    world.projects.added[:] = column(added, 0)
    world.lines.qualified_from[0] = qualified
    seen = seen_in(model)
    assert (seen.coming - seen.building)[0, 0] == idle
    assert seen.idles[0, 0] == (idle > 0)


def test_little_is_idle_and_nothing_is_not() -> None:
    """A thousandth of what is offered stands idle; nothing of nothing does not, nor does nobody
    wait for nothing."""
    model = built()
    world = model.world
    short_of_goods(world)
    world.lines.offer, world.lines.output = column(5, 0, 0), column(4.995, 0, 0)
    world.needs.backlog[:], world.needs.demand[:] = column(0.1, 0), column(100, 0)
    seen = seen_in(model)
    assert seen.idles[:, 0].tolist() == [YES, NO, NO]
    assert seen.waits[:, 0].tolist() == [YES, NO]


def test_programmes_see_what_factories_build_and_what_ramps_up_there() -> None:
    """Of 6 under way and 4 that ramp up on the factory's own account half will be good."""
    products = {"engines": {"title": "Engines", "unit": "engines", "complexity": "hard"}}
    rules = {"investment": "expand_when_pressed"}
    hard = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    model = built(products=products, complexity={"hard": hard}, rules=rules)
    world = model.world
    home = [each.factory for each in world.axes.works].index("home")
    world.works.unfinished[home], world.works.ramps.unramped[home] = 6, 4
    assert seen_in(model).building[:, 0].tolist() == [5, 0, 0]


def test_programmes_see_what_is_laid_up() -> None:
    """Of the home plant's 20, half are laid up, and half of what they start will be good: 5. 1 is
    waited for, and will be called back whoever builds; the other 4 are idle where a programme has
    money, and cannot reach who waits while nobody accepts them."""
    mothball = {"after_months": 3, "return_months": 1}
    home = {"capacity": 20, "yield": 0.5, "mothball": mothball}
    plants = {
        "home": {"title": "Home", "state": "AAA", "lines": {"engines": home}},
        "ally": {"title": "Ally's", "state": "CCC", "lines": {"engines": 8}},
        "old": {"title": "Old", "state": "BBB", "lines": {"engines": 200}},
    }
    model = built(factories=plants)
    world = model.world
    lines = world.lines
    lines.capacity[0], lines.mothballed[0], lines.usable[0] = 10, 10, 10
    lines.offer = lines.usable * lines.yield_
    lines.output = lines.offer.copy()
    world.needs.backlog, world.needs.demand = column(1, 0), column(100, 40)
    for money, qualified, left in ((1, 0, 4), (0, 0, 0), (1, 9, 0)):
        world.programmes.treasury[:], lines.qualified_from[0] = money, qualified
        seen = seen_in(model)
        assert seen.building[:, 0].tolist() == pytest.approx([1, 0, 0])
        assert seen.coming[:, 0].tolist() == pytest.approx([1 + left, 0, 0])
        assert seen.idles[0, 0] == (left > 0)


def test_an_input_that_does_not_come_is_less_than_nothing_to_no_rule() -> None:
    """Turbines stand for gears where any input stands for every other: of turbines alone a third of
    a start is made."""
    model = SupplyModel(propulsion_world(rules={"production": "linear"}))
    world, making = model.world, model.policies.production
    inputs = world.axes.inputs
    world.needs.stock[inputs] = world.needs.in_transit[inputs] = 0
    for turbines, gears, starving in ((YES, NO, 0), (NO, YES, 0), (NO, NO, 1)):
        found = starved(world, making, marks(turbines, gears))
        assert found is not None
        assert np.count_nonzero(found[:, 0]) == starving


def test_lines_are_starved_of_what_nobody_may_deliver() -> None:
    """The works have neither engines nor any on their way. While somebody may deliver some, or
    there are some, or the works need none, they are not starved."""
    model = SupplyModel(propulsion_world())
    world, making = model.world, model.policies.production
    inputs = world.axes.inputs
    world.needs.stock[inputs] = world.needs.in_transit[inputs] = 0
    nobody, somebody = marks(NO), marks(YES)
    line = world.axes.input_line[0]
    found = starved(world, making, nobody)
    assert found is not None
    assert np.flatnonzero(found[:, 0]).tolist() == [line]
    assert starved(world, making, somebody) is None
    assert starved(world, (), nobody) is None
    world.needs.in_transit[inputs] = 1
    assert starved(world, making, nobody) is None


def test_an_input_is_delivered_while_some_link_to_it_is_permitted() -> None:
    """Without the links to one input it is not, and the others are."""
    model = SupplyModel(propulsion_world())
    world, commissions = model.world, commissions_of(model)
    axes = world.axes
    for row in range(len(axes.needs) - axes.final):
        may = np.ones_like(world.links.permitted)
        may[axes.link_need == axes.final + row] = False
        found = commissions.delivered(renewed(may))
        assert np.flatnonzero(~found[:, 0]).tolist() == [row]


# --- gaps
# -------------------------------------------------------------------------------------------------

SEEN = Shortage(
    short=column(65, 10),
    coming=column(3, 8, 0),
    building=column(2, 8, 0),
    idles=marks(YES, NO, NO),
    waits=marks(YES, NO),
    fit=marks(YES, YES, YES),
)


def gaps(
    model: SupplyModel, seen: Shortage = SEEN, room: tuple[float, float] = (9, 9), **out: Any
) -> tuple[list[float], float]:
    """Return what each candidate would have to add, and what is lacking."""
    world, commissions = model.world, commissions_of(model)
    reach, barred = commissions.reaching(world.links.permitted), out.get("barred")
    reaches = out.get("reaches", marks(YES, YES))
    reach = reach._replace(servers=reaches, shares=reaches.astype(np.float64))
    coming = coming_of(commissions, seen, barred) * reach.shares
    lacking = lacks(commissions, seen, coming)
    fit = find_fit(world, commissions, seen, reach, barred) & (column(*room) > 0)
    gap = share_gaps(world, commissions, lacking, fit)
    return [round(each, 9) for each in gap[:, 0].tolist()], float(lacking[0, 0])


def test_a_gap_is_shared_by_the_candidates_that_are_fit() -> None:
    """AAA lacks 65, and CCC 10, of which the programme sees 5; 3 + 8 are coming: 59. Half each:
    29.5 good units of 59 started at home, of 36.875 at the ally's."""
    assert gaps(built()) == ([59, 36.875], 59)


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ({"room": (0, 9)}, ([0, 73.75], 59)),
        ({"room": (0.5, 9)}, ([59, 36.875], 59)),
        ({"reaches": marks(YES, NO)}, ([134, 0], 67)),
        ({"barred": marks(YES, NO)}, ([0, 75], 60)),
        ({"seen": SEEN._replace(fit=marks(NO, YES, YES))}, ([0, 73.75], 59)),
        ({"seen": SEEN._replace(coming=column(3, 80, 0))}, ([0, 0], 0)),
        ({"seen": SEEN._replace(coming=column(3, 66.5, 0))}, ([0.5, 0.3125], 0.5)),
    ],
)
def test_what_bars_a_candidate(out: Any, expected: Any) -> None:
    """It has no room, reaches nobody (then nothing comes from there), is kept from those who wait
    (then what is idle there does not count), or lacks inputs; or enough is coming."""
    assert gaps(built(), **out) == expected


@pytest.mark.parametrize(("qualified", "home"), [(11, 59), (12, 0)])
def test_a_candidate_is_fit_if_it_is_accepted_by_the_time_its_capacity_is_there(
    qualified: int, home: float
) -> None:
    """Money of June makes capacity in December, six months later."""
    model = built()
    model.world.lines.qualified_from[:] = column(qualified, 0, 0)
    assert gaps(model)[0][0] == home


# --- who reaches whom
# -------------------------------------------------------------------------------------------------


def test_lines_reach_beneficiaries_over_permitted_links() -> None:
    """Preferences of a half do; the ally's plant reaches AAA or CCC, and neither where both of its
    links are cut; what AAA does not want at all does not count, nor who is no
    beneficiary, nor a line that nobody builds."""

    def reached(model: SupplyModel, *cut: int) -> list[bool]:
        may = model.world.links.permitted.copy()
        may[list(cut)] = False
        found: list[bool] = commissions_of(model).reaching(renewed(may)).servers[:, 0].tolist()
        return found

    both = built()
    assert reached(both) == reached(both, 1) == reached(both, 2) == [YES, YES]
    assert reached(both, 1, 2) == [YES, NO]
    assert reached(both, 0) == [NO, YES]
    assert reached(built({"build": programme("CCC", 2, "CCC")})) == [NO, YES]
    trade = {"all": {"exporter": "*", "importer": "*", "product": "engines"}}
    trade["never"] = trade["all"] | {"exporter": "CCC", "importer": "AAA", "weight": 0}
    assert reached(built({"build": programme("AAA", 2, "AAA")}, trade=trade)) == [YES, NO]


def test_what_programmes_look_at_stands_one_after_the_other() -> None:
    """CCC's counts its own need alone, AAA's both; each has a gap, and two lines that may serve.
    Links are home to AAA, ally to AAA, ally to CCC."""
    both = {"q": programme("CCC", 2, "CCC"), "p": programme("AAA", 2, "AAA", "CCC")}
    model = built(both)
    commissions, rows = commissions_of(model), Rows.of(model.world, [0, 1])
    assert rows.gap_programme.tolist() == [0, 1]
    assert (rows.claim_need.tolist(), rows.claim_gap.tolist()) == ([1, 0, 1], [0, 1, 1])
    assert (rows.server_line.tolist(), rows.server_gap.tolist()) == ([0, 1] * 2, [0, 0, 1, 1])
    assert (rows.way_link.tolist(), rows.way_server.tolist()) == ([2, 0, 1, 2], [1, 2, 3, 3])
    assert rows.candidate_gap.tolist() == [0, 0, 1, 1]
    assert rows.candidate_server.tolist() == [0, 1, 2, 3]
    assert commissions.buyers.needs.tolist() == [0, 1]
    alone = commissions_of(built({"q": programme("CCC", 2, "CCC")}))
    assert alone.buyers.needs.tolist() == [1]
    assert alone.buyers.links.tolist() == [2, 4]
    assert (commissions.shared is None, alone.shared is None) == (False, True)


@pytest.mark.parametrize(
    ("idles", "waits", "expected"),
    [
        ((YES, YES, NO), (YES, NO), [YES, NO]),
        ((YES, YES, NO), (YES, YES), [YES, YES]),
        ((YES, NO, YES), (NO, YES), None),
        ((NO, YES, NO), (YES, YES), [NO, YES]),
        ((NO, NO, YES), (YES, YES), None),
    ],
)
def test_idle_lines_whose_beneficiaries_all_wait_are_barred(
    idles: tuple[bool, ...], waits: tuple[bool, ...], expected: list[bool] | None
) -> None:
    """The home plant delivers to AAA alone, the ally's to both."""
    model = built()
    commissions = commissions_of(model)
    seen = SEEN._replace(idles=marks(*idles), waits=marks(*waits))
    found = find_barred(commissions, seen, commissions.reaching(model.world.links.permitted))
    assert (found if found is None else found[:, 0].tolist()) == expected


@pytest.mark.parametrize(("is_hit", "lacks_what"), [(False, [30, 0]), (True, [65, 0])])
def test_who_runs_down_a_stock_lacks_no_more_than_is_ordered(
    is_hit: bool, lacks_what: list[float]
) -> None:
    """AAA uses 100 and gets 35 lawfully, but it orders 65 alone, and uses up its stock: 30 are
    lacking. Once a restriction has hit it, what the stock hides is lacking, too."""
    model = built()
    short_of_goods(model.world)
    model.world.needs.demand[:] = column(65, 1)
    if is_hit:
        model.world.needs.hit = np.zeros_like(model.world.needs.hit)
    assert seen_in(model).short[:, 0].tolist() == lacks_what

"""What programmes spend in a month, on paper: a world whose numbers are set by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.month.commissions import Commissions
from sim.month.programmes import share_out, spend
from sim.rules.programme import BudgetRequest
from sim.world.world import World
from tests.on_paper import NO, YES, built, column, programme


def asking(model: SupplyModel, rule: Callable[[BudgetRequest], np.ndarray]) -> Commissions:
    """Return the model's commissions with another rule."""
    commissions = model.policies.budgeting
    assert commissions is not None
    return replace(commissions, seats=[replace(each, rule=rule) for each in commissions.seats])


def test_a_programme_bids_with_what_can_be_taken_up() -> None:
    """Gaps of 59 and 10 at 2 and 4 a unit, with room for 3 and 20: 6 and 40 of 118 and 40. What
    covers most need for the money: 13 months are left of 24 when the capacity is there, of half a
    unit for 2 or 0.8 for 4, of a monthly need of 108."""
    model = built()
    seen: list[BudgetRequest] = []

    def rule(bids: BudgetRequest) -> np.ndarray:
        """Take half of what is wanted."""
        seen.append(bids)
        return bids.wanted / 2

    gap, room, budget = column(59, 10), column(3, 20), np.array([[70.0]])
    model.world.needs.expected[:] = column(100, 8)
    commissions = asking(model, rule)
    money = share_out(model.world, commissions, commissions.seats, gap, room, budget)
    (bids,) = seen
    assert money[:, 0].tolist() == [3, 20]
    assert bids.wanted[:, 0].tolist() == [6, 40]
    assert bids.gap[:, 0].tolist() == [118, 40]
    assert (bids.budget.tolist(), bids.state.tolist()) == ([[70]], ["AAA", "CCC"])
    assert bids.together(bids.wanted).tolist() == [[46]]
    for month, left in ((5, 13), (17, 1), (18, 0), (23, 0)):
        model.world.month = month
        returns = bids.count_returns()[:, 0].tolist()
        assert returns == pytest.approx([0.5 * left / (108 * 2), 0.8 * left / (108 * 4)])


def test_returns_are_of_the_needs_of_beneficiaries() -> None:
    """CCC is none: 100 are needed, not 108."""
    model = built({"build": programme("AAA", 2, "AAA")})
    model.world.needs.expected[:] = column(100, 8)
    assert model.policies.budgeting is not None
    found = model.policies.budgeting.returns(model.world, slice(0, 2))[:, 0].tolist()
    assert found == pytest.approx([0.5 * 13 / 200, 0.8 * 13 / 400])


def lacking(model: SupplyModel, aaa: float = 100.0, ccc: float = 0.0) -> World:
    """Let nothing reach AAA and CCC, who need so much, and nothing stand idle anywhere."""
    world = model.world
    world.links.flow = 0 * world.links.flow
    world.needs.expected[:] = column(aaa, ccc)
    world.lines.offer = world.lines.usable * world.lines.yield_
    world.lines.output = world.lines.offer.copy()
    return world


@pytest.mark.parametrize(
    ("money", "most", "absorption", "started"),
    [
        (9, np.inf, np.inf, [2, 1.25]),
        (0.45, np.inf, np.inf, [0.1, 0.0625]),
        (1000, 1, np.inf, [0, 1]),
        (1000, 3.5, 3, [1.5, 3]),
    ],
)
def test_money_becomes_projects(
    money: float, most: float, absorption: float, started: list[float]
) -> None:
    """Gaps of 50 / 0.5 and 50 / 0.8 take 200 and 250 money: of 9 they get 4 and 5. 2 have been
    added at home before, so that room for 1 in all is room for none."""
    model = built()
    world, projects = lacking(model), model.world.projects
    projects.added[:], projects.started[:] = column(2, 0), 7
    projects.max_capacity[:], projects.absorption[:] = most, absorption
    world.programmes.treasury[:], world.programmes.invested[:] = money, 7
    spend(world, model.policies.budgeting)
    spent = 2 * started[0] + 4 * started[1]
    assert projects.started[:, 0].tolist() == pytest.approx(started)
    assert projects.added[:, 0].tolist() == pytest.approx([2 + started[0], started[1]])
    assert projects.unfinished[:, 0].tolist() == pytest.approx(started)
    assert world.programmes.invested.item() == pytest.approx(spent)
    assert world.programmes.treasury.item() == pytest.approx(money - spent)


def test_where_there_is_no_room_nobody_counts_on_anything() -> None:
    """2 have been added at home, and no more may be: the ally's plant alone is to close the gap of
    100, which takes 125, and 500 money."""
    model = built()
    world, projects = lacking(model), model.world.projects
    projects.added[:], projects.max_capacity[:] = column(2, 0), column(2, 1000)
    world.programmes.treasury[:] = 1000
    spend(world, model.policies.budgeting)
    assert projects.started[:, 0].tolist() == pytest.approx([0, 125])
    assert world.programmes.treasury.item() == pytest.approx(500)


def test_who_spends_all_but_for_rounding_has_nothing_left() -> None:
    """0.7 and 0.1 are a unit of the last place less than 0.8; of 0.9 a tenth is left."""
    model = built(members=2)
    world = lacking(model)
    world.programmes.treasury[:] = [[0.8, 0.9]]
    spend(world, asking(model, lambda _: np.array([[0.7, 0.7], [0.1, 0.1]])))
    assert world.programmes.treasury.tolist() == [[0, pytest.approx(0.1)]]


def test_a_place_that_is_full_but_for_rounding_takes_no_part_of_a_gap() -> None:
    """Of 0.3 at home 0.1 + 0.2 are there less a unit of the last place; the ally's plant closes the
    gap of 100 alone: 125 started, of which four fifths are good."""
    model = built()
    world, projects = lacking(model), model.world.projects
    projects.max_capacity[:], projects.added[:] = column(0.1 + 0.2, np.inf), column(0.3, 0)
    world.programmes.treasury[:] = 1e6
    spend(world, model.policies.budgeting)
    assert projects.started[:, 0].tolist() == pytest.approx([0, 125])
    assert projects.started[0] == 0


@pytest.mark.parametrize(("needs", "started"), [((0, 0), [0, 0]), ((100, 0), [100, 62.5])])
def test_less_than_nothing_under_way_is_no_shortage(
    needs: tuple[float, float], started: list[float]
) -> None:
    """What is under way less what is finished may be a unit of the last place below 0: nobody
    builds for it, and the gap of 100 is the same."""
    model = built()
    world, projects = lacking(model, *needs), model.world.projects
    projects.unfinished[:] = column(-3e-16, -1e-16)
    world.programmes.treasury[:] = 1e6
    spend(world, model.policies.budgeting)
    assert projects.started[:, 0].tolist() == pytest.approx(started)
    assert any(started) or not projects.started.any()


@pytest.mark.parametrize(("came", "builds"), [(100 - 1.5e-14, NO), (100 - 1e-9, YES)])
def test_nobody_builds_for_rounding(came: float, builds: bool) -> None:
    """A plant once added to, however little, counts as built."""
    model = built()
    world = lacking(model)
    world.links.flow = column(came, 0, 0, 0, 0)
    world.programmes.treasury[:] = 1e6
    spend(world, model.policies.budgeting)
    assert (world.projects.started > 0).all() == builds
    assert (world.projects.started > 0).any() == builds


@pytest.mark.parametrize(("money", "active"), [(0, YES), (50, NO)])
def test_without_money_or_leave_nothing_is_spent(money: float, active: bool) -> None:
    """And nobody is asked."""
    model = built()
    world = lacking(model)
    world.projects.started[:], world.programmes.invested[:] = 7, 7
    world.programmes.treasury[:], world.programmes.active[:] = money, active

    def nobody(bids: BudgetRequest) -> np.ndarray:
        raise AssertionError(bids)

    spend(world, asking(model, nobody))
    assert not world.projects.started.any()
    assert not world.programmes.invested.any()
    assert world.programmes.treasury.item() == money


def test_each_member_spends_what_it_has() -> None:
    """The programme of the second member has stopped, with 9 left; that of the third has 18."""
    model = built(members=3)
    world = lacking(model)
    world.programmes.treasury[0], world.programmes.active[0] = [9, 9, 18], [YES, NO, YES]
    spend(world, model.policies.budgeting)
    assert world.projects.started.tolist() == pytest.approx(np.array([[2, 0, 4], [1.25, 0, 2.5]]))
    assert world.programmes.treasury.tolist() == [[0, 9, 0]]


def rich(programmes: dict[str, Any], *money: list[float], unit: float = 1.0) -> SupplyModel:
    """Return a world in which AAA lacks 60 units and CCC 40, and programmes have so much money in
    each member."""
    model = built(programmes, members=len(money[0]))
    lacking(model, 60 * unit, 40 * unit).programmes.treasury[:] = money
    return model


def test_two_programmes_close_a_gap_once() -> None:
    """One of AAA's sees 60 and half of CCC's 40: it would add 40 good units at each place, of 80
    and 50 started. One of CCC's sees a quarter of 60, and 40: 27.5 at each. Together they lack
    100, and not 135. Where 8 are coming from the ally's plant they are 72 and 47, and 92."""
    both = {"p": programme("AAA", 2, "AAA", "CCC"), "q": programme("CCC", 4, "AAA", "CCC")}
    model = rich(both, [1e4, 1e4, 1e4], [1e4, 1e4, 0])
    model.world.projects.unfinished[1, 1] = 10
    spend(model.world, model.policies.budgeting)
    one, two, three = model.world.projects.started.T.tolist()
    assert one == pytest.approx([each / 1.35 for each in (80, 50, 55, 34.375)])
    assert two == pytest.approx([each * 92 / 119 for each in (72, 45, 47, 29.375)])
    assert three == pytest.approx([80, 50, 0, 0])


@pytest.mark.parametrize("unit", [1, 0.01])
def test_programmes_that_cannot_spend_lack_nothing(unit: float) -> None:
    """Two of AAA's each see its 60. A third, that counts CCC's 40 alike, sees 100: they lack 100
    together while it has money, however little, and may spend it, and 60 where it may not or has
    none; in units, and in hundreds."""
    three = {
        "p": programme("AAA", 1, "AAA"),
        "q": programme("CCC", 1, "AAA", "CCC"),
        "r": programme("AAA", 1, "AAA"),
    }
    model = rich(three, [1e4] * 3, [9e-8, 50, 0], [1e4] * 3, unit=unit)
    model.world.programmes.active[1, 1] = NO
    spend(model.world, model.policies.budgeting)
    good = model.world.projects.started * np.tile([[0.5], [0.8]], (3, 1)) / unit
    assert good.sum(axis=0).tolist() == pytest.approx([100, 60, 60])
    assert good[:2].sum(axis=0).tolist() == pytest.approx([50, 30, 30])
    assert good[2:4].sum(axis=0).tolist() == pytest.approx([0, 0, 0], abs=1e-5)


def test_programmes_that_add_less_than_is_lacking_add_it() -> None:
    """9 money each where 60 are lacking: as much as each alone."""
    model = rich({"p": programme("AAA", 1, "AAA"), "q": programme("AAA", 1, "AAA")}, [9], [9])
    spend(model.world, model.policies.budgeting)
    assert model.world.projects.started[:, 0].tolist() == pytest.approx([2, 1.25] * 2)

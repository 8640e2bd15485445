"""Spend the programmes' money on projects that close the gaps of their beneficiaries.

Writes projects.started (and what `construction.start` writes), programmes.invested and treasury.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import Kept
from sim.kernels.sums import GroupSum, divide, raised, some
from sim.kernels.terms import RTOL
from sim.month.production import Production
from sim.month.shortages import Shortage, coming_of, shortages
from sim.rules.programme import BudgetRequest
from sim.world.construction import count_down, start
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Commission:
    """Hold a programme's rule and its candidates."""

    rule: Callable[[BudgetRequest], Floats]
    row: int
    """The programme"""
    rows: slice
    """Its projects"""
    state: NDArray[np.str_]
    """State of each candidate's factory"""
    together: GroupSum
    """Sums its candidates to [1, members]"""
    months: int
    """Length of the run"""
    products: Ints
    """The candidates' products"""
    product: Ints
    """Place of each candidate's product among these"""
    needs: Ints
    """Needs of these products"""
    by_product: GroupSum
    """Sums these needs to these products"""
    by_candidate_product: GroupSum
    """Sums its candidates to these products"""
    own: Ints
    """Lines of its candidates"""
    lines: Ints
    """Lines of these products that may get more capacity, by whomever, or call some back"""
    line_product: GroupSum
    """Sums these lines to its products"""
    reach: Callable[[Bools], Bools]
    """Which lines may deliver to a beneficiary, [lines, members], over some links, [all links,
    members]"""
    reaching: Kept[Bools]
    """The same where trade is permitted"""

    @classmethod
    def build(
        cls, world: World, rule: Callable[[BudgetRequest], Floats], row: int, months: int
    ) -> Commission:
        """Seat the commission of a programme, a row of the world's axes."""
        axes = world.axes
        found = np.flatnonzero(axes.project_programme == row)
        # they stand together
        rows, count = slice(int(found[0]), int(found[-1]) + 1), found.size
        state = np.array(axes.states)[axes.line_state[axes.project_line[rows]]]
        products, product = np.unique(
            axes.line_product[axes.project_line[rows]], return_inverse=True
        )
        needs = np.flatnonzero(np.isin(axes.need_product, products))
        by_product = GroupSum(np.searchsorted(products, axes.need_product[needs]), products.size)
        together = GroupSum(np.zeros(count, dtype=np.int64), 1)
        changing = np.unique(
            np.concatenate((axes.project_line, axes.work_line, world.upkeep.resting))
        )
        built = np.isin(axes.link_line, changing) & np.isin(axes.link_need, needs)
        links = np.flatnonzero(built)
        lines = np.unique(axes.link_line[links])
        of_product = np.searchsorted(products, axes.line_product[lines])
        reach = _reach(world, row, links)
        return cls(
            rule=rule,
            row=row,
            rows=rows,
            state=state,
            together=together,
            months=months,
            products=products,
            product=product,
            needs=needs,
            by_product=by_product,
            by_candidate_product=GroupSum(product, products.size),
            own=axes.project_line[rows],
            lines=lines,
            line_product=GroupSum(of_product.astype(np.int64), products.size),
            reach=reach,
            reaching=Kept(reach),
        )

    def counted(self, world: World, short: Floats) -> Floats:
        """Return what its beneficiaries lack as far as it counts, [needs of its products, members].

        `short` is [needs, members], units per month.
        """
        counts = world.programmes.counts[self.row].take(self.needs, axis=0)
        counted: Floats = short.take(self.needs, axis=0) * counts
        return counted

    def barred(self, world: World, seen: Shortage, reaches: Bools) -> Bools | None:
        """Return the lines, [lines, members], that stand idle though they reach beneficiaries who
        wait, and none who do not: a limit keeps their goods away. None: there are none.
        """
        built = self.lines
        if not some(seen.idles.take(built, axis=0) & reaches.take(built, axis=0)):
            return None
        waits = seen.waits.take(world.axes.link_need, axis=0)
        found = reaches & seen.idles & ~self.reach(world.links.permitted & ~waits)
        return found if some(found) else None

    def gap(
        self, world: World, seen: Shortage, room: Floats, reaches: Bools, barred: Bools | None
    ) -> tuple[Floats, Floats]:
        """Count the capacity that each candidate would have to add, units started per month.

        [candidates, members]; and what its beneficiaries lack, [products, members], units per
        month: what they are `seen` to be short of, as far as the programme counts it, less what is
        coming on lines that can serve them. It is shared equally by the candidates for the product
        that are fit: their line `reaches` a beneficiary [lines, members], and is fit, is not
        `barred`, is accepted by the time its capacity is there, and has `room` [candidates,
        members] for more.
        """
        lines, own = world.lines, self.own
        ready = world.month + world.projects.delay[self.rows]
        fit = (reaches & seen.fit).take(own, axis=0)
        if barred is not None:
            fit &= ~barred.take(own, axis=0)
        fit &= lines.qualified_from.take(own, axis=0) <= ready
        fit &= room > 0
        built = self.lines
        coming = coming_of(seen, barred).take(built, axis=0) * reaches.take(built, axis=0)
        serving = self.line_product(coming)
        lacking = raised(self.by_product(self.counted(world, seen.short)) - serving)
        sharing = self.by_candidate_product(fit.astype(np.float64)).take(self.product, axis=0)
        share = divide(lacking.take(self.product, axis=0) * fit, sharing)
        return share / lines.yield_.take(own, axis=0), lacking

    def share_out(self, world: World, gap: Floats, room: Floats, budget: Floats) -> Floats:
        """Return money [candidates, members] for gaps and the capacity that can be taken up,
        [candidates, members].
        """
        cost = world.projects.capital_cost[self.rows]
        bids = BudgetRequest(
            np.minimum(gap, room) * cost,
            budget,
            self.together,
            gap * cost,
            self.state,
            partial(self._returns, world),
        )
        return self.rule(bids)

    def _returns(self, world: World) -> Floats:
        """Count the need covered for the money, [candidates, members]; see
        `BudgetRequest.count_returns`.
        """
        projects = world.projects
        served = world.programmes.beneficiary[self.row][:, None]
        need = self.by_product((world.needs.expected * served)[self.needs])[self.product]
        left = np.maximum(self.months - world.month - projects.delay[self.rows], 0)
        return divide(world.lines.yield_[self.own] * left, need * projects.capital_cost[self.rows])


def _reach(world: World, row: int, links: Ints) -> Callable[[Bools], Bools]:
    """Return a function that says which lines may deliver to a beneficiary of a programme, [lines,
    members], over these links as far as they are permitted, [all links, members].
    """
    need = world.axes.link_need[links]
    # weight 0 forbids for good
    wanted = world.links.base_weight[links] > 0
    wanted &= world.programmes.counts[row][need] > 0
    by_line = GroupSum(world.axes.link_line[links], len(world.axes.lines))

    def reach(permitted: Bools) -> Bools:
        may = permitted.take(links, axis=0) & wanted
        reached: Bools = by_line(may.astype(np.float64)) > 0
        return reached

    return reach


def spend(world: World, budgeting: Sequence[Commission], making: Production = ()) -> None:
    """Spend the programmes' money on projects that close the gaps of their beneficiaries, where
    lines can make something by the rules of `making`.
    """
    projects, purse = world.projects, world.programmes
    count_down(world)
    projects.started[:] = 0.0
    purse.invested[:] = 0.0
    spending = [
        each for each in budgeting if some(purse.active[each.row] & (purse.treasury[each.row] > 0))
    ]
    if not spending:
        return
    room = raised(np.minimum(projects.max_capacity - projects.added, projects.absorption))
    seen = shortages(world, making)
    lacked = np.zeros((len(world.axes.products), world.width))
    reached = [each.reaching(world.links.permitted) for each in spending]
    barred = [each.barred(world, seen, own) for each, own in zip(spending, reached, strict=True)]
    for commission, reaches, out in zip(spending, reached, barred, strict=True):
        row, rows = commission.row, commission.rows
        budget = np.where(purse.active[row], purse.treasury[row], 0.0)[None, :]
        gap, lacking = commission.gap(world, seen, room[rows], reaches, out)
        money = commission.share_out(world, gap, room[rows], budget)
        projects.started[rows] = divide(money, projects.capital_cost[rows])
        known = np.where(budget > 0, lacking, 0.0)
        lacked[commission.products] = np.maximum(lacked[commission.products], known)
    if len(spending) > 1:
        _close_together(
            world, lacked, lambda: _lacked_together(world, spending, reached, barred, seen)
        )
    for commission in spending:
        row, rows = commission.row, commission.rows
        money = projects.started[rows] * projects.capital_cost[rows]
        purse.invested[row] = np.minimum(commission.together(money), purse.treasury[row])[0]
    purse.treasury -= purse.invested
    start(projects, projects.started, world.month)


def _close_together(world: World, lacked: Floats, count: Callable[[], Floats]) -> None:
    """Reduce what programmes start in one month to what closes the gap once.

    `lacked` [products, members] is the greatest gap that one of them sees, units per month; `count`
    returns what all their beneficiaries lack.
    """
    axes, projects = world.axes, world.projects
    by_product = axes.projects_by_product
    added = by_product(projects.started * world.lines.yield_.take(axes.project_line, axis=0))
    if not some(added > lacked * (1.0 + RTOL)):
        return
    lacked = np.maximum(lacked, count())
    over = added > lacked * (1.0 + RTOL)
    if not some(over):
        return
    share = np.divide(lacked, added, out=np.ones_like(added), where=over)
    projects.started *= share.take(by_product.group_of_row, axis=0)


def _lacked_together(
    world: World,
    spending: Sequence[Commission],
    reached: Sequence[Bools],
    barred: Sequence[Bools | None],
    seen: Shortage,
) -> Floats:
    """Return what the beneficiaries of all who spend lack, each need counted once.

    [products, members], units per month.
    """
    axes, purse, short = world.axes, world.programmes, seen.short
    counts, coming = np.zeros_like(short), np.zeros_like(seen.coming)
    for each, own_reach, out in zip(spending, reached, barred, strict=True):
        spends = purse.active[each.row] & (purse.treasury[each.row] > 0)
        own = purse.counts[each.row].take(each.needs, axis=0) * spends
        counts[each.needs] = np.maximum(counts[each.needs], own)
        np.maximum(coming, coming_of(seen, out) * (own_reach & spends), out=coming)
    serving = axes.lines_by_product(coming)
    return raised(axes.needs_by_product(short * counts) - serving)

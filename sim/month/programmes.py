"""Spend the programmes' money on projects that close the gaps of their beneficiaries.

Writes projects.started (and what `construction.start` writes), programmes.invested and treasury.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.kernels.sums import Floats, GroupSum, Ints, divide, raised
from sim.rules.programme import BudgetRequest
from sim.world.axes import Axes
from sim.world.construction import start, under_way
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
    rivals: Ints
    """[candidates, 1]: the programme's candidates for the same product"""

    @classmethod
    def build(
        cls, axes: Axes, rule: Callable[[BudgetRequest], Floats], row: int, months: int
    ) -> Commission:
        """Seat the commission of a programme, a row of `axes`."""
        found = np.flatnonzero(axes.project_programme == row)
        # they stand together
        rows, count = slice(int(found[0]), int(found[-1]) + 1), found.size
        state = np.array(axes.states)[axes.line_state[axes.project_line[rows]]]
        products, product = np.unique(
            axes.line_product[axes.project_line[rows]], return_inverse=True
        )
        needs = np.flatnonzero(np.isin(axes.need_product, products))
        by_product = GroupSum(np.searchsorted(products, axes.need_product[needs]), products.size)
        rivals = np.bincount(product, minlength=1)[product][:, None]
        together = GroupSum(np.zeros(count, dtype=np.int64), 1)
        return cls(
            rule, row, rows, state, together, months, products, product, needs, by_product, rivals
        )

    def gap(self, world: World, short: Floats, coming: Floats) -> Floats:
        """Count the capacity that each candidate would have to add, [candidates, members], units
        started per month.

        What the programme's beneficiaries lack, `short` [needs, members], others' than the chair's
        only as far as they count, less what is `coming` [products, members]; shared equally by the
        programme's candidates for the product.
        """
        lines = world.axes.project_line[self.rows]
        counted = short.take(self.needs, axis=0) * world.programmes.counts[self.row].take(
            self.needs, axis=0
        )
        lacking = raised(self.by_product(counted) - coming.take(self.products, axis=0))
        return lacking.take(self.product, axis=0) / self.rivals / world.lines.yield_[lines]

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
        axes, projects = world.axes, world.projects
        line = axes.project_line[self.rows]
        served = world.programmes.beneficiary[self.row][:, None]
        need = self.by_product((world.needs.expected * served)[self.needs])[self.product]
        left = np.maximum(self.months - world.month - projects.delay[self.rows], 0)
        return divide(world.lines.yield_[line] * left, need * projects.capital_cost[self.rows])


def spend(world: World, budgeting: Sequence[Commission]) -> None:
    """Spend the programmes' money on projects that close the gaps of their beneficiaries."""
    projects, purse = world.projects, world.programmes
    projects.started[:] = 0.0
    purse.invested[:] = 0.0
    spending = [
        each
        for each in budgeting
        if (purse.active[each.row] & (purse.treasury[each.row] > 0)).any()
    ]
    if not spending:
        return
    room = raised(np.minimum(projects.max_capacity - projects.added, projects.absorption))
    short, coming = shortages(world)
    for commission in spending:
        row, rows = commission.row, commission.rows
        budget = np.where(purse.active[row], purse.treasury[row], 0.0)[None, :]
        money = commission.share_out(
            world, commission.gap(world, short, coming), room[rows], budget
        )
        purse.invested[row] = np.minimum(commission.together(money), purse.treasury[row])[0]
        projects.started[rows] = divide(money, projects.capital_cost[rows])
    purse.treasury -= purse.invested
    start(projects, projects.started, world.month)


def shortages(world: World) -> tuple[Floats, Floats]:
    """Return what buyers lack, [needs, members], and what projects will add, [products, members],
    good units per month.

    SourcingGroup lack what they use beyond what reaches them over unrestricted links; projects add
    what they have idle or under way.
    """
    axes, needs, links, lines = world.axes, world.needs, world.links, world.lines
    free = axes.market.by_need(np.where(links.restricted, 0.0, links.flow))
    short = raised(needs.expected - free)
    coming, rows = under_way(world) * lines.yield_, axes.project_lines
    coming[rows] += raised((lines.capacity * lines.yield_ - lines.output).take(rows, axis=0))
    return short, axes.lines_by_product(coming)

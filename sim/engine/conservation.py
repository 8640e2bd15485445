"""Keep the books of the world: goods, backlog, capacity, work in progress and money must add up
every month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.errors import LedgerError
from sim.kernels.arrays import Floats
from sim.kernels.ledger import EPS, LIMIT, residuals, worst_residual
from sim.scenario.quantity import month_label
from sim.world.world import World

BOOKS = ("goods", "backlog", "capacity", "unfinished", "money", "payments")
"""Goods by product, backlog by need, capacity by line, unfinished capacity by project or work,
money by programme, and by product what buyers pay against what sellers and carriers get."""


class _Sheet(dict[str, Floats]):
    """Hold an array [rows, members] for each account, all of them parts of one array, `all`."""

    def __init__(self, rows: Mapping[str, int], width: int) -> None:
        super().__init__()
        self.all = np.zeros((sum(rows.values()), width))
        ends = np.cumsum(list(rows.values()))
        self.update(zip(rows, np.split(self.all, ends[:-1]), strict=True))


class Books:
    """Hold the balances when the month began, and the worst residual of each book so far."""

    def __init__(self, world: World, first_month: int) -> None:
        """Open the books of a world; `first_month`, counted since year 0, names the month in which
        a book breaks.
        """
        self.worst = dict.fromkeys(BOOKS, 0.0)
        """Each book's worst residual so far, in multiples of eps times gross volume"""
        self._first_month = first_month
        rows = _rows(world)
        self._backlog = world.needs.backlog
        # accounts of a book with several begin with its name
        self._books = [account.split()[0] for account, count in rows.items() if count]
        counts = [count for count in rows.values() if count]
        self._firsts = np.cumsum([0, *counts[:-1]]) * world.width
        self._before, self._after, self._gained, self._lost = (
            _Sheet(rows, world.width) for _ in range(4)
        )
        _stand(world, self._before)
        self._size = np.abs(self._before.all)

    def close(self, world: World) -> None:
        """Check every book; raises LedgerError naming the month and the book that does not
        balance.
        """
        axes, needs, before, after = world.axes, world.needs, self._before, self._after
        _stand(world, after)
        _move(world, self._gained, self._lost)
        made, output = self._gained["goods"], world.lines.output
        turned = made if world.made is output else axes.lines_by_product(output)
        change, size = after.all - before.all, np.abs(after.all)
        stood = np.add(self._size, size, out=self._size)
        found = residuals(change, self._gained.all, self._lost.all, stood, turned)
        worst = np.maximum.reduceat(found.ravel(), self._firsts) if found.size else np.zeros(0)
        for book, each in zip(self._books, worst.tolist(), strict=True):
            self._judge(book, each, world.month)
        backlog = worst_residual(
            self._backlog, needs.backlog, needs.ordered, needs.cancelled, needs.received
        )
        self._judge("backlog", backlog, world.month)
        # nothing moves between months: what stands now is what the next month begins with
        self._before, self._after, self._size = after, before, size
        self._backlog = needs.backlog

    def _judge(self, book: str, residual: float, month: int) -> None:
        """Note a residual, a share of gross volume; raises LedgerError where it is no rounding."""
        found = residual / EPS
        if not found <= LIMIT:
            raise LedgerError(
                f"the books do not balance: {book} in {month_label(self._first_month + month)} "
                f"is off by {found:.3g} eps of gross volume (limit {LIMIT:g})"
            )
        self.worst[book] = max(self.worst[book], found)

    def audit(self, world: World) -> None:
        """Check, at the end of a run, that what is in transit and under way is what the pipelines
        hold; raises LedgerError.
        """
        needs, projects = world.needs, world.projects
        pairs: Sequence[tuple[str, Floats, Floats]] = (
            ("transit", needs.pipeline.sum(axis=0), needs.in_transit),
            ("unfinished", projects.pipeline.sum(axis=0), projects.unfinished),
            ("unfinished works", world.works.pipeline.sum(axis=0), world.works.unfinished),
        )
        for book, held, counted in pairs:
            if not (np.abs(held - counted) <= 1e-9 * (1.0 + np.abs(held))).all():
                raise LedgerError(
                    f"the books do not balance: {book} differs from what the pipelines hold"
                )


def _rows(world: World) -> dict[str, int]:
    """Count the rows of each account, except the backlog, which need not be copied."""
    axes = world.axes
    return {
        "goods": len(axes.products),
        "unfinished": len(axes.projects),
        "money": len(axes.programmes),
        "payments": len(axes.products),
        "unfinished works": len(axes.works),
        "capacity": len(axes.lines),
    }


def _stand(world: World, sheet: _Sheet) -> None:
    """Write the present balance of each account; that of payments is always 0."""
    lines, needs, works = world.lines, world.needs, world.works
    sheet["goods"][:] = world.axes.needs_by_product(needs.stock + needs.in_transit)
    sheet["unfinished"][:] = world.projects.unfinished
    sheet["money"][:] = world.programmes.treasury
    if works.delay.size:
        sheet["unfinished works"][:] = works.unfinished
    sheet["capacity"][:] = lines.capacity
    if world.upkeep.resting.size:
        # idle capacity that is laid up still belongs to its line
        sheet["capacity"] += lines.mothballed


def _move(world: World, gained: _Sheet, lost: _Sheet) -> None:
    """Write what each account gained this month, and what it lost."""
    axes, lines, needs, projects = world.axes, world.lines, world.needs, world.projects
    by_line, by_need = axes.lines_by_product, axes.needs_by_product
    gained["goods"][:], lost["goods"][:] = by_line(world.made), by_need(needs.used)
    gained["unfinished"][:] = projects.started
    np.add(projects.matured, world.lost_projects, out=lost["unfinished"])
    gained["money"][:] = world.programmes.appropriated
    lost["money"][:] = world.programmes.invested
    gained["capacity"][:] = axes.projects_by_line(projects.matured)
    lost["capacity"][:] = world.lost_capacity
    if world.has_prices:
        gained["payments"][:], lost["payments"][:] = by_need(needs.spending), by_line(lines.revenue)
        # what is never charged is never written
        if world.links.is_charged:
            lost["payments"] += by_need(needs.delivery)
    works = world.works
    if works.delay.size:
        gained["unfinished works"][:] = works.started
        np.add(works.matured, works.lost, out=lost["unfinished works"])
        gained["capacity"] += axes.works_by_line(works.matured)

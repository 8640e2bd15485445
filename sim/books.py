"""Keep the books of the world: goods, backlog, capacity, work in progress and money must add up every month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.errors import LedgerError
from sim.kernels.ledger import LIMIT, residuals
from sim.kernels.sums import Floats
from sim.scenario.quantity import month_label
from sim.world import World

BOOKS = ("goods", "backlog", "capacity", "unfinished", "money", "payments")
"""Goods by product, backlog by need, capacity by line, unfinished capacity by project or work, money by programme,
and by product what buyers pay against what sellers and carriers get."""


class Books:
    """Hold what stood in the books when the month began, and the worst residual of each book so far."""

    def __init__(self, world: World, first_month: int) -> None:
        """Open the books of a world; `first_month`, counted since year 0, names the month in which a book breaks."""
        axes = world.axes
        products, under_way = len(axes.products), len(axes.projects) + len(axes.works)
        rows = (products, len(axes.needs), len(axes.lines), under_way, len(axes.programmes), products)
        self._first_month = first_month
        self._starts = [sum(rows[:book]) for book, count in enumerate(rows) if count]
        self._names = [name for name, count in zip(BOOKS, rows, strict=True) if count]
        self._worst = np.zeros(len(self._names))
        self._before = _standing(world)
        self._idle = [np.zeros((count, world.width)) for count in rows]

    @property
    def worst(self) -> dict[str, float]:
        """Return each book's worst residual so far, in multiples of eps times gross volume."""
        return dict.fromkeys(BOOKS, 0.0) | dict(zip(self._names, self._worst.tolist(), strict=True))

    def close(self, world: World) -> None:
        """Check every book; raises LedgerError naming the month and the book that does not balance."""
        axes, lines, needs, projects, programmes = world.axes, world.lines, world.needs, world.projects, world.programmes
        made, used, shipped = axes.lines_by_product(world.made), axes.needs_by_product(needs.used), axes.lines_by_product(lines.shipped)
        works = world.works
        paid, earned = axes.needs_by_product(needs.spending), axes.lines_by_product(lines.revenue) + axes.needs_by_product(needs.delivery)
        matured = axes.projects_by_line(projects.matured)
        if works.delay.size:
            matured = matured + axes.works_by_line(works.matured)
        gained = np.concatenate((made, needs.ordered, matured, projects.started, works.started, programmes.appropriated, paid))
        finished = (projects.matured + world.lost_projects, works.matured + works.lost)
        lost = np.concatenate((used, needs.cancelled + needs.received, world.lost_capacity, *finished, programmes.invested, earned))
        turned = np.concatenate((shipped, *self._idle[1:]))
        now = _standing(world)
        found = residuals(self._before, now, gained, lost, turned)
        # nothing moves between months: what stands now is what the next month begins with
        self._before = now
        worst = np.maximum.reduceat(found, self._starts).max(axis=1)
        self._worst = np.maximum(self._worst, worst)
        if not (worst <= LIMIT).all():
            self._refuse(worst, world.month)

    def _refuse(self, worst: Floats, month: int) -> None:
        book = int(np.flatnonzero(~(worst <= LIMIT))[0])
        raise LedgerError(
            f"the books do not balance: {self._names[book]} in {month_label(self._first_month + month)} "
            f"is off by {worst[book]:.3g} eps of gross volume (limit {LIMIT:g})"
        )

    def audit(self, world: World) -> None:
        """Check, at the end of a run, that what is in transit and under way is what the pipelines hold; raises LedgerError."""
        needs, projects = world.needs, world.projects
        pairs: Sequence[tuple[str, Floats, Floats]] = (
            ("transit", needs.pipeline.sum(axis=0), needs.in_transit),
            ("unfinished", projects.pipeline.sum(axis=0), projects.unfinished),
            ("unfinished works", world.works.pipeline.sum(axis=0), world.works.unfinished),
        )
        for book, held, counted in pairs:
            if not (np.abs(held - counted) <= 1e-9 * (1.0 + np.abs(held))).all():
                raise LedgerError(f"the books do not balance: {book} differs from what the pipelines hold")


def _standing(world: World) -> Floats:
    axes, needs = world.axes, world.needs
    goods = axes.lines_by_product(world.lines.finished) + axes.needs_by_product(needs.stock + needs.in_transit)
    # idle capacity that is laid up still belongs to its line
    capacity = world.lines.capacity + world.lines.mothballed if world.upkeep.resting.size else world.lines.capacity
    unfinished = (world.projects.unfinished, world.works.unfinished)
    return np.concatenate(
        (goods, needs.backlog, capacity, *unfinished, world.programmes.treasury, np.zeros((len(axes.products), world.width)))
    )

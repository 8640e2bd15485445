"""Keep the books of the world: goods, backlog, capacity, work in progress and money must add up every month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.errors import LedgerError
from sim.kernels.ledger import LIMIT, residual
from sim.kernels.sums import Floats
from sim.scenario.quantity import month_label
from sim.world import World


@dataclass(eq=False)
class Books:
    """Hold what stood in the books when the month began, and the worst residual of each book so far."""

    first_month: int
    """Months since year 0, to name the month in which a book breaks"""
    worst: dict[str, float] = field(default_factory=dict)
    _before: dict[str, Floats] = field(default_factory=dict)

    def open(self, world: World) -> None:
        """Note what there is before the month begins."""
        self._before = _standing(world)

    def close(self, world: World) -> None:
        """Check every book; raises LedgerError naming the month and the book that does not balance."""
        axes, lines, needs, projects, programmes = world.axes, world.lines, world.needs, world.projects, world.programmes
        now, before = _standing(world), self._before
        made, used = axes.lines_by_product(lines.output), axes.needs_by_product(needs.used)
        shipped = axes.lines_by_product(lines.shipped)
        matured = axes.projects_by_line(projects.matured) if projects.added.size else np.zeros_like(lines.capacity)
        found = {
            "goods": residual(before["goods"], now["goods"], made, used, shipped),
            "backlog": residual(before["backlog"], now["backlog"], needs.ordered, needs.cancelled + needs.received),
            "capacity": residual(before["capacity"], now["capacity"], matured, world.lost_capacity),
            "unfinished": residual(
                before["unfinished"], now["unfinished"], projects.started, projects.matured + world.lost_projects
            ),
            "money": residual(before["money"], now["money"], programmes.appropriated, programmes.invested),
        }
        for book, value in found.items():
            self.worst[book] = max(self.worst.get(book, 0.0), value)
            if value > LIMIT:
                month = month_label(self.first_month + world.month)
                raise LedgerError(f"the books do not balance: {book} in {month} is off by {value:.3g} eps of gross volume (limit {LIMIT:g})")

    def audit(self, world: World) -> None:
        """Check that what is in transit is what the pipelines hold, at the end of a run; raises LedgerError."""
        needs, projects = world.needs, world.projects
        for book, held, counted in (
            ("transit", needs.pipeline.sum(axis=0), needs.in_transit),
            ("projects", projects.pipeline.sum(axis=0), projects.unfinished),
        ):
            gap = np.abs(held - counted) > 1e-9 * (1.0 + np.abs(held))
            if gap.any() or not np.isfinite(counted).all():
                raise LedgerError(f"the books do not balance: {book} differs from what the pipelines hold")


def _standing(world: World) -> dict[str, Floats]:
    axes, needs = world.axes, world.needs
    stored = needs.stock + needs.in_transit
    return {
        "goods": axes.lines_by_product(world.lines.finished) + axes.needs_by_product(stored),
        "backlog": needs.backlog,
        "capacity": world.lines.capacity.copy(),
        "unfinished": world.projects.unfinished.copy(),
        "money": world.programmes.treasury.copy(),
    }

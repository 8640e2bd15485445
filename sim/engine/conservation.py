"""Keep the books of the world: goods, backlog, capacity, work in progress and money must add up
every month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.errors import LedgerError
from sim.kernels.arrays import Floats
from sim.kernels.ledger import LIMIT, residuals
from sim.scenario.quantity import month_label
from sim.world.world import World

BOOKS = ("goods", "backlog", "capacity", "unfinished", "money", "payments")
"""Goods by product, backlog by need, capacity by line, unfinished capacity by project or work,
money by programme, and by product what buyers pay against what sellers and carriers get."""


class Account(NamedTuple):
    """Hold a book's account of a month, arrays [rows, members]: what stands at its end, what came,
    went and was turned over.
    """

    book: str
    standing: Floats
    gained: Floats
    lost: Floats
    turned: Floats | None = None


class Books:
    """Hold what stood in the books when the month began, and the worst residual of each book so
    far.
    """

    def __init__(self, world: World, first_month: int) -> None:
        """Open the books of a world; `first_month`, counted since year 0, names the month in which
        a book breaks.
        """
        self.worst = dict.fromkeys(BOOKS, 0.0)
        """Each book's worst residual so far, in multiples of eps times gross volume"""
        self._first_month = first_month
        self._nothing = np.zeros((len(world.axes.products), world.width))
        self._before = [account.standing for account in self._accounts(world)]

    def close(self, world: World) -> None:
        """Check every book; raises LedgerError naming the month and the book that does not
        balance.
        """
        accounts = self._accounts(world)
        for each, before in zip(accounts, self._before, strict=True):
            worst = float(
                residuals(before, each.standing, each.gained, each.lost, each.turned).max(
                    initial=0.0
                )
            )
            if not worst <= LIMIT:
                self._refuse(each.book, worst, world.month)
            self.worst[each.book] = max(self.worst[each.book], worst)
        # nothing moves between months: what stands now is what the next month begins with
        self._before = [account.standing for account in accounts]

    def _accounts(self, world: World) -> list[Account]:
        axes, lines, needs, projects, works = (
            world.axes,
            world.lines,
            world.needs,
            world.projects,
            world.works,
        )
        by_line, by_need, programmes = (
            axes.lines_by_product,
            axes.needs_by_product,
            world.programmes,
        )
        goods = by_need(needs.stock + needs.in_transit)
        # idle capacity that is laid up still belongs to its line
        capacity = (
            lines.capacity + lines.mothballed
            if world.upkeep.resting.size
            else lines.capacity.copy()
        )
        matured = axes.projects_by_line(projects.matured)
        accounts = [
            Account(
                "goods", goods, by_line(world.made), by_need(needs.used), by_line(lines.output)
            ),
            Account(
                # a new array each month
                "backlog",
                needs.backlog,
                needs.ordered,
                needs.cancelled + needs.received,
            ),
            Account(
                "unfinished",
                projects.unfinished.copy(),
                projects.started,
                projects.matured + world.lost_projects,
            ),
            Account(
                "money", programmes.treasury.copy(), programmes.appropriated, programmes.invested
            ),
            Account(
                "payments",
                self._nothing,
                by_need(needs.spending) if world.has_prices else self._nothing,
                # what is never charged is never written
                by_line(lines.revenue) + by_need(needs.delivery)
                if world.links.is_charged
                else by_line(lines.revenue),
            ),
        ]
        if works.delay.size:
            matured += axes.works_by_line(works.matured)
            accounts.append(
                Account(
                    "unfinished", works.unfinished.copy(), works.started, works.matured + works.lost
                )
            )
        return [*accounts, Account("capacity", capacity, matured, world.lost_capacity)]

    def _refuse(self, book: str, worst: float, month: int) -> None:
        raise LedgerError(
            f"the books do not balance: {book} in {month_label(self._first_month + month)} "
            f"is off by {worst:.3g} eps of gross volume (limit {LIMIT:g})"
        )

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

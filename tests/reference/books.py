"""Keep the books of one member: goods, backlog, capacity, work in progress and money must add up
every month."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sim.scenario.quantity import month_label
from tests.reference.agents import CommissionAgent
from tests.reference.things import Line, Need, total

EPS = sys.float_info.epsilon
LIMIT = 64.0
"""Most multiples of eps times gross volume by which an account may be off."""
TINY = 1e-280
"""What counts as rounding where there is no volume to speak of."""

Entry = tuple[float, float, float, float]
"""What stands in an account at the end of a month, and what it gained, lost and turned over during
the month."""


class Books:
    """Six books, each with an account for every product, need, line, project or programme."""

    def __init__(
        self,
        first: int,
        products: Iterable[str],
        needs: Sequence[Need],
        lines: Sequence[Line],
        commissions: Sequence[CommissionAgent],
    ) -> None:
        """Open the books of a world at rest; `first` counts the months from year 0 to the first one
        of the run."""
        self.first, self.needs, self.lines, self.commissions = first, needs, lines, commissions
        self.projects = [
            project for commission in commissions for project in commission.projects.values()
        ]
        self.markets = [
            (
                [line for line in lines if line.product == product],
                [need for need in needs if need.product == product],
            )
            for product in products
        ]
        self.books = {
            "goods": self._goods,
            "backlog": self._backlog,
            "capacity": self._capacity,
            "unfinished": self._unfinished,
            "money": self._money,
            "payments": self._payments,
        }
        self.worst = dict.fromkeys(self.books, 0.0)
        self.before = {
            book: [entry[0] for entry in entries()] for book, entries in self.books.items()
        }

    def close(self, month: int) -> None:
        """Check every account; raises AssertionError naming the book and the month."""
        for book, entries in self.books.items():
            before, worst = self.before[book], self.worst[book]
            for account, entry in enumerate(entries()):
                found = residual(before[account], entry)
                if not found <= LIMIT:
                    when = month_label(self.first + month)
                    raise AssertionError(
                        f"the books do not balance: {book} in {when} is off by {found:.3g} eps of"
                        " gross volume"
                    )
                worst = max(worst, found)
                before[account] = entry[0]
            self.worst[book] = worst

    def audit(self) -> None:
        """Check that what is on its way is what is due to arrive, of goods and of capacity; raises
        AssertionError."""
        for need in self.needs:
            _compare("transit", need.in_transit, need.arrivals)
        for project in self.projects:
            _compare("unfinished", project.unfinished, project.coming)

    def _goods(self) -> Iterator[Entry]:
        """Count by product what lines made, what states and lines used, and what was shipped."""
        for lines, needs in self.markets:
            stands = made = used = shipped = 0.0
            for line in lines:
                made += line.output
                shipped += line.shipped
            for need in needs:
                stands += need.stock + need.in_transit
                used += need.used
            yield stands, made, used, shipped

    def _backlog(self) -> Iterator[Entry]:
        """Count by need what was ordered, cancelled and delivered."""
        for need in self.needs:
            yield need.backlog, need.ordered, need.cancelled + need.received, 0.0

    def _capacity(self) -> Iterator[Entry]:
        """Count by line what projects finished and closures took."""
        for line in self.lines:
            yield line.capacity, line.matured, line.lost, 0.0

    def _unfinished(self) -> Iterator[Entry]:
        """Count by project what was started, finished and lost with closures."""
        for project in self.projects:
            yield (
                project.unfinished,
                project.started,
                project.matured + project.cancelled + project.lost,
                0.0,
            )

    def _money(self) -> Iterator[Entry]:
        """Count by programme the money received and spent."""
        for commission in self.commissions:
            yield commission.treasury, commission.appropriated, commission.invested, 0.0

    def _payments(self) -> Iterator[Entry]:
        """Count by product what buyers pay, and what sellers and carriers get."""
        for lines, needs in self.markets:
            paid = earned = 0.0
            for line in lines:
                earned += line.revenue
            for need in needs:
                paid += need.spending
                earned += need.delivery
            yield 0.0, paid, earned, 0.0


def residual(before: float, entry: Entry) -> float:
    """Say by how much an account is off, in multiples of eps times all that stood, came, went and
    was turned over."""
    after, gained, lost, turned = entry
    gross = abs(before) + abs(after) + gained + lost + turned
    return abs(after - before - gained + lost) / (EPS * gross + TINY)


def _compare(book: str, counted: float, due: Mapping[int, float]) -> None:
    held = total(due.values())
    if not abs(held - counted) <= 1e-9 * (1.0 + abs(held)):
        raise AssertionError(
            f"the books do not balance: {book} is {counted!r}, and {held!r} is due to arrive"
        )

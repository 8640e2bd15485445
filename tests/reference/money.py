"""Keep the ledger of money of one member: who pays whom by calendar year and state, and what
substitution costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.reference.agents import CommissionAgent
from tests.reference.things import Line, Need, total
from tests.reference.turns import door_cost

ITEMS = ("purchases", "delivery", "sales", "capital", "idle", "extra", "idle_before", "delivered")
"""What is counted, in money; `delivered`, what buyers got whom a restriction hits, in units."""
ALL = "all"
"""The purse of all states together."""

Ledger = dict[tuple[int, str, str], float]
"""(year, item, state or ALL) -> money; the item `substitution`, money per unit, is there only where
something was delivered."""


@dataclass(slots=True)
class Buyer:
    """The account of a need for a year: money paid, the part of it for delivery, and what was paid
    and got since a restriction hit it."""

    need: Need
    old_price: float
    paid: float = 0.0
    carried: float = 0.0
    paid_since: float = 0.0
    got_since: float = 0.0

    def add(self, month: int) -> None:
        """Add a month."""
        self.paid += self.need.spending
        self.carried += self.need.delivery
        if self.need.hit <= month:
            self.paid_since += self.need.spending
            self.got_since += self.need.received

    def settle(self, month: int) -> dict[str, float]:
        """Return the year that ends with this month, and begin the next."""
        found = {"purchases": self.paid, "delivery": self.carried}
        if self.need.hit <= month:
            extra = self.paid_since - self.old_price * self.got_since
            found |= {"extra": extra, "delivered": self.got_since}
        self.paid = self.carried = self.paid_since = self.got_since = 0.0
        return found


@dataclass(slots=True)
class Seller:
    """The account of a line for a year: money earned, and what its idle capacity costs, now and at
    the start."""

    line: Line
    idle_at_rest: float
    sold: float = 0.0
    idle: float = 0.0
    idle_before: float = 0.0

    def add(self) -> None:
        """Add a month."""
        self.sold += self.line.revenue
        self.idle += self.line.idle_money
        self.idle_before += self.idle_at_rest

    def settle(self) -> dict[str, float]:
        """Return the year, and begin the next."""
        found = {"sales": self.sold, "idle": self.idle, "idle_before": self.idle_before}
        self.sold = self.idle = self.idle_before = 0.0
        return found


@dataclass(slots=True)
class Funder:
    """The account of a commission for a year: money invested, which its chair pays."""

    commission: CommissionAgent
    invested: float = 0.0

    def add(self) -> None:
        """Add a month."""
        self.invested += self.commission.invested

    def settle(self) -> dict[str, float]:
        """Return the year, and begin the next."""
        found = {"capital": self.invested}
        self.invested = 0.0
        return found


@dataclass(slots=True)
class Till:
    """All accounts, and the ledger into which each year goes."""

    states: Sequence[str]
    buyers: list[Buyer]
    sellers: list[Seller]
    funders: list[Funder]
    ledger: Ledger = field(default_factory=dict)

    def record(self, month: int) -> None:
        """Add the month that has just passed."""
        for buyer in self.buyers:
            buyer.add(month)
        for accounts in (self.sellers, self.funders):
            for account in accounts:
                account.add()

    def close(self, year: int, month: int) -> None:
        """Write into the ledger the year that ends with this month."""
        for state in (*self.states, ALL):
            for item in ITEMS:
                self.ledger[year, item, state] = 0.0
        for buyer in self.buyers:
            self._pay_in(year, buyer.need.state, buyer.settle(month))
        for seller in self.sellers:
            self._pay_in(year, seller.line.state, seller.settle())
        for funder in self.funders:
            self._pay_in(year, funder.commission.chair, funder.settle())
        for state in (*self.states, ALL):
            self._count_substitution(year, state)

    def _pay_in(self, year: int, state: str, found: dict[str, float]) -> None:
        for item, amount in found.items():
            self.ledger[year, item, state] += amount
            self.ledger[year, item, ALL] += amount

    def _count_substitution(self, year: int, state: str) -> None:
        """Say what dearer goods, capital, and capacity idle beyond that at the start cost per unit
        delivered."""
        extra, capital, idle, idle_before, delivered = (
            self.ledger[year, item, state]
            for item in ("extra", "capital", "idle", "idle_before", "delivered")
        )
        if delivered > 0:
            self.ledger[year, "substitution", state] = (
                extra + capital + (idle - idle_before)
            ) / delivered


def open_till(
    states: Sequence[str],
    needs: Iterable[Need],
    lines: Iterable[Line],
    commissions: Iterable[CommissionAgent],
) -> Till:
    """Open the till of a world at rest."""
    return Till(
        states=states,
        buyers=[Buyer(need, _price_at_rest(need)) for need in needs],
        sellers=[Seller(line, line.idle_cost()) for line in lines],
        funders=[Funder(commission) for commission in commissions],
    )


def _price_at_rest(need: Need) -> float:
    """Return what a unit costs at the start, delivery with it; by the weights of its suppliers
    where nothing is delivered."""
    bought = [link.base_flow for link in need.links]
    if total(bought) <= 0:
        is_open = [link.cap > 0 and link.line.qualified_from <= 0 for link in need.links]
        bought = [
            link.weight if each else 0.0 for link, each in zip(need.links, is_open, strict=True)
        ]
    units = total(bought)
    cost = total(door_cost(link) * each for link, each in zip(need.links, bought, strict=True))
    return cost / units if units > 0 else 0.0

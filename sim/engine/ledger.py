"""Add up the year's money by state: who pays whom, and what substitution costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import GroupSum, divide, total
from sim.metrics.arithmetic import cost_of_substitution
from sim.month.billing import cost_of_idling
from sim.world.axes import Axes
from sim.world.world import World

ITEMS = ("purchases", "delivery", "sales", "capital", "idle", "extra", "idle_before", "delivered")
"""What is counted by calendar year and state. purchases: what buyers pay; delivery: the part of
that for delivery; sales: what sellers get; capital: what programmes and factories invest; idle:
what idle capacity costs. For needs that a restriction has hit: what deliveries cost more than at
the start, what idle capacity cost at the start, and the units delivered."""


def blank(axes: Axes, years: int, members: int) -> dict[str, Floats]:
    """Make an empty ledger: item -> [years, states, members]."""
    return {name: np.zeros((years, len(axes.states), members)) for name in ITEMS}


TEXTS: Mapping[str, str] = {
    "purchases": "What the state's buyers pay for what is shipped to them, including delivery.",
    "delivery": "The part of the purchases that is for transport, mark-ups and tariffs.",
    "sales": "What the state's factories get for what they ship, including the royalties that they"
    " owe.",
    "capital": "What programmes that the state chairs, and its factories on their own account,"
    " invest.",
    "idle": "What capacity costs while it stands idle.",
    "extra": "By how much deliveries to needs that a restriction has hit cost more than at the"
    " start, from the month of the hit on.",
    "substitution": "Extra, capital, and idle capacity beyond that at the start, per unit delivered"
    " to needs that a restriction has hit; empty where nothing was delivered.",
}
"""The items of the ledger that are reported, money by calendar year and state, in sentences that a
reader of the results understands."""


def report(ledger: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the ledger with the sum of all states in one more row, and the cost of substitution
    per unit: [years, states + 1, members].
    """
    full = {
        name: np.concatenate((each, total(each.swapaxes(0, 1))[:, None]), axis=1)
        for name, each in ledger.items()
    }
    idle = full["idle"] - full.pop("idle_before")
    full["substitution"] = cost_of_substitution(
        full["extra"], full["capital"], idle, full.pop("delivered")
    )
    return full


class MoneyLedger:
    """Add up the money of a year, and write it into a ledger by state."""

    def __init__(self, ledger: Mapping[str, Floats], world: World) -> None:
        """Open the ledger of a world at rest."""
        axes, lines = world.axes, world.lines
        states = len(axes.states)
        self.ledger = ledger
        self._old_price = _price_at_rest(world)
        self._idle_at_rest = (
            np.zeros_like(lines.revenue)
            if lines.idle_cost is None
            else cost_of_idling(world, lines.idle_cost)
        )
        self._needs = GroupSum(axes.need_state, states)
        self._lines = GroupSum(axes.line_state, states)
        self._programmes = GroupSum(axes.chair, states)
        self._works = GroupSum(axes.line_state[axes.work_line], states)
        self._year = _Year(world)
        self._months = 0
        self._known_hit = world.needs.hit

    def record(self, world: World) -> None:
        """Add a month."""
        year, needs, lines = self._year, world.needs, world.lines
        if needs.hit is not self._known_hit:
            self._known_hit = needs.hit
            year.leave_out(needs.hit == world.month)
        year.paid += needs.spending
        year.got += world.sent
        if world.links.is_charged:
            year.carried += needs.delivery
        year.sold += lines.revenue
        year.funded += world.programmes.invested
        if world.works.invested.size:
            year.invested += world.works.invested
        if lines.idle_cost is not None:
            year.idle += lines.idling
        self._months += 1

    def close(self, world: World, row: int) -> None:
        """Write the year into a row of the ledger, and begin the next."""
        year, ledger = self._year, self.ledger
        hit = world.needs.hit <= world.month
        ledger["purchases"][row] = self._needs(year.paid)
        ledger["delivery"][row] = self._needs(year.carried)
        ledger["sales"][row] = self._lines(year.sold)
        ledger["capital"][row] = self._programmes(year.funded) + self._works(year.invested)
        ledger["idle"][row] = self._lines(year.idle)
        ledger["idle_before"][row] = self._lines(self._idle_at_rest * self._months)
        paid, got = year.since_hit()
        ledger["extra"][row] = self._needs(np.where(hit, paid - self._old_price * got, 0.0))
        ledger["delivered"][row] = self._needs(np.where(hit, got, 0.0))
        self._year = _Year(world)
        self._months = 0


class _Year:
    """Hold the sums of a year so far, arrays [rows, members]; money, but for the units got."""

    def __init__(self, world: World) -> None:
        needs, lines = np.zeros_like(world.needs.spending), np.zeros_like(world.lines.revenue)
        self.paid, self.got, self.carried = needs, needs.copy(), needs.copy()
        self.sold, self.idle = lines, lines.copy()
        self.funded = np.zeros_like(world.programmes.invested)
        self.invested = np.zeros_like(world.works.invested)
        self._before: tuple[Floats, Floats] | None = None
        """What needs that were hit this year had paid and got before; None: none was"""

    def leave_out(self, needs: Bools) -> None:
        """Leave out, from what follows a hit, what was paid and got by `needs` [needs, members]
        that are hit only now.
        """
        paid, got = self._before or (np.zeros_like(self.paid), np.zeros_like(self.got))
        self._before = np.where(needs, self.paid, paid), np.where(needs, self.got, got)

    def since_hit(self) -> tuple[Floats, Floats]:
        """Return what needs that have been hit paid and got since, [needs, members] each."""
        if self._before is None:
            return self.paid, self.got
        paid, got = self._before
        return self.paid - paid, self.got - got


def _price_at_rest(world: World) -> Floats:
    """Return what a unit costs at the start, delivery with it, [needs, members]; needs to which
    nothing is delivered would buy by the weights of their suppliers.
    """
    links, market = world.links, world.axes.market
    came = market.from_needs(market.by_need(links.base_flow)) > 0
    bought = np.where(came, links.base_flow, links.weight * links.open)
    cost = (market.from_lines(world.lines.price) + links.unit_cost) * bought
    return divide(market.by_need(cost), market.by_need(bought))

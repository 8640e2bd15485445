"""Keep the ledger of money: what goods are sold for, who pays whom, and what substitution costs. Prices are set by rules.

Goods are billed when they ship, delivery with them. Nobody is billed for capital and idle capacity: programmes pay the
one out of their treasuries, the other is a factory's loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sim.axes import Axes
from sim.kernels.prices import idle_cost
from sim.kernels.sums import Floats, GroupSum, Ints, divide, total
from sim.metrics import cost_of_substitution
from sim.rules.pricing import Quote
from sim.world import World

Pricing = Sequence[tuple[Callable[[Quote], Floats], Ints]]
"""(rule, lines that follow it); lines at cost need none"""

ITEMS = ("purchases", "delivery", "sales", "capital", "idle", "extra", "idle_before", "delivered")
"""What is counted by calendar year and state: what buyers pay, the part of it that is for delivery, what sellers get, what
programmes and factories invest, what idle capacity costs; what deliveries cost more than at the start to needs that a
restriction has hit, what idle capacity cost at the start, and the units delivered to these needs."""


def begin(world: World, pricing: Pricing) -> None:
    """Set prices at rest; where all lines sell at cost, prices are the unit costs themselves."""
    lines = world.lines
    if pricing:
        lines.price = lines.unit_cost.copy()
        _price(world, pricing, lines.capacity * lines.yield_, lines.output)


def _price(world: World, pricing: Pricing, offer: Floats, shipped: Floats) -> None:
    lines = world.lines
    lines.price[:] = lines.unit_cost
    for rule, rows in pricing:
        lines.price[rows] = rule(Quote(lines.unit_cost[rows], lines.asked[rows], offer[rows], shipped[rows]))


def bill(world: World, pricing: Pricing) -> None:
    """Set this month's prices, and bill what was shipped: the goods to their makers, delivery to the carriers."""
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    if pricing:
        _price(world, pricing, lines.offer, lines.shipped)
    price = axes.market.from_lines(lines.price)
    if links.is_charged:
        needs.delivery = axes.market.by_need(links.unit_cost * links.flow)
        price += links.unit_cost
    price *= links.flow
    needs.spending = axes.market.by_need(price)
    lines.revenue = lines.price * lines.shipped
    if lines.idle_cost is not None:
        # before the month's learning: next month's yield and cost are none of its own
        lines.idling = _idle(world, lines.idle_cost)


def blank(axes: Axes, years: int, members: int) -> dict[str, Floats]:
    """Make an empty ledger: item -> [years, states, members]."""
    return {name: np.zeros((years, len(axes.states), members)) for name in ITEMS}


def report(ledger: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the ledger with the sum of all states in one more row, and the cost of substitution per unit: [years, states + 1, members]."""
    full = {name: np.concatenate((each, total(each.swapaxes(0, 1))[:, None]), axis=1) for name, each in ledger.items()}
    idle = full["idle"] - full.pop("idle_before")
    full["substitution"] = cost_of_substitution(full["extra"], full["capital"], idle, full.pop("delivered"))
    return full


class Till:
    """Add up the money of a year, and write it into a ledger by state."""

    def __init__(self, ledger: Mapping[str, Floats], world: World, first_restriction: Callable[[World], Ints]) -> None:
        """Open the till of a world at rest; `first_restriction` tells the month in which one first hits each need, [needs, members]."""
        axes, links, lines = world.axes, world.links, world.lines
        states = len(axes.states)
        self.ledger = ledger
        self._first_restriction = first_restriction
        cost = (axes.market.from_lines(lines.price) + links.unit_cost) * links.base_flow
        self._old_price = divide(axes.market.by_need(cost), axes.market.by_need(links.base_flow))
        self._idle_at_rest = np.zeros_like(lines.revenue) if lines.idle_cost is None else _idle(world, lines.idle_cost)
        self._needs = GroupSum(axes.need_state, states)
        self._lines = GroupSum(axes.line_state, states)
        self._programmes = GroupSum(axes.chair, states)
        self._works = GroupSum(axes.line_state[axes.work_line], states)
        self._year = _Year(world)
        self._months = 0

    def record(self, world: World) -> None:
        """Add a month."""
        year, needs, lines = self._year, world.needs, world.lines
        year.paid += needs.spending
        year.got += needs.received
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
        hit = self._first_restriction(world) <= world.month
        ledger["purchases"][row] = self._needs(year.paid)
        ledger["delivery"][row] = self._needs(year.carried)
        ledger["sales"][row] = self._lines(year.sold)
        ledger["capital"][row] = self._programmes(year.funded) + self._works(year.invested)
        ledger["idle"][row] = self._lines(year.idle)
        ledger["idle_before"][row] = self._lines(self._idle_at_rest * self._months)
        ledger["extra"][row] = self._needs(np.where(hit, year.paid - self._old_price * year.got, 0.0))
        ledger["delivered"][row] = self._needs(np.where(hit, year.got, 0.0))
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


def _idle(world: World, share: Floats) -> Floats:
    """Return what each line's idle capacity costs this month, [lines, members]."""
    lines = world.lines
    return idle_cost(lines.usable, lines.output / lines.yield_, lines.unit_cost, share)

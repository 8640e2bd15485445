"""Set the month's prices by pricing rules, and bill what was shipped.

Goods are billed when they ship, together with delivery. Nobody is billed for capital or for idle
capacity: programmes pay for capital out of their treasuries, and idle capacity is a factory's loss.

Writes lines.price, revenue and idling, needs.spending and delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sim.kernels.arrays import Floats
from sim.kernels.prices import idle_cost
from sim.rules.pricing import Quote
from sim.world.construction import in_order
from sim.world.world import Rows, World

Pricing = Sequence[tuple[Callable[[Quote], Floats], Rows]]
"""(rule, lines that follow it); lines at cost need none"""


def begin(world: World, pricing: Pricing) -> None:
    """Set prices at rest, from what is asked and shipped so far."""
    lines = world.lines
    _price(world, pricing, lines.capacity * lines.yield_, lines.output)


def _price(world: World, pricing: Pricing, offer: Floats, shipped: Floats) -> None:
    lines = world.lines
    lines.price[:] = lines.unit_cost
    if not pricing:
        return
    asked = world.asking.but_crumbs(world)
    for rule, rows in pricing:
        quote = Quote(lines.unit_cost[rows], asked[rows], offer[rows], shipped[rows])
        lines.price[rows] = rule(quote)


def bill(world: World, pricing: Pricing) -> None:
    """Set this month's prices, and bill what was shipped: the goods to their makers, delivery to
    the carriers.
    """
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    _price(world, pricing, lines.offer, lines.output)
    if not world.has_prices:
        # what costs nothing is never written
        return
    price, shipped = axes.market.from_lines(lines.price), world.leaving
    if links.is_charged:
        charges = world.charges(price)
        needs.delivery = axes.market.by_need(charges * shipped)
        price += charges
    price *= shipped
    needs.spending = axes.market.by_need(price)
    lines.revenue = lines.price * world.made
    if lines.idle_cost is not None:
        lines.idling = cost_of_idling(world, lines.idle_cost)


def cost_of_idling(world: World, share: Floats) -> Floats:
    """Return what each line's idle capacity costs this month, [lines, members]."""
    lines = world.lines
    return idle_cost(in_order(world), lines.output / lines.yield_, lines.unit_cost, share)

"""Hold the numbers of the simulated world: arrays [rows, members], and who writes which.

`axes.py` holds the rows, `build.py` fills the arrays; `sim/month` and `sim/events` change them.
Units: goods in units, rates in units per month, money in the scenario's currency, times in months.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.kernels.allocation import Allocation
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.kept_away import KeptAway
from sim.kernels.limits import Limits
from sim.kernels.refusals import Refusals
from sim.kernels.sums import kept_where, some
from sim.kernels.terms import RTOL
from sim.world.asking import Asking
from sim.world.axes import Axes
from sim.world.lead_groups import LeadGroups
from sim.world.lot_accounts import Lots
from sim.world.projects import Programmes, Projects, Upkeep, Works
from sim.world.stock_plans import StockPlans
from sim.world.trade_caps import TradeCaps


@dataclass(eq=False)
class Lines:
    """Hold the production lines, arrays [lines, members]."""

    nameplate: Floats
    """What the scenario gives as the line's capacity, in use or not; nothing writes it"""
    capacity: Floats
    """What is permanently usable: what could be used if nothing were out of use and everything
    ramped up; month/capacity, month/mothballing, month/investment and events write it"""
    available: Floats
    """Share of capacity that is not out of use; events write it"""
    usable: Floats
    """Capacity of this month; month/capacity and month/overtime write it"""
    yield_: Floats
    """Good units per unit started; month/learning writes it"""
    offer: Floats
    """Most good units that could be made this month; month/production writes it"""
    output: Floats
    """Good units made this month, all to order: shipped, or in work for a buyer (of goods that come
    in lots, as far as the lot is done); month/allocation writes it"""
    asked: Floats
    """Units asked for this month by the buyers' weights; month/sourcing writes it"""
    perceived: Floats
    """Demand per month that the line expects; month/ordering writes it"""
    experience: Floats
    """Good units ever made, less what was forgotten; month/learning writes it"""
    first_experience: Floats
    first_lot: Floats
    """Good units of a day's work at the line's first capacity, 0 before; month/capacity writes
    it"""
    unit_cost: Floats
    """Money that a unit costs at the gate; month/learning and events write it"""
    first_unit_cost: Floats
    """Money that it cost at the start, with the royalties of licences; events write it"""
    price: Floats
    """Money asked per unit at the gate when goods were billed last; month/billing writes it"""
    revenue: Floats
    """Money for what was shipped this month, without delivery; month/billing writes it"""
    idling: Floats
    """What idle capacity costs this month; month/billing writes it"""
    idle_cost: Floats | None
    """Share of the unit cost that idle capacity costs; events write it; None: nothing anywhere"""
    learning_rate: Floats
    """Share by which unit cost falls with each doubling of experience"""
    overtime: Floats | None
    """The factor by which usable capacity is multiplied; None: no line ever runs beyond its
    capacity; month/overtime writes it"""
    qualified_from: Ints
    """First month in which buyers accept its goods; events write it"""
    mothballed: Floats
    """Capacity laid up or on its way back; month/mothballing and events write it"""


@dataclass(eq=False)
class Needs:
    """Hold final needs (first) and inputs of lines, arrays [needs, members]."""

    base: Floats
    """Units per month before events, final needs only"""
    series_rows: Ints
    """Final needs whose base changes month by month"""
    series: Floats
    """[months, series_rows, members]: their base"""
    factor: Floats
    """What events make of the base, final needs only; events write it"""
    added: Floats
    """Units per month that events add to it, final needs only; events write it"""
    final: Floats
    """This month's final need; month/final_use writes it"""
    full_amount: Floats
    """Units of an input per unit started at the start, input needs only"""
    amount: Floats
    """The same now; events write it"""
    cancellation: Floats
    """Share of unmet need given up each month"""
    cover: Floats
    """Months of use to be held in stock; month/final_use writes it, by stockpile rules"""
    stock: Floats
    """In the state's or the factory's store; month/goods, month/final_use and
    month/allocation write it"""
    backlog: Floats
    """Ordered, not cancelled and not shipped; read-only: month/allocation writes it anew"""
    refusals: Refusals | None
    """What partial cuts have refused; None: there was none; events, month/final_use,
    month/ordering, month/production and month/refused write it"""
    deferred: Floats
    """Unmet final need that still waits, final needs only; month/final_use writes it"""
    in_transit: Floats
    """Shipped and not arrived; month/goods writes it"""
    pipeline: Floats
    """[slots, needs, members]: what arrives in a month, at month % slots; month/goods writes it"""
    lead: Floats
    """Mean lead time of the last shipments; month/goods writes it"""
    expected: Floats
    """Expected use per month, on which orders are based; month/ordering writes it anew"""
    perceived: Floats
    """Use per month as buyers that smooth it perceive it; month/ordering writes it"""
    ordered: Floats
    """New orders of this month; month/ordering writes it anew"""
    cancelled: Floats
    """Orders cancelled this month; month/ordering writes it"""
    demand: Floats
    """Open orders put to the market this month; month/ordering writes it"""
    hit: Ints
    """Month in which a restriction first hit it, NEVER: not yet; read-only: events write it anew"""
    received: Floats
    """Shipped to the need this month; month/allocation writes it"""
    used: Floats
    """Used this month; month/final_use and month/allocation write it"""
    spending: Floats
    """Money for this month's deliveries; month/billing writes it"""
    delivery: Floats
    """The part of that for transport, mark-ups and tariffs; month/billing writes it"""

    @cached_property
    def lasting(self) -> Floats:
        """Return the share of unmet need that waits on for a month, [needs, members]; fixed."""
        return 1.0 - self.cancellation


@dataclass(eq=False)
class Links:
    """Hold the permitted links, arrays [links, members]."""

    weight: Floats
    """The buyer's preference; read-only: month/sourcing writes it anew, by sourcing rules"""
    base_weight: Floats
    """The preference that the scenario gives; events write it"""
    given_weight: Floats
    """The same before events"""
    cap: Floats
    """Most units per month, inf: no limit; `limits` hold for several links; read-only: events write
    it anew"""
    base_cap: Floats
    """The cap before events"""
    permitted: Bools
    """Whether the cap is above 0; read-only: events write it anew"""
    open: Bools
    """Whether supplier and link are qualified and the cap is above 0; read-only: events write it
    anew"""
    leaking: Floats
    """Share of this month's flow that is beyond what is lawful, 0 to 1; events write it"""
    acted: Bools
    """Whether a restriction has ever taken anything away here; events write it"""
    base_flow: Floats
    """Flow at rest, before the first month"""
    flow: Floats
    """Units shipped this month; month/allocation writes it"""
    unit_cost: Floats
    """Money per unit for transport, and for the mark-up of trade rules"""
    mark_up: Floats
    """Share of the price at the gate that transit states add"""
    tariff: Floats
    """Money per unit that tariffs add; events write it"""
    tariff_rate: Floats
    """Share of the price at the gate that tariffs add; events write it"""
    is_taxed: bool
    """Whether tariffs or transit states may add anything"""
    is_charged: bool
    """Whether delivery costs, or may come to cost, anything anywhere"""
    lead: Ints
    """Months from shipment to use"""
    qualified_from: Ints
    """[dormant links, members]: first month in which a link that search opened may ship, NEVER
    before it is found; month/search writes it"""
    lead_groups: LeadGroups
    """The links by lead time"""
    kept_away: KeptAway | None = None
    """What partial cuts kept away this month; None: nothing; month/allocation writes it"""


@dataclass(eq=False)
class World:
    """Hold everything that changes from month to month, for the members of one chunk."""

    axes: Axes
    members: Sequence[int]
    lines: Lines
    needs: Needs
    links: Links
    projects: Projects
    programmes: Programmes
    works: Works
    upkeep: Upkeep
    lost_capacity: Floats
    """[lines, members]: capacity that left its line this month: closed, worn, or converted; events,
    month/mothballing and month/investment write it"""
    lost_projects: Floats
    """[projects, members]: capacity under way that was lost this month; events and
    month/capacity write it"""
    trade_caps: TradeCaps
    limits: Limits | None = None
    """What links may carry together this month; None: nothing beyond each link's cap; events write
    it, and month/ordering what needs wait for"""
    month: int = 0
    lots: Lots | None = None
    """The accounts of goods that leave in whole lots; None: there are no such goods"""
    stock_plans: StockPlans | None = None
    """What stocks should hold beyond a cover; None: no need has a season, ceiling or targets"""
    asking: Asking = field(init=False)
    """What buyers ask of whom"""
    _had_prices: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.axes.market)

    @property
    def leaving(self) -> Floats:
        """Return what leaves on each link this month, units [links, members]: the flow, or lots."""
        return self.links.flow if self.lots is None else self.lots.leaving

    @property
    def sent(self) -> Floats:
        """Return the units that leave for each need this month, [needs, members]."""
        if self.lots is None:
            return self.needs.received
        return self.axes.market.by_need(self.lots.leaving)

    @property
    def made(self) -> Floats:
        """Return the good units that are finished on each line this month, [lines, members]."""
        return self.lines.output if self.lots is None else self.lots.made

    @property
    def needed_inputs(self) -> Floats:
        """Return what lines used of each input and what they lacked of it, [inputs, members]."""
        needs, inputs = self.needs, self.axes.inputs
        used, wanted = needs.used[inputs], needs.expected[inputs]
        lacking = wanted - used - needs.stock[inputs]
        return used + kept_where(lacking > RTOL * wanted, lacking)

    @property
    def width(self) -> int:
        """Count the members of the chunk."""
        return len(self.members)

    def reopen(self) -> None:
        """Find out which links may carry goods, after caps or qualification have changed."""
        links = self.links
        links.permitted = renewed(links.cap > 0, links.permitted)
        links.open = renewed(self.open_links(), links.open)

    def open_links(self) -> Bools:
        """Tell which links may carry goods this month, [links, members]: the cap leaves room, and
        line and link are qualified.
        """
        links, axes = self.links, self.axes
        result: Bools = links.permitted & (self.lines.qualified_from <= self.month)[axes.link_line]
        if axes.dormant.size:
            result[axes.dormant] &= links.qualified_from <= self.month
        return result

    @property
    def has_prices(self) -> bool:
        """Return whether anything has, or ever had, a price at the gate or a cost of delivery."""
        self._had_prices = self._had_prices or self.links.is_charged or some(self.lines.price)
        return self._had_prices

    def usable_caps(self) -> Floats:
        """Return the most that each link may carry alone, [links, members], units per month: 0
        where it is closed or unwanted.
        """
        return np.where(self.links.open & (self.links.weight > 0), self.links.cap, 0.0)

    def delivered_costs(self) -> Floats:
        """Return what a unit costs over each link, last price, delivery and tariffs, [links,
        members].
        """
        price = self.axes.market.from_lines(self.lines.price)
        return price + self.charges(price)

    def charges(self, price: Floats) -> Floats:
        """Return what a unit costs beyond its `price` at the gate, both [links, members]."""
        links = self.links
        if not links.is_taxed:
            return links.unit_cost
        return links.unit_cost + links.tariff + (links.mark_up + links.tariff_rate) * price

    def grow(self, values: Floats) -> Floats:
        """Repeat a column [rows, 1] for all members."""
        return np.repeat(values, self.width, axis=1)


Rows = Ints | slice
"""Rows of the world that one rule decides for; a slice where they stand together."""

Trade = Callable[[World, Floats, Floats], Allocation]
"""(world, supply [lines, members], demand [needs, members]) -> what moves, units per month"""

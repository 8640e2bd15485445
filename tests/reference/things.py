"""What agents own: links, needs, lines and projects, each with its own plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from math import floor, inf
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reference.limits import Limit
    from tests.reference.projects import Project

NEVER = 1_000_000


def total(numbers: Iterable[float]) -> float:
    """Add up one after the other: Python 3.12's own sum compensates rounding, 3.11's does not."""
    result = 0.0
    for number in numbers:
        result += number
    return result


def whole(months: float) -> int:
    """Round to whole months, halves up."""
    return floor(months + 0.5)


@dataclass(slots=True, eq=False)
class Link:
    """A permitted way from a line to a need."""

    line: Line
    need: Need
    weight: float
    cap: float
    unit_cost: float
    lead: int
    exporter: str = ""
    importer: str = ""
    product: str = ""
    affinity: float = 1.0
    """How close the buyer's state feels to the seller's"""
    given_weight: float = 0.0
    """What the scenario gives, before events"""
    base_weight: float = 0.0
    """The same, as events change it, before the buyer's rule"""
    tariff: float = 0.0
    tariff_rate: float = 0.0
    base_cap: float = 0.0
    base_flow: float = 0.0
    limits: list[Limit] = field(default_factory=list)
    """What limits it together with others"""
    leaking: float = 0.0
    """Share of its flow that is beyond what is lawful"""
    through: float = 0.0
    """What its need waits for since its line lacked inputs; of one need the proportions count"""
    more_through: float = 0.0
    """The same of this month"""
    has_acted: bool = False
    """Whether a restriction has ever taken anything away here"""
    has_flowed: bool = False
    """Whether anything flowed just before a restriction began here"""
    dust: float = 0.0
    order: float = 0.0
    order_before_caps: float = 0.0
    is_refused: bool = False
    """Whether a limit has left nothing of an order, this month"""
    granted: float = 0.0
    flow: float = 0.0
    whole: float = 0.0
    """What this round asks of it that other limits let pass and no cut has refused before"""
    may_come: float = inf
    """The most that would come over it this month were it not cut, with what is held"""
    held: float = 0.0
    kept: float = 0.0
    is_let_less: bool = False
    """Whether, this month, another limit let less pass of what is a share of what would flow"""
    came: float = 0.0
    """What a cut in part keeps away from it this month"""

    def __post_init__(self) -> None:
        """Know the route."""
        self.exporter, self.importer, self.product = (
            self.line.state,
            self.need.state,
            self.line.product,
        )

    @property
    def is_allied(self) -> bool:
        """Tell whether seller and buyer are of one state or bloc."""
        same = bool(self.line.bloc) and self.line.bloc == self.need.bloc
        return same or self.exporter == self.importer

    @property
    def is_open(self) -> bool:
        """Tell whether goods may come over it this month."""
        return self in self.need.open_links

    @property
    def route(self) -> tuple[str, str, str]:
        """Name whose goods may go to whom."""
        return self.exporter, self.importer, self.product


@dataclass(slots=True, eq=False)
class Need:
    """What a state or a line buys of one product."""

    state: str
    product: str
    tier: int
    cancellation: float
    cover: float
    factory: str = ""
    """Whose input it is; empty for final use"""
    makes: str = ""
    """What is made of it"""
    bloc: str = ""
    links: list[Link] = field(default_factory=list)
    open_links: list[Link] = field(default_factory=list)
    arrivals: dict[int, float] = field(default_factory=dict)
    stock: float = 0.0
    in_transit: float = 0.0
    backlog: float = 0.0
    lead: float = 1.0
    expected: float = 0.0
    perceived: float = 0.0
    """Use that is perceived, by those who smooth it"""
    months_ordered: int = 0
    ordered: float = 0.0
    cancelled: float = 0.0
    demand: float = 0.0
    old_orders: float = 0.0
    """What of it waits from earlier months"""
    refused_before: float = 0.0
    """What waits because a cut refused it"""
    passed_each: float = 0.0
    """What came of the same orders while a cut held, for each unit of that"""
    lacked: float = 0.0
    """What would be in stock beside what is, had cuts refused nothing"""
    lost: float = 0.0
    """What would have been used last beside what was"""
    besides: float = 0.0
    """The same, while it is asked what it would order had cuts refused nothing"""
    waits_for_lines: bool = False
    """Whether some of what was refused waits for lines that lack inputs"""
    lost_besides: float = 0.0
    """What lines would have made for it this month beside what they did"""
    came_besides: float = 0.0
    """What came from these lines"""
    put_off: float = 0.0
    """Unmet use that waits for that"""
    catching_up: float = 0.0
    """What its line is asked for, as it perceives it, by customers who wait since cuts refused
    inputs, in units of this one"""
    caught_others: float = 0.0
    """What of that is by customers who wait for other lines"""
    caught_passed: float = 0.0
    """What came over cuts of the same orders as that"""
    extra: float = 0.0
    """What of the use expected is for that"""
    hit: int = NEVER
    """Month in which a restriction first hit it"""
    wanted: float = 0.0
    dust: float = 0.0
    received: float = 0.0
    used: float = 0.0
    spending: float = 0.0
    delivery: float = 0.0

    def refused(self, odds: float) -> float:
        """Return what it waits for because a cut refused `odds` units for each that came."""
        return min(odds * (self.refused_before * self.passed_each), self.refused_before)

    def cancel(self) -> None:
        """Cancel a part of what waits."""
        self.cancelled = self.cancellation * self.backlog
        self.old_orders = self.backlog - self.cancelled
        self.refused_before *= 1.0 - self.cancellation

    def perceive(self, share: float) -> float:
        """Return the use that who smooths it perceives: so far on the way from last month's."""
        return self.perceived + (self.expected - self.perceived) * share

    def left(self, stock: float, use: float) -> float:
        """Return what is left of a stock that is free of this month's use, were that another."""
        return stock

    def forget_refusals(self) -> None:
        """Know nothing of what cuts have refused."""
        self.refused_before = self.passed_each = self.lacked = self.lost = 0.0
        self.put_off = self.catching_up = self.caught_others = self.caught_passed = self.extra = 0.0
        for link in self.links:
            link.through = link.more_through = 0.0
        self.waits_for_lines = False

    def wants_anew(self, odds: float) -> float:
        """Return what it still wants that such a cut has not refused before."""
        return max(self.wanted - self.refused(odds), 0.0)

    def unload(self, month: int) -> None:
        """Take what arrives this month into stock."""
        arrived = self.arrivals.pop(month, 0.0)
        self.stock += arrived
        self.in_transit -= arrived

    def take_delivery(self, month: int) -> None:
        """Count what was shipped, send each part on its way by its lead time, and pay for it."""
        by_lead: dict[int, float] = {}
        received = spending = delivery = led = 0.0
        for link in self.open_links:
            flow = link.flow
            if flow:
                received += flow
                way = link.unit_cost + link.tariff + link.tariff_rate * link.line.price
                spending += flow * (link.line.price + way)
                delivery += flow * way
                by_lead[link.lead] = by_lead.get(link.lead, 0.0) + flow
        for lead in sorted(by_lead):
            arriving = by_lead[lead]
            self.arrivals[month + lead] = self.arrivals.get(month + lead, 0.0) + arriving
            self.in_transit += arriving
            led += lead * arriving
        self.received, self.spending, self.delivery = received, spending, delivery
        # what is left for rounding alone is not owed
        left = self.demand - received
        self.backlog = left if left > 1e-14 * self.demand else 0.0
        # dust that rounding left of orders says nothing about lead times
        if received > max(1e-12 * (self.stock + self.in_transit + self.demand), 0.0):
            self.lead = led / received

    def fill_transit(self) -> None:
        """Put into transit what each link's lead time keeps there at rest."""
        by_lead: dict[int, float] = {}
        received = 0.0
        for link in self.open_links:
            received += link.flow
            by_lead[link.lead] = by_lead.get(link.lead, 0.0) + link.flow
        for lead in sorted(by_lead):
            self.in_transit += lead * by_lead[lead]
            for month in range(lead):
                self.arrivals[month] = self.arrivals.get(month, 0.0) + by_lead[lead]
        if received > 0:
            self.lead = self.in_transit / received

    def wants(self, month: int) -> float:
        """Count what is used; of what no restriction has hit, no more than is ordered: it may run
        down a stock."""
        return self.expected if self.hit <= month else min(self.expected, self.demand)

    def received_lawfully(self) -> float:
        """Count what came and did not leak."""
        return total((1.0 - link.leaking) * link.flow for link in self.open_links)


@dataclass(slots=True, eq=False)
class FinalNeed(Need):
    """What a state uses itself."""

    by_month: list[float] = field(default_factory=list)
    initial_cover: float = 0.0
    factor: float = 1.0
    added: float = 0.0
    final: float = 0.0
    deferred: float = 0.0


@dataclass(slots=True, eq=False)
class Input(Need):
    """What a line uses to make its product."""

    amount: float = 1.0
    line: Any = None
    """The line whose input it is"""
    full_amount: float = 1.0
    """What the scenario gives, before thrift"""
    criticality: str = "critical"

    def left(self, stock: float, use: float) -> float:
        """Return what is left of it: this month's use is still ahead."""
        return stock + self.expected - use

    def comes(self) -> bool:
        """Tell whether there is any, or somebody may deliver some."""
        can = any(link.cap > 0 and link.base_weight > 0 for link in self.links)
        return can or self.stock + self.in_transit > 0


@dataclass(slots=True, eq=False)
class Line:
    """A production line of a factory."""

    product: str
    state: str
    capacity: float
    yield_: float
    unit_cost: float
    idle_share: float
    learning_rate: float
    own_qualified_from: int
    inputs: list[Input]
    ration: Callable[[list[Link], list[float], float], list[float]]
    production: Callable[[list[Input], float], float]
    bloc: str = ""
    sisters: list[Line] = field(default_factory=list)
    """All lines of its product, itself among them"""
    licensed_from: int = -NEVER
    links: list[Link] = field(default_factory=list)
    open_links: list[Link] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    price: float = 0.0
    overtime: float = 1.0
    royalty: float = 0.0
    """Share of the unit cost that licensors get"""
    wear: float = 0.0
    """Share of its capacity that it loses in a month"""
    is_closed: bool = False
    turning: dict[int, float] = field(default_factory=dict)
    """Capacity that comes from other lines, by month"""
    first_capacity: float = 0.0
    first_yield: float = 0.0
    first_unit_cost: float = 0.0
    known: float = 0.0
    """What it and its sisters learn from this month, before any of it is forgotten"""
    first_experience: float = 0.0
    experience: float = 0.0
    first_lot: float = 0.0
    usual: float = 0.0
    available: float = 1.0
    usable: float = 0.0
    starts: float = 0.0
    """What capacity and inputs allow to be started"""
    offer: float = 0.0
    would_offer: float = 0.0
    """What it would offer had cuts refused no inputs"""
    spare: float = 0.0
    """What it could make with enough inputs beyond what it offers"""
    left: float = 0.0
    dust: float = 0.0
    asked: float = 0.0
    is_wanted: bool = False
    """Whether it is asked for more than crumbs"""
    perceived: float = 0.0
    shipped: float = 0.0
    output: float = 0.0
    revenue: float = 0.0
    idle_money: float = 0.0
    matured: float = 0.0
    lost: float = 0.0

    def ready(self, month: int) -> float:
        """Take finished projects into capacity and say how much of it is ramped up."""
        self.matured = self.turning.pop(month, 0.0)
        self.matured += total([project.finish(month) for project in self.projects])
        self.capacity += self.matured
        return max(self.capacity - total(project.unramped for project in self.projects), 0.0)

    @property
    def qualified_from(self) -> int:
        """Return the month from which buyers accept its goods."""
        return max(self.own_qualified_from, self.licensed_from)

    @property
    def cost(self) -> float:
        """Return what a unit costs at the gate."""
        return self.unit_cost * (1.0 + self.royalty)

    @property
    def asked_for(self) -> float:
        """Return what it is asked for, but for crumbs that nobody wants of it."""
        return self.asked if self.is_wanted else 0.0

    @property
    def lacks_inputs(self) -> bool:
        """Tell whether it could start more if it had more inputs."""
        return self.starts < self.usable * (1.0 - 1e-9)

    @property
    def is_starved(self) -> bool:
        """Tell whether it could start nothing, whatever its capacity, for an input that nobody may
        deliver and of which there is none."""
        enough = [replace(need, stock=need.amount if need.comes() else 0.0) for need in self.inputs]
        return bool(enough) and self.production(enough, self.usual) <= 0

    def idle(self, month: int) -> float:
        """Count the good units that projects could have made here this month and did not, though in
        order, accepted and supplied with inputs."""
        is_built = any(project.has_money or project.added > 0 for project in self.projects)
        is_accepted = self.qualified_from <= month and is_built
        return max(self.starts * self.yield_ - self.output, 0.0) if is_accepted else 0.0

    def is_barred(self, needs: Iterable[Need], month: int) -> bool:
        """Tell whether limits keep what is idle from these, so that all that it reaches wait."""
        content = [need for need in needs if need.backlog <= 1e-9 * need.demand]
        return self.idle(month) > 1e-9 * self.offer and not self.reaches(content)

    def idle_and_coming(self, needs: Iterable[Need], month: int) -> float:
        """Count the good units that projects could make here for these needs beyond this month's:
        with what is idle, and with what is under way or ramps up."""
        idle = 0.0 if self.is_barred(needs, month) else self.idle(month)
        coming = total(project.unfinished + project.unramped for project in self.projects)
        coming += total(self.turning.values())
        return idle + coming * self.yield_ * self.available

    def reaches(self, needs: Iterable[Need]) -> bool:
        """Tell whether it may deliver to any of these."""
        wanted = set(needs)
        return any(
            link.need in wanted and link.cap > 0 and link.base_weight > 0 for link in self.links
        )

    def idle_cost(self) -> float:
        """Return what this month's idle capacity costs, money that is nobody's bill."""
        usable = self.usable / self.overtime
        return max(usable - self.output / self.yield_, 0.0) * self.unit_cost * self.idle_share

    def bill(self) -> None:
        """Count the money for what was shipped, and what idle capacity costs, before the month's
        work is learnt from."""
        self.revenue = self.price * self.shipped
        self.idle_money = self.idle_cost()

    def wear_out(self) -> None:
        """Lose what a month wears off."""
        gone = self.wear * self.capacity
        self.lost += gone
        self.capacity -= gone
        for project in self.projects:
            project.ramping = [
                (since, amount * (1.0 - self.wear)) for since, amount in project.ramping
            ]

    def forget_losses(self) -> None:
        """Begin a month in which nothing is lost yet."""
        self.lost = 0.0
        for project in self.projects:
            project.lost = 0.0

    def close(self) -> None:
        """Lose capacity and projects for good."""
        self.lost += self.capacity
        self.capacity = 0.0
        for project in self.projects:
            project.lost += project.unfinished
            project.unfinished = project.unramped = project.max_capacity = 0.0
            project.coming.clear()
            project.ramping.clear()
        self.turning.clear()
        self.is_closed = True

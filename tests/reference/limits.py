"""What several links may carry together: one limit for two states and a product, or for all links
that an event or a trade rule names together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from tests.reference.things import Link, Need, total

ANY = 1e300
"""More than anybody could want."""
DUST = 1e-12
"""What is below this share of its first amount counts as none."""
ROOM = 1.0 - DUST
"""A limit of which more than this share is carried has no room."""

Route = tuple[str, str, str]


@dataclass(slots=True, eq=False)
class Limit:
    """What restrictions leave of some links, what is let through, and what it has done so far."""

    links: Sequence[Link]
    most: float = inf
    """What nothing lets pass: the cap of a trade rule"""
    base: float = 0.0
    """Flow at the start"""
    reference: float = 0.0
    """That or, if more, the flow just before a restriction that leaves less of it"""
    fixed: float = inf
    """What quotas and sanctions leave"""
    share: float = 1.0
    """What cut-offs leave of what would flow"""
    amount: float = 0.0
    """What leaks or is exempt"""
    lawful: float = 0.0
    """What is exempt"""
    part: float = 0.0
    """What is exempt of what would flow"""
    is_barred: bool = False
    """Whether restrictions leave less than the reference"""
    has_acted: bool = False
    """Whether a restriction has ever taken anything away"""
    was_short: bool = False
    """Whether, this month, a line was short that it takes a share of, or another limit does, or
    one let less pass over a link that some limit takes a share of"""
    own: dict[Route, float] = field(default_factory=dict)
    """What is exempt of one route alone: under a limit that an event sets for several it passes
    first"""
    free: set[Route] = field(default_factory=set)
    """Routes that nothing restricts: one limit for several does not hold for them"""

    @property
    def held(self) -> list[Link]:
        """List the links that it holds for this month."""
        return [link for link in self.links if link.route not in self.free]

    @property
    def needs(self) -> list[Need]:
        """List whom these links serve, each once."""
        return list({link.need: None for link in self.held})

    @property
    def routes(self) -> set[Route]:
        """List the exporters, importers and products that it joins."""
        return {link.route for link in self.links}

    def rest(self) -> None:
        """Know the flow at the start."""
        self.base = self.reference = total(link.base_flow for link in self.held)

    def lift(self) -> None:
        """Forget what restrictions and exceptions made of it last month."""
        self.fixed, self.share, self.reference = inf, 1.0, self.base
        self.amount = self.lawful = self.part = 0.0
        self.own = {}

    def carried(self) -> float:
        """Count what its links carry."""
        return total(link.flow for link in self.held)

    def left(self, would: float, let_through: float) -> float:
        """Return what restrictions leave and exceptions let through if so much would flow."""
        flow = max(self.base, would)
        cut = self.share * flow if self.share < 1 else inf
        # what is exempt as a whole waits for nothing, old orders neither
        exempt = self.part * flow if self.part < 1 else inf
        return max(min(cut, self.fixed), let_through, exempt)

    def at(self, would: float) -> float:
        """Return the most that may flow if so much would flow without restrictions."""
        return self._capped(would, self.amount)

    def lawful_at(self, would: float) -> float:
        """Return the same without what leaks."""
        return self._capped(would, self.lawful)

    def _capped(self, would: float, let_through: float) -> float:
        return min(self.left(min(would, self.most), let_through), self.most)

    @property
    def is_in_part(self) -> bool:
        """Tell whether it is a share of what would flow."""
        return 0 < self.share < 1 or 0 < self.part < 1

    def uncut_at(self, would: float, *, with_quotas: bool) -> float:
        """Return what it would leave if it took no share, nor, unless `with_quotas`, anything else
        that has to do with it."""
        if not self.is_in_part:
            return self.at(would)
        if not with_quotas:
            return self.most
        share, self.share = self.share, 1.0
        left = self.at(would)
        self.share = share
        return left

    @property
    def firm(self) -> float:
        """Return what it leaves however much would flow."""
        return self.uncut_at(0.0, with_quotas=False)

    def own_cap(self) -> float:
        """Return what it leaves a link that it limits alone, and that nothing else limits: of
        several links only nothing is each one's own."""
        most = self.at(ANY)
        if self.is_in_part and most > 0:
            # it takes its share of what this lets pass
            most = self.most
        alone = len(self.links) == 1 and len(self.links[0].limits) == 1
        return most if alone or most <= 0 else inf

    def has_room(self, asking: Container[Need], most: float) -> bool:
        """Tell whether its links could carry any of what those who ask still want, and no more than
        `most`."""
        carried = self.carried()
        held: dict[Need, float] = {}
        for link in self.held:
            held[link.need] = held.get(link.need, 0.0) + (link.held if self.is_in_part else 0.0)
        anew = total(
            max(need.wants_anew(self.odds) if need in asking else 0.0, held[need])
            for need in self.needs
        )
        # no more would flow than what nothing lets pass leaves its links
        limited = [[each for each in holding(link) if each.firm < inf] for link in self.held]
        rooms = {each: max(each.firm - each.carried(), 0.0) for own in limited for each in own}
        room = total(rooms.values()) if all(limited) else inf
        return carried < self.at(carried + min(anew, room, most)) * ROOM

    @property
    def odds(self) -> float:
        """Return how many units it refuses for each that it lets pass; 0 where it cuts nothing, or
        all."""
        left = max(self.share, self.part) if self.share < 1 else self.part
        return (1.0 - left) / left if left > 0 else 0.0

    @property
    def cuts_all(self) -> bool:
        """Tell whether a cut leaves nothing of what would come."""
        return self.share <= 0 and self.part <= 0

    def asked_anew(self, link: Link, *, is_anew: bool = False) -> float:
        """Return what is asked of one of its links, caps apart, that it has not refused before, nor
        do cuts keep it away now, unless `is_anew`, when nothing is carried yet."""
        need = link.need
        new = need.wants_anew(self.odds)
        if self.is_in_part and not is_anew:
            new = max(new - self._kept_away(link), 0.0)
        return link.order_before_caps * (new / need.wanted if need.wanted > 0 else 0.0)

    def _kept_away(self, link: Link) -> float:
        """Count the goods that cuts keep away from whom one of its links serves: beside deeper cuts
        than the link's, as much as it would keep away itself for each unit that came."""
        need = link.need
        kept = total(each.kept for each in need.links)
        cut = [each for each in need.links if cut_in_part(each)]
        if odds_of(link) < max(map(odds_of, cut), default=0.0):
            kept = min(kept, self.odds * total(each.flow for each in cut))
        return kept

    def missing(self) -> float:
        """Count what its needs asked for and did not get, without what was refused before; of what
        it does not cut by a share, what they ordered this month."""
        return total(
            max(need.backlog - (need.refused(self.odds) if self.odds else need.old_orders), 0.0)
            for need in self.needs
        )

    def leaked_share(self) -> float:
        """Tell which share of what its links carry is beyond what is lawful."""
        if self.amount <= self.lawful:
            return 0.0
        carried = self.carried()
        # more than is let through comes by what restrictions leave
        if carried * ROOM > self.amount:
            return 0.0
        lawful = self.lawful_at(self._would(carried))
        return (carried - lawful) / carried if carried * ROOM > lawful else 0.0

    def _would(self, carried: float) -> float:
        """Return what would flow without it: of what it takes a share of, what came and what it
        kept away."""
        if self.is_in_part:
            return total(link.flow + link.held for link in self.held)
        return carried + self.missing()


@dataclass(slots=True, eq=False)
class Limits:
    """All limits of a member: the same links are limited once, whoever names them."""

    known: dict[tuple[str, frozenset[int]], Limit] = field(default_factory=dict)

    def together(self, links: Iterable[Link], family: str = "") -> Limit:
        """Return the one limit of these links, in a `family` of limits that may not hold for all of
        them."""
        listed = list(links)
        key = family, frozenset(id(link) for link in listed)
        if key not in self.known:
            self.known[key] = limit = Limit(listed)
            for link in listed:
                link.limits.append(limit)
        return self.known[key]

    def by_route(self, links: Iterable[Link]) -> list[Limit]:
        """Return a limit for each exporter, importer and product among these links."""
        routes: dict[Route, list[Link]] = {}
        for link in links:
            routes.setdefault(link.route, []).append(link)
        return [self.together(each) for each in routes.values()]

    def __iter__(self) -> Iterator[Limit]:
        return iter(self.known.values())


def holding(link: Link) -> list[Limit]:
    """List the limits that hold for a link this month."""
    return [limit for limit in link.limits if link.route not in limit.free]


def cut_in_part(link: Link) -> bool:
    """Tell whether a limit cuts it in part."""
    return any(limit.is_in_part for limit in holding(link))


def odds_of(link: Link) -> float:
    """Return how many units cuts refuse for each that comes over a link."""
    return max((limit.odds for limit in holding(link)), default=0.0)


def refuses(link: Link) -> bool:
    """Tell whether cuts refuse anything beside what comes over a link: not where less comes than
    exceptions let through."""
    cutting = [limit for limit in holding(link) if limit.odds > 0]
    return any(limit.carried() >= limit.amount * ROOM for limit in cutting)


def lightest(need: Need) -> float:
    """Return the least of its links' odds, of those that are cut; 0 where none is."""
    return min(filter(None, map(odds_of, need.links)), default=0.0)


def asked_of_limits(links: Sequence[Link], *, is_anew: bool = False) -> dict[Limit, float]:
    """Return what is asked of each limit that it has not refused before, with what cuts keep away,
    and no more than what would come; `is_anew` counts nothing as carried yet."""
    asking = set(links)
    named = {limit: None for link in links for limit in holding(link)}
    others = {link: None for limit in named for link in limit.held if link not in asking}
    for link in others:
        link.order_before_caps = link.whole = 0.0
    anew: dict[tuple[Link, Limit], float] = {}
    for link in (*links, *others):
        for limit in holding(link):
            asked = limit.asked_anew(link, is_anew=is_anew)
            if limit.is_in_part and not is_anew:
                asked = min(asked + link.held, link.may_come if link in asking else inf)
            anew[link, limit] = asked
    return _unrestricted([*links, *others], anew, is_anew=is_anew)


def trim(
    orders: dict[Link, float],
    asked_anew: dict[Limit, float] | None = None,
    *,
    is_anew: bool = False,
    whole: bool | None = None,
    with_quotas: bool = True,
) -> bool:
    """Reduce orders to what each limit leaves, those of one limit by one factor.

    `is_anew` counts nothing as carried yet. With `whole` limits that take a share take none, and
    leave all, unless `with_quotas`; with `whole=False` no others limit anything. A limit that
    leaves nothing refuses all its links; tell whether some are refused for the first time.
    """
    is_fresh = False
    asked: dict[Limit, float] = {}
    for link, order in orders.items():
        for limit in holding(link):
            asked[limit] = asked.get(limit, 0.0) + order
    factor: dict[tuple[Limit, Route], float] = {}
    for limit, amount in asked.items():
        carried = 0.0 if is_anew else limit.carried()
        would = carried + (amount if asked_anew is None else asked_anew[limit])
        most = limit.uncut_at(would, with_quotas=with_quotas) if whole else limit.at(would)
        if whole is False and not limit.is_in_part:
            most = inf
        room = most - carried if carried < most * ROOM else 0.0
        for route, part in _factors(limit, orders, room, amount, is_anew=is_anew).items():
            factor[limit, route] = part
            if part < DUST:
                held = [link for link in limit.held if link.route == route]
                is_fresh |= not all(link.is_refused for link in held)
                for link in held:
                    link.is_refused = True
    for link in orders:
        if holding(link):
            orders[link] *= min(factor[limit, link.route] for limit in holding(link))
    return is_fresh


def _factors(
    limit: Limit, orders: dict[Link, float], room: float, amount: float, *, is_anew: bool
) -> dict[Route, float]:
    """Return by how much a limit with so much room reduces the orders over each of its routes, of
    which so much is asked in all: what passes of a route alone comes first, the rest is shared."""
    asked = dict.fromkeys((link.route for link in limit.held), 0.0)
    left = {route: limit.own.get(route, 0.0) for route in asked}
    for link in limit.held:
        asked[link.route] += orders.get(link, 0.0)
        left[link.route] -= 0.0 if is_anew else link.flow
    if amount <= room:
        return dict.fromkeys(asked, 1.0)
    first = {route: min(asked[route], max(left[route], 0.0)) for route in asked}
    firsts = total(first.values())
    passing, rest = min(firsts, room), max(amount - firsts, 0.0)
    part = (room - passing) / rest if rest > 0 else 0.0
    return {
        route: (first[route] * (passing / firsts) + (each - first[route]) * part) / each
        if first[route] > 0
        else part
        for route, each in asked.items()
    }


def _unrestricted(
    links: Sequence[Link], anew: dict[tuple[Link, Limit], float], *, is_anew: bool
) -> dict[Limit, float]:
    """Add up what is asked anew of each limit, less what nothing lets pass anyway over the links
    that it has in common with others: of a share of what would flow, no more would."""
    orders = {
        # what a cut keeps away would be asked for again, however little is asked for now
        link: max(link.order_before_caps, 0.0 if is_anew else link.whole + link.held)
        if cut_in_part(link)
        else link.order_before_caps
        for link in links
    }
    part: dict[Limit, float] = {}
    for limit, amount in _added(links, {each: orders[each[0]] for each in anew}).items():
        room = max(limit.firm - (0.0 if is_anew else limit.carried()), 0.0)
        if amount > room:
            part[limit] = room / amount
    ordered: dict[tuple[Limit, Limit], float] = {}
    wanted: dict[tuple[Limit, Limit], float] = {}
    for link, mine, other in _meetings(links):
        ordered[mine, other] = ordered.get((mine, other), 0.0) + orders[link]
        wanted[mine, other] = wanted.get((mine, other), 0.0) + anew[link, mine]
    let = dict.fromkeys(anew, 1.0)
    for link, mine, other in _meetings(links):
        if other not in part:
            continue
        most, want = ordered[mine, other] * part[other], wanted[mine, other]
        let[link, mine] = min(let[link, mine], most / want if want > most else 1.0)
        link.is_let_less |= not is_anew and mine.is_in_part and let[link, mine] < 1.0
    return _added(links, {each: amount * let[each] for each, amount in anew.items()})


def _meetings(links: Sequence[Link]) -> Iterator[tuple[Link, Limit, Limit]]:
    for link in links:
        for mine in holding(link):
            yield from ((link, mine, other) for other in holding(link) if other is not mine)


def _added(links: Sequence[Link], amounts: dict[tuple[Link, Limit], float]) -> dict[Limit, float]:
    added: dict[Limit, float] = {}
    for link in links:
        for limit in holding(link):
            added[limit] = added.get(limit, 0.0) + amounts[link, limit]
    return added

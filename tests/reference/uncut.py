"""What would flow were nothing cut in part: of a line that is short no more than it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from tests.reference.limits import DUST, ROOM, Limit, holding
from tests.reference.things import Line, Link, total


def cut(link: Link) -> list[Limit]:
    """List the limits that cut a link in part."""
    return [limit for limit in holding(link) if limit.is_in_part]


def begin(lines: Iterable[Line]) -> None:
    """Know what lines could make beyond what they offer; a cut keeps nothing away yet."""
    for line in lines:
        line.spare = max(line.usable * line.yield_ - line.offer, 0.0)
        for link in line.links:
            link.held = 0.0
    mark(lines, was_short=False)


def mark(lines: Iterable[Line], *, was_short: bool) -> None:
    """Let limits know whether a line has been short this month that has links cut in part."""
    for line in lines:
        for link in line.links:
            for limit in link.limits:
                limit.was_short = was_short


def would_be_left(line: Line) -> float:
    """Return what a line would still have."""
    return max(line.left + line.spare - total(link.held for link in line.links), 0.0)


def weigh(ordered: Sequence[Link]) -> bool:
    """Know of each link how much might come, were it not cut; tell whether a line is short that
    has links that are."""
    would: dict[Link, float] = {}
    for link in ordered:
        own = cut(link)
        link.asked_anew = own[0].asked_anew(link) if own else link.order_before_caps
        would[link] = max(link.asked_anew - link.held, 0.0)
    trim_uncut(would)
    is_short = False
    for line, links in _by_line(ordered).items():
        claims, free = total(would[link] for link in links), would_be_left(line)
        short = claims > free + DUST * (line.offer + line.spare)
        granted = line.ration([would[link] for link in links], free, claims) if short else []
        for place, link in enumerate(links):
            asks_more = link.asked_anew > link.held and bool(cut(link))
            link.may_come = granted[place] + link.held if short and asks_more else inf
            is_short |= short and asks_more
    return is_short


def most_on_top(limit: Limit) -> float:
    """Return the most that a limit's links would carry beyond what they do, were they not cut; inf
    while no line has been short."""
    if not (limit.is_in_part and limit.was_short):
        return inf
    return total(link.held + would_be_left(link.line) for link in limit.held)


def trim_uncut(orders: dict[Link, float]) -> None:
    """Reduce orders to what limits would leave if none took a share."""
    asked: dict[Limit, float] = {}
    for link, order in orders.items():
        for limit in holding(link):
            asked[limit] = asked.get(limit, 0.0) + order
    factor: dict[Limit, float] = {}
    for limit, amount in asked.items():
        carried = limit.carried()
        most = limit.uncut_at(carried + amount)
        room = most - carried if carried < most * ROOM else 0.0
        factor[limit] = room / amount if amount > room else 1.0
    for link in orders:
        if holding(link):
            orders[link] *= min(factor[limit] for limit in holding(link))


def note(lines: Iterable[Line], ordered: Sequence[Link]) -> None:
    """Keep what cuts have kept away so far."""
    asking = set(ordered)
    for line in lines:
        for link in line.links:
            if not cut(link):
                continue
            asked, granted = (link.asked_anew, link.granted) if link in asking else (0.0, 0.0)
            most = link.may_come if link in asking else inf
            link.held = max(min(max(link.held, asked), most) - granted, 0.0)


def _by_line(links: Iterable[Link]) -> dict[Line, list[Link]]:
    found: dict[Line, list[Link]] = {}
    for link in links:
        found.setdefault(link.line, []).append(link)
    return found

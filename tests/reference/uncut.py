"""What would flow were nothing cut in part: of a line that is short no more than it has."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from tests.reference.limits import DUST, Limit, holding
from tests.reference.things import Line, Link, total


def cut(link: Link) -> list[Limit]:
    """List the limits that cut a link in part."""
    return [limit for limit in holding(link) if limit.is_in_part]


def begin(lines: Iterable[Line]) -> None:
    """Know what lines could make beyond what they offer; a cut keeps nothing away yet."""
    for line in lines:
        line.spare = max(line.usable * line.yield_ - line.offer, 0.0)
        for link in line.links:
            link.held = link.kept = 0.0
            link.is_let_less = False
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


def is_gone(link: Link) -> bool:
    """Tell whether a line would have nothing left for a link, were it not cut: who asked it again
    would ask others for too little."""
    line = link.line
    return bool(cut(link)) and would_be_left(line) <= DUST * (line.offer + line.spare)


def weigh(orders: dict[Link, float]) -> bool:
    """Know of each link how much might come of these orders, were it not cut; tell whether a line
    is short that has links that are."""
    is_short = False
    for line, links in _by_line(orders).items():
        for link in links:
            own = cut(link)
            link.whole = min([orders[link], *(limit.asked_anew(link) for limit in own)])
        would = [link.whole for link in links]
        claims, free = total(would), would_be_left(line)
        dust = DUST * (line.offer + line.spare)
        short = claims > free + dust
        granted = line.ration(links, would, free) if short else would
        for link, amount, share in zip(links, would, granted, strict=True):
            is_bound = short and amount > dust and bool(cut(link))
            link.may_come = share + link.held if is_bound else inf
            is_short |= is_bound
    return is_short


def most_on_top(limit: Limit) -> float:
    """Return the most that a limit's links would carry beyond what they do, were they not cut; inf
    while no line has been short."""
    if not (limit.is_in_part and limit.was_short):
        return inf
    return total(link.held + would_be_left(link.line) for link in limit.held)


def note(lines: Iterable[Line], ordered: Iterable[Link]) -> None:
    """Keep what cuts have kept away so far."""
    asking = set(ordered)
    for line in lines:
        for link in line.links:
            if not cut(link):
                continue
            asked, granted = (link.whole, link.granted) if link in asking else (0.0, 0.0)
            most = link.may_come if link in asking else inf
            link.held = max(min(link.held + asked, most) - granted, 0.0)
            came = max(link.came - granted, 0.0) if link in asking else 0.0
            # of what stays away for want of inputs nothing is there
            link.kept = min(link.kept + came, link.held)


def _by_line(links: Iterable[Link]) -> dict[Line, list[Link]]:
    found: dict[Line, list[Link]] = {}
    for link in links:
        found.setdefault(link.line, []).append(link)
    return found

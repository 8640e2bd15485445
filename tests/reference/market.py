"""Orders meet goods: buyers spread what they want over their links, limits trim it, suppliers
ration, what is unmet goes round again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.reference.limits import DUST, ROOM, asked_of_limits, holding, trim
from tests.reference.things import Line, Link, Need, total
from tests.reference.uncut import begin, cut, is_gone, mark, most_on_top, note, weigh


def spread(need: Need, links: Sequence[Link], *, is_anew: bool = False) -> None:
    """Spread what a need still wants over links by weight, each at most its room; `is_anew` counts
    nothing as carried yet."""
    share = need.wanted / total(link.weight for link in links)
    for link in links:
        room = link.cap if is_anew else max(link.cap - link.flow, 0.0)
        link.order_before_caps = share * link.weight
        link.order = min(link.order_before_caps, room)


def ask(needs: Sequence[Need], lines: Sequence[Line]) -> None:
    """Tell lines with capacity what is asked of them, before anything is found short."""
    asked: list[Link] = []
    for line in lines:
        line.asked, line.is_wanted = 0.0, False
    for need in needs:
        links = [link for link in need.open_links if link.line.usable > 0]
        need.wanted = need.demand
        if links:
            spread(need, links, is_anew=True)
            asked += links
    orders = {link: link.order for link in asked}
    trim(orders, asked_of_limits(asked, is_anew=True), is_anew=True)
    for link, order in orders.items():
        link.line.asked += order
        least = 1e-9 * max(link.need.demand, link.need.expected)
        link.line.is_wanted |= order > least


def allocate(lines: Sequence[Line], tiers: Sequence[Sequence[Need]], rounds: int | None) -> None:
    """Set the flow of every link: each line gives at most its `offer`, each need takes at most its
    `demand`, lower tiers first."""
    for line in lines:
        line.left, line.dust = line.offer, DUST * line.offer
        for link in line.links:
            link.flow = 0.0
    begin(lines)
    for needs in tiers:
        _serve(lines, needs, rounds)
        for need in needs:
            take_back_crumbs(need)
    for line in lines:
        line.shipped = total(link.flow for link in line.open_links)


def take_back_crumbs(need: Need) -> None:
    """Let who got no more than rounding leaves over get nothing."""
    if total(link.flow for link in need.open_links) <= need.dust:
        for link in need.open_links:
            link.flow = 0.0


def _serve(lines: Sequence[Line], needs: Sequence[Need], rounds: int | None) -> None:
    """Go round until nothing moves, or so many times."""
    for need in needs:
        need.wanted, need.dust = need.demand, DUST * need.demand
        for link in need.open_links:
            link.is_refused = False
    count = 0
    while rounds is None or count < rounds:
        buyers = _buyers(needs, is_first=count == 0)
        if not buyers:
            break
        has_moved = _round(lines, buyers)
        count += 1
        # a limit that leaves nothing is known only after the first round
        if not has_moved and count > 1:
            break


def _buyers(needs: Sequence[Need], *, is_first: bool) -> dict[Need, list[Link]]:
    """Find who still wants something, and the links over which each may get it."""
    asking = {need: links for need in needs if (links := _links_with_goods(need))}
    if not is_first:
        limits = {limit for own in asking.values() for link in own for limit in holding(link)}
        room = {limit: limit.has_room(asking, most_on_top(limit)) for limit in limits}
        asking = {
            need: [
                link
                for link in links
                if all(room[limit] for limit in holding(link)) and not is_gone(link)
            ]
            for need, links in asking.items()
        }
    return {
        need: _elsewhere_first(links)
        for need, links in asking.items()
        if links and need.wanted > need.dust
    }


def _links_with_goods(need: Need) -> list[Link]:
    """List the links whose line has goods left and which are not full."""
    return [
        link
        for link in need.open_links
        if link.line.left > link.line.dust and link.cap - link.flow > link.dust
    ]


def _elsewhere_first(links: list[Link]) -> list[Link]:
    """Leave out those that were refused where there are others: a share of what is asked grows
    with it, and to ask in vain, round after round, would let the others fill slowly."""
    return [link for link in links if not link.is_refused] or links


def _round(lines: Sequence[Line], buyers: dict[Need, list[Link]]) -> bool:
    """Order, trim and ration once; tell whether anything above dust has moved, or somebody was
    turned away for the first time."""
    for need, links in buyers.items():
        spread(need, links)
    ordered = [link for links in buyers.values() for link in links]
    orders = {link: link.order for link in ordered}
    has_moved = trim(orders, whole=True, with_quotas=False)
    # what cuts leave is a share of what would flow without quotas on the same links
    is_short = weigh(orders)
    for link, amount in _rationed(orders).items():
        link.came = amount
    has_moved |= trim(orders, whole=True)
    # a part of a cut is taken of what a line grants
    granted = _rationed(orders)
    has_moved |= trim(granted, asked_of_limits(ordered), whole=False)
    if is_short or any(link.is_let_less for link in ordered):
        mark(lines, was_short=True)
    granted = share_out(orders, granted)
    gone: dict[Line, float] = {}
    for link, amount in granted.items():
        link.granted = amount
        link.flow += amount
        gone[link.line] = gone.get(link.line, 0.0) + amount
    for line, claims in gone.items():
        line.left = line.left - claims if claims < line.left * ROOM else 0.0
    note(lines, ordered)
    for need, links in buyers.items():
        received = total(link.granted for link in links)
        has_moved |= received > need.dust
        need.wanted = max(need.wanted - received, 0.0)
    return has_moved


def share_out(orders: dict[Link, float], granted: dict[Link, float]) -> dict[Link, float]:
    """Let lines share out what cuts have left of what they granted, among those that nothing
    cuts."""
    rest = {
        link: 0.0 if cut(link) else max(order - granted[link], 0.0)
        for link, order in orders.items()
    }
    left = {link.line: link.line.left for link in orders}
    for link, amount in granted.items():
        link.line.left = max(link.line.left - amount, 0.0)
    more = _rationed(rest)
    for line, amount in left.items():
        line.left = amount
    return {link: amount + more[link] for link, amount in granted.items()}


def _rationed(orders: dict[Link, float]) -> dict[Link, float]:
    """Let each line share out what it has left among those who ordered."""
    asked: dict[Line, list[Link]] = {}
    for link in orders:
        asked.setdefault(link.line, []).append(link)
    granted: dict[Link, float] = {}
    for line, links in asked.items():
        claims = [orders[link] for link in links]
        shares = line.ration(links, claims, line.left)
        granted.update(zip(links, shares, strict=True))
    return {link: granted[link] for link in orders}

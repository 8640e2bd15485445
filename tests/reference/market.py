"""Orders meet goods: buyers spread what they want over their links, limits trim it, suppliers
ration, what is unmet goes round again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.reference.limits import Limit, trim
from tests.reference.things import Line, Link, Need, total

DUST = 1e-12
"""What is below this share of its first amount counts as none."""


def spread(demand: float, links: Sequence[Link], *, is_anew: bool = False) -> None:
    """Spread a demand over links by weight, each at most its room; `is_anew` counts nothing as
    carried yet."""
    share = demand / total(link.weight for link in links)
    for link in links:
        room = link.cap if is_anew else max(link.cap - link.flow, 0.0)
        link.order = min(share * link.weight, room)


def ask(needs: Sequence[Need], lines: Sequence[Line]) -> None:
    """Tell lines with capacity what is asked of them, before anything is found short."""
    asked: list[Link] = []
    for line in lines:
        line.asked = 0.0
    for need in needs:
        links = [link for link in need.open_links if link.line.usable > 0]
        if links:
            spread(need.demand, links, is_anew=True)
            asked += links
    trim(asked, is_anew=True)
    for link in asked:
        link.line.asked += link.order


def allocate(lines: Sequence[Line], tiers: Sequence[Sequence[Need]], rounds: int | None) -> None:
    """Set the flow of every link: each line gives at most its `offer`, each need takes at most its
    `demand`, lower tiers first."""
    for line in lines:
        line.left, line.dust = line.offer, DUST * line.offer
        for link in line.links:
            link.flow = 0.0
    for needs in tiers:
        _serve(needs, rounds)
    for line in lines:
        line.shipped = total(link.flow for link in line.open_links)


def _serve(needs: Sequence[Need], rounds: int | None) -> None:
    """Go round until nothing moves, or so many times."""
    for need in needs:
        need.wanted, need.dust = need.demand, DUST * need.demand
    count, asking = 0, [need for need in needs if need.wanted > 0]
    while asking and (rounds is None or count < rounds):
        buyers = _useful_links(asking, is_first=count == 0)
        has_moved = _round(buyers)
        count += 1
        # a limit that leaves nothing is known only after the first round
        if not has_moved and count > 1:
            break
        asking = [need for need in buyers if need.wanted > need.dust]


def _useful_links(asking: Sequence[Need], *, is_first: bool) -> dict[Need, list[Link]]:
    """Find over which links each need can still get anything; needs without any are left out."""
    wants = set(asking)
    room: dict[Limit, bool] = {}

    def has_room(limit: Limit) -> bool:
        if limit not in room:
            room[limit] = limit.has_room(total(n.wanted for n in limit.needs if n in wants))
        return room[limit]

    found = {}
    for need in asking:
        useful = [
            link
            for link in need.open_links
            if link.line.left > link.line.dust
            and link.cap - link.flow > link.dust
            and (is_first or all(has_room(limit) for limit in link.limits))
        ]
        if useful:
            found[need] = useful
    return found


def _round(buyers: dict[Need, list[Link]]) -> bool:
    """Order, trim and ration once; tell whether anything above dust has moved."""
    for need, links in buyers.items():
        spread(need.wanted, links)
    ordered = [link for links in buyers.values() for link in links]
    trim(ordered)
    asked: dict[Line, list[Link]] = {}
    for link in ordered:
        asked.setdefault(link.line, []).append(link)
    for line, claims in asked.items():
        _supply(line, claims)
    has_moved = False
    for need, links in buyers.items():
        received = total(link.granted for link in links)
        has_moved |= received > need.dust
        need.wanted = max(need.wanted - received, 0.0)
    return has_moved


def _supply(line: Line, links: Sequence[Link]) -> None:
    """Let a line share out what it has left among those who ordered."""
    orders = [link.order for link in links]
    claims = total(orders)
    for link, granted in zip(links, line.ration(orders, line.left, claims), strict=True):
        link.granted = granted
        link.flow += granted
    line.left = line.left - claims if claims < line.left else 0.0

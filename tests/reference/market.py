"""Orders meet goods: buyers spread what they want over their links, suppliers ration, what is unmet
goes round again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.reference.things import Line, Link, Need

DUST = 1e-12
"""What is below this share of its first amount counts as none."""

Buyers = list[tuple[Need, list[Link]]]
"""Needs that still want goods, with the links that were of use to them a round ago."""


def spread(demand: float, links: Sequence[Link], rooms: Sequence[float]) -> list[float]:
    """Spread a demand over links by weight, each at most its room."""
    weights = 0.0
    for link in links:
        weights += link.weight
    share = demand / weights
    return [min(share * link.weight, room) for link, room in zip(links, rooms, strict=True)]


def ask(needs: Sequence[Need], lines: Sequence[Line]) -> None:
    """Tell lines with capacity what is asked of them, before anything is found short."""
    for line in lines:
        line.asked = 0.0
    for need in needs:
        links = [link for link in need.open_links if link.line.usable > 0]
        if links:
            for link, order in zip(
                links, spread(need.demand, links, [link.cap for link in links]), strict=True
            ):
                link.line.asked += order


def allocate(lines: Sequence[Line], tiers: Sequence[Sequence[Need]], rounds: int | None) -> None:
    """Set the flow of every open link: each line gives at most its `offer`, each need takes at most
    its `demand`."""
    for line in lines:
        line.left, line.dust = line.offer, DUST * line.offer
        for link in line.open_links:
            link.flow = 0.0
    for needs in tiers:
        buyers: Buyers = []
        for need in needs:
            need.wanted, need.dust = need.demand, DUST * need.demand
            buyers.append((need, need.open_links))
        count = 0
        while buyers and (rounds is None or count < rounds):
            buyers = _round(buyers)
            count += 1
    for line in lines:
        shipped = 0.0
        for link in line.open_links:
            shipped += link.flow
        line.shipped = shipped


def _round(buyers: Buyers) -> Buyers:
    """Go round once; return the needs that ordered."""
    ordering: Buyers = []
    asked: dict[Line, list[Link]] = {}
    for need, links in buyers:
        if need.wanted <= need.dust:
            continue
        useful, rooms = [], []
        for link in links:
            room = link.cap - link.flow
            if link.line.left > link.line.dust and room > link.dust:
                useful.append(link)
                rooms.append(room)
        if useful:
            ordering.append((need, useful))
            for link, order in zip(useful, spread(need.wanted, useful, rooms), strict=True):
                link.order = order
                asked.setdefault(link.line, []).append(link)
    for line, links in asked.items():
        _supply(line, links)
    for need, links in ordering:
        received = 0.0
        for link in links:
            received += link.granted
        need.wanted = max(need.wanted - received, 0.0)
    return ordering


def _supply(line: Line, links: Sequence[Link]) -> None:
    """Let a line share out what it has left among those who ordered."""
    orders = [link.order for link in links]
    claims = 0.0
    for order in orders:
        claims += order
    for link, granted in zip(links, line.ration(orders, line.left, claims), strict=True):
        link.granted = granted
        link.flow += granted
    line.left = line.left - claims if claims < line.left else 0.0

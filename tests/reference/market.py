"""Orders meet goods: buyers spread what they want over their links, suppliers ration, what is unmet goes round again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.reference.things import Line, Link, Need

DUST = 1e-12
"""What is below this share of its first amount counts as none."""

Ration = Callable[[Sequence[float], float, float], list[float]]


def spread(need: Need, demand: float, links: Sequence[Link]) -> None:
    """Place orders on these links by weight, each at most what the link may still carry."""
    weights = 0.0
    for link in links:
        weights += link.weight
    share = demand / weights
    for link in links:
        order, room = share * link.weight, link.cap - link.flow
        link.order = order if order < room else room


def allocate(lines: Sequence[tuple[Line, Ration]], tiers: Sequence[Sequence[Need]], rounds: int | None) -> None:
    """Set the flow of every open link: each line gives at most its `offer`, each need takes at most its `demand`."""
    for line, _ in lines:
        line.left = line.offer
        for link in line.open_links:
            link.flow = 0.0
    rations = {line: ration for line, ration in lines}
    for needs in tiers:
        buyers = []
        for need in needs:
            need.wanted = need.demand
            buyers.append((need, need.open_links))
        count = 0
        while buyers and (rounds is None or count < rounds):
            buyers = _round(buyers, rations)
            count += 1
    for line, _ in lines:
        shipped = 0.0
        for link in line.open_links:
            shipped += link.flow
        line.shipped = shipped


def _round(buyers: Sequence[tuple[Need, Sequence[Link]]], rations: dict[Line, Ration]) -> list[tuple[Need, Sequence[Link]]]:
    """Go round once; return the needs that ordered, with the links that were open to them."""
    ordering = []
    asked: dict[Line, list[Link]] = {}
    for need, links in buyers:
        if need.wanted <= DUST * need.demand:
            continue
        useful = [link for link in links if link.line.left > DUST * link.line.offer and link.room > 0]
        if useful:
            spread(need, need.wanted, useful)
            ordering.append((need, useful))
            for link in useful:
                asked.setdefault(link.line, []).append(link)
    for line, links in asked.items():
        _supply(line, links, rations[line])
    for need, links in ordering:
        received = 0.0
        for link in links:
            received += link.granted
        need.wanted = max(need.wanted - received, 0.0)
    return ordering


def _supply(line: Line, links: Sequence[Link], ration: Ration) -> None:
    """Let a line share out what it has left among those who ordered."""
    orders = [link.order for link in links]
    claims = 0.0
    for order in orders:
        claims += order
    for link, granted in zip(links, ration(orders, line.left, claims), strict=True):
        link.granted = granted
        link.flow += granted
    line.left = line.left - claims if claims < line.left else 0.0

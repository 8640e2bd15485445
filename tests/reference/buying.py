"""How buyers weigh their suppliers, and how much they order: equations, 3 and 8."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, inf
from typing import TYPE_CHECKING

from tests.reference.things import FinalNeed, Input, total
from tests.reference.turns import door_cost

if TYPE_CHECKING:
    from tests.reference.things import Link, Need


def fixed(links: Sequence[Link]) -> None:
    """Take the weights as events have left them."""
    for link in links:
        link.weight = link.base_weight


def capacity_adjusted(links: Sequence[Link]) -> None:
    """Follow what suppliers can make now against the start; who could make nothing then counts by
    the mean of the others."""
    had = [link.line.first_capacity for link in links if link.line.first_capacity > 0]
    for link in links:
        first = link.line.first_capacity or (total(had) / len(had) if had else 0.0)
        usable = link.line.usable
        link.weight = link.base_weight * (usable / first if first > 0 else float(usable > 0))


def cheapest(links: Sequence[Link], sensitivity: float = 5.0, preference: float = 0.0) -> None:
    """Prefer what costs less at the door; of allies a mark-up is accepted."""
    costs = {
        link: door_cost(link) / (1.0 + preference if link.is_allied else 1.0) for link in links
    }
    least = min((costs[link] for link in links if link.is_open), default=0.0)
    for link, cost in costs.items():
        # beside what costs nothing all else is dear beyond measure; but nobody is never asked
        dearer = cost / least - 1.0 if least > 0 else inf if cost > 0 else 0.0
        steepness = sensitivity * dearer if dearer > 0 and sensitivity > 0 else 0.0
        link.weight = link.base_weight * exp(-min(steepness, 100.0))


def home_first(links: Sequence[Link], ratio: float = 1e12) -> None:
    """Ask suppliers at home first."""
    for link in links:
        is_home = link.exporter == link.importer
        link.weight = link.base_weight * (ratio if is_home else 1.0)


def bloc_first(links: Sequence[Link], ratio: float = 1e12) -> None:
    """Ask suppliers in the own bloc, home included, first."""
    for link in links:
        link.weight = link.base_weight * (ratio if link.is_allied else 1.0)


def loyalty(links: Sequence[Link], strength: float = 1.0) -> None:
    """Prefer whom the own state is close to."""
    for link in links:
        link.weight = link.base_weight * link.affinity**strength


SOURCING: Mapping[str, Callable[..., None]] = {
    each.__name__: each
    for each in (fixed, capacity_adjusted, cheapest, home_first, bloc_first, loyalty)
}


def hold_cover(
    need: Need,
    stock: float,
    deferred: float,
    on_order: float,
    adjustment_months: float = 3.0,
    smoothing_months: float = 1.0,
) -> float:
    """Order the expected use and a part of the gap to the target."""
    expected = need.perceive(1.0 / smoothing_months)
    stock = need.left(stock, expected)
    target = (need.cover + need.lead - 1.0) * expected + deferred
    order = expected + (target - stock - on_order) / adjustment_months
    # less is rounding
    return order if order > 1e-14 * abs(stock + on_order) else 0.0


def anchored(
    need: Need,
    stock: float,
    deferred: float,
    on_order: float,
    *,
    forecast_share: float = 0.36,
    gap_share: float = 0.26,
    line_share: float = 0.34,
    target_months: float | None = None,
    steady_months: int = 0,
) -> float:
    """Anchor on the use perceived, and adjust for the gaps in stock and in what is on order."""
    seen = need.perceive(forecast_share)
    if need.months_ordered < steady_months:
        return seen
    target = (
        need.cover + line_share * (need.lead - 1.0) if target_months is None else target_months
    ) * seen
    stock = need.left(stock, seen)
    return max(seen + gap_share * (target - stock + deferred - line_share * on_order), 0.0)


def replace_use(
    need: Need,
    stock: float,
    deferred: float,
    on_order: float,
    *,
    adjustment_months: float = 3.0,
    target: str = "use",
    sheds_surplus: bool = True,
) -> float:
    """Order what last month's output takes, and a part of the gap to the cover."""
    if isinstance(need, FinalNeed):
        use = need.used + need.besides
        level = (need.cover + need.lead - 1.0) * (need.final if target == "demand" else use)
    else:
        assert isinstance(need, Input)
        line = need.line
        use = need.amount * line.output / line.yield_ + need.besides
        level = use
        if target == "demand":
            level = need.amount * min(line.asked / line.yield_, line.usable)
        level *= need.cover + need.lead
        # the stock before this month's use
        stock += need.expected
    gap = level + deferred - stock - on_order
    if not sheds_surplus:
        gap = max(gap, 0.0)
    return max(use + gap / adjustment_months, 0.0)


ORDERING: Mapping[str, Callable[..., float]] = {
    each.__name__: each for each in (hold_cover, anchored, replace_use)
}


def perception(rule: str, parameters: Mapping[str, float]) -> float:
    """Return how much of the gap to the use that is seen perception closes in a month."""
    if rule == "anchored":
        return parameters.get("forecast_share", 0.36)
    return 1.0 / parameters.get("smoothing_months", 1.0) if rule == "hold_cover" else 1.0

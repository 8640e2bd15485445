"""How a supplier that is short shares out what it has: equations, 2.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.reference.things import total

if TYPE_CHECKING:
    from tests.reference.things import Link

Links = Sequence["Link"]
Amounts = Sequence[float]


def proportional(
    links: Links, orders: Amounts, supply: float, weights: Mapping[str, float] | None = None
) -> list[float]:
    """Grant every order the same share, or one in proportion to the weight of its group."""
    claims = total(orders)
    if claims <= supply:
        return list(orders)
    if weights:
        groups = [*weights]
        found = [_group(groups, link) for link in links]
        own = [weights[groups[each]] if each < len(groups) else 1.0 for each in found]
        return _levelled(orders, supply, [w * order for w, order in zip(own, orders, strict=True)])
    share = supply / claims
    return [order * share for order in orders]


def tiers(links: Links, orders: Amounts, supply: float, order: Sequence[str]) -> list[float]:
    """Serve group after group, within a group in proportion."""
    return _in_turn([_group(order, link) for link in links], links, orders, supply, proportional)


def home_first(links: Links, orders: Amounts, supply: float) -> list[float]:
    """Serve the supplier's own state first, then its bloc, then the others."""
    return tiers(links, orders, supply, ["home", "ally", "other"])


def bloc_first(links: Links, orders: Amounts, supply: float) -> list[float]:
    """Serve the supplier's bloc, its own state included, before the others."""
    return tiers(links, orders, supply, ["ally", "other"])


def equal_awards(links: Links, orders: Amounts, supply: float, by: str = "order") -> list[float]:
    """Give all alike, or as they had at the start, none more than it ordered; then those who had
    nothing then come last."""
    if by == "order":
        return _levelled(orders, supply, [1.0] * len(orders))
    had = [link.base_flow > 0 for link in links]

    def as_usual(own: Links, claims: Amounts, left: float) -> list[float]:
        return _levelled(claims, left, [link.base_flow or 1.0 for link in own])

    return _in_turn([int(not each) for each in had], links, orders, supply, as_usual)


def equal_losses(links: Links, orders: Amounts, supply: float) -> list[float]:
    """Let all go short by as much, none by more than it ordered."""
    claims = total(orders)
    if claims <= supply:
        return list(orders)
    lost = _levelled(orders, claims - supply, [1.0] * len(orders))
    granted = [order - each for order, each in zip(orders, lost, strict=True)]
    # a supply that is small beside the orders has lost digits
    return [each * (supply / total(granted)) for each in granted] if any(granted) else granted


def talmud(links: Links, orders: Amounts, supply: float) -> list[float]:
    """Give alike up to half of each order, then let all lose alike."""
    halves, claims = [order / 2 for order in orders], total(orders)
    if claims <= supply:
        return list(orders)
    if supply <= claims / 2:
        return _levelled(halves, supply, [1.0] * len(orders))
    lost = _levelled(halves, claims - supply, [1.0] * len(orders))
    return _fitted([order - each for order, each in zip(orders, lost, strict=True)], supply)


def guarantee_plus_priority(
    links: Links,
    orders: Amounts,
    supply: float,
    guarantee: float,
    order: Sequence[str] | None = None,
) -> list[float]:
    """Grant the weighted mean of proportional and tiers."""
    alike = proportional(links, orders, supply)
    first = tiers(links, orders, supply, order or ["home", "ally", "other"])
    return [
        guarantee * one + (1.0 - guarantee) * other for one, other in zip(alike, first, strict=True)
    ]


ALLOCATION: Mapping[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        *(proportional, tiers, home_first, bloc_first, equal_awards, equal_losses, talmud),
        guarantee_plus_priority,
    )
}


def _levelled(orders: Amounts, supply: float, weights: Amounts) -> list[float]:
    """Give each the lesser of its order and a level times its weight; the level is what makes these
    add up to the supply. Found by setting aside, time and again, who has all that it ordered."""
    granted, waiting, left = list(orders), set(range(len(orders))), supply
    if total(orders) <= supply:
        return granted
    waiting = {each for each in waiting if orders[each] > 0}
    while waiting:
        level = left / total(weights[each] for each in sorted(waiting))
        met = {each for each in waiting if orders[each] <= level * weights[each]}
        if not met:
            for each in waiting:
                granted[each] = level * weights[each]
            break
        left = max(left - total(orders[each] for each in sorted(met)), 0.0)
        waiting -= met
    return granted


def _fitted(granted: list[float], supply: float) -> list[float]:
    """Take back what rounding grants beyond the supply, which may be small beside the orders."""
    most = total(granted)
    return [each * (supply / most) for each in granted] if most > supply else granted


def _in_turn(
    groups: Sequence[int],
    links: Links,
    orders: Amounts,
    supply: float,
    rule: Callable[[Links, Amounts, float], list[float]],
) -> list[float]:
    """Serve group after group, each by a rule."""
    granted, left = [0.0] * len(orders), supply
    for group in sorted(set(groups)):
        own = [place for place, each in enumerate(groups) if each == group]
        got = rule([links[each] for each in own], [orders[each] for each in own], left)
        for place, amount in zip(own, got, strict=True):
            granted[place] = amount
        # a hair that rounding leaves is nothing for those who come next
        left = left - total(got) if total(got) < left * (1.0 - 1e-12) else 0.0
    return granted


def _group(order: Sequence[str], link: Link) -> int:
    """Return the place of the first group that a buyer fits, or one behind all."""
    line, need = link.line, link.need
    is_home = link.exporter == link.importer
    is_ally = is_home or bool(line.bloc and line.bloc == need.bloc)
    fits = {
        "home": is_home,
        "ally": is_ally,
        "other": not is_ally,
        "final": not need.factory,
    }
    names = {need.state, need.bloc, need.factory, need.makes} - {""}
    for place, name in enumerate(order):
        if fits.get(name, False) or name in names:
            return place
    return len(order)

"""Find the trade rule of a route by trying every rule: slow, and plain to see."""

from __future__ import annotations

from sim.scenario.names import Selector
from sim.scenario.routes import Route
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import ALL, FINAL, names_in


def permitting_rules(
    scenario: Scenario,
    exporter: str,
    importer: str,
    product: str,
    factory: str = "",
    makes: str = "",
) -> list[str]:
    """Name the most specific trade rules of a route; the buyer is the state itself, or a factory
    that makes something."""
    route = Route(exporter, importer, product)
    found: dict[str, int | None] = {}
    for name, rule in scenario.trade.items():
        route_rank = specificity(rule, route, scenario)
        user_rank = _user_rank(rule.user, factory, makes)
        is_told = route_rank is not None and user_rank is not None
        found[name] = route_rank + user_rank if is_told else None
    best = max((rank for rank in found.values() if rank is not None), default=None)
    return [name for name, rank in found.items() if best is not None and rank == best]


def permitting_rule(scenario: Scenario, *route: str) -> str | None:
    """Name the trade rule that holds for a route and a buyer, alone; None where no rule speaks of
    it."""
    return next(iter(permitting_rules(scenario, *route)), None)


def specificity(rule: Trade, route: Route, scenario: Scenario) -> int | None:
    """Say how narrowly a trade rule selects a route: 0 (`*` throughout) to 6 (three names); None
    where it does not."""
    product = _name_rank(rule.product, route.product)
    exporter = _state_rank(rule.exporter, route.exporter, scenario)
    importer = _state_rank(rule.importer, route.importer, scenario)
    if product is None or exporter is None or importer is None:
        return None
    return product + exporter + importer


def _state_rank(selector: Selector, state: str, scenario: Scenario) -> int | None:
    names = names_in(selector)
    if state in names:
        return 2
    if scenario.states[state].bloc in names:
        return 1
    return 0 if ALL in names else None


def _user_rank(selector: Selector, factory: str, makes: str) -> int | None:
    names = names_in(selector)
    if (factory or FINAL) in names:
        return 2
    if makes and makes in names:
        return 1
    return 0 if ALL in names else None


def _name_rank(selector: Selector, name: str) -> int | None:
    names = names_in(selector)
    if name in names:
        return 2
    return 0 if ALL in names else None

"""Number the rows of the world: states, products, lines, needs, links, projects. No members here.

Lines stand factory by factory; needs are final needs state by state, then each line's inputs; links stand line by
line. So what belongs to one factory or one state is one slice of the world's arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from sim.kernels.allocation import Market
from sim.kernels.sums import Bools, GroupSum, Ints
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import permitting_rule

K = TypeVar("K")


@dataclass(frozen=True, eq=False)
class Axes:
    """Hold the names along each axis and how rows of one axis belong to rows of another."""

    states: tuple[str, ...]
    products: tuple[str, ...]
    factories: tuple[str, ...]
    programmes: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    """(factory, product) of each line"""
    line_factory: Ints
    line_state: Ints
    line_product: Ints
    needs: tuple[tuple[str, str], ...]
    """(state, product) of each final need, then (factory's state, input product) of each input of a line"""
    final: int
    """How many of the needs are final"""
    need_state: Ints
    need_product: Ints
    need_tier: Ints
    need_line: Ints
    """Line that an input is for; -1 for final needs"""
    link_line: Ints
    link_need: Ints
    link_rule: tuple[str | None, ...]
    """Trade rule of each link; None: domestic by default"""
    projects: tuple[tuple[str, str], ...]
    """(programme, candidate) of each project"""
    project_programme: Ints
    project_line: Ints

    @cached_property
    def market(self) -> Market:
        """Index the links by both of their ends."""
        return Market.build(self.link_line, self.link_need, len(self.lines), len(self.needs), self.need_tier)

    @cached_property
    def inputs(self) -> slice:
        """Select the needs that are inputs of lines."""
        return slice(self.final, len(self.needs))

    @cached_property
    def input_line(self) -> Ints:
        """Line of each input need."""
        return self.need_line[self.inputs]

    @cached_property
    def lines_by_product(self) -> GroupSum:
        """Sum lines by product."""
        return GroupSum(self.line_product, len(self.products))

    @cached_property
    def needs_by_product(self) -> GroupSum:
        """Sum needs by product."""
        return GroupSum(self.need_product, len(self.products))

    @cached_property
    def projects_by_line(self) -> GroupSum:
        """Sum projects by line."""
        return GroupSum(self.project_line, len(self.lines))

    @cached_property
    def projects_by_programme(self) -> GroupSum:
        """Sum projects by programme."""
        return GroupSum(self.project_programme, len(self.programmes))

    @cached_property
    def has_project(self) -> Bools:
        """Tell which lines are some project's."""
        return np.isin(np.arange(len(self.lines)), self.project_line)

    @cached_property
    def exporter(self) -> Ints:
        """State of each link's line."""
        return self.line_state[self.link_line]

    @cached_property
    def importer(self) -> Ints:
        """State of each link's need."""
        return self.need_state[self.link_need]

    @cached_property
    def link_product(self) -> Ints:
        """Product of each link."""
        return self.line_product[self.link_line]

    @cached_property
    def siblings(self) -> Ints:
        """Count, for each link, the exporter's lines that may serve the same need."""
        return _alike(self.exporter * len(self.needs) + self.link_need)

    @cached_property
    def route_links(self) -> Ints:
        """Count, for each link, the links of the same exporter, importer and product."""
        return _alike(self.route)

    @cached_property
    def route(self) -> Ints:
        """Number each link's exporter, importer and product, rows of `routes`."""
        return np.unique(self._route_key, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def routes(self) -> tuple[tuple[int, int, int], ...]:
        """List the (exporter, importer, product) that have links, in the order of states and products."""
        keys = np.unique(self._route_key)
        states, products = len(self.states), len(self.products)
        return tuple((int(key // products // states), int(key // products % states), int(key % products)) for key in keys)

    @property
    def _route_key(self) -> Ints:
        return (self.exporter * len(self.states) + self.importer) * len(self.products) + self.link_product


def _alike(key: Ints) -> Ints:
    """Count, for each entry, the entries equal to it."""
    _, where, count = np.unique(key, return_inverse=True, return_counts=True)
    return count[where].astype(np.int64)


def number(scenario: Scenario) -> Axes:
    """Number everything in the scenario, in the order of the file."""
    states, products = tuple(scenario.states), tuple(scenario.products)
    state_row, product_row = _rows(states), _rows(products)
    lines = tuple((name, product) for name, factory in scenario.factories.items() for product in factory.lines)
    line_row = _rows(lines)
    line_state = _ints(state_row[scenario.factories[name].state] for name, _ in lines)
    line_product = _ints(product_row[product] for _, product in lines)
    finals = [(state, product) for state in states for product in scenario.needs.get(state, {})]
    inputs = [(row, name) for row, (_, product) in enumerate(lines) for name in scenario.products[product].inputs]
    needs = (*finals, *((states[line_state[row]], name) for row, name in inputs))
    need_state = _ints(state_row[state] for state, _ in needs)
    need_product = _ints(product_row[product] for _, product in needs)
    links = _permitted_links(scenario, states, products, line_state, line_product, need_state, need_product)
    projects = tuple((name, each) for name, programme in scenario.programmes.items() for each in programme.candidates)
    programmes = tuple(scenario.programmes)
    programme_row = _rows(programmes)
    candidates = [scenario.programmes[name].candidates[each] for name, each in projects]
    return Axes(
        states=states,
        products=products,
        factories=tuple(scenario.factories),
        programmes=programmes,
        lines=lines,
        line_factory=_ints(_rows(tuple(scenario.factories))[name] for name, _ in lines),
        line_state=line_state,
        line_product=line_product,
        needs=needs,
        final=len(finals),
        need_state=need_state,
        need_product=need_product,
        # a factory's inputs are served with the first tier: they are nobody's final use
        need_tier=_ints([*(scenario.needs[state][product].tier for state, product in finals), *(0 for _ in inputs)]),
        need_line=_ints([*(-1 for _ in finals), *(row for row, _ in inputs)]),
        link_line=_ints(line for line, _, _ in links),
        link_need=_ints(need for _, need, _ in links),
        link_rule=tuple(rule for _, _, rule in links),
        projects=projects,
        project_programme=_ints(programme_row[name] for name, _ in projects),
        project_line=_ints(line_row[candidate.factory, candidate.product] for candidate in candidates),
    )


def _permitted_links(
    scenario: Scenario,
    states: tuple[str, ...],
    products: tuple[str, ...],
    line_state: Ints,
    line_product: Ints,
    need_state: Ints,
    need_product: Ints,
) -> list[tuple[int, int, str | None]]:
    """List the permitted (line, need, trade rule), without ever building lines x needs."""
    buyers: dict[int, list[int]] = {}
    for need, product in enumerate(need_product.tolist()):
        buyers.setdefault(product, []).append(need)
    found: dict[tuple[int, int, int], tuple[bool, str | None]] = {}
    links: list[tuple[int, int, str | None]] = []
    for line, (exporter, product) in enumerate(zip(line_state.tolist(), line_product.tolist(), strict=True)):
        for need in buyers.get(product, ()):
            importer = int(need_state[need])
            key = (exporter, importer, product)
            if key not in found:
                found[key] = _permission(scenario, states[exporter], states[importer], products[product])
            permitted, rule = found[key]
            if permitted:
                links.append((line, need, rule))
    return links


def _permission(scenario: Scenario, exporter: str, importer: str, product: str) -> tuple[bool, str | None]:
    rule = permitting_rule(scenario, exporter, importer, product)
    if rule is None:
        return exporter == importer, None
    return not _is_closed(scenario.trade[rule]), rule


def _is_closed(rule: Trade) -> bool:
    return rule.weight.value == 0 and not rule.weight.is_drawn


def _rows(names: tuple[K, ...]) -> Mapping[K, int]:
    return {name: row for row, name in enumerate(names)}


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)

"""Number the rows of the world: states, products, lines, needs, links, projects. No members here.

Lines stand factory by factory; needs are final needs state by state, then each line's inputs; links
stand line by line. So what belongs to one factory or one state is one slice of the world's arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from sim.kernels.allocation import Market
from sim.kernels.sums import Bools, Floats, GroupSum, Ints
from sim.scenario.plant_options import Work, works_of
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import permitting_rule
from sim.world.dormant_links import End, Way, byways

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
    """(state, product) of each final need, then (factory's state, input product) of each input of a
    line"""
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
    """Trade rule of each link, or the event of a re-export; None: domestic by default, or dormant
    where no rule speaks"""
    link_via: Ints
    """Transit state of each re-export; -1 for links that are direct"""
    dormant: Ints
    """Links that are there only once search has opened them"""
    projects: tuple[tuple[str, str], ...]
    """(programme, candidate) of each project"""
    project_programme: Ints
    project_line: Ints
    chair: Ints
    """State that chairs, and pays, each programme"""
    works: tuple[Work, ...]
    work_factory: Ints
    work_line: Ints
    work_source: Ints
    """Line whose capacity is turned; -1: new capacity"""
    work_chosen: Bools
    """Whether the factory decides on it, and no event"""

    @cached_property
    def market(self) -> Market:
        """Index the links by both of their ends."""
        return Market.build(
            self.link_line,
            self.link_need,
            len(self.lines),
            len(self.needs),
            self.need_tier,
            is_lasting=True,
        )

    @cached_property
    def inputs(self) -> slice:
        """Select the needs that are inputs of lines."""
        return slice(self.final, len(self.needs))

    @cached_property
    def use_ahead(self) -> Floats:
        """Mark, [needs, 1], with 1 the inputs, whose use comes after the month's orders, with 0 the
        final needs.
        """
        return (self.need_line >= 0).astype(np.float64)[:, None]

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
    def works_by_line(self) -> GroupSum:
        """Sum works by the line that they add to."""
        return GroupSum(self.work_line, len(self.lines))

    @cached_property
    def projects_by_programme(self) -> GroupSum:
        """Sum projects by programme."""
        return GroupSum(self.project_programme, len(self.programmes))

    @cached_property
    def project_lines(self) -> Ints:
        """List the lines that are some project's."""
        return np.unique(self.project_line)

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
        # a re-export is another offer of the same line: it takes nothing from the preference for
        # direct deliveries
        events = {name: row + 1 for row, name in enumerate(dict.fromkeys(self.link_rule))}
        offer = _ints(
            events[name] if via >= 0 else 0
            for name, via in zip(self.link_rule, self.link_via.tolist(), strict=True)
        )
        return _alike((offer * len(self.states) + self.exporter) * len(self.needs) + self.link_need)

    @cached_property
    def is_reexport(self) -> Bools:
        """Mark the links that lead through a transit state, [links]."""
        return self.link_via >= 0

    @cached_property
    def route(self) -> Ints:
        """Number each link's exporter, importer and product, and transit state, rows of
        `routes`.
        """
        return np.unique(self._route_key, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def routes(self) -> tuple[tuple[int, int, int], ...]:
        """List the (exporter, importer, product) that have links, in the order of states and
        products, then re-exports.
        """
        keys = np.unique(self._route_key)
        states, products = len(self.states), len(self.products)
        return tuple(
            (
                int(key // products // states % states),
                int(key // products % states),
                int(key % products),
            )
            for key in keys
        )

    @cached_property
    def vias(self) -> tuple[int, ...]:
        """List the transit state of each route; -1 for direct ones."""
        return tuple(
            (np.unique(self._route_key) // len(self.products) // len(self.states) ** 2 - 1).tolist()
        )

    @property
    def _route_key(self) -> Ints:
        states = len(self.states)
        return (((self.link_via + 1) * states + self.exporter) * states + self.importer) * len(
            self.products
        ) + self.link_product


def _alike(key: Ints) -> Ints:
    """Count, for each entry, the entries equal to it."""
    _, where, count = np.unique(key, return_inverse=True, return_counts=True)
    return count[where].astype(np.int64)


def number(scenario: Scenario) -> Axes:
    """Give rows to everything in the scenario, in the order of the file."""
    states, products = tuple(scenario.states), tuple(scenario.products)
    state_row, product_row = _rows(states), _rows(products)
    lines = tuple(
        (name, product) for name, factory in scenario.factories.items() for product in factory.lines
    )
    line_row = _rows(lines)
    line_state = _ints(state_row[scenario.factories[name].state] for name, _ in lines)
    line_product = _ints(product_row[product] for _, product in lines)
    finals = [(state, product) for state in states for product in scenario.needs.get(state, {})]
    inputs = [
        (row, name)
        for row, (_, product) in enumerate(lines)
        for name in scenario.products[product].inputs
    ]
    needs = (*finals, *((states[line_state[row]], name) for row, name in inputs))
    need_state = _ints(state_row[state] for state, _ in needs)
    need_product = _ints(product_row[product] for _, product in needs)
    links = [
        Way(*each)
        for each in _permitted_links(
            scenario, states, products, line_state, line_product, need_state, need_product
        )
    ]
    makers = [
        End(states[state], product, factory)
        for (factory, product), state in zip(lines, line_state.tolist(), strict=True)
    ]
    users = [End(state, name, None) for state, name in finals]
    users += [End(states[line_state[row]], name, lines[row][0]) for row, name in inputs]
    links = sorted([*links, *byways(scenario, makers, users)], key=lambda way: way.line)
    projects = tuple(
        (name, each)
        for name, programme in scenario.programmes.items()
        for each in programme.candidates
    )
    programmes = tuple(scenario.programmes)
    programme_row = _rows(programmes)
    candidates = [scenario.programmes[name].candidates[each] for name, each in projects]
    works = works_of(scenario)
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
        need_tier=_ints(
            [
                *(scenario.needs[state][product].tier for state, product in finals),
                *(0 for _ in inputs),
            ]
        ),
        need_line=_ints([*(-1 for _ in finals), *(row for row, _ in inputs)]),
        link_line=_ints(way.line for way in links),
        link_need=_ints(way.need for way in links),
        link_rule=tuple(way.rule for way in links),
        link_via=_ints(state_row[way.via] if way.via else -1 for way in links),
        dormant=_ints(row for row, way in enumerate(links) if way.dormant),
        projects=projects,
        project_programme=_ints(programme_row[name] for name, _ in projects),
        chair=_ints(state_row[scenario.programmes[name].chair] for name in programmes),
        project_line=_ints(
            line_row[candidate.factory, candidate.product] for candidate in candidates
        ),
        works=works,
        work_factory=_ints(_rows(tuple(scenario.factories))[work.factory] for work in works),
        work_line=_ints(line_row[work.factory, work.product] for work in works),
        work_chosen=np.array([work.event is None for work in works], dtype=np.bool_),
        work_source=_ints(
            line_row[work.factory, work.source] if work.source else -1 for work in works
        ),
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
    for line, (exporter, product) in enumerate(
        zip(line_state.tolist(), line_product.tolist(), strict=True)
    ):
        for need in buyers.get(product, ()):
            importer = int(need_state[need])
            key = (exporter, importer, product)
            if key not in found:
                found[key] = _permission(
                    scenario, states[exporter], states[importer], products[product]
                )
            permitted, rule = found[key]
            if permitted:
                links.append((line, need, rule))
    return links


def _permission(
    scenario: Scenario, exporter: str, importer: str, product: str
) -> tuple[bool, str | None]:
    rule = permitting_rule(scenario, exporter, importer, product)
    if rule is None:
        return exporter == importer, None
    return not (_is_closed(scenario.trade[rule]) or scenario.trade[rule].by_search), rule


def _is_closed(rule: Trade) -> bool:
    return rule.weight.value == 0 and not rule.weight.is_drawn


def _rows(names: tuple[K, ...]) -> Mapping[K, int]:
    return {name: row for row, name in enumerate(names)}


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)

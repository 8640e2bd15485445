"""Hold the rows of the world: states, products, lines, needs, links, projects; no members.

Lines are in the order of factories; needs are final needs in the order of states, then each line's
inputs; links are in the order of lines. So what belongs to one factory or one state is one slice of
the world's arrays. `numbering.py` makes the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.catching_up import Customers
from sim.kernels.market import Market
from sim.kernels.matching import numbered
from sim.kernels.sums import GroupSum
from sim.scenario.plant_options import Work

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
    rules: int
    """How many trade rules there are"""
    terms: tuple[str, ...]
    """What gives terms to links without a trade rule: paths, `trade` (defaults), then re-exports"""
    link_terms: Ints
    """What gives each link its terms: a trade rule's row or, numbered on from these, that of
    `terms`"""
    link_via: Ints
    """Transit state of each re-export; -1 for links that are direct"""
    dormant: Ints
    """Links that stay closed until search has found them"""
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
    """Line whose capacity is converted; -1: new capacity is built"""
    work_chosen: Bools
    """Whether the factory decides on it; otherwise an event orders it"""

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
    def inputs_by_line(self) -> GroupSum:
        """Sum inputs by the line that they are for."""
        return GroupSum(self.input_line, len(self.lines))

    @cached_property
    def customers(self) -> Customers:
        """Return the links of lines that use inputs."""
        ends, needs = (self.link_line, self.link_need), len(self.needs)
        return Customers.of(*ends, self.input_line, self.line_state, needs)

    @property
    def input_needs(self) -> tuple[tuple[str, str], ...]:
        """List the (state, product) of inputs; those of several lines of a state are one."""
        first, _ = self._input_needs
        return tuple(self.needs[row] for row in (self.final + first).tolist())

    @cached_property
    def inputs_together(self) -> GroupSum:
        """Sum inputs by state and product, rows of `input_needs`."""
        first, place = self._input_needs
        return GroupSum(place, first.size)

    @cached_property
    def _input_needs(self) -> tuple[Ints, Ints]:
        """Return the first input of each state and product, as they come, and which of these each
        input is.
        """
        key = self.need_state * len(self.products) + self.need_product
        _, first, place = numbered(key[self.inputs])
        order = np.argsort(first)
        rank = np.empty_like(order)
        rank[order] = np.arange(order.size)
        return first[order], rank[place]

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
        of_state = self.line_state * len(self.products) + self.line_product
        if np.bincount(of_state, minlength=1).max() <= 1:
            return np.ones_like(self.link_line)
        # a re-export is another offer of the same line: it takes nothing from the preference for
        # direct deliveries
        offer = np.where(self.link_via >= 0, self.link_terms + 1, 0)
        return _alike((offer * len(self.states) + self.exporter) * len(self.needs) + self.link_need)

    @cached_property
    def is_reexport(self) -> Bools:
        """Mark the links that lead through a transit state, [links]."""
        return self.link_via >= 0

    @property
    def route(self) -> Ints:
        """Number each link's exporter, importer and product, and transit state, rows of
        `routes`.
        """
        return self._routes[1]

    @property
    def route_count(self) -> int:
        """Count the routes, which is faster than listing them."""
        return int(self._routes[0].size)

    @cached_property
    def routes(self) -> tuple[tuple[int, int, int], ...]:
        """List the (exporter, importer, product) that have links, in the order of states and
        products, then re-exports.
        """
        keys, products = np.divmod(self._routes[0], len(self.products))
        keys, importers = np.divmod(keys, len(self.states))
        exporters = keys % len(self.states)
        return tuple(zip(exporters.tolist(), importers.tolist(), products.tolist(), strict=True))

    @cached_property
    def vias(self) -> tuple[int, ...]:
        """List the transit state of each route; -1 for direct ones."""
        return tuple((self._routes[0] // len(self.products) // len(self.states) ** 2 - 1).tolist())

    @cached_property
    def _routes(self) -> tuple[Ints, Ints]:
        """Return a number for each route, rising, and the route of each link."""
        states = len(self.states)
        key = (((self.link_via + 1) * states + self.exporter) * states + self.importer) * len(
            self.products
        ) + self.link_product
        keys, _, route = numbered(key)
        return keys, route

    @cached_property
    def final_routes(self) -> tuple[Ints, Ints, Ints]:
        """Return the routes over which goods come for final use, rising; the links that lead there;
        and the place of each link's route among these.
        """
        links = np.flatnonzero(self.link_need < self.final)
        routes, place = np.unique(self.route[links], return_inverse=True)
        return routes, links, place

    @cached_property
    def suppliers(self) -> tuple[Ints, Ints]:
        """Number the exporting states by what they serve: what each serves, rising, a final need
        or, beyond these, one of `input_needs`; and the number of each link.
        """
        serves = np.concatenate((np.arange(self.final), self.final + self._input_needs[1]))
        keys, _, supplier = numbered(serves[self.link_need] * len(self.states) + self.exporter)
        return keys // len(self.states), supplier

    @cached_property
    def final_spans(self) -> tuple[slice, ...]:
        """Say where each state's final needs stand."""
        return spans(self.need_state[: self.final], len(self.states))

    @cached_property
    def line_spans(self) -> tuple[slice, ...]:
        """Say where each factory's lines stand."""
        return spans(self.line_factory, len(self.factories))

    @cached_property
    def input_spans(self) -> tuple[slice, ...]:
        """Say where the inputs of each factory's lines stand, among all needs."""
        found = spans(self.line_factory[self.input_line], len(self.factories))
        return tuple(
            slice(each.start + self.final, each.stop + self.final) if each.stop else each
            for each in found
        )

    @cached_property
    def work_spans(self) -> tuple[slice, ...]:
        """Say where each factory's works stand."""
        return spans(self.work_factory, len(self.factories))

    @cached_property
    def project_spans(self) -> tuple[slice, ...]:
        """Say where each programme's projects stand."""
        return spans(self.project_programme, len(self.programmes))

    @cached_property
    def state_rows(self) -> Mapping[str, int]:
        """Look up the row of each state."""
        return rows_of(self.states)

    @cached_property
    def line_rows(self) -> Mapping[tuple[str, str], int]:
        """Look up the row of each line."""
        return rows_of(self.lines)

    @cached_property
    def factory_rows(self) -> Mapping[str, int]:
        """Look up the row of each factory."""
        return rows_of(self.factories)


def spans(owner: Ints, owners: int) -> tuple[slice, ...]:
    """Return the slice of each owner's rows, which stand together; `slice(0, 0)` for none."""
    count = np.bincount(owner, minlength=owners)
    if not owner.size:
        return (slice(0, 0),) * owners
    first = np.zeros(owners, dtype=np.int64)
    changes = np.flatnonzero(np.diff(owner, prepend=-1))
    first[owner[changes]] = changes
    return tuple(
        slice(start, start + size) if size else slice(0, 0)
        for start, size in zip(first.tolist(), count.tolist(), strict=True)
    )


def rows_of(names: Sequence[K]) -> Mapping[K, int]:
    """Look up the row of each name."""
    return {name: row for row, name in enumerate(names)}


def _alike(key: Ints) -> Ints:
    """Count, for each entry, the entries equal to it."""
    _, _, which = numbered(key)
    return np.bincount(which)[which]

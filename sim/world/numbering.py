"""Give a row of the world to everything in a scenario, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.kernels.sums import Ints
from sim.kernels.uncollected import uncollected
from sim.scenario.plant_options import works_of
from sim.scenario.schema import Scenario
from sim.world.axes import Axes, rows_of
from sim.world.linking import Ends, link


@uncollected()
def number(scenario: Scenario) -> Axes:
    """Give rows to everything in the scenario, in the order of the file."""
    states, products = tuple(scenario.states), tuple(scenario.products)
    factories, programmes = tuple(scenario.factories), tuple(scenario.programmes)
    state_row, factory_row = rows_of(states), rows_of(factories)
    lines = _lines(scenario)
    line_row = rows_of(lines.names)
    needs = _needs(scenario, lines)
    links = link(scenario, Ends(lines.state, lines.product, needs.state, needs.product, needs.line))
    projects = tuple(
        (name, each)
        for name, programme in scenario.programmes.items()
        for each in programme.candidates
    )
    programme_row = rows_of(programmes)
    candidates = [scenario.programmes[name].candidates[each] for name, each in projects]
    works = works_of(scenario)
    return Axes(
        states=states,
        products=products,
        factories=factories,
        programmes=programmes,
        lines=lines.names,
        line_factory=lines.factory,
        line_state=lines.state,
        line_product=lines.product,
        needs=needs.names,
        final=needs.final,
        need_state=needs.state,
        need_product=needs.product,
        need_tier=needs.tier,
        need_line=needs.line,
        link_line=links.line,
        link_need=links.need,
        terms=links.table,
        link_terms=links.terms,
        link_via=links.via,
        dormant=np.flatnonzero(links.dormant),
        projects=projects,
        project_programme=_ints(programme_row[name] for name, _ in projects),
        chair=_ints(state_row[scenario.programmes[name].chair] for name in programmes),
        project_line=_ints(line_row[each.factory, each.product] for each in candidates),
        works=works,
        work_factory=_ints(factory_row[work.factory] for work in works),
        work_line=_ints(line_row[work.factory, work.product] for work in works),
        work_chosen=np.array([work.event is None for work in works], dtype=np.bool_),
        work_source=_ints(
            line_row[work.factory, work.source] if work.source else -1 for work in works
        ),
    )


@dataclass(frozen=True, eq=False)
class _Lines:
    """Hold the lines, as in `Axes`."""

    names: tuple[tuple[str, str], ...]
    factory: Ints
    state: Ints
    product: Ints


def _lines(scenario: Scenario) -> _Lines:
    states, products = rows_of(tuple(scenario.states)), rows_of(tuple(scenario.products))
    names, factories, owners = [], [], []
    for row, (name, factory) in enumerate(scenario.factories.items()):
        names += [(name, product) for product in factory.lines]
        factories += [row] * len(factory.lines)
        owners += [states[factory.state]] * len(factory.lines)
    return _Lines(
        tuple(names),
        _ints(factories),
        _ints(owners),
        _ints(products[product] for _, product in names),
    )


@dataclass(frozen=True, eq=False)
class _Needs:
    """Hold the needs, as in `Axes`."""

    names: tuple[tuple[str, str], ...]
    final: int
    state: Ints
    product: Ints
    tier: Ints
    line: Ints


def _needs(scenario: Scenario, lines: _Lines) -> _Needs:
    """List final needs state by state, then the inputs of each line."""
    states, products = tuple(scenario.states), tuple(scenario.products)
    finals = [(state, product) for state in states for product in scenario.needs.get(state, {})]
    inputs = [
        (row, name)
        for row, (_, product) in enumerate(lines.names)
        for name in scenario.products[product].inputs
    ]
    state_row, product_row = rows_of(states), rows_of(products)
    line = _ints(row for row, _ in inputs)
    state = np.concatenate([_ints(state_row[each] for each, _ in finals), lines.state[line]])
    bought = [product for _, product in finals] + [name for _, name in inputs]
    # a factory's inputs are served with the first tier: they are nobody's final use
    tier = [scenario.needs[each][product].tier for each, product in finals] + [0] * len(inputs)
    return _Needs(
        tuple(zip((states[row] for row in state.tolist()), bought, strict=True)),
        len(finals),
        state,
        _ints(product_row[product] for product in bought),
        _ints(tier),
        np.concatenate([np.full(len(finals), -1), line]),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)

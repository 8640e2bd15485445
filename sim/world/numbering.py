"""Give a row of the world to everything in a scenario, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Ints
from sim.kernels.uncollected import uncollected
from sim.scenario.bills import bills_of
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
    links = link(
        scenario,
        Ends(lines.state, lines.product, needs.state, needs.product, needs.line, lines.factory),
    )
    projects, project_programme, project_line = _projects(scenario, line_row)
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
        rules=len(scenario.trade),
        terms=links.table,
        link_terms=links.terms,
        link_via=links.via,
        dormant=np.flatnonzero(links.dormant),
        projects=projects,
        project_programme=project_programme,
        chair=_ints(state_row[scenario.programmes[name].chair] for name in programmes),
        project_line=project_line,
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


def _projects(
    scenario: Scenario, line_row: Mapping[tuple[str, str], int]
) -> tuple[tuple[tuple[str, str], ...], Ints, Ints]:
    """List (programme, candidate), with the row of the programme and of the line of each."""
    names, programmes, lines = [], [], []
    for row, (name, programme) in enumerate(scenario.programmes.items()):
        for key, candidate in programme.candidates.items():
            names.append((name, key))
            programmes.append(row)
            lines.append(line_row[candidate.factory, candidate.product])
    return tuple(names), _ints(programmes), _ints(lines)


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
    owners, bought, tiers = [], [], []
    product_row = rows_of(tuple(scenario.products))
    for row, state in enumerate(scenario.states):
        for product, need in scenario.needs.get(state, {}).items():
            owners.append(row)
            bought.append(product)
            tiers.append(need.tier)
    final = len(bought)
    count: list[int] = []
    for inputs in bills_of(scenario):
        count.append(len(inputs))
        bought += inputs
    user, names = np.repeat(np.arange(len(count)), count), tuple(scenario.states)
    state_row = np.concatenate([_ints(owners), lines.state[user]])
    return _Needs(
        tuple(zip(map(names.__getitem__, state_row.tolist()), bought, strict=True)),
        final,
        state_row,
        np.fromiter(map(product_row.__getitem__, bought), dtype=np.int64, count=len(bought)),
        # a factory's inputs are served with the first tier: they are nobody's final use
        np.concatenate([_ints(tiers), np.zeros_like(user)]),
        np.concatenate([np.full(final, -1), user]),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)

"""Turn the scenario's events into rows of the world and numbers per member: what each acts on, and
how strongly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.events.caps import Effect, among, links_between
from sim.events.reexport import own_links
from sim.kernels.sums import NEVER, Floats, Ints
from sim.scenario import event_kinds as kinds
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.scenario.selectors import factories_of, products_of, states_of
from sim.world.axes import Axes


def compile_effects(scenario: Scenario, axes: Axes, members: Sequence[int]) -> tuple[Effect, ...]:
    """Compile each event once, in the order of the scenario."""

    def draw(quantity: Quantity, path: str) -> Floats:
        return quantity.draw(scenario.seed, path, members)

    first = month_number(scenario.start)
    effects = []
    for name, event in scenario.events.items():
        key = next(
            (
                each
                for each in ("share", "cap", "factor", "amount", "royalty")
                if getattr(event, each, None) is not None
            ),
            None,
        )
        size = draw(getattr(event, key), f"events.{name}.{key}") if key else np.ones(len(members))
        last = np.zeros(len(members))
        if isinstance(event, kinds.Leakage):
            last = draw(event.end_share, f"events.{name}.end_share") if event.end_share else size
        if isinstance(event, kinds.Sanction) and event.contracts_until:
            last = last + (month_number(event.contracts_until) - first)
        elif isinstance(event, kinds.Sanction):
            last = last - np.inf
        elif isinstance(event, kinds.Licence):
            qualified = scenario.factories[event.factory].lines[event.product].qualified
            last = last + (month_number(qualified) - first if qualified else -NEVER)
        pace = event.settles_months if isinstance(event, kinds.Leakage) else None
        settles = draw(pace, f"events.{name}.settles_months") if pace else None
        effects.append(Effect(event, _rows(scenario, axes, event), size, last, settles))
    return tuple(effects)


def _rows(scenario: Scenario, axes: Axes, event: kinds.Event) -> Ints:
    """Find the rows that an event acts on: links, needs, lines, events or programmes."""
    if isinstance(event, kinds.Trading):
        return (
            own_links(scenario, axes, event)
            if isinstance(event, kinds.Reexport)
            else links_between(scenario, axes, event)
        )
    if isinstance(event, kinds.Demand):
        state, goods = states_of(event.state, scenario), products_of(event.product, scenario)
        final = slice(0, axes.final)
        found = among(axes.need_state[final], axes.states, state) & among(
            axes.need_product[final], axes.products, goods
        )
        return np.flatnonzero(found)
    if isinstance(event, kinds.Outage | kinds.Closure | kinds.Licence):
        plants, goods = factories_of(event.factory, scenario), products_of(event.product, scenario)
        found = among(axes.line_factory, axes.factories, plants) & among(
            axes.line_product, axes.products, goods
        )
        return np.flatnonzero(found)
    if isinstance(event, kinds.Retool):
        return np.array(
            [
                row
                for row, work in enumerate(axes.works)
                if work.event and scenario.events[work.event] is event
            ],
            dtype=np.int64,
        )
    if isinstance(event, kinds.Lifting | kinds.Repair):
        names = event.lifts if isinstance(event, kinds.Lifting) else event.repairs
        return np.array([list(scenario.events).index(each) for each in names], dtype=np.int64)
    return np.array([axes.programmes.index(event.programme)], dtype=np.int64)

"""Fill the lines: what they can make, at what cost, and from when buyers accept their goods."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.learning import lot
from sim.kernels.sums import NEVER
from sim.scenario.plant_kinds import Licence
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.draws import Draws
from sim.world.world import Lines


def build_lines(scenario: Scenario, axes: Axes, draw: Draws) -> Lines:
    """Draw the lines' numbers; nothing is made yet."""
    lines = [scenario.factories[name].lines[product] for name, product in axes.lines]
    paths = [f"factories.{name}.lines.{product}" for name, product in axes.lines]

    def own(key: str, alias: str | None = None) -> Floats:
        end = f".{alias or key}"
        return draw.each([getattr(line, key) for line in lines], [path + end for path in paths])

    def of_factory(key: str) -> Floats:
        found = draw.each(
            [getattr(factory, key) for factory in scenario.factories.values()],
            [f"factories.{name}.{key}" for name in scenario.factories],
        )
        return found.take(axes.line_factory, axis=0)

    learning_rate = draw.rows(
        (product.learning_rate, f"products.{name}.learning_rate")
        for name, product in scenario.products.items()
    )
    nominal = own("capacity")
    capacity = nominal * of_factory("usable_share") * own("utilisation")
    yield_ = own("yield_", "yield")
    cost, idle_cost = own("unit_cost"), of_factory("idle_cost")
    shape = capacity.shape
    return Lines(
        nameplate=nominal,
        capacity=capacity,
        available=np.ones(shape),
        usable=capacity.copy(),
        yield_=yield_,
        offer=np.zeros(shape),
        output=np.zeros(shape),
        asked=np.zeros(shape),
        perceived=np.zeros(shape),
        experience=np.zeros(shape),
        first_experience=np.zeros(shape),
        first_lot=lot(capacity, yield_),
        unit_cost=cost,
        first_unit_cost=cost.copy(),
        price=cost.copy(),
        revenue=np.zeros(shape),
        idling=np.zeros(shape),
        idle_cost=idle_cost if idle_cost.any() else None,
        overtime=None,
        learning_rate=learning_rate.take(axes.line_product, axis=0),
        mothballed=np.zeros(shape),
        qualified_from=np.repeat(_qualified(scenario, axes)[:, None], draw.width, axis=1),
    )


def _qualified(scenario: Scenario, axes: Axes) -> Ints:
    """Return the month from which each line is qualified, [lines], counted from the start; a month
    before every run if it is qualified from the start.
    """
    start = month_number(scenario.start)
    # a licence qualifies its line, not before it holds
    licensed = {
        (event.factory, event.product)
        for event in scenario.events.values()
        if isinstance(event, Licence)
    }

    def months(name: str, product: str) -> int:
        label = scenario.factories[name].lines[product].qualified
        if (name, product) in licensed:
            return NEVER
        return month_number(label) - start if label else -NEVER

    return np.array([months(*line) for line in axes.lines], dtype=np.int64)

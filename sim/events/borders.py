"""Find the links on which a trade event acts, and the borders that these links cross."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.events.effect import Scope, marked
from sim.kernels.arrays import Bools, Ints
from sim.scenario import trade_kinds as kinds
from sim.scenario.schema import Scenario
from sim.scenario.selectors import products_of, states_of
from sim.world.axes import Axes
from sim.world.trade_caps import parted


def links_between(scope: Scope, event: kinds.Trading) -> Ints:
    """Find the links on which a trade event acts; if it acts on a leg of a re-export, it acts on
    the re-export.

    A state does not embargo itself: `*` against `*` does not act on domestic links.
    """
    return np.unique(_crossings(scope, event)[0])


def links_by_border(scope: Scope, event: kinds.Trading) -> Sequence[Ints]:
    """Divide these links into sets, one for each border and product.

    A re-export is in the set of each leg on which the event acts, beside the direct deliveries over
    that border.
    """
    return parted(*_crossings(scope, event))


def _crossings(scope: Scope, event: kinds.Trading) -> tuple[Ints, Ints]:
    """List the links that cross a border on which an event acts, once for each such border, and a
    number for each border and product.
    """
    axes, scenario, via = scope.axes, scope.scenario, scope.axes.link_via
    goods = marked(axes.link_product, axes.products, products_of(event.product, scenario))
    links, borders = [], []
    for begin, end, exists in (
        (axes.exporter, axes.importer, via < 0),
        (axes.exporter, via, via >= 0),
        (via, axes.importer, via >= 0),
    ):
        rows = np.flatnonzero(_leads(scenario, axes, event, begin, end) & exists & goods)
        pair = begin[rows] * len(axes.states) + end[rows]
        links.append(rows)
        borders.append(pair * len(axes.products) + axes.link_product[rows])
    return np.concatenate(links), np.concatenate(borders)


def _leads(
    scenario: Scenario, axes: Axes, event: kinds.Trading, exporter: Ints, importer: Ints
) -> Bools:
    """Return which of these pairs of states the event names."""
    found: Bools = (
        marked(exporter, axes.states, states_of(event.exporter, scenario))
        & marked(importer, axes.states, states_of(event.importer, scenario))
        & (exporter != importer)
    )
    return found

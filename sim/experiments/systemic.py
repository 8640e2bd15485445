"""Compute the economic systemic risk index of each firm, for a table of links or a scenario at
rest.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.load import load
from sim.engine.model import SupplyModel
from sim.errors import InputError
from sim.experiments.links import ENDINGS, Links, read_links
from sim.kernels import systemic
from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import divide
from sim.kernels.systemic import ESSENTIAL, NEGLIGIBLE, NON_ESSENTIAL, Network
from sim.scenario.bills import criticalities
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.numbering import number

if TYPE_CHECKING:
    import pandas as pd

_BY_CRITICALITY = {"critical": ESSENTIAL, "important": NON_ESSENTIAL, "minor": NEGLIGIBLE}
_ALL_ESSENTIAL = dict.fromkeys(_BY_CRITICALITY, ESSENTIAL)
CLASSES = {
    "leontief": _ALL_ESSENTIAL,
    "ario_psi": _ALL_ESSENTIAL,
    "linear": dict.fromkeys(_BY_CRITICALITY, NON_ESSENTIAL),
    "strongly_critical": _BY_CRITICALITY | {"important": ESSENTIAL},
    "weakly_critical": _BY_CRITICALITY | {"important": NEGLIGIBLE},
}
"""Production rule -> criticality of an input -> its class; other rules as `half_critical`."""


def esri(
    source: Scenario | str | os.PathLike[str],
    *,
    market: bool = False,
    tolerance: float = systemic.TOLERANCE,
) -> pd.DataFrame:
    """Return the economic systemic risk index of each firm: the share of all output that is lost
    when it fails, since others then lack inputs or buyers.

    `source` is a table of links, with a name that ends in `.csv` or `.parquet`, or a scenario,
    whose factories are the firms, in the central case before its first month. Columns: firm,
    industry (products of a factory), output (what the firm sells), unit (of the output), esri,
    downstream (only for lack of inputs) and upstream (only for lack of buyers); the worst firm
    first.

    With `market`, a failing firm is missed less if others make the same. A shock spreads until no
    firm falls by more than `tolerance` in a step. Raises ScenarioError with all faults of the
    source, InputError where the tolerance is not from 0 to 1.
    """
    if not 0 <= tolerance <= 1:
        raise InputError(f"tolerance: {tolerance:g} is not from 0 to 1")
    if not isinstance(source, Scenario) and is_table(source):
        return of_links(read_links(source), market=market, tolerance=tolerance)
    scenario = source if isinstance(source, Scenario) else load(source)
    return of_scenario(scenario, market=market, tolerance=tolerance)


def is_table(source: str | os.PathLike[str]) -> bool:
    """Tell a table of links from a scenario, by its name's ending."""
    return os.fspath(source).lower().endswith(ENDINGS)


def of_links(links: Links, *, market: bool, tolerance: float) -> pd.DataFrame:
    """Return the index of all firms of a table, as `esri` does."""
    network = links.network
    index = systemic.esri(network, market=market, tolerance=tolerance)
    return _table(links.firms, links.industries, network.sold, "units of the table", index)


def of_scenario(scenario: Scenario, *, market: bool, tolerance: float) -> pd.DataFrame:
    """Return the index of all factories of a scenario, as `esri` does.

    Output of a product is counted in units, whoever makes it, and valued at the product's mean unit
    cost at rest; if some product has no unit cost, all output is counted in units.
    """
    axes = number(scenario)
    flow, unit_cost = at_rest(scenario, axes)
    price = _prices(axes, flow, unit_cost)
    value = flow if price is None else flow * price[axes.line_product[axes.link_line]]
    network = network_of(axes, value, _classes(scenario, axes))
    lines = [np.flatnonzero(axes.line_factory == row) for row in range(len(axes.factories))]
    index = systemic.esri(network, lines, market=market, tolerance=tolerance)
    products = [" ".join(axes.lines[line][1] for line in own) for own in lines]
    sold = np.array([network.sold[own].sum() for own in lines])
    unit = "units" if price is None else scenario.currency
    return _table(axes.factories, products, sold, f"{unit} a month", index)


def at_rest(scenario: Scenario, axes: Axes) -> tuple[Floats, Floats]:
    """Return what each link carries before the first month of the central case, [links], units a
    month, and what each line asks, [lines], money a unit.
    """
    model = SupplyModel(scenario, (0,), axes, reporters={})
    found = model.world.links.base_flow[:, 0].copy(), model.world.lines.unit_cost[:, 0].copy()
    model.release()
    return found


def network_of(axes: Axes, flow: Floats, kind: Ints | None = None) -> Network:
    """Make the network of links that carry something.

    Its firms are the lines and, after these, the final needs as firms that sell nothing. `flow`
    [links] and `kind` [links] are what each link carries, and its class.
    """
    lines, live = len(axes.lines), flow > 0
    user = np.where(axes.need_line >= 0, axes.need_line, lines + np.arange(len(axes.needs)))
    industry = np.concatenate((axes.line_product, len(axes.products) + np.arange(axes.final)))
    return Network(
        supplier=axes.link_line[live],
        buyer=user[axes.link_need[live]],
        amount=flow[live],
        industry=industry,
        kind=None if kind is None else kind[live],
    )


def _prices(axes: Axes, flow: Floats, unit_cost: Floats) -> Floats | None:
    """Return the mean unit cost of what is sold of each product, [products]; None where something
    that is sold has none.
    """
    product, paid = axes.line_product[axes.link_line], flow * unit_cost[axes.link_line]
    units, money = (
        np.bincount(product, each, len(axes.products)).astype(np.float64) for each in (flow, paid)
    )
    return divide(money, units) if (money[units > 0] > 0).all() else None


def _classes(scenario: Scenario, axes: Axes) -> Ints:
    """Return the class of each link, [links], by its buyer's production rule and the input's
    criticality; what goes to final needs limits nothing else.
    """
    kinds = np.full(len(axes.needs), ESSENTIAL)
    found = criticalities(scenario)
    for need, criticality in enumerate(found, start=axes.final):
        factory, _ = axes.lines[axes.need_line[need]]
        rule = scenario.factories[factory].rules.production or scenario.rules.production
        kinds[need] = CLASSES.get(rule.rule, _BY_CRITICALITY)[criticality]
    return kinds[axes.link_need]


def _table(
    firms: tuple[str, ...],
    industries: tuple[str, ...] | list[str],
    output: Floats,
    unit: str,
    index: systemic.Index,
) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(
        {
            "firm": firms,
            "industry": industries,
            "output": output,
            "unit": unit,
            "esri": index.whole,
            "downstream": index.downstream,
            "upstream": index.upstream,
        }
    )
    return table.sort_values(
        ["esri", "firm"], ascending=[False, True], kind="stable", ignore_index=True
    )

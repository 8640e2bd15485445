"""Fill the links: the terms that trade rules and re-exports give them."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.kept import renewed
from sim.kernels.sums import NEVER, whole
from sim.scenario.schema import Scenario, Trade
from sim.scenario.trade_kinds import Reexport, Tariff
from sim.world.axes import Axes
from sim.world.build_programmes import serves
from sim.world.draws import Draws
from sim.world.lead_groups import LeadGroups
from sim.world.trade_caps import TradeCaps
from sim.world.world import Links


def build_links(scenario: Scenario, axes: Axes, draw: Draws, caps: TradeCaps) -> Links:
    """Draw the links' numbers; nothing flows yet, and none is open."""
    others = [(_terms(scenario, path), path) for path in axes.terms]

    def of_terms(key: str) -> Floats:
        rules = draw.column(scenario.trade, key, "trade")
        rest = draw.rows((getattr(terms, key), f"{path}.{key}") for terms, path in others)
        return np.concatenate([rules, rest]).take(axes.link_terms, axis=0)

    share = 1.0 / axes.siblings[:, None]
    weight = of_terms("weight") * share
    cap = caps.alone(axes.link_terms.size)
    lead = whole(of_terms("lead_months"))
    _reserve_exclusive_lines(scenario, axes, cap)
    base_cap = cap.copy()
    # before its event a re-export carries nothing
    cap[axes.is_reexport] = 0.0
    taxed = any(isinstance(event, Tariff | Reexport) for event in scenario.events.values())
    unit_cost, mark_up = of_terms("unit_cost"), np.zeros(weight.shape)
    for row, (terms, path) in enumerate(others, start=axes.rules):
        if isinstance(terms, Reexport):
            mark_up[axes.link_terms == row] = draw(terms.mark_up, f"{path}.mark_up")
    return Links(
        weight=renewed(weight.copy()),
        base_weight=weight,
        given_weight=weight.copy(),
        cap=renewed(cap),
        base_cap=base_cap,
        permitted=renewed(cap > 0),
        open=renewed(np.zeros(weight.shape, dtype=np.bool_)),
        leaking=np.zeros(weight.shape),
        acted=np.zeros(weight.shape, dtype=np.bool_),
        base_flow=np.zeros(weight.shape),
        flow=np.zeros(weight.shape),
        unit_cost=unit_cost,
        mark_up=mark_up,
        tariff=np.zeros(weight.shape),
        tariff_rate=np.zeros(weight.shape),
        is_taxed=taxed,
        is_charged=bool(taxed or unit_cost.any()),
        lead=lead,
        qualified_from=np.full((axes.dormant.size, draw.width), NEVER),
        lead_groups=LeadGroups.build(lead, axes.link_need, len(axes.needs)),
    )


def _terms(scenario: Scenario, path: str) -> Trade | Reexport:
    """Return the terms at a path of `Axes.terms`: a re-export, or the default terms of links
    without a trade rule.
    """
    event = scenario.events.get(path.partition(".")[2])
    return event if isinstance(event, Reexport) else Trade(exporter="*", importer="*", product="*")


def _reserve_exclusive_lines(scenario: Scenario, axes: Axes, cap: Floats) -> None:
    """Close the links from lines that only an exclusive programme builds to states that it does not
    serve.
    """
    for (name, _), line in zip(axes.projects, axes.project_line.tolist(), strict=True):
        programme = scenario.programmes[name]
        factory, product = axes.lines[line]
        if programme.exclusive and scenario.factories[factory].lines[product].capacity.value == 0:
            served = np.array([serves(programme, state) for state in axes.states])
            cap[(axes.link_line == line) & ~served[axes.importer]] = 0.0

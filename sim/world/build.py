"""Fill the world from a scenario: draw each member's numbers, then set the world at rest
(`steady_state.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.kernels.uncollected import uncollected
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.build_lines import build_lines
from sim.world.build_links import build_links
from sim.world.build_needs import build_needs
from sim.world.build_plant import build_upkeep, build_works
from sim.world.build_programmes import build_programmes, build_projects
from sim.world.draws import Draws
from sim.world.lots import build_lots
from sim.world.numbering import number
from sim.world.stock_plans import build_stock_plans
from sim.world.trade_caps import build_trade_caps
from sim.world.world import World


@uncollected()
def build(scenario: Scenario, members: Sequence[int], axes: Axes | None = None) -> World:
    """Build the world of these members, without any flows; `steady_state.settle` then finds those
    at rest.
    """
    axes, draw = axes or number(scenario), Draws.of(scenario, members)
    caps = build_trade_caps(scenario, axes, draw)
    lines, links = build_lines(scenario, axes, draw), build_links(scenario, axes, draw, caps)
    slots = int(links.lead.max(initial=1)) + 1
    needs = build_needs(scenario, axes, draw, slots)
    return World(
        axes=axes,
        trade_caps=caps,
        limits=caps.limits(axes.link_need, len(axes.needs)),
        members=tuple(members),
        lines=lines,
        needs=needs,
        links=links,
        projects=build_projects(scenario, axes, draw),
        programmes=build_programmes(scenario, axes, draw),
        works=build_works(scenario, axes, draw),
        upkeep=build_upkeep(scenario, axes, draw),
        lost_capacity=np.zeros_like(lines.capacity),
        lost_projects=np.zeros((len(axes.projects), draw.width)),
        lots=build_lots(scenario, axes, draw),
        stock_plans=build_stock_plans(scenario, axes, draw, slots, needs.cover),
    )

"""The caps of trade rules: what a pair of states, or several together, may trade in a product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.limits import Groups, Limits
from sim.kernels.sums import Floats, Ints
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.world.axes import Axes


@dataclass(frozen=True, eq=False)
class TradeCaps:
    """Hold the caps of trade rules: what pairs of states, or several together, may trade."""

    links: Sequence[Ints]
    """[caps]: links of each"""
    most: Floats
    """[caps, members]: units per month"""

    def limits(self, link_need: Ints, needs: int) -> Limits | None:
        """Return them as limits on groups of links; None where each is of one link alone."""
        several = [row for row, links in enumerate(self.links) if links.size > 1]
        if not several:
            return None
        groups = Groups.build([self.links[row] for row in several], link_need)
        nothing = np.zeros((len(several), self.most.shape[1]))
        return replace(Limits.none(groups, nothing, needs), most=self.most[several])


def build_trade_caps(
    scenario: Scenario, axes: Axes, draw: Callable[[Quantity, str], Floats], width: int
) -> TradeCaps:
    """Group the links of each trade rule that has a cap, and draw the caps."""
    direct = axes.link_via < 0
    rules = np.array([rule or "" for rule in axes.link_rule], dtype=np.str_)
    links: list[Ints] = []
    most: list[Floats] = []
    for name, rule in scenario.trade.items():
        if rule.cap is None:
            continue
        own = np.flatnonzero(direct & (rules == name))
        groups = [own] if rule.pairs == "together" else by_route(axes.route, own)
        links += [each for each in groups if each.size]
        most += [draw(rule.cap, f"trade.{name}.cap")] * (len(links) - len(most))
    return TradeCaps(links, np.array(most) if most else np.zeros((0, width)))


def by_route(route: Ints, links: Ints) -> list[Ints]:
    """Part links by exporter, importer, product and transit state; `route` is [all links]."""
    order = np.argsort(route[links], kind="stable")
    cuts = np.flatnonzero(np.diff(route[links][order])) + 1
    return [np.sort(part) for part in np.split(links[order], cuts)] if links.size else []

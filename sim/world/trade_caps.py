"""Hold the caps of trade rules: how much of a product pairs of states, or several together, may
trade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.scenario.column_table import ColumnTable
from sim.scenario.schema import Scenario, Trade
from sim.world.axes import Axes
from sim.world.draws import Draws


@dataclass(frozen=True, eq=False)
class TradeCaps:
    """Hold the caps of trade rules: what pairs of states, or several together, may trade."""

    links: Sequence[Ints]
    """[caps]: links of each"""
    most: Floats
    """[caps, members]: units per month"""

    def alone(self, links: int) -> Floats:
        """Return the caps that a link shares with no other, [links, members], inf elsewhere; a cap
        of 0 closes all links under it. `links` is the number of all links.
        """
        caps = np.full((links, self.most.shape[1]), np.inf)
        sizes = [each.size for each in self.links]
        rows = np.concatenate([*self.links, np.zeros(0, dtype=np.int64)])
        size, most = np.repeat(sizes, sizes)[:, None], np.repeat(self.most, sizes, axis=0)
        caps[rows] = np.where((size == 1) | (most <= 0), most, np.inf)
        return caps

    def limits(self, link_need: Ints, needs: int) -> Limits | None:
        """Return the caps as limits on groups of links; None if each is that of a single link."""
        several = [row for row, links in enumerate(self.links) if links.size > 1]
        if not several:
            return None
        groups = Groups.build([self.links[row] for row in several], link_need)
        nothing = np.zeros((len(several), self.most.shape[1]))
        return replace(Limits.none(groups, nothing, needs), most=self.most[several])


def build_trade_caps(scenario: Scenario, axes: Axes, draw: Draws) -> TradeCaps:
    """Group the links of each trade rule that has a cap, and draw the caps."""
    with_cap = _with_cap(scenario.trade)
    if not with_cap:
        return TradeCaps([], np.zeros((0, draw.width)))
    names = tuple(scenario.trade)
    capped = [(row, scenario.trade[names[row]], f"trade.{names[row]}.cap") for row in with_cap]
    drawn = draw.rows((rule.cap, path) for _, rule, path in capped if rule.cap is not None)
    order = np.argsort(axes.link_terms, kind="stable")
    first = np.searchsorted(axes.link_terms[order], np.arange(axes.rules + 1))
    links: list[Ints] = []
    most: list[int] = []
    for place, (row, rule, _) in enumerate(capped):
        own = order[first[row] : first[row + 1]]
        groups = [own] if rule.pairs == "together" else by_route(axes.route, own)
        links += [each for each in groups if each.size]
        most += [place] * (len(links) - len(most))
    return TradeCaps(links, drawn.take(np.array(most, dtype=np.int64), axis=0))


def _with_cap(trade: Mapping[str, Trade]) -> Sequence[int]:
    """List the trade rules that have a cap, rows."""
    if not isinstance(trade, ColumnTable):
        return [row for row, rule in enumerate(trade.values()) if rule.cap is not None]
    found: list[int] = np.flatnonzero(~np.isnan(trade.column("cap").value)).tolist()
    return found


def by_route(route: Ints, links: Ints) -> list[Ints]:
    """Divide links by exporter, importer, product and transit state; `route` is [all links]."""
    return parted(links, route[links])


def parted(links: Ints, key: Ints) -> list[Ints]:
    """Divide links by their keys, both [entries], the least key first."""
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [np.sort(part) for part in np.split(links[order], cuts)] if links.size else []


def singles(groups: Groups, parts: Sequence[tuple[int, Ints]], wholes: frozenset[int]) -> Ints:
    """Return the group of the pair of states of each link in one of these `wholes`, -1 elsewhere,
    [pairs of link and group].
    """
    single = np.full(groups.link.size, -1)
    for whole, pairs in parts:
        for pair in pairs if whole in wholes else ():
            within = np.isin(groups.link, groups.link[groups.group == pair])
            single[within & (groups.group == whole)] = pair
    return single

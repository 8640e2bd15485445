"""Find the lines that serve partly cut links, and all other links of these lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.sums import GroupSum


class Beside(NamedTuple):
    """Hold the lines that serve partly cut links, with all links of these lines."""

    lines: Ints
    """Ascending"""
    links: Ints
    """All links of one of them, ascending"""
    line: Ints
    """The place of each link's line among the lines"""
    by_line: GroupSum
    """Sums these links to these lines"""
    cut: Ints
    """The place of each cut link among the links"""
    line_of_cut: Ints
    """The place of each cut link's line among the lines"""
    by_line_of_cut: GroupSum
    """Sums the cut links to the lines"""
    need_of_cut: Ints
    """The place of each cut link's need among those that cut links serve"""
    by_need_of_cut: GroupSum
    """Sums the cut links to these needs"""

    def of_need(self, values: Floats) -> Floats:
        """Return, for each cut link, the sum of `values` over all cut links of its need; both [cut
        links, members].
        """
        return self.by_need_of_cut(values).take(self.need_of_cut, axis=0)

    @classmethod
    def build(cls, market: Market, limits: Limits) -> Beside:
        """Find the lines of the partly cut links, and all links of these lines."""
        cut = limits.cut_links
        lines = np.unique(market.line[cut])
        links = np.flatnonzero(np.isin(market.line, lines))
        line = np.searchsorted(lines, market.line[links])
        own = np.searchsorted(links, cut)
        of_cut = line[own]
        by_line, by_line_of_cut = GroupSum(line, lines.size), GroupSum(of_cut, lines.size)
        needs, need = np.unique(market.need[cut], return_inverse=True)
        by_need = GroupSum(need.ravel(), needs.size)
        return cls(lines, links, line, by_line, own, of_cut, by_line_of_cut, need.ravel(), by_need)


def beside(market: Market, limits: Limits) -> Beside:
    """Return the lines of a market that serve partly cut links, with all links of these lines."""
    return market.remembered(limits.cut_links.tobytes(), lambda: Beside.build(market, limits))

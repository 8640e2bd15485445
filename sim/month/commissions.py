"""Hold what all programmes look at together, so that a month's sums are done once for all of them;
`commission_rows.py` says what the rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import Kept
from sim.kernels.sums import GroupSum, divide
from sim.month.commission_rows import Buyers, Rows
from sim.month.shared_products import Shared
from sim.rules.programme import BudgetRequest
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Commission:
    """Hold a programme's rule and its candidates."""

    rule: Callable[[BudgetRequest], Floats]
    row: int
    """The programme"""
    rows: slice
    """Its projects"""
    state: NDArray[np.str_]
    """State of each candidate's factory"""
    together: GroupSum
    """Sums its candidates to [1, members]"""

    @classmethod
    def build(
        cls, world: World, rule: Callable[[BudgetRequest], Floats], row: int, rows: slice
    ) -> Commission:
        """Build the commission of a programme, given by its row in the world's axes, for its
        projects.
        """
        axes = world.axes
        state = np.array(axes.states)[axes.line_state[axes.project_line[rows]]]
        return cls(rule, row, rows, state, GroupSum(np.zeros(state.size, dtype=np.int64), 1))


class Reach(NamedTuple):
    """Hold which servers may deliver to a beneficiary over permitted links."""

    ways: Bools
    """[ways, members]: whether the way is permitted"""
    shares: Floats
    """[servers, members]: 1 where one of the server's ways is permitted, 0 elsewhere"""
    servers: Bools
    """[servers, members]: the same as flags"""


@dataclass(frozen=True, eq=False)
class Commissions:
    """Hold the commissions of all programmes that have candidates."""

    seats: Sequence[Commission]
    months: int
    """Length of the run"""
    buyers: Buyers
    candidate_gap: Ints
    candidate_server: Ints
    by_gap: GroupSum
    """Sums candidates to gaps"""
    claim_need: Ints
    """Need of each claim, a place among the buyers'"""
    counts: Floats
    """[claims, members]: the share of what the need lacks that the programme counts"""
    claims_by_gap: GroupSum
    server_line: Ints
    servers_by_gap: GroupSum
    way_need: Ints
    """Need of each way, a place among the buyers'"""
    ways_by_server: GroupSum
    reaching: Kept[Reach]
    """Returns who may deliver to whom where trade is permitted"""
    delivered: Kept[Bools]
    """Returns which inputs of lines somebody may then deliver, [inputs, members]"""
    shared: Shared | None
    """The products for which several programmes have candidates; None: there are none"""

    @classmethod
    def build(cls, world: World, seats: Sequence[Commission], months: int) -> Commissions | None:
        """Gather the commissions; None where no programme has candidates."""
        if not seats:
            return None
        axes = world.axes
        rows = Rows.of(world, [each.row for each in seats])
        gaps, servers = rows.gap_product.size, rows.server_line.size
        needs = np.unique(rows.claim_need)
        buyers = Buyers.build(axes, needs)
        programme = rows.gap_programme
        way_need = axes.link_need[rows.way_link]
        # weight 0 forbids for good
        wanted = world.links.base_weight[rows.way_link] > 0
        ways_by_server = GroupSum(rows.way_server, servers)
        return cls(
            seats=seats,
            months=months,
            buyers=buyers,
            candidate_gap=rows.candidate_gap,
            candidate_server=rows.candidate_server,
            by_gap=GroupSum(rows.candidate_gap, gaps),
            claim_need=np.searchsorted(needs, rows.claim_need),
            counts=world.programmes.counts[programme[rows.claim_gap], rows.claim_need],
            claims_by_gap=GroupSum(rows.claim_gap, gaps),
            server_line=rows.server_line,
            servers_by_gap=GroupSum(rows.server_gap, gaps),
            way_need=np.searchsorted(needs, way_need),
            ways_by_server=ways_by_server,
            reaching=Kept(partial(_reach, rows.way_link, wanted, ways_by_server)),
            delivered=_inputs_delivered(world),
            shared=Shared.build(world, rows, buyers),
        )

    def returns(self, world: World, rows: slice) -> Floats:
        """Return the need that the candidates `rows` cover per unit of money, [candidates,
        members]; see `BudgetRequest.count_returns`.
        """
        projects, lines = world.projects, world.axes.project_line[rows]
        expected = world.needs.expected.take(self.buyers.needs[self.claim_need], axis=0)
        need = self.claims_by_gap(expected).take(self.candidate_gap[rows], axis=0)
        left = np.maximum(self.months - world.month - projects.delay[rows], 0)
        return divide(world.lines.yield_[lines] * left, need * projects.capital_cost[rows])


def _inputs_delivered(world: World) -> Kept[Bools]:
    """Return a function that marks the inputs that somebody may deliver, [inputs, members], over
    links as far as they are permitted, [all links, members].
    """
    axes = world.axes
    links = np.flatnonzero(axes.link_need >= axes.final)
    by_input = GroupSum(axes.link_need[links] - axes.final, axes.input_line.size)
    wanted = world.links.base_weight[links] > 0
    return Kept(partial(_delivered, links, wanted, by_input))


def _delivered(links: Ints, wanted: Bools, by_input: GroupSum, permitted: Bools) -> Bools:
    return by_input.any(permitted.take(links, axis=0) & wanted)


def _reach(links: Ints, wanted: Bools, by_server: GroupSum, permitted: Bools) -> Reach:
    """Return who may deliver to whom over these links where they are `permitted`, [all links,
    members], and `wanted`, [ways, members].
    """
    ways = permitted.take(links, axis=0) & wanted
    servers = by_server.any(ways)
    return Reach(ways, servers.astype(np.float64), servers)

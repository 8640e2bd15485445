"""Hold what programmes look at: what their beneficiaries need, which lines can serve them, and what
may be built; all programmes together, so that a month's sums are done once for all of them.

Rows: a gap is of a programme and a product of its candidates; a claim of a programme and a need
that counts for it; a server of a programme and a line that may serve such a need, or is a
candidate's; a way of a programme and a link over which a server may deliver. Candidates are the
world's projects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.greatest import GroupMost
from sim.kernels.kept import Kept
from sim.kernels.sums import GroupSum, divide
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
        """Seat the commission of a programme, a row of the world's axes, over its projects."""
        axes = world.axes
        state = np.array(axes.states)[axes.line_state[axes.project_line[rows]]]
        return cls(rule, row, rows, state, GroupSum(np.zeros(state.size, dtype=np.int64), 1))


@dataclass(frozen=True, eq=False)
class Buyers:
    """Hold the needs that count for some programme, and what reaches them."""

    needs: Ints
    """Rows of the world; what follows numbers them by their places here"""
    links: Ints
    """All links that serve them"""
    by_need: GroupSum
    """Sums these links to these needs"""


class Reach(NamedTuple):
    """Hold which servers may deliver to a beneficiary over permitted links."""

    ways: Bools
    """[ways, members]: which ways are permitted"""
    shares: Floats
    """[servers, members]: 1 where one of its ways is, 0 elsewhere"""
    servers: Bools
    """[servers, members]: the same as flags"""


class _Rows(NamedTuple):
    """Hold what gaps, claims, servers and ways stand for, rows of the world but for what are gaps
    and servers.
    """

    gap_programme: Ints
    gap_product: Ints
    claim_need: Ints
    claim_gap: Ints
    server_line: Ints
    server_gap: Ints
    way_link: Ints
    way_server: Ints
    candidate_gap: Ints
    candidate_server: Ints

    @classmethod
    def of(cls, world: World, programmes: Sequence[int]) -> _Rows:
        """List the rows of these programmes, one after the other."""
        axes = world.axes
        changing = np.zeros(len(axes.lines), dtype=np.bool_)
        for lines in (axes.project_line, axes.work_line, world.upkeep.resting):
            changing[lines] = True
        parts: list[tuple[Ints, ...]] = []
        gaps = servers = 0
        for programme in programmes:
            part = _rows_of(world, programme, changing, gaps, servers)
            parts.append(part)
            gaps += part[0].size
            servers += part[4].size
        return cls(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _rows_of(
    world: World, programme: int, changing: Bools, gaps: int, servers: int
) -> tuple[Ints, ...]:
    """List the rows of one programme, as `_Rows` has them, after so many `gaps` and `servers` of
    others; `changing` [lines] may get more capacity, by whomever, or call some back.
    """
    axes = world.axes
    own = axes.project_line[axes.project_programme == programme]
    products = np.unique(axes.line_product[own])
    counts = np.logical_or.reduce(world.programmes.counts[programme] > 0, axis=1)
    needs = np.flatnonzero(counts & np.isin(axes.need_product, products))
    served = np.zeros(counts.size, dtype=np.bool_)
    served[needs] = True
    links = np.flatnonzero(changing[axes.link_line] & served[axes.link_need])
    lines = np.unique(np.concatenate((axes.link_line[links], own)))

    def gap(product: Ints) -> Ints:
        return gaps + np.searchsorted(products, product)

    def server(line: Ints) -> Ints:
        return servers + np.searchsorted(lines, line)

    return (
        np.full(products.size, programme),
        products,
        needs,
        gap(axes.need_product[needs]),
        lines,
        gap(axes.line_product[lines]),
        links,
        server(axes.link_line[links]),
        gap(axes.line_product[own]),
        server(own),
    )


@dataclass(frozen=True, eq=False)
class Shared:
    """Hold the products for which several programmes have candidates, and which of the rows of
    `Commissions` are about them.
    """

    candidates: Ints
    candidate_product: Ints
    """Place of each candidate's product among these"""
    by_product: GroupSum
    """Sums these candidates to these products"""
    gaps: Ints
    gap_programme: Ints
    most: GroupMost
    """Takes the greatest of these gaps by product"""
    claim_programme: Ints
    """Programme of each claim on these products"""
    counts: Floats
    """[these claims, members]: how much of what the need lacks its programme sees"""
    by_need: GroupMost
    """Takes the greatest of these claims by need"""
    needs: Ints
    """These needs, places among the buyers'"""
    needs_by_product: GroupSum
    servers: Ints
    server_programme: Ints
    by_line: GroupMost
    """Takes the greatest of these servers by line"""
    lines_by_product: GroupSum

    @classmethod
    def build(cls, world: World, rows: _Rows, buyers: Buyers) -> Shared | None:
        """Find the products that are gaps of several programmes; None where there are none."""
        axes = world.axes
        found, count = np.unique(rows.gap_product, return_counts=True)
        products = found[count > 1]
        if not products.size:
            return None

        def own(product: Ints) -> Ints:
            return np.flatnonzero(np.isin(product, products))

        def to_products(product: Ints) -> GroupSum:
            return GroupSum(np.searchsorted(products, product), products.size)

        product = axes.line_product[axes.project_line]
        candidates, gaps = own(product), own(rows.gap_product)
        claims, servers = (
            own(rows.gap_product[rows.claim_gap]),
            own(rows.gap_product[rows.server_gap]),
        )
        programme = rows.gap_programme[rows.claim_gap[claims]]
        by_need = GroupMost(rows.claim_need[claims])
        by_line = GroupMost(rows.server_line[servers])
        return cls(
            candidates=candidates,
            candidate_product=np.searchsorted(products, product[candidates]),
            by_product=to_products(product[candidates]),
            gaps=gaps,
            gap_programme=rows.gap_programme[gaps],
            most=GroupMost(rows.gap_product[gaps]),
            claim_programme=programme,
            counts=world.programmes.counts[programme, rows.claim_need[claims]],
            by_need=by_need,
            needs=np.searchsorted(buyers.needs, by_need.groups),
            needs_by_product=to_products(axes.need_product[by_need.groups]),
            servers=servers,
            server_programme=rows.gap_programme[rows.server_gap[servers]],
            by_line=by_line,
            lines_by_product=to_products(axes.line_product[by_line.groups]),
        )


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
    """[claims, members]: how much of what the need lacks the programme sees"""
    claims_by_gap: GroupSum
    server_line: Ints
    servers_by_gap: GroupSum
    way_need: Ints
    """Need of each way, a place among the buyers'"""
    ways_by_server: GroupSum
    reaching: Kept[Reach]
    """Who may deliver to whom where trade is permitted"""
    shared: Shared | None
    """None: no product has candidates of two programmes"""

    @classmethod
    def build(cls, world: World, seats: Sequence[Commission], months: int) -> Commissions | None:
        """Gather the commissions; None where no programme has candidates."""
        if not seats:
            return None
        axes = world.axes
        rows = _Rows.of(world, [each.row for each in seats])
        gaps, servers = rows.gap_product.size, rows.server_line.size
        needs = np.unique(rows.claim_need)
        links = np.flatnonzero(np.isin(axes.link_need, needs))
        programme = rows.gap_programme
        way_need = axes.link_need[rows.way_link]
        # weight 0 forbids for good
        wanted = world.links.base_weight[rows.way_link] > 0
        wanted &= world.programmes.counts[programme[rows.server_gap[rows.way_server]], way_need] > 0
        ways_by_server = GroupSum(rows.way_server, servers)
        to_needs = GroupSum(np.searchsorted(needs, axes.link_need[links]), needs.size)
        buyers = Buyers(needs, links, to_needs)
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
            shared=Shared.build(world, rows, buyers),
        )

    def served(self, ways: Bools) -> Floats:
        """Count how many of these ways, [ways, members], each server has, [servers, members]."""
        return self.ways_by_server(ways.astype(np.float64))

    def returns(self, world: World, rows: slice) -> Floats:
        """Count the need covered for the money, [candidates, members], of the candidates `rows`;
        see `BudgetRequest.count_returns`.
        """
        projects, lines = world.projects, world.axes.project_line[rows]
        expected = world.needs.expected.take(self.buyers.needs[self.claim_need], axis=0)
        seen = expected * (self.counts > 0)
        need = self.claims_by_gap(seen).take(self.candidate_gap[rows], axis=0)
        left = np.maximum(self.months - world.month - projects.delay[rows], 0)
        return divide(world.lines.yield_[lines] * left, need * projects.capital_cost[rows])


def _reach(links: Ints, wanted: Bools, by_server: GroupSum, permitted: Bools) -> Reach:
    """Say who may deliver to whom over these links as far as they are `permitted`, [all links,
    members], and `wanted`, [ways, members].
    """
    ways = permitted.take(links, axis=0) & wanted
    servers = by_server(ways.astype(np.float64)) > 0
    return Reach(ways, servers.astype(np.float64), servers)

"""Hold the products for which several programmes have candidates, so that what they start in one
month closes each gap only once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.greatest import GroupMost
from sim.kernels.sums import GroupSum
from sim.month.commission_rows import Buyers, Rows
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Shared:
    """Hold which rows of `Commissions` belong to these products."""

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
    """[these claims, members]: the share of what the need lacks that its programme counts"""
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
    def build(cls, world: World, rows: Rows, buyers: Buyers) -> Shared | None:
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

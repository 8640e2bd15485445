"""Number what programmes look at: what their beneficiaries need, which lines can serve them, and
what may be built.

A *gap* is a programme and a product of its candidates. A *claim* is a programme and a need that
counts for it. A *server* is a programme and a line that may serve such a need or is a candidate's.
A *way* is a programme and a link over which a server may deliver. Candidates are the world's
projects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.kernels.sums import GroupSum
from sim.world.axes import Axes
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Buyers:
    """Hold the needs that count for some programme, and what reaches them."""

    needs: Ints
    """Their rows in the world; elsewhere they are numbered by their places here"""
    links: Ints
    """All links that serve them"""
    by_need: GroupSum
    """Sums these links to these needs"""

    @classmethod
    def build(cls, axes: Axes, needs: Ints) -> Buyers:
        """Find the links of these needs, which ascend."""
        links = np.flatnonzero(np.isin(axes.link_need, needs))
        to_needs = GroupSum(np.searchsorted(needs, axes.link_need[links]), needs.size)
        return cls(needs, links, to_needs)


class Rows(NamedTuple):
    """Hold what gaps, claims, servers and ways stand for: rows of the world, except where they
    refer to gaps and servers.
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
    def of(cls, world: World, programmes: Sequence[int]) -> Rows:
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
    """List the rows of one programme, as `Rows` has them, numbered on from `gaps` and `servers` of
    other programmes; `changing` [lines] marks lines that may get more capacity from anybody, or
    call some back.
    """
    axes = world.axes
    own = axes.project_line[axes.project_programme == programme]
    products = np.unique(axes.line_product[own])
    served = world.programmes.beneficiary[programme] & np.isin(axes.need_product, products)
    needs = np.flatnonzero(served)
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

"""Say which links belong to which limit, and sum over them.

A group is a set of links under one limit: all links between an exporter and an importer for a
product, or all that a limit names together. A link may be in several groups.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import remembered
from sim.kernels.sums import GroupSum

Kind = TypeVar("Kind", bound=np.generic)


class Near(NamedTuple):
    """Hold the needs that links in groups serve, with all links of these needs."""

    needs: Ints
    """Ascending"""
    links: Ints
    """All links that serve one of them, ascending"""
    by_need: GroupSum
    """Sums these links to these needs, in the order in which the market does"""
    of_touched: Ints
    """The place of the need of each link that is in a group"""


@dataclass(frozen=True, eq=False)
class Groups:
    """Hold which links belong to which group, as pairs (link, group) sorted by link."""

    link: Ints
    """[pairs]"""
    group: Ints
    """[pairs]"""
    touched: Ints
    """Links that are in some group, ascending"""
    firsts: Ints
    """First pair of each of them"""
    by_group: GroupSum
    """Sums pairs to [groups, members]"""
    served: Ints
    """[pairs]: the need that the pair's link serves"""
    need: Ints
    """[claims]: each need once for each group that serves it"""
    by_need_group: GroupSum
    """Sums these claims to [groups, members]"""
    by_claim: GroupSum
    """Sums pairs to [claims, members]"""
    link_need: Ints
    """[links]: the need that each link of the market serves"""
    known_family: Ints | None = None
    """The `family` of these groups, where it is known from other groups that contain them"""
    _parts: dict[bytes, tuple[Groups, Ints, Ints, Ints]] = field(default_factory=dict)
    _partners: dict[bytes, Bools] = field(default_factory=dict)
    _chosen: dict[bytes, Groups] = field(default_factory=dict)

    @classmethod
    def build(cls, members: list[Ints], link_need: Ints) -> Groups:
        """Index groups given by their links; `link_need` [links] is the need that a link serves."""
        count = len(members)
        group = np.repeat(np.arange(count), [each.size for each in members])
        link = np.concatenate([*members, np.zeros(0, dtype=np.int64)])
        return cls._indexed(link.astype(np.int64), group.astype(np.int64), count, link_need)

    @classmethod
    def _indexed(cls, link: Ints, group: Ints, count: int, link_need: Ints) -> Groups:
        order = np.lexsort((group, link))
        link, group = link[order], group[order]
        touched, firsts = np.unique(link, return_index=True)
        ends = np.stack((group, link_need[link]))
        claims, claim = np.unique(ends, axis=1, return_inverse=True)
        return cls(
            link,
            group,
            touched,
            firsts,
            GroupSum(group, count),
            link_need[link],
            claims[1].astype(np.int64),
            GroupSum(claims[0].astype(np.int64), count),
            GroupSum(claim.ravel(), claims.shape[1]),
            link_need,
        )

    def carried(self, values: Floats) -> Floats:
        """Sum values [links, members] over the links of each group, [groups, members]."""
        return self.by_group(values.take(self.link, axis=0))

    def wanted(self, wanted: Floats) -> Floats:
        """Sum what the needs of each group want, [needs, members] -> [groups, members]."""
        return self.by_need_group(wanted.take(self.need, axis=0))

    @cached_property
    def near(self) -> Near:
        """Return the needs that links in groups serve, with all links of these needs."""
        needs, of_touched = np.unique(self.served_by_touched, return_inverse=True)
        place = np.full(int(self.link_need.max(initial=-1)) + 1, -1)
        place[needs] = np.arange(needs.size)
        of_link = place[self.link_need]
        links = np.flatnonzero(of_link >= 0)
        return Near(needs, links, GroupSum(of_link[links], needs.size), of_touched.ravel())

    @cached_property
    def served_by_touched(self) -> Ints:
        """Return the need that each link in some group serves, [touched]."""
        return self.link_need[self.touched]

    def touching(self, groups: Ints) -> Ints:
        """Return the places among the links `touched` of those that are in some of the groups."""
        links = self.link[np.isin(self.group, groups)]
        return np.searchsorted(self.touched, np.unique(links))

    @property
    def is_crossed(self) -> bool:
        """Return whether any link is in several groups."""
        return self.touched.size < self.link.size

    @cached_property
    def meetings(self) -> tuple[Ints, Ints, GroupSum, Ints]:
        """Return where groups meet others: pairs of a group whose link is in another, the other
        group of each meeting, the sums of these pairs to meetings, and the link's pair with the
        other group.
        """
        each = np.diff(self.firsts, append=self.link.size)
        count, block = np.repeat(each, each), np.repeat(self.firsts, each)
        mine = np.repeat(np.arange(self.link.size), count)
        place = np.arange(mine.size) - np.repeat(np.cumsum(count) - count, count)
        theirs = block[mine] + place
        met = mine != theirs
        ends = np.stack((self.group[mine[met]], self.group[theirs[met]]))
        meetings, meeting = np.unique(ends, axis=1, return_inverse=True)
        by_meeting = GroupSum(meeting.ravel(), meetings.shape[1])
        return mine[met], meetings[1], by_meeting, theirs[met]

    def crossing(self, marked: Bools, *, others: bool = False) -> Bools:
        """Return which groups have a link in common with one of those `marked` [groups].

        With `others` a group that is marked itself counts only with another that is.
        """
        chosen = marked[self.group]
        count = np.bincount(self.link[chosen], minlength=int(self.link.max(initial=-1)) + 1)
        met = count[self.link] > (chosen if others else 0)
        found = np.zeros_like(marked)
        found[self.group[met]] = True
        return found

    def to_pairs(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Look up values of links that are in a group for their pairs, [touched, members] ->
        [pairs, members].
        """
        return np.repeat(values, np.diff(self.firsts, append=self.link.size), axis=0)

    def to_links(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Return the least of its groups' values for each link that is in one, [touched, members].

        `values` is [groups, members].
        """
        return self.least_of(values.take(self.group, axis=0))

    def least_of(self, pairs: NDArray[Kind]) -> NDArray[Kind]:
        """Return the least of each link's values, [pairs, members] -> [touched, members]."""
        if not self.is_crossed:
            return pairs
        least: NDArray[Kind] = np.minimum.reduceat(pairs, self.firsts, axis=0)
        return least

    def only(self, rows: Ints) -> Groups:
        """Return some of the groups, numbered anew in the order of `rows`."""
        return remembered(self._chosen, rows.tobytes(), lambda: self._only(rows))

    def _only(self, rows: Ints) -> Groups:
        place = np.full(self.by_group.groups, -1)
        place[rows] = np.arange(rows.size)
        inside = place[self.group] >= 0
        link, group = self.link[inside], place[self.group[inside]]
        return Groups._indexed(link, group, rows.size, self.link_need)

    def with_partners(self, asking: Bools) -> Bools:
        """Mark, beside the needs `asking` [needs], all that share a limit with them.

        Whoever shares a limit with one of these is marked, too, and so on: a part of the market
        with these needs holds each group whole or not at all.
        """
        return remembered(self._partners, asking.tobytes(), lambda: self._with_partners(asking))

    def _with_partners(self, asking: Bools) -> Bools:
        chosen = np.zeros(self.family.max(initial=-1) + 1, dtype=np.bool_)
        chosen[self.family[asking[self.need]]] = True
        marked = asking.copy()
        marked[self.need[chosen[self.family]]] = True
        return marked

    @cached_property
    def family(self) -> Ints:
        """Number the sets of groups that have needs in common, [claims]."""
        if self.known_family is not None:
            return self.known_family
        # scipy's connected components take a fifth of a second to load
        group, need = self.by_need_group.group_of_row, self.need
        first = np.arange(self.by_need_group.groups)
        while True:
            of_need = np.full(int(need.max(initial=-1)) + 1, first.size)
            np.minimum.at(of_need, need, first[group])
            met = first.copy()
            np.minimum.at(met, group, of_need[need])
            # the first group that it meets may have met an earlier one
            met = met[met]
            if np.array_equal(met, first):
                return np.unique(first[group], return_inverse=True)[1].astype(np.int64)
            first = met

    def within(self, links: Ints, link_need: Ints) -> tuple[Groups, Ints, Ints, Ints]:
        """Return the groups among some links of the market, ascending, and their rows here, those
        of their pairs and of their claims.

        Each group is among them whole or not at all; `link_need` are the needs of `links` as
        numbered there.
        """
        return remembered(self._parts, links.tobytes(), lambda: self._within(links, link_need))

    def _within(self, links: Ints, link_need: Ints) -> tuple[Groups, Ints, Ints, Ints]:
        inside = np.isin(self.link, links)
        rows, group = np.unique(self.group[inside], return_inverse=True)
        place = np.searchsorted(links, self.link[inside]).astype(np.int64)
        inner = Groups._indexed(place, group.astype(np.int64), rows.size, link_need)
        # whoever shares a limit here is there together or not at all
        claims = np.flatnonzero(np.isin(self.by_need_group.group_of_row, rows))
        inner = replace(inner, known_family=self.family[claims])
        return inner, rows.astype(np.int64), np.flatnonzero(inside), claims

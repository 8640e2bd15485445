"""Group links by lead time, so that what arrives in a month is one sum for each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.matching import present
from sim.kernels.sums import GroupSum


@dataclass(frozen=True, eq=False)
class LeadGroup:
    """Hold the links that have one lead time in some member."""

    lead: int
    """Months from shipment to use"""
    rows: Ints
    by_need: GroupSum
    """Sums these of all links to needs"""
    members: Bools | None
    """[rows, members]: in which members the link has this lead time; None: in all"""
    is_all: bool
    """Whether all links have it in all members"""

    @classmethod
    def build(cls, lead: Ints, months: int, need: Ints, needs: int) -> LeadGroup:
        """Find the links with a lead time of `months` among `lead` [links, members]; `need` [links]
        is whom they serve.
        """
        has = lead == months
        rows = np.flatnonzero(has.any(axis=1))
        everybody = bool(has[rows].all())
        return cls(
            months,
            rows,
            GroupSum(need[rows], needs, rows if everybody else None),
            None if everybody else has[rows],
            is_all=everybody and rows.size == need.size,
        )

    def add_up(self, goods: Floats) -> Floats:
        """Sum what leaves on these links, of `goods` [links, members], by need, [needs,
        members].
        """
        if self.members is None:
            return self.by_need(goods)
        return self.by_need(goods.take(self.rows, axis=0) * self.members)


@dataclass(frozen=True, eq=False)
class LeadGroups:
    """Hold all links by lead time."""

    groups: tuple[LeadGroup, ...]
    """From the shortest lead time to the longest"""
    varying: Ints | None
    """Needs whose mean lead time may change, since some link takes other than a month; None: all
    needs"""

    @classmethod
    def build(cls, lead: Ints, need: Ints, needs: int) -> LeadGroups:
        """Group the links by `lead` [links, members], months; `need` [links] is whom they serve."""
        varying = np.unique(need[(lead != 1).any(axis=1)])
        return cls(
            tuple(
                LeadGroup.build(lead, each, need, needs) for each in present(lead.ravel()).tolist()
            ),
            None if varying.size == needs else varying,
        )

    @property
    def vary(self) -> bool:
        """Return whether any mean lead time may change."""
        return self.varying is None or self.varying.size > 0

    def of_varying(self, values: Floats) -> Floats:
        """Return the values [needs, members] of the needs whose mean lead time may change."""
        return values if self.varying is None else values.take(self.varying, axis=0)

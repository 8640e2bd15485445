"""Hold what is asked in a round of an allocation in which partial cuts take their shares."""

from __future__ import annotations

from typing import NamedTuple

from sim.kernels.arrays import Floats


class Asks(NamedTuple):
    """Hold what is asked before caps reduce it; units per month.

    A pair is a link and a group that it is in; a cut pair is one whose group is partly cut.
    """

    anew: Floats
    """What no cut has refused before, nor keeps away now, [cut pairs, members]"""
    every: Floats | None
    """The same of all pairs, [pairs, members]; None: no other limit holds for a part of a group"""
    orders: Floats
    """[links, members]; used only where `every` is given"""
    without_quotas: Floats
    """Orders within all other limits except quotas on groups that are cut, [links, members]"""


class RoundOrders(NamedTuple):
    """Hold what is asked in a round, and what lines have; units per month.

    Lines that serve partly cut links, and all links of these lines, are *beside*.
    """

    orders: Floats
    """[links, members]"""
    left: Floats
    """What lines still have, [lines, members]"""
    beside: Floats
    """The orders over links beside, [links beside, members]"""
    claims: Floats
    """The sums of these over each line, [lines beside, members]"""

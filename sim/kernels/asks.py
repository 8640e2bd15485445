"""Hold what is asked in a round of an allocation where cuts take a share."""

from __future__ import annotations

from typing import NamedTuple

from sim.kernels.arrays import Floats


class Asks(NamedTuple):
    """Hold what is asked before caps reduce it."""

    anew: Floats
    """What no cut has refused before, nor keeps away now, [cut pairs, members]"""
    every: Floats | None
    """The same of all pairs, [pairs, members]; None: other limits hold for no part of a group"""
    orders: Floats
    """[links, members]; where `every` is there"""
    without_quotas: Floats
    """Orders within all other limits but quotas on groups that are cut, [links, members]"""


class RoundOrders(NamedTuple):
    """Hold what is asked in a round, and what lines have."""

    orders: Floats
    """[links, members]"""
    left: Floats
    """[lines, members]"""
    beside: Floats
    """The orders over links beside, [links beside, members]"""
    claims: Floats
    """Their sums, [lines beside, members]"""

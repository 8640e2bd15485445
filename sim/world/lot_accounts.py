"""Hold the accounts of goods that come in whole lots."""

from __future__ import annotations

from dataclasses import dataclass

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum


@dataclass(eq=False)
class Lots:
    """Hold the links whose goods leave in whole lots, arrays [rows, members]."""

    rows: Ints
    """[rows]: links"""
    size: Floats
    """Units to a lot"""
    account: Floats
    """Granted and not yet a whole lot; month/allocation writes it"""
    by_line: GroupSum
    by_need: GroupSum
    leaving: Floats
    """[links, members]: what leaves this month, over all links; month/allocation writes it"""
    made: Floats
    """[lines, members]: what is finished this month, on all lines; month/allocation writes it"""

"""Say how much scarce inputs allow a line to start. Equations 5."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import GroupSum, divide


def starts_by_input(stock: Floats, amount: Floats) -> Floats:
    """Count the starts that each input's stock allows: units over units per start, [inputs,
    members].
    """
    return divide(stock, amount, otherwise=np.inf)


def scarcest(starts: Floats, by_line: GroupSum) -> Floats:
    """Take each line's smallest row of `starts` [inputs, members], where those of a line stand
    together: [lines, members], inf for lines without inputs.
    """
    least = np.full((by_line.groups, starts.shape[1]), np.inf)
    if starts.shape[0]:
        firsts = by_line.firsts
        least[by_line.group_of_row[firsts]] = np.minimum.reduceat(starts, firsts, axis=0)
    return least


def total(stock: Floats, amount: Floats, by_line: GroupSum) -> Floats:
    """Count the starts that the line's inputs allow when each can stand for the other: sum of
    stocks over sum of amounts, [lines, members].
    """
    return divide(by_line(stock), by_line(amount), otherwise=np.inf)

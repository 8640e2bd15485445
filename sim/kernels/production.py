"""Say how much scarce inputs allow a line to start. Equations 5."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum, divide


def starts_by_input(stock: Floats, amount: Floats) -> Floats:
    """Count the starts that each input's stock allows: units over units per start, [inputs,
    members].
    """
    return divide(stock, amount, otherwise=np.inf)


def scarcest(starts: Floats, line_of_input: Ints, lines: int) -> Floats:
    """Take each line's smallest row of `starts` [inputs, members]: [lines, members], inf for lines
    without inputs.
    """
    least = np.full((lines, starts.shape[1]), np.inf)
    if starts.shape[0]:
        first = np.empty(line_of_input.size, dtype=np.bool_)
        first[0] = True
        np.not_equal(line_of_input[1:], line_of_input[:-1], out=first[1:])
        firsts = np.flatnonzero(first)
        least[line_of_input[firsts]] = np.minimum.reduceat(starts, firsts, axis=0)
    return least


def total(starts: Floats, amount: Floats, by_line: GroupSum) -> Floats:
    """Count the starts that the line's inputs allow when each can stand for the other: sum of
    stocks over sum of amounts.
    """
    return divide(by_line(starts * amount), by_line(amount), otherwise=np.inf)

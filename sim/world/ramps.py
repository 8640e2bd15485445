"""Let qualified capacity ramp up: what of it does not produce yet, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.kernels.ramps import idle_shares
from sim.kernels.sums import Bools, Floats, Ints, raised

EXPONENTIAL = "exponential"


@dataclass(eq=False)
class Ramps:
    """Hold how plant ramps up, arrays [rows, members]."""

    unramped: Floats
    """Qualified capacity that does not yet produce, units per month; month/capacity and events
    write it"""
    first: Floats
    """Share of it in the month of qualification"""
    keep: Floats
    """Share of what is unramped that is so a month later: exponential ramps; 1 for others"""
    rows: Ints
    """[ending]: rows whose ramps come to an end"""
    falls: Floats
    """[slots, ending, members]: share that begins to produce so many months after qualification"""
    rising: Floats
    """[slots, ending, members]: capacity that begins to produce in the months whose number leaves
    this remainder; month/capacity and events write it"""

    @classmethod
    def build(cls, shapes: Sequence[str], lengths: Floats, months: int) -> Ramps:
        """Lay out ramps of these shapes [rows] and lengths [rows, members], months, for a run of so
        many months.
        """
        keep, first = np.ones_like(lengths), np.zeros_like(lengths)
        ending = np.array(
            [row for row, shape in enumerate(shapes) if shape != EXPONENTIAL], dtype=np.int64
        )
        longest = float(lengths[ending].max(initial=0.0))
        slots = min(int(np.ceil(longest)) + 2, months + 1) if longest > 0 else 0
        falls = np.zeros((slots, ending.size, lengths.shape[1]))
        for row, shape in enumerate(shapes):
            if shape == EXPONENTIAL:
                idle = idle_shares(shape, lengths[row], 1)
                first[row] = idle[0]
                keep[row] = np.divide(
                    idle[1], idle[0], out=np.zeros_like(idle[0]), where=idle[0] > 0
                )
        for place, row in enumerate(ending.tolist() if slots else ()):
            idle = idle_shares(shapes[row], lengths[row], slots)
            first[row] = idle[0]
            falls[1:, place] = idle[: slots - 1] - idle[1:slots]
        return cls(
            unramped=np.zeros_like(lengths),
            first=first,
            keep=keep,
            rows=ending,
            falls=falls,
            rising=np.zeros_like(falls),
        )

    def advance(self, matured: Floats, month: int) -> None:
        """Let a month pass, in which capacity `matured` [rows, members] is qualified."""
        self.unramped *= self.keep
        slots = self.rising.shape[0]
        if slots:
            slot = self.rising[month % slots]
            self.unramped[self.rows] -= slot
            raised(self.unramped)
            slot[:] = 0.0
        if not matured.any():
            return
        self.unramped += matured * self.first
        for place in np.flatnonzero(matured[self.rows].any(axis=1)) if slots else ():
            coming = self.falls[1:, place] * matured[self.rows[place]]
            # slots follow one another in a ring: up to the last, then on from the first
            after = (month + 1) % slots
            until_last = min(slots - after, slots - 1)
            self.rising[after : after + until_last, place] += coming[:until_last]
            self.rising[: slots - 1 - until_last, place] += coming[until_last:]

    def lose(self, stays: Floats) -> None:
        """Leave a share `stays` [rows, members] of what ramps up."""
        self.unramped *= stays
        if self.rising.size:
            self.rising *= stays.take(self.rows, axis=0)

    def stop(self, there: Bools) -> None:
        """Give up what ramps up `there` [rows, members]."""
        self.unramped[there] = 0.0
        if self.rising.size:
            self.rising[:, there.take(self.rows, axis=0)] = 0.0

"""Let qualified capacity ramp up, and keep how much of it does not produce yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.ramps import idle_shares
from sim.kernels.sums import raised

EXPONENTIAL = "exponential"
WORTH = 1000
"""A band ends where it would hold more than so many months of plants that no longer ramp up: then
another band takes less time than these."""


class Band(NamedTuple):
    """Hold what becomes of the longest ramps of a shape in some of the months after their start."""

    first: int
    """The first of these months, counted from qualification"""
    falls: Floats
    """[months, plants]: share of the full rate that begins to produce in each"""


@dataclass(eq=False)
class Rise:
    """Hold plants (a row in a member each) whose ramps have one shape and come to an end.

    They are sorted by the length of their ramps, so that months far ahead concern only the few long
    ramps.
    """

    plants: Ints
    """[plants]: places in an array [rows, members] laid out flat, the longest ramps first"""
    bands: tuple[Band, ...]
    coming: Floats
    """[months, plants]: capacity that begins to produce in each month of the run"""
    month: int = -1
    """The month that has come"""

    @classmethod
    def build(cls, shape: str, rows: Ints, lengths: Floats, months: int) -> Rise:
        """Lay out ramps of one shape that `rows` have; `lengths` is [all rows, members]."""
        width = lengths.shape[1]
        plants = (rows[:, None] * width + np.arange(width)).ravel()
        plants = plants[np.argsort(-lengths.take(plants), kind="stable")]
        long = lengths.take(plants)
        # plants whose ramp lasts longer than so many months
        counts = np.searchsorted(-long, -np.arange(months), side="left").tolist()
        bands, first = [], 1
        while first < months and counts[first]:
            last, idle_months = first + 1, 0
            while last < months and counts[last]:
                idle_months += counts[first] - counts[last]
                if idle_months > WORTH:
                    break
                last += 1
            idle = idle_shares(shape, long[: counts[first]], last - 1, first - 1)
            bands.append(Band(first, idle[:-1] - idle[1:]))
            first = last
        plants = plants[: counts[1] if months > 1 else 0]
        return cls(plants, tuple(bands), np.zeros((months, plants.size)))

    def ahead(self) -> Iterator[tuple[Band, Floats]]:
        """Give each band, and the part of `coming` that it stands for now."""
        for band in self.bands:
            start, (months, plants) = self.month + band.first, band.falls.shape
            yield band, self.coming[start : start + months, :plants]

    def advance(self, unramped: Floats, month: int) -> None:
        """Take what begins to produce this month off `unramped` [rows, members]."""
        self.month = month
        flat = unramped.reshape(-1)
        flat[self.plants] = flat.take(self.plants) - self.coming[month]

    def begin(self, matured: Floats) -> None:
        """Let capacity `matured` [rows, members] rise from this month on."""
        amounts = matured.take(self.plants)
        for band, coming in self.ahead():
            months, plants = coming.shape
            np.add(coming, band.falls[:months] * amounts[:plants], out=coming)

    def keep(self, stays: Floats) -> None:
        """Leave a share `stays` [rows, members] of what is to come."""
        shares = stays.take(self.plants)
        for _, coming in self.ahead():
            np.multiply(coming, shares[: coming.shape[1]], out=coming)


@dataclass(eq=False)
class Ramps:
    """Hold how plant ramps up, arrays [rows, members]."""

    unramped: Floats
    """Qualified capacity that does not yet produce, units per month; month/capacity and events
    write it"""
    first: Floats
    """Share of it in the month of qualification"""
    keep: Floats | None
    """Share of what is unramped that is so a month later: exponential ramps; 1 for others; None: no
    ramp is exponential"""
    rises: tuple[Rise, ...]
    """Ramps that come to an end, by shape; month/capacity and events write what is coming there"""

    @classmethod
    def build(cls, shapes: Sequence[str], lengths: Floats, months: int) -> Ramps:
        """Lay out ramps of these shapes [rows] and lengths [rows, members], months, for a run of so
        many months.
        """
        keep, first, rises = np.ones_like(lengths), np.zeros_like(lengths), []
        for shape in dict.fromkeys(shapes):
            rows = np.flatnonzero([each == shape for each in shapes])
            idle = idle_shares(shape, lengths[rows], 1)
            first[rows] = idle[0]
            if shape == EXPONENTIAL:
                keep[rows] = np.divide(
                    idle[1], idle[0], out=np.zeros_like(idle[0]), where=idle[0] > 0
                )
            else:
                rises.append(Rise.build(shape, rows, lengths, months))
        lasting = keep if EXPONENTIAL in shapes else None
        return cls(np.zeros_like(lengths), first, lasting, tuple(rises))

    def advance(self, month: int) -> None:
        """Let a month pass."""
        if self.keep is not None:
            self.unramped *= self.keep
        for rise in self.rises:
            rise.advance(self.unramped, month)
        raised(self.unramped)

    def begin(self, matured: Floats) -> None:
        """Let capacity `matured` [rows, members], which is qualified this month, ramp up."""
        self.unramped += matured * self.first
        for rise in self.rises:
            rise.begin(matured)

    def lose(self, stays: Floats) -> None:
        """Leave a share `stays` [rows, members] of what ramps up."""
        self.unramped *= stays
        for rise in self.rises:
            rise.keep(stays)

    def stop(self, there: Bools) -> None:
        """Give up what ramps up `there` [rows, members]."""
        self.lose(np.where(there, 0.0, 1.0))

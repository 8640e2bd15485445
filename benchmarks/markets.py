"""Measure one allocation without waste on large markets: time per round, memory, and growth with
the number of links."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.measure import Row, fastest
from sim.kernels.allocation import Allocation, allocate
from sim.kernels.arrays import Floats
from sim.kernels.market import Market

SIZES = (10_000, 100_000, 1_000_000)
"""Links; a tenth as many lines, and as many needs."""
GIB = 2**30
SLACK = 1e-9
"""Share of an amount by which sums over many links may be off."""


@dataclass(frozen=True)
class Case:
    """Hold a random market, one member."""

    market: Market
    supply: Floats
    demand: Floats
    weight: Floats
    cap: Floats

    @classmethod
    def random(cls, links: int) -> Case:
        """Draw a market: short of goods here, short of buyers there; every other link has a cap."""
        rng = np.random.default_rng(links)
        ends = links // 10
        key = np.unique(rng.integers(0, ends * ends, links + links // 100))
        key = np.sort(rng.permutation(key)[:links])
        cap = np.where(rng.random((links, 1)) < 0.5, rng.uniform(1, 20, (links, 1)), np.inf)
        market = Market.build(key // ends, key % ends, ends, ends)
        return cls(
            market,
            rng.uniform(0, 100, (ends, 1)),
            rng.uniform(0, 90, (ends, 1)),
            rng.uniform(0.1, 3, (links, 1)),
            cap,
        )

    def allocate(self) -> Allocation:
        """Allocate until nothing is wasted."""
        return allocate(self.market, self.supply, self.demand, self.weight, self.cap)

    def check(self, found: Allocation) -> None:
        """Make sure that it holds together; raises AssertionError where goods appear, vanish, or
        are wasted."""
        left, wanted = self.supply - found.shipped, self.demand - found.received
        room = self.cap - found.flow
        useful = (
            (left > SLACK * self.supply)[self.market.line]
            & (wanted > SLACK * self.demand)[self.market.need]
            & (room > SLACK)
        )
        for what, holds in (
            ("no line ships more than it has", (left >= -SLACK * self.supply).all()),
            ("no need gets more than it wants", (wanted >= -SLACK * self.demand).all()),
            (
                "no link carries more than its cap, or less than nothing",
                ((room >= -SLACK) & (found.flow >= 0)).all(),
            ),
            (
                "what is shipped arrives",
                np.isclose(found.shipped.sum(), found.received.sum(), rtol=SLACK),
            ),
            (
                "something is short and something is left over",
                (wanted > 1).any() and (left > 1).any(),
            ),
            ("nothing is wasted", not useful.any()),
        ):
            if not holds:
                raise AssertionError(f"it does not hold that {what}")


def measure() -> Iterator[Row]:
    """Measure allocations of rising size."""
    sizes = [time_round(links) for links in SIZES]
    per_round, copying, rounds = zip(*sizes, strict=True)
    yield Row(
        "one round over copying the link arrays, 10^6 links",
        per_round[-1] / copying[-1],
        "times",
        most=25,
    )
    yield Row("rounds to no waste, 10^6 links", rounds[-1], "rounds")
    yield Row("one round, 10^6 links", per_round[-1] * 1e3, "ms")
    yield Row("peak memory, 10^6 links", peak_memory(SIZES[-1]) / GIB, "GiB", most=1)
    yield Row(
        "growth of a round, 10^4 to 10^6 links",
        exponent(per_round),
        "(exponent)",
        least=0.8,
        most=1.3,
    )


def time_round(links: int) -> tuple[float, float, int]:
    """Return seconds for a round, seconds for copying the link arrays, and how many rounds there
    were."""
    case = Case.random(links)
    found = case.allocate()
    case.check(found)
    # the copies are made beforehand, so that the first touch of their memory is not timed
    pairs = [
        (each, each.copy())
        for each in (case.market.line, case.market.need, case.weight, case.cap, found.flow)
    ]

    def copy_links() -> None:
        for source, target in pairs:
            np.copyto(target, source)

    whole, copying = fastest([case.allocate, copy_links], repeats=5)
    return whole / found.rounds, copying, found.rounds


def peak_memory(links: int) -> int:
    """Return the most memory that a market, its numbers and its allocation take together, bytes."""
    tracemalloc.start()
    try:
        Case.random(links).allocate()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def exponent(times: Sequence[float]) -> float:
    """Return the slope of time against links, both in logarithms."""
    return float(np.polyfit(np.log(SIZES), np.log(times), 1)[0])

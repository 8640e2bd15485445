"""Find by rank regression which inputs make results spread, and so which assumption to research
next.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sim.assess.drawn import Drawn, drawn
from sim.assess.evidence import Number, Table
from sim.assess.fates import hits
from sim.assess.regression import LEAST_MEMBERS, Fit, rank_regression
from sim.errors import InputError
from sim.records import Floats, Records
from sim.scenario.quantity import CONFIDENCES
from sim.scenario.schema import Scenario

HEADLINE = "fill_rate_after"
"""The metric of each need that a restriction hits whose spread is explained."""
DOCUMENTED = "documented"
"""The confidence of numbers that need no research."""
ALL = "*"
"""Stands for all products of a state that a restriction hits."""

SHOWN = 15


@dataclass(frozen=True, eq=False)
class Part:
    """Hold how much a number explains of each target, through all that is drawn from it."""

    number: Number
    shares: Floats
    """[targets]: of the variance of ranks"""
    strongest: Floats
    """[targets]: the coefficient of its strongest draw"""

    @classmethod
    def blank(cls, number: Number, targets: int) -> Part:
        """Make one that explains nothing yet."""
        return cls(number, np.zeros(targets), np.zeros(targets))

    @property
    def most(self) -> int:
        """Return the place of the target that it explains most of."""
        return int(self.shares.argmax())


class Ranked(NamedTuple):
    """Hold a row of the ranking; see `Importance.ranking`."""

    path: str
    confidence: str
    share: float
    state: str
    product: str
    there: float
    coefficient: float


@dataclass(frozen=True, eq=False)
class Importance:
    """Hold which inputs make the headline metrics spread: the fill rate since the hit, of each need
    and of each state.
    """

    inputs: list[Drawn]
    targets: list[tuple[str, str]]
    """(state, product) of each metric; the product `*` stands for the mean of the state's needs
    that were hit, where there are several"""
    variances: Floats
    """[targets]: variance of the metric over the members in which it is finite"""
    fits: list[Fit]

    @cached_property
    def metrics(self) -> Table:
        """Tabulate for each metric which share of its variance comes from inputs of which
        confidence.

        Variance is that of ranks. `r2` is what the regression explains, `unexplained` the rest:
        weak inputs, interactions, chance within a run; all NaN where nothing could be fitted, and
        `remark` says why.
        """
        r2 = np.array([fit.r2 for fit in self.fits])
        return {
            "state": [state for state, _ in self.targets],
            "product": [product for _, product in self.targets],
            "metric": [HEADLINE] * len(self.targets),
            "n": np.array([fit.members for fit in self.fits], dtype=np.int64),
            "r2": r2,
            **{
                each: np.array([self._from(fit, each) for fit in self.fits]) for each in CONFIDENCES
            },
            "unexplained": 1.0 - r2,
            "remark": [fit.remark for fit in self.fits],
        }

    @cached_property
    def ranking(self) -> Table:
        """Tabulate the inputs that are not documented, the one to research next first.

        `share` is the share of the variance of all needs' metrics together that comes from the
        number, through all that is drawn from it; `state` and `product` say of which need's it
        explains most, `there` which share, and `coefficient`, of its strongest draw there, which
        way.
        """
        single = [place for place, (_, product) in enumerate(self.targets) if product != ALL]
        weights = self.variances[single] / max(self.variances[single].sum(), 1e-300)
        ranked = sorted(
            (each for each in self._parts(single) if each.number.quantity.confidence != DOCUMENTED),
            key=lambda each: -float(each.shares @ weights),
        )
        rows = [self._ranked(each, single, weights) for each in ranked]
        table: Table = {name: [getattr(row, name) for row in rows] for name in Ranked._fields}
        for name in ("share", "there", "coefficient"):
            table[name] = np.array(table[name], dtype=np.float64)
        return table

    def _ranked(self, part: Part, targets: Sequence[int], weights: Floats) -> Ranked:
        state, product = self.targets[targets[part.most]]
        return Ranked(
            path=part.number.path,
            confidence=part.number.quantity.confidence,
            share=float(part.shares @ weights),
            state=state,
            product=product,
            there=float(part.shares[part.most]),
            coefficient=float(part.strongest[part.most]),
        )

    def _parts(self, targets: Sequence[int]) -> list[Part]:
        """List the numbers from which these targets' spread comes."""
        found: dict[Number, Part] = {}
        for column, fit in enumerate(self.fits[place] for place in targets):
            for row, share, coefficient in zip(
                fit.inputs, fit.shares.tolist(), fit.coefficients.tolist(), strict=True
            ):
                number = self.inputs[row].number
                part = found.setdefault(number, Part.blank(number, len(targets)))
                part.shares[column] += share
                part.strongest[column] = max(part.strongest[column], coefficient, key=abs)
        return list(found.values())

    def _from(self, fit: Fit, confidence: str) -> float:
        """Sum the shares of inputs of this confidence."""
        rows = zip(fit.inputs, fit.shares.tolist(), strict=True)
        found = math.fsum(
            share
            for row, share in rows
            if self.inputs[row].number.quantity.confidence == confidence
        )
        return math.nan if fit.remark else found


def importance(scenario: Scenario, records: Records) -> Importance:
    """Say which inputs make the fill rates since the hit spread, by rank regression over the
    members that draw.

    Raises InputError with too few members.
    """
    check_members(len(records.members))
    columns = [column for column, member in enumerate(records.members) if member != 0]
    inputs, members = drawn(scenario), [records.members[column] for column in columns]
    draws = np.array(
        [each.number.quantity.draw(scenario.seed, each.name, members) for each in inputs]
    ).reshape(len(inputs), len(members))
    # what differs by rounding alone does not differ
    values = np.round(records.summary[HEADLINE][:, columns], 6)
    targets = _targets(records, values)
    return Importance(
        inputs,
        list(targets),
        np.array([_variance(value) for value in targets.values()]),
        [rank_regression(draws, value) for value in targets.values()],
    )


def _targets(records: Records, values: Floats) -> dict[tuple[str, str], Floats]:
    """Take from `values` [needs, members] those of the needs that were hit, and the mean of each
    state that has several.
    """
    hit = hits(records)
    found = {need: values[row] for row, need in enumerate(records.needs) if need in hit}
    for state, count in Counter(state for state, _ in found).items():
        if count > 1:
            own = [value for (each, _), value in found.items() if each == state]
            found[state, ALL] = np.mean(own, axis=0)
    return found


def _variance(values: Floats) -> float:
    """Return the variance of the finite values, 0 where there is none."""
    finite = values[np.isfinite(values)]
    return float(finite.var()) if finite.size else 0.0


def check_members(members: int) -> None:
    """Refuse fewer than LEAST_MEMBERS members beside the central case. Raises InputError."""
    if members <= LEAST_MEMBERS:
        least = LEAST_MEMBERS + 1
        raise InputError(
            f"members: {members} is too few to tell which inputs matter; give {least} or more,"
            " better 200"
        )


def described(found: Importance) -> str:
    """Write from which inputs the headline metrics' spread comes, and which numbers to research
    next.
    """
    if not found.targets:
        return f"No restriction hit a need: there is no {HEADLINE} whose spread to explain."
    return _tables(found)


def _tables(found: Importance) -> str:
    """Write the tables of what explains the spread, and of what to research next."""
    metrics, ranking = found.metrics, found.ranking
    shares = ["r2", *CONFIDENCES]
    rows = zip(*(metrics[name] for name in ("state", "product", "remark", *shares)), strict=True)
    explained = [
        [state, product, *([remark] if remark else map(_percent, numbers))]
        for state, product, remark, *numbers in rows
    ]
    names = ("share", "path", "confidence", "state", "product", "there", "coefficient")
    ranked = list(zip(*(ranking[name] for name in names), strict=True))
    next_ones = [
        [
            _percent(share),
            path,
            confidence,
            f"{state} {product}",
            f"{_percent(there)} ({coefficient:+.2f})",
        ]
        for share, path, confidence, state, product, there, coefficient in ranked[:SHOWN]
    ]
    most = f", the first {SHOWN} of {len(ranked)}" if len(ranked) > SHOWN else ""
    return "\n".join(
        [
            (
                f"What makes {HEADLINE} spread, by rank regression over"
                f" {max((fit.members for fit in found.fits), default=0)} members"
            ),
            (
                "(shares of the variance of ranks: explained, and by confidence of the inputs that"
                " explain it)"
            ),
            "",
            *_aligned(["state", "product", "explained", *CONFIDENCES], explained),
            "",
            (
                f"To research next{most} (share of all needs' variance, and of the need that it"
                " explains most, with its rank coefficient)"
            ),
            "",
            *_aligned(["share", "number", "confidence", "most for", "there"], next_ones),
            *(["", _narrowing(ranked[0])] if ranked and ranked[0][0] > 0 else []),
        ]
    )


def _narrowing(first: tuple[Any, ...]) -> str:
    """Write which observation would narrow the answer most, and by how much.

    What explains a share s of a variance, once known, leaves a spread of sqrt(1 - s).
    """
    share, path, _, state, product, there, _ = first
    everywhere, most = (_percent(1 - math.sqrt(1 - min(each, 1.0))) for each in (share, there))
    return (
        f"What would narrow the answer most is to observe {path}: known for sure, it takes"
        f" {everywhere} off the spread of all needs together, and {most} off that of"
        f" {state} {product}."
    )


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write rows in columns; a row may end early."""
    table = [heads, *rows]
    widths = [
        max(len(row[place]) for row in table if place < len(row) - 1 or len(row) == len(heads))
        for place in range(len(heads))
    ]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in table
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

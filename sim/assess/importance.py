"""Say which inputs make results spread, so that it is known which assumption to research next: by
rank regression.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special, stats

from sim.assess.evidence import CONFIDENCES, Drawn, Number, Table, drawn
from sim.assess.fates import hits
from sim.errors import InputError
from sim.records import Floats, Records
from sim.scenario.schema import Scenario

HEADLINE = "fill_rate_after"
"""The metric of each need that a restriction hits whose spread is explained."""
ALL = "*"
"""Stands for all products of a state that a restriction hits."""

LEAST_MEMBERS = 20
"""Members, the central case not counted, without which no regression is made."""
MEMBERS_PER_INPUT = 5
"""Members for each input that a regression may hold."""
CHANCE = 0.05
"""Probability with which noise alone may bring any input into a regression (Bonferroni)."""
SHOWN = 15


@dataclass(frozen=True, eq=False)
class Fit:
    """Hold a rank regression: how much of a number's spread over the members which inputs
    explain.
    """

    members: int
    """Members that count"""
    inputs: list[int]
    """Rows of the inputs that explain something, the first to come in first"""
    coefficients: Floats
    """Standardised rank regression coefficients of these inputs"""
    shares: Floats
    """Shares of the variance of the ranks (coefficient times rank correlation); they add up to R
    squared"""
    remark: str = ""
    """Why nothing could be fitted"""

    @property
    def r2(self) -> float:
        """Return R squared, the share of the variance of the ranks that is explained; NaN where
        nothing could be fitted.
        """
        return math.nan if self.remark else float(self.shares.sum())


def rank_regression(inputs: Floats, values: Floats) -> Fit:
    """Explain `values` [members] by `inputs` [inputs, members]: linear regression of ranks on
    ranks, forward selection.

    An input comes in while the correlation of its ranks with what is left is larger than noise
    alone would bring forth among so many inputs (CHANCE), and while there are MEMBERS_PER_INPUT
    members for each. Members with NaN do not count; infinite values rank highest or lowest. Nothing
    is fitted to a constant, nor with fewer than LEAST_MEMBERS members.
    """
    counted = ~np.isnan(values)
    size = int(counted.sum())
    target = _standard(values[None, counted])[0]
    if size < LEAST_MEMBERS or not target.any():
        return Fit(
            size,
            [],
            np.zeros(0),
            np.zeros(0),
            "constant" if size >= LEAST_MEMBERS else f"applies to {size} members only",
        )
    ranks = _standard(inputs[:, counted])
    candidates = max(int(ranks.any(axis=1).sum()), 1)
    least = float(special.ndtri(1 - CHANCE / (2 * candidates))) / math.sqrt(size - 1)
    chosen: list[int] = []
    coefficients, left = np.zeros(0), target
    while len(chosen) < size // MEMBERS_PER_INPUT and left.std() > 1e-9:
        correlation = np.abs(ranks @ left) / (size * left.std())
        correlation[chosen] = 0.0
        if correlation.max(initial=0.0) <= least:
            break
        chosen.append(int(correlation.argmax()))
        coefficients = np.linalg.lstsq(ranks[chosen].T, target)[0]
        left = target - coefficients @ ranks[chosen]
    return Fit(size, chosen, coefficients, coefficients * (ranks[chosen] @ target) / size)


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
        shares: dict[Number, Floats] = {}
        signs: dict[Number, Floats] = {}
        for column, fit in enumerate(self.fits[place] for place in single):
            for row, share, coefficient in zip(
                fit.inputs, fit.shares.tolist(), fit.coefficients.tolist(), strict=True
            ):
                number = self.inputs[row].number
                shares.setdefault(number, np.zeros(len(single)))[column] += share
                strongest = signs.setdefault(number, np.zeros(len(single)))
                strongest[column] = max(strongest[column], coefficient, key=abs)
        weights = self.variances[single] / max(self.variances[single].sum(), 1e-300)
        gain = {
            number: float(each @ weights)
            for number, each in shares.items()
            if number.quantity.confidence != "documented"
        }
        ranked = sorted(gain, key=lambda number: -gain[number])
        most = [int(shares[number].argmax()) for number in ranked]
        return {
            "path": [number.path for number in ranked],
            "confidence": [number.quantity.confidence for number in ranked],
            "share": np.array([gain[number] for number in ranked], dtype=np.float64),
            "state": [self.targets[single[column]][0] for column in most],
            "product": [self.targets[single[column]][1] for column in most],
            "there": np.array(
                [shares[number][column] for number, column in zip(ranked, most, strict=True)],
                dtype=np.float64,
            ),
            "coefficient": np.array(
                [signs[number][column] for number, column in zip(ranked, most, strict=True)],
                dtype=np.float64,
            ),
        }

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
    hit, inputs = hits(records), drawn(scenario)
    members = [records.members[column] for column in columns]
    draws = np.array(
        [each.number.quantity.draw(scenario.seed, each.name, members) for each in inputs]
    ).reshape(len(inputs), len(members))
    # what differs by rounding alone does not differ
    values = np.round(records.summary[HEADLINE][:, columns], 6)
    rows = {need: values[row] for row, need in enumerate(records.needs) if need in hit}
    for state, count in Counter(state for state, _ in rows).items():
        if count > 1:
            rows[state, ALL] = np.mean(
                [value for (each, _), value in rows.items() if each == state], axis=0
            )
    variances = [
        value[np.isfinite(value)].var() if np.isfinite(value).any() else 0.0
        for value in rows.values()
    ]
    return Importance(
        inputs,
        list(rows),
        np.array(variances),
        [rank_regression(draws, value) for value in rows.values()],
    )


def check_members(members: int) -> None:
    """Refuse fewer than LEAST_MEMBERS members beside the central case. Raises InputError."""
    if members <= LEAST_MEMBERS:
        least = LEAST_MEMBERS + 1
        raise InputError(
            f"members: {members} is too few to tell which inputs matter; give {least} or more,"
            " better 200"
        )


def assumed_share(scenario: Scenario, records: Records) -> Floats:
    """Return the share of what is explained of each need's spread that assumed inputs explain,
    [needs].

    NaN where nothing is: needs that were not hit, do not differ by member, or follow no input; all
    with too few members.
    """
    shares = np.full(len(records.needs), np.nan)
    if len(records.members) <= LEAST_MEMBERS:
        return shares
    table = importance(scenario, records).metrics
    for state, product, assumed, r2 in zip(
        *(table[name] for name in ("state", "product", "assumed", "r2")), strict=True
    ):
        if product != ALL and r2 > 0:
            shares[list(records.needs).index((state, product))] = assumed / r2
    return shares


def described(found: Importance) -> str:
    """Write from which inputs the headline metrics' spread comes, and which numbers to research
    next.
    """
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
        ]
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


def _standard(values: Floats) -> Floats:
    """Rank each row, [rows, members], ties alike, and scale ranks to mean 0 and variance 1; a
    constant row is 0.
    """
    ranks: Floats = stats.rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    spread = ranks.std(axis=1, keepdims=True)
    scaled: Floats = np.divide(ranks, spread, out=np.zeros_like(ranks), where=spread > 0)
    return scaled

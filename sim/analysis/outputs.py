"""Take from a study what may depend on its factors: an output is one metric of one need, a number
at each point.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim.analysis.sensitivity.indices import PLANS
from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats, Ints
from sim.report.statistics import spread
from sim.report.tables import COARSE
from sim.scenario.suggestions import listed
from sim.study.designs import Column
from sim.study.experiment import Experiment
from sim.study.observables import measure_of
from sim.study.reading import SPREAD
from sim.study.study import Study


class Output(NamedTuple):
    """Name one."""

    metric: str
    state: str
    product: str

    def __str__(self) -> str:
        return f"{self.metric} of {self.state}, {self.product}"


def faults(
    study: Study, metrics: Sequence[str] | None, of: str, confidence: float
) -> Iterator[str]:
    """List why what is asked of a study cannot be had.

    Raises InputError while its runs are pending.
    """
    kind, failures = study.spec.design.kind, study.failures
    if kind not in PLANS:
        what = (
            "first and total order indices need the design saltelli, as in {kind: saltelli, points:"
            " 256}, with N (factors + 2) points"
        )
        yield (
            f"its design is {kind}: {what}; morris, with N (factors + 1), is a first look at many"
            " factors"
        )
    elif study.spec.design.points == 1:
        yield (
            f"its design has a single {PLANS[kind].block}, which leaves no interval; extend it to"
            " more"
        )
    if len(failures):
        first = failures.iloc[0]
        told = f"the first is point {first['point']} ({first['error']}: {first['message']})"
        yield (
            f"{len(failures)} of {study.store.state.points} points failed, {told}; all are needed:"
            " sweep --retry-failed runs them again"
        )
    if list(study.points.columns[1:]) != list(study.spec.factors):
        yield "its factors are not those of its points: study.yaml was changed"
    if of not in SPREAD:
        yield f"of: '{of}' is not {listed(SPREAD)}"
    if not 0 < confidence < 1:
        yield f"confidence: {confidence} is not between 0 and 1"
    if metrics is not None and not metrics:
        yield "metrics: names nothing"
    yield from _unknown(study, metrics or ())


def _unknown(study: Study, metrics: Sequence[str]) -> Iterator[str]:
    for text in metrics:
        measure = measure_of(text)
        if measure is None:
            yield f"'{text}' is not a metric; write name, or name[state, product, period]"
        elif fault := study.unkept(measure):
            yield fault


def outputs(study: Study, metrics: Sequence[str] | None = None) -> list[Output]:
    """List the outputs that a study keeps, all or those that metrics without faults choose, each
    once.
    """
    if metrics is None:
        return [Output(*row) for row in study.rows.itertuples(index=False, name=None)]
    measures = [measure for measure in map(measure_of, metrics) if measure]
    return [
        Output(*row)
        for row in dict.fromkeys(row for measure in measures for row in study.chosen(measure))
    ]


def at_points(study: Study, output: Output, of: str) -> Floats:
    """Give an output at each point, [points], in the order of the folder: `of` (mean, p05 ...) its
    members.
    """
    members = study.store.state.members
    return spread(study.values(*output), range(members), COARSE)[of]


def not_finite(values: Floats) -> str:
    """Say where numbers, one a point, are not finite; empty where all are."""
    cases = (
        ("is infinite (not reached within the run)", np.isinf(values)),
        ("does not apply", np.isnan(values)),
    )
    return " and ".join(f"{what} at {_where(bad)}" for what, bad in cases if bad.any())


def _where(bad: Bools) -> str:
    return (
        f"all {bad.size} points"
        if bad.all()
        else f"{bad.sum()} of {bad.size} points, the first is point {bad.argmax()}"
    )


def order(study: Study, columns: Mapping[str, Column]) -> Ints:
    """Say where in a study each point of its design stands; `columns` hold the points in the order
    in which they are drawn.

    A study that has grown may have them in another. Points alike have runs alike, so it does not
    matter which of them is taken. Raises InputError where the points are not exactly those of the
    design.
    """
    drawn = Experiment(study.spec, (), {}, (), columns).table()
    found = study.store.points()
    if Counter(drawn) != Counter(found):
        missing = sum((Counter(drawn) - Counter(found)).values())
        told = (
            f"has {len(found)} points, and {missing} of the {len(drawn)} of its design are not"
            " among them"
        )
        why = "study.yaml was changed, or they were drawn by another SALib"
        raise InputError(f"{study.folder}: {told}: {why}; run the study anew")
    places: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for place, cells in enumerate(found):
        places[cells].append(place)
    return np.array([places[cells].popleft() for cells in drawn])

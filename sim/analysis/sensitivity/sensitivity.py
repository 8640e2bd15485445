"""Say on which factors the results of a study depend, and how surely that is known.

The study's design decides what can be computed. saltelli gives Sobol indices: the share of an
output's variance over the points that a factor explains alone (first order, S1), and the share to
which it contributes, alone or with others (total order, ST). morris gives elementary effects: how
far an output moves when a factor goes over its whole range (mean size mu_star, mean mu, standard
deviation sigma), from far fewer points.

An output is one metric of one need, taken over the members of a point. Members have the same draws
at every point, so what differs between points is due to the factors and never to chance.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.outputs import Output, at_points, faults, not_finite, order, outputs
from sim.analysis.sensitivity.indices import PLANS, Plan, is_too_much, plan, unsure
from sim.analysis.sensitivity.result import WORDS, Explained, Words
from sim.analysis.sensitivity.text import MOST_OUTPUTS, counted, first, left_out, more
from sim.errors import InputError
from sim.report.card import Card, Shown
from sim.report.study import save_tables
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import MOST_LISTED
from sim.study.spec import Spec
from sim.study.store import LABELS
from sim.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart

MOST_FACTORS = 4
"""Factors of each output that the text shows."""
LEAST = 0.01
"""Share of the largest number below which the text leaves a factor out."""


def sensitivity(
    study: Study | str | os.PathLike[str],
    metrics: str | Sequence[str] | None = None,
    *,
    of: str = "mean",
    confidence: float = 0.95,
) -> Sensitivity:
    """Say how much each factor of a finished study, or of its folder, moves each output, and which
    factors matter most.

    `metrics`, written as in a study, choose among those that the study keeps; without them all are
    taken that can be. `of` is what is taken of an output at each point: mean, p05, p50 or p95 over
    its members, or central, the case without draws. Intervals hold an index with `confidence` and
    are the same every time. Raises InputError, with all faults together, for a study that is not
    finished, has failed points, or has another design or other points than its design; for metrics
    that it does not keep or whose numbers are not finite; and where no output varies.
    """
    found = study if isinstance(study, Study) else Study(study)
    chosen = [metrics] if isinstance(metrics, str) else metrics
    if wrong := list(faults(found, chosen, of, confidence)):
        raise InputError("\n".join(f"{found.folder}: {each}" for each in wrong))
    ready = plan(found.spec.design, found.spec.factors, confidence)
    explained, endless, flat = _sorted(found, ready, outputs(found, chosen), of)
    left = {**endless, **flat}
    if not explained or (chosen is not None and endless):
        told = [f"{found.folder}: {output} {reason}" for output, reason in left.items()]
        hint = f"choose another metric, or take another statistic of its members than {of}"
        raise InputError("\n".join([*told[:MOST_LISTED], hint]))
    return Sensitivity(
        found.spec, found.scenario, tuple(explained), left, of, confidence, chosen is not None
    )


def _sorted(
    study: Study, ready: Plan, outputs: Sequence[Output], of: str
) -> tuple[list[Explained], dict[Output, str], dict[Output, str]]:
    """Sort outputs into those that can be explained, those that are not finite and those that do
    not vary, the latter two with the reason.
    """
    places = order(study, ready.columns)
    explained: list[Explained] = []
    endless: dict[Output, str] = {}
    flat: dict[Output, str] = {}
    for output in outputs:
        values = at_points(study, output, of)
        if reason := not_finite(values):
            endless[output] = reason
        elif reason := ready.flaw(values[places]):
            flat[output] = reason
        else:
            explained.append(Explained.of(output, values[places], ready))
    return explained, endless, flat


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Shown):
    """Hold how much each factor moves each output."""

    spec: Spec
    """The study"""
    scenario: Scenario
    """What it varies; of several, the first"""
    explained: tuple[Explained, ...]
    left: Mapping[Output, str]
    """Why other outputs tell nothing"""
    of: str
    confidence: float
    is_chosen: bool
    """Whether outputs were asked for by name"""

    @property
    def plan(self) -> type[Plan]:
        """Say what was computed."""
        return PLANS[self.spec.design.kind]

    def card(self) -> Card:
        """Return what is shown of it at a glance: the factors, those that matter most first."""
        design = self.spec.design
        factors = counted(len(self.factors), "factor")
        outputs = counted(len(self.explained), "output")
        return Card.of_frame(
            f"{self.scenario.name}: {factors} of {outputs}, {design.kind}",
            f"share of an output that a factor moves ({self.of} of the members), mean and largest:",
            self.ranking,
            "text, table, ranking, factors, explained, chart(), save()",
        )

    @property
    def words(self) -> Words:
        """Say what that means."""
        return WORDS[self.spec.design.kind]

    @property
    def factors(self) -> list[str]:
        """Name the factors, in the study's order."""
        return list(self.spec.factors)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Tabulate metric, state, product, factor, rank, the numbers, and the output's mean and
        variance over the points.

        Numbers are S1 and ST, or mu, mu_star and sigma; `_conf` is half the width of an interval.
        The factor that matters most comes first.
        """
        import pandas as pd

        rows = []
        for each in self.explained:
            for rank, place in enumerate(each.best.tolist(), 1):
                numbers = (each.numbers[name][place] for name in self.plan.numbers)
                rows.append(
                    (*each.output, self.factors[place], rank, *numbers, each.mean, each.variance)
                )
        return pd.DataFrame(
            rows, columns=[*LABELS, "factor", "rank", *self.plan.numbers, "mean", "variance"]
        )

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """Rank the factors over all outputs by their mean share of one; also give the largest, and
        of which output that is.

        The share is ST, or the part of a factor's mu_star in those of all.
        """
        import pandas as pd

        shares = np.array([each.shares for each in self.explained])
        means = shares.mean(axis=0)
        rows = [
            (
                rank,
                self.factors[place],
                means[place],
                shares[:, place].max(),
                *self.explained[shares[:, place].argmax()].output,
            )
            for rank, place in enumerate(np.argsort(-means, kind="stable").tolist(), 1)
        ]
        return pd.DataFrame(rows, columns=["rank", "factor", "mean_share", "max_share", *LABELS])

    @cached_property
    def shown(self) -> list[Explained]:
        """Choose what to show: the first outputs asked for, else metric by metric those that vary
        most.
        """
        metrics = list(dict.fromkeys(each.output.metric for each in self.explained))
        varying = sorted(
            self.explained, key=lambda each: (metrics.index(each.output.metric), -each.variance)
        )
        return list(self.explained if self.is_chosen else varying)[:MOST_OUTPUTS]

    @property
    def text(self) -> str:
        """Write which factors matter, for what, and how far that can be trusted."""
        return "\n".join([*_overall(self), *_each(self), *_doubts(self), *left_out(self.left)])

    def save(
        self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write ranking.csv, sensitivity.csv, left_out.csv, the page and a
        manifest into a folder, whole or not at all.

        An older result there is replaced. Raises InputError where the folder cannot be written or
        holds what is not ours.
        """
        import pandas as pd

        left = pd.DataFrame(
            [(*output, reason) for output, reason in self.left.items()], columns=[*LABELS, "reason"]
        )
        tables = {"ranking": self.ranking, "sensitivity": self.table, "left_out": left}
        return save_tables(
            directory,
            self.scenario,
            tables,
            figures=figures,
            command=command,
        )

    def chart(self) -> Chart | None:
        """Return the numbers of each factor with their intervals, a panel an output."""
        from sim.report.charts.sensitivity import sensitivity as drawn
        from sim.report.charts.tables import of_frames

        tables = {"sensitivity": self.table, "ranking": self.ranking}
        return drawn(of_frames(tables.get, self.scenario))


def _basis(found: Sensitivity) -> str:
    """Say what was taken of how many points."""
    size, spec = found.spec.design.points or 0, found.spec
    taken = (
        "the central case"
        if found.of == "central"
        else f"{found.of} of {counted(spec.members or 1, 'member')}"
    )
    return (
        f"{taken} at {size * (len(spec.factors) + found.plan.extra)} points: {spec.design.kind}, N"
        f" = {size}"
    )


def _overall(found: Sensitivity) -> Iterator[str]:
    longest = max(map(len, found.factors))
    yield f"which factors matter ({_basis(found)})"
    yield (
        f"{found.words.share}: on average over {counted(len(found.explained), 'output')}, and at"
        " most"
    )
    for _, row in found.ranking.iterrows():
        most = Output(row["metric"], row["state"], row["product"])
        yield (
            f"{row['rank']:>4}  {row['factor']:<{longest}}  {row['mean_share']:.2f} "
            f" {row['max_share']:.2f} ({most})"
        )


def _each(found: Sensitivity) -> Iterator[str]:
    main, beside, words = found.plan.main, found.plan.beside, found.words
    yield (
        f"by output: {main} ({words.main}) +- half its {100 * found.confidence:g} % interval,"
        f" {beside} ({words.beside})"
    )
    for each in found.shown:
        number, half, other = each.numbers[main], each.half(main), each.numbers[beside]
        seen = [place for place in each.best if number[place] + half[place] >= LEAST * number.max()]
        told = [
            f"{found.factors[at]} {number[at]:.2g} +-{half[at]:.2g}, {other[at]:.2g}"
            for at in seen[:MOST_FACTORS]
        ]
        yield f"  {each.output}: {'; '.join(told)}"
    yield from more(len(found.explained) - len(found.shown), "sensitivity.csv")


def _doubts(found: Sensitivity) -> Iterator[str]:
    """Say what is not known well enough."""
    main, hint = found.plan.main, f"N = {found.spec.design.points} is too small"
    wide, much = [], []
    for each in found.explained:
        places = np.flatnonzero(unsure(each.numbers[main], each.half(main)))
        if places.size:
            wide.append(f"  {each.output}: {', '.join(found.factors[place] for place in places)}")
        if "S1" in each.numbers and is_too_much(each.numbers["S1"], each.half("S1")):
            much.append(f"  {each.output}: {each.numbers['S1'].sum():.2f}")
    if wide:
        yield (
            f"{hint} to know these well, their intervals are as wide as their {main}; extend the"
            " study:"
        )
        yield from first(wide, "sensitivity.csv")
    if much:
        yield (
            f"{hint} for these outputs, their S1 add up to more than 1 by more than their"
            " intervals; extend the study:"
        )
        yield from first(much, "sensitivity.csv")

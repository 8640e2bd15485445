"""Knock out every factory and every link in turn, and say what each is worth.

All knock-outs are one ensemble: each is a set of columns beside the untouched run of the same
members, so differences are paired: the same draws, and nothing else changed. This is the dynamic
counterpart of the static systemic risk index.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.engine.model import SupplyModel
from sim.engine.run import Progress
from sim.engine.tape import Tape
from sim.errors import InputError
from sim.experiments.systemic import at_rest, network_of
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import total
from sim.kernels.systemic import esri
from sim.metrics.derive import by_month, recorded_for
from sim.report.card import Card, Shown
from sim.report.charts.wording import counted
from sim.report.statistics import spread
from sim.report.study import save_tables
from sim.scenario.plant_kinds import Outage
from sim.scenario.revision import revised
from sim.scenario.schema import Scenario
from sim.scenario.trade_kinds import CutOff
from sim.world.axes import Axes
from sim.world.numbering import number

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart

T = TypeVar("T")

CHUNK = 100
"""Columns simulated side by side."""
LEVELS = (5, 50, 95)


@dataclass(frozen=True, eq=False)
class KnockOut:
    """Name what is taken away, and its rows of the world."""

    kind: str
    """factory or link"""
    name: str
    exporter: str
    importer: str
    product: str
    rows: Ints
    """Lines of the factory, or the link"""


@dataclass(frozen=True, eq=False, repr=False)
class Stress(Shown):
    """Hold what factories and links are worth."""

    scenario: Scenario
    """As it was run"""
    at: str
    """Month YYYY-MM of the knock-outs"""
    table: pd.DataFrame
    """A row a knock-out, the worst first by the mean difference: what is knocked out; the
    resilience loss without and with it (months of need unmet, summed over needs); their paired
    difference with its spread over the members; the time to survive (months until a need is covered
    worse than without the knock-out; inf: never); and the static index, NaN for links"""

    def card(self) -> Card:
        """Return what is shown of it at a glance: what matters most when lost."""
        columns = ["kind", "name", "product", *(f"difference_{p}" for p in ("p50", "p05", "p95"))]
        whom = counted(self.scenario.members, "member")
        return Card.of_frame(
            f"{self.scenario.name}: {counted(len(self.table), 'knock-out')} from {self.at} on",
            f"months of need lost to each, paired over {whom}; the worst first:",
            self.table[[*columns, "time_to_survive_p50"]],
            "table, scenario, at, chart(), save()",
        )

    def chart(self) -> Chart | None:
        """Return what matters most when lost; None where nothing does."""
        from sim.report.charts.stress import stress
        from sim.report.charts.tables import of_frames

        return stress(of_frames({"criticality": self.table}.get, self.scenario))

    def save(
        self, folder: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write criticality.csv, the page and a manifest into a folder, whole or not at all.

        An older result there is replaced. Raises InputError where the folder cannot be written or
        holds what is not ours.
        """
        tables = {"criticality": self.table}
        return save_tables(folder, self.scenario, tables, figures=figures, command=command)


def stress(
    scenario: Scenario,
    *,
    members: int = 20,
    at: str | None = None,
    links: bool = True,
    progress: Progress | None = None,
) -> Stress:
    """Return what each factory and, unless told otherwise, each link is worth: each is knocked out
    for good from a month on.

    `at` is the month YYYY-MM of the knock-outs; the first by default. Raises InputError for a month
    outside the run or no members.
    """
    import pandas as pd

    revision = revised(scenario, members=members)
    members = revision.members
    month = month_of(scenario, at)
    axes = number(scenario)
    outs = knock_outs(axes, links=links)
    untouched = np.concatenate(
        [_fill(scenario, axes, some, [], month) for some in _parts(range(members))], axis=-1
    )
    base = _loss(untouched, month)
    loss, survived = np.empty((len(outs), members)), np.empty((len(outs), members))
    columns = [(row, member) for row in range(len(outs)) for member in range(members)]
    done = 0
    for part in _parts(columns):
        rows, some = np.array([row for row, _ in part]), [member for _, member in part]
        fill = _fill(
            scenario, axes, some, [(outs[row], rows == row) for row in np.unique(rows)], month
        )
        loss[rows, some] = _loss(fill, month)
        survived[rows, some] = _survived(fill, untouched[..., some], month)
        done += len(part)
        if progress:
            progress(done, len(columns))
    table = _table(outs, base, loss, survived, _static(scenario, axes, outs), range(members))
    frame = pd.DataFrame(table)
    frame = frame.sort_values(
        ["difference_mean", "kind", "name"],
        ascending=[False, True, True],
        kind="stable",
        ignore_index=True,
    )
    return Stress(revision, scenario.month_labels[month], frame)


def knock_outs(axes: Axes, *, links: bool) -> list[KnockOut]:
    """List every factory with lines, and every link."""
    found = []
    for row, factory in enumerate(axes.factories):
        lines = np.flatnonzero(axes.line_factory == row)
        if lines.size:
            products = " ".join(axes.lines[line][1] for line in lines)
            found.append(
                KnockOut(
                    "factory", factory, axes.states[axes.line_state[lines[0]]], "", products, lines
                )
            )
    for link, (line, need) in enumerate(
        zip(axes.link_line.tolist(), axes.link_need.tolist(), strict=True) if links else ()
    ):
        factory, product = axes.lines[line]
        importer, user = axes.needs[need][0], axes.need_line[need]
        name = f"{factory} -> {importer}" if user < 0 else f"{factory} -> {axes.lines[user][0]}"
        found.append(
            KnockOut(
                "link", name, axes.states[axes.exporter[link]], importer, product, np.array([link])
            )
        )
    return found


def month_of(scenario: Scenario, at: str | None) -> int:
    """Return the month of the knock-outs. Raises InputError for one outside the run."""
    labels = scenario.month_labels
    if at is not None and at not in labels:
        raise InputError(f"at: '{at}' is not a month of the run, {labels[0]} to {labels[-1]}")
    return labels.index(at) if at else 0


def _parts(columns: Sequence[T]) -> Iterator[Sequence[T]]:
    return (columns[start : start + CHUNK] for start in range(0, len(columns), CHUNK))


def _fill(
    scenario: Scenario,
    axes: Axes,
    members: Sequence[int],
    outs: Sequence[tuple[KnockOut, Bools]],
    month: int,
) -> Floats:
    """Run these members, each with the knock-outs whose mask names its column: fill rates [months,
    needs, members].
    """
    tape = Tape.blank(scenario, axes, len(members), recorded_for(["fill_rate"]))
    model = SupplyModel(scenario, members, axes, tape, {})
    label = scenario.month_labels[month]
    for out, mask in outs:
        event = (
            Outage(kind="outage", date=label, factory=out.name)
            if out.kind == "factory"
            else CutOff(kind="cut_off", date=label, exporter=out.exporter, importer=out.importer)
        )
        model.events.add(event, out.rows, mask.astype(np.float64), month)
    try:
        for _ in range(scenario.months):
            model.step()
    finally:
        model.release()
    return by_month("fill_rate", tape.series)


def _loss(fill: Floats, month: int) -> Floats:
    """Sum what is missing from a fill rate of 1 after `month`, over months and needs: [members],
    months of need.
    """
    return total(total(1.0 - fill[month:]))


def _survived(fill: Floats, untouched: Floats, month: int) -> Floats:
    """Count the months until some need is covered worse than in the untouched run: [members], inf
    where none ever is.
    """
    worse = (fill[month:] < untouched[month:] - 1e-9).any(axis=1)
    return np.where(worse.any(axis=0), worse.argmax(axis=0), np.inf)


def _static(scenario: Scenario, axes: Axes, outs: Sequence[KnockOut]) -> Floats:
    """Return the static index of each factory in the central case at rest: the share of final
    needs, all counted alike, that stays unmet when it fails; NaN for links.
    """
    network = network_of(axes, at_rest(scenario, axes)[0])
    weight = np.arange(network.firms) >= len(axes.lines)
    sets = [out.rows for out in outs if out.kind == "factory"]
    index = esri(network, sets, weight.astype(np.float64)).whole
    return np.concatenate((index, np.full(len(outs) - len(sets), np.nan)))


def _table(
    outs: Sequence[KnockOut],
    base: Floats,
    loss: Floats,
    survived: Floats,
    static: Floats,
    members: Sequence[int],
) -> dict[str, Sequence[object] | Floats]:
    table: dict[str, Sequence[object] | Floats] = {
        key: [getattr(out, key) for out in outs]
        for key in ("kind", "name", "exporter", "importer", "product")
    }
    table["loss_without"] = np.full(len(outs), base.mean())
    table["loss_with"] = loss.mean(axis=1)
    for prefix, values in (("difference", loss - base), ("time_to_survive", survived)):
        table |= {
            f"{prefix}_{key}": column for key, column in spread(values, members, LEVELS).items()
        }
    table["static_index"] = static
    return table

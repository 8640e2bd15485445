"""Compare runs member by member: the same draws in each, so that what differs is the scenarios
alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from sim.engine.load import load
from sim.engine.run import run
from sim.errors import InputError
from sim.kernels.sums import Bools, Floats, Ints
from sim.records import Records
from sim.report.files import MANIFEST, check_folder, replaced
from sim.report.manifest import hashes, manifest
from sim.report.result import Result
from sim.report.statistics import spread
from sim.report.tables import Table, csv
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario
from sim.text import encodable

if TYPE_CHECKING:
    import pandas as pd

Side = Scenario | Result | str | os.PathLike[str]
Progress = Callable[[int, int], None]
"""(member-months done, member-months in all)"""
Given = Mapping[str, int]
"""Members, seed and months, as far as they are given for all sides."""

LEVELS = (5, 50, 95)
ALL = "*"
"""Stands for all products of a state."""
HEADLINE = "fill_rate_after"
"""The metric that says who gains and who loses."""
TIE = 1e-4
"""Numbers that differ by less than this share of the larger one are a tie."""
SEEN = 0.001
"""Differences of the headline metric below this are not worth a line."""
MOST_ROWS = 16


class Measure(NamedTuple):
    """Say how to compare a metric, as the state sees it whose need it is."""

    better: Literal["higher", "lower"]
    total: Literal["mean", "sum"] | None = None
    """How a state's products are taken together; None: their units differ, or it may be infinite"""


MEASURES = {
    "fill_rate": Measure("higher", "mean"),
    "fill_rate_after": Measure("higher", "mean"),
    "unmet": Measure("lower"),
    "backlog_end": Measure("lower"),
    "substitution_ratio": Measure("higher", "mean"),
    "T50": Measure("lower"),
    "T90": Measure("lower"),
    "resilience_loss": Measure("lower", "sum"),
    "import_dependence": Measure("lower", "mean"),
    "hhi": Measure("lower", "mean"),
    "leaked": Measure("lower"),
    "spending": Measure("lower", "sum"),
    "substitution_cost": Measure("lower"),
}
"""Every metric of a summary. What leaks may stop any day, so less of it is better."""


def compare(
    *sides: Side,
    members: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare the first side with each other one, under common random numbers.

    A side is a scenario, the path of a scenario file, a result, or the path of a result folder. A
    folder holds quantiles and no members: its scenario.yaml is run again, which gives the same
    members. `members`, `seed` and `months` hold for all sides; without them the sides must agree.
    Raises InputError where they do not, ScenarioError for faulty files.
    """
    if len(sides) < 2:
        raise InputError("compare takes two sides or more: scenarios, results, or their paths")
    given = {
        key: value
        for key, value in (("members", members), ("seed", seed), ("months", months))
        if value is not None
    }
    found = [_read(side) for side in sides]
    labels = _labels([_label(side) for side in sides])
    _refuse_unlike(
        labels, [each.scenario if isinstance(each, Result) else each for each in found], given
    )
    comparison = Comparison(
        labels, tuple(_run(found, place, given, progress) for place in range(len(found)))
    )
    if not comparison.common:
        raise InputError(f"{', '.join(labels)}: have no need (state and product) in common")
    return comparison


@dataclass(frozen=True, eq=False)
class Comparison:
    """Hold results of the same members; the first is the base (A) that each other (B) is compared
    with.
    """

    labels: tuple[str, ...]
    """Names of the results, no two alike: of the file or folder, or of the scenario where it came
    from Python."""
    results: tuple[Result, ...]

    @cached_property
    def common(self) -> list[tuple[str, str]]:
        """List the needs, (state, product), that all results have; others are not compared."""
        others = [set(result.records.needs) for result in self.results[1:]]
        return [
            need for need in self.results[0].records.needs if all(need in each for each in others)
        ]

    @cached_property
    def columns(self) -> Table:
        """Tabulate the paired differences, A less B, by other side, state, product and metric.

        `mean`, `p05`, `p50`, `p95`, `central` are of the difference over the members; `p_better` is
        the share of the members in which A is better (MEASURES says which way that is), ties
        counted half (TIE says what is one); `n` counts the members to whom the metric applies on
        both sides, and no other is counted. Rows with the product `*` take a state's products
        together: means of shares, sums of money and of months of need.
        """
        tables = [_differences(self, place) for place in range(1, len(self.results))]
        joined: Table = {}
        for name, first in tables[0].items():
            parts: list[Any] = [table[name] for table in tables]
            joined[name] = (
                [text for part in parts for text in part]
                if isinstance(first, list)
                else np.concatenate(parts)
            )
        return joined

    @cached_property
    def table(self) -> pd.DataFrame:
        """Give the paired differences as a frame, columns as in comparison.csv."""
        import pandas as pd  # half a second that the command line can do without

        return pd.DataFrame(self.columns)

    def overview(self) -> str:
        """Write who gains and who loses most, by the headline metric, against each other side."""
        lines = [
            f"{HEADLINE}, {self.labels[0]} less each other: mean and 90 % of the members; share of"
            " the members in which it is better"
        ]
        for other in self.labels[1:]:
            rows = self.table.query("other == @other and metric == @HEADLINE").dropna(subset="mean")
            rows = rows[rows[["mean", "p05", "p95"]].abs().max(axis=1) >= SEEN]
            most = (
                rows.sort_values("mean", key=abs, ascending=False, kind="stable")
                .head(MOST_ROWS)
                .sort_values("mean", ascending=False)
            )
            shown = most[["state", "product", "mean", "p05", "p95", "p_better"]].to_string(
                index=False, float_format="{:.3f}".format
            )
            heading = (
                f"{len(most)} of the {len(rows)} that differ" if len(rows) else "no difference"
            )
            lines += ["", f"against {other}: {heading}", *([shown] if len(rows) else [])]
        return "\n".join(lines)

    def save(
        self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write comparison.csv, the scenarios, figures and a manifest into a folder, whole or not
        at all.

        An older comparison there is replaced. Raises InputError where the folder cannot be written
        or holds what is not ours.
        """
        with replaced(directory) as folder:
            _write(folder / "comparison.csv", csv(self.columns))
            for label, result in zip(self.labels, self.results, strict=True):
                _write(folder / "scenarios" / f"{label}.yaml", dump(result.scenario))
            if figures:
                from sim.report.figures.glyphs import missing_glyphs_said

                with missing_glyphs_said():
                    self._draw(folder / "figures")
            _write(
                folder / MANIFEST,
                json.dumps(self._manifest(command, hashes(folder)), indent=2, ensure_ascii=False)
                + "\n",
            )
        return Path(directory)

    def _draw(self, folder: Path) -> None:
        from sim.report.figures.comparison import (  # matplotlib takes a second to import
            Gain,
            draw_gains,
        )

        scenario, numbers = self.results[0].scenario, ("p05", "p50", "p95", "mean", "p_better")
        rows = list(
            zip(
                *(self.columns[name] for name in ("other", "metric", "state", "product", *numbers)),
                strict=True,
            )
        )
        for other in self.labels[1:]:
            gains = [
                Gain(
                    f"{scenario.states[state].title}: {scenario.products[product].title}",
                    *map(float, values),
                )
                for label, metric, state, product, *values in rows
                if (label, metric) == (other, HEADLINE) and product != ALL
            ]
            title = f"{self.labels[0]} against {other}: who gains, who loses"
            subtitle = (
                f"Share of need met since it was hit, {self.labels[0]} less {other}, member by"
                " member"
            )
            draw_gains(title, subtitle, gains, folder / f"gains_{other}.png")

    def _manifest(self, command: str | None, files: Mapping[str, str]) -> dict[str, Any]:
        """Describe the comparison as a result is described, with all its scenarios and the worst of
        their books.
        """
        each = [
            manifest(result.scenario, result.records, result.wall_seconds, command, files)
            for result in self.results
        ]
        worst = {
            book: max(one["ledger"]["worst"].get(book, 0.0) for one in each)
            for book in each[0]["ledger"]["worst"]
        }
        together = {
            "scenario": {
                label: one["scenario"] for label, one in zip(self.labels, each, strict=True)
            },
            "ledger": {**each[0]["ledger"], "worst": worst},
            "wall_seconds": round(sum(result.wall_seconds for result in self.results), 3),
        }
        return {**each[0], **together}


def paired(
    one: Floats, other: Floats, higher: Bools, members: Sequence[int]
) -> dict[str, Floats | Ints]:
    """Describe the differences of two arrays [rows, members], pair by pair; `higher` [rows, 1] says
    where more is better.

    A member with NaN on either side does not count, and a row without any is NaN; two infinite
    numbers are equal.
    """
    difference = np.subtract(one, other, out=np.zeros_like(one), where=one != other)
    counted = ~np.isnan(difference)
    tie = np.isfinite(difference) & (
        np.abs(difference) <= TIE * np.fmax(np.abs(one), np.abs(other))
    )
    better = np.where(tie, 0.5, np.where(higher, difference > 0, difference < 0))
    count = counted.sum(axis=1)
    with np.errstate(invalid="ignore"):  # the mean of inf and -inf is NaN
        spreads = spread(difference, members, LEVELS)
    p_better = np.divide(
        (better * counted).sum(axis=1), count, out=np.full(count.shape, np.nan), where=count > 0
    )
    return {**spreads, "p_better": p_better, "n": count}


def together(one: Floats, other: Floats, mean: Bools) -> tuple[Floats, Floats]:
    """Take the needs of two arrays [needs, metrics, members] together, by mean or by sum, `mean`
    [metrics, 1].

    A need with NaN on either side does not count; NaN where none does. Both results are [metrics,
    members].
    """
    counted = ~(np.isnan(one) | np.isnan(other))
    count = counted.sum(axis=0)
    parts = np.where(mean, np.maximum(count, 1), 1)
    first, second = (
        np.where(count > 0, np.where(counted, side, 0.0).sum(axis=0) / parts, np.nan)
        for side in (one, other)
    )
    return first, second


def _differences(comparison: Comparison, place: int) -> Table:
    """Tabulate the base less the result in this place: each need, then each state's needs
    together.
    """
    base, other = comparison.results[0].records, comparison.results[place].records
    needs, metrics = comparison.common, [name for name in base.summary if name in other.summary]
    one, two = (_values(records, needs, metrics) for records in (base, other))
    keys = [(*need, metric) for need in needs for metric in metrics]
    ones, twos = [one.reshape(len(keys), -1)], [two.reshape(len(keys), -1)]
    totals = [row for row, metric in enumerate(metrics) if MEASURES[metric].total]
    mean = np.array([[MEASURES[metrics[row]].total == "mean"] for row in totals])
    for state in dict.fromkeys(state for state, _ in needs):
        rows = [row for row, (each, _) in enumerate(needs) if each == state]
        first, second = together(one[np.ix_(rows, totals)], two[np.ix_(rows, totals)], mean)
        ones.append(first)
        twos.append(second)
        keys += [(state, ALL, metrics[row]) for row in totals]
    higher = np.array([[MEASURES[metric].better == "higher"] for _, _, metric in keys])
    return {
        "base": [comparison.labels[0]] * len(keys),
        "other": [comparison.labels[place]] * len(keys),
        "state": [state for state, _, _ in keys],
        "product": [product for _, product, _ in keys],
        "metric": [metric for _, _, metric in keys],
        **paired(np.concatenate(ones), np.concatenate(twos), higher, base.members),
    }


def _values(records: Records, needs: Sequence[tuple[str, str]], metrics: Sequence[str]) -> Floats:
    """Collect summary metrics, [needs, metrics, members]."""
    rows = [records.needs.index(need) for need in needs]
    return np.stack([records.summary[metric][rows] for metric in metrics], axis=1)


def _read(side: Side) -> Scenario | Result:
    if isinstance(side, Scenario | Result):
        return side
    path = Path(side)
    if not path.is_dir():
        return load(path)
    if not (path / "scenario.yaml").is_file():
        raise InputError(f"{side}: is not the folder of a result: it holds no scenario.yaml")
    check_folder(path)
    return load(path / "scenario.yaml")


def _label(side: Side) -> str:
    if isinstance(side, Scenario | Result):
        return side.name if isinstance(side, Scenario) else side.scenario.name
    path = Path(side).resolve()
    return encodable(path.name if path.is_dir() else path.stem)


def _labels(names: Sequence[str]) -> tuple[str, ...]:
    """Tell names that come again apart by numbers: `leaky`, `leaky_2`."""
    labels: list[str] = []
    for name in names:
        tries = (name, *(f"{name}_{count}" for count in range(2, len(names) + 1)))
        labels.append(next(each for each in tries if each not in labels))
    return tuple(labels)


def _refuse_unlike(labels: Sequence[str], scenarios: Sequence[Scenario], given: Given) -> None:
    """Raise InputError where members cannot be paired."""
    faults = []
    for key in ("start", "months", "members", "seed"):
        values = [getattr(scenario, key) for scenario in scenarios]
        if key not in given and len(set(values)) > 1:
            said = ", ".join(
                f"{label} has {value}" for label, value in zip(labels, values, strict=True)
            )
            where = "in the files" if key == "start" else "for all"
            faults.append(
                f"{key}: {said}; members are compared one by one, so give one {where}, as in"
                f" {key}={values[0]}"
            )
    if faults:
        raise InputError("\n".join(faults))


def _run(
    found: Sequence[Scenario | Result], place: int, given: Given, progress: Progress | None
) -> Result:
    """Run a side; a result that was run with what is given for all is taken as it is."""
    each = found[place]
    scenario = each.scenario if isinstance(each, Result) else each
    if isinstance(each, Result) and all(
        getattr(scenario, key) == value for key, value in given.items()
    ):
        return each
    tick = progress and (lambda done, total: progress(place * total + done, len(found) * total))
    return run(
        scenario,
        members=given.get("members"),
        seed=given.get("seed"),
        months=given.get("months"),
        progress=tick,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")

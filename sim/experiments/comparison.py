"""Hold results beside one another, and write what differs between them."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError
from sim.experiments.differences import ALL, differences, together
from sim.metrics.table import SUMMARY
from sim.report.card import Card, Shown
from sim.report.files import MANIFEST, replaced
from sim.report.manifest import hashes, manifest
from sim.report.result import Result
from sim.report.statistics import spread
from sim.report.tables import Table, csv
from sim.scenario.loading.dump import dump
from sim.scenario.suggestions import unknown

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart
    from sim.report.charts.tables import Tables

HEADLINE = "fill_rate_after"
"""The metric that says who gains and who loses."""
MOST_ROWS = 16


def known_metric(name: str) -> str:
    """Return the name of a metric of a summary. Raises InputError for any other."""
    if name not in SUMMARY:
        raise InputError(f"metric: {unknown('metric', name, SUMMARY)}")
    return name


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """Hold results of the same members; the first is the base (A), with which each other (B) is
    compared.
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

        `mean`, `p05`, `p50`, `p95` and `central` are of the difference over the members. `p_better`
        is the share of the members in which A is better (the table of metrics says which way is
        better); ties count half (`differences.TIE` says what is a tie). `n` counts the members to
        which the metric applies on both sides; no others count. Rows with the product `*` take a
        state's products together: means of shares, sums of money and of months of need.
        """
        first, *others = [result.records for result in self.results]
        tables = [
            differences((self.labels[0], label), first, other, self.common)
            for label, other in zip(self.labels[1:], others, strict=True)
        ]
        joined: Table = {}
        for name, column in tables[0].items():
            parts: list[Any] = [table[name] for table in tables]
            joined[name] = (
                [text for part in parts for text in part]
                if isinstance(column, list)
                else np.concatenate(parts)
            )
        return joined

    @cached_property
    def table(self) -> pd.DataFrame:
        """Give the paired differences as a frame, columns as in comparison.csv."""
        import pandas as pd  # half a second that the command line can do without

        return pd.DataFrame(self.columns)

    def overview(self, metric: str = HEADLINE) -> str:
        """Write who gains and who loses most, by a metric, against each other side.

        Each need stands once: a state's products together have a row where they are several.
        Raises InputError for what is no metric of a summary.
        """
        from sim.report.charts.comparison import least_seen

        entry, base = SUMMARY[known_metric(metric)], self.labels[0]
        better = f"; {entry.better} is better" if entry.better else ""
        lines = [
            f"{metric}: {entry.title} ({entry.unit}{better})",
            f"{base} itself, {base} less each other: mean and 90 % of the members; share of the"
            " members in which it is better",
        ]
        for other in self.labels[1:]:
            rows = self.table.query("other == @other and metric == @metric").dropna(subset="mean")
            rows = rows[rows[["mean", "p05", "p95"]].abs().max(axis=1) >= least_seen(metric)]
            rows = rows[(rows["product"] != ALL) | rows["state"].isin(self._several)]
            rows = rows.assign(itself=[self._itself(metric, *need) for need in _needs(rows)])
            most = (
                rows.sort_values("mean", key=abs, ascending=False, kind="stable")
                .head(MOST_ROWS)
                .sort_values("mean", ascending=False)
            )
            shown = most[
                ["state", "product", "itself", "mean", "p05", "p95", "p_better"]
            ].to_string(index=False, float_format="{:.4g}".format)
            heading = (
                f"{len(most)} of the {len(rows)} that differ" if len(rows) else "no difference"
            )
            lines += ["", f"against {other}: {heading}", *([shown] if len(rows) else [])]
        return "\n".join(lines)

    def card(self) -> Card:
        """Return what is shown of it at a glance: the needs that differ most."""
        base, *others = self.labels
        rows = self.table.query("metric == @HEADLINE and product != '*'").dropna(subset="mean")
        most = rows.sort_values("mean", key=abs, ascending=False, kind="stable")
        columns = ["other", "state", "product", "mean", "p05", "p95", "p_better"]
        told = f"{HEADLINE}, {base} less the other, paired over {self.results[0].scenario.members}"
        return Card.of_frame(
            f"{base} against {', '.join(others)}",
            f"{told} members; largest first",
            most[columns],
            "table, chart(), results, overview(), save()",
        )

    @property
    def _several(self) -> set[str]:
        """Return the states that have more needs than one in common."""
        counts = Counter(state for state, _ in self.common)
        return {state for state, count in counts.items() if count > 1}

    def _itself(self, metric: str, state: str, product: str) -> float:
        """Return what the base has, on the mean of the members to whom it applies."""
        records = self.results[0].records
        rows = [
            row
            for row, need in enumerate(records.needs)
            if need in self.common and need[0] == state and product in (ALL, need[1])
        ]
        values = records.summary[metric][rows]
        if len(rows) > 1:
            mean = np.array([[SUMMARY[metric].together == "mean"]])
            values = together(values[:, None], values[:, None], mean)[0]
        return float(spread(values, records.members, ())["mean"][0])

    def save(
        self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write comparison.csv, the scenarios, the page and a manifest into a folder, whole or
        not at all.

        An older comparison there is replaced. Raises InputError where the folder cannot be written
        or holds what is not ours.
        """
        with replaced(directory) as folder:
            _write(folder / "comparison.csv", csv(self.columns))
            for label, result in zip(self.labels, self.results, strict=True):
                _write(folder / "scenarios" / f"{label}.yaml", dump(result.scenario))
            if figures:
                from sim.report.page import write_page  # altair takes a while to import

                write_page(self._tables(self._manifest(command, {})), folder)
            _write(
                folder / MANIFEST,
                json.dumps(self._manifest(command, hashes(folder)), indent=2, ensure_ascii=False)
                + "\n",
            )
        return Path(directory)

    def chart(self, metric: str = HEADLINE) -> Chart | None:
        """Return who gains and who loses by a metric; None where nothing differs."""
        from sim.report.charts.comparison import comparison

        return comparison(self._tables(), metric=metric)

    def _tables(self, about: Mapping[str, Any] | None = None) -> Tables:
        from sim.report.charts.tables import of_frames

        return of_frames({"comparison": self.table}.get, self.results[0].scenario, about)

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


def _needs(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(rows["state"], rows["product"], strict=True)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")

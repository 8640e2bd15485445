"""Give the tables of a result as pandas frames, whether it is in memory or in a folder."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.records import Records
from sim.report.arrays import data_set, write_netcdf
from sim.report.card import Card, Shown
from sim.report.charts.wording import counted, percent
from sim.report.members import member_frame
from sim.report.shortened import ALL
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.report.charts.gallery import Plot

COVERED = 0.995
"""A need counts as covered when 19 members of 20 get at least this share of it."""


class Frames(Shown):
    """Give each table of a result by its name."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Name the tables."""

    @property
    @abstractmethod
    def plot(self) -> Plot:
        """Draw its charts."""

    @abstractmethod
    def frame(self, name: str) -> pd.DataFrame:
        """Return a table by its name. Raises InputError where there is none."""

    @abstractmethod
    def _recorded(self) -> tuple[Scenario, Records]:
        """Return what was recorded of which scenario. Raises InputError where it was not kept."""

    def members(
        self,
        metrics: Collection[str] = (),
        *,
        states: Collection[str] = (),
        products: Collection[str] = (),
    ) -> pd.DataFrame:
        """Return single members, month by month: a tidy frame with a column for each metric.

        Columns: member, month (YYYY-MM), state, product, then the metrics of `series`; a row for
        each member, need and month, in this order. All metrics, states and products unless some are
        named. Raises InputError for names that the run has not, and where members were not kept: a
        folder holds their spread.
        """
        return member_frame(self._recorded()[1], metrics, states, products)

    def to_xarray(self) -> xr.Dataset:
        """Return all that was recorded as one data set of arrays, members last, without a copy.

        Variables: each metric of `series` [month, final_need, member]; each of `summary`, `run_`
        before its name, [final_need, member]; usable, output and capacity [month, line, member];
        flows [year, route, member]; items of `money`, `money_` before their names, [year, purse,
        member]; metrics of inputs, `input_` before their names, [month, input, member]; what
        held lines back, held_months and held_lost [year, cause, member]; candidates, [candidate,
        member]. Raises InputError without xarray (the extra `netcdf`), and where members were not
        kept.
        """
        return data_set(*self._recorded())

    def to_netcdf(self, path: str | os.PathLike[str]) -> Path:
        """Write that data set as netCDF into a file, whole or not at all, and return its path.

        Raises InputError as `to_xarray`, and where the file cannot be written.
        """
        return write_netcdf(self.to_xarray(), path)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Give the spread of every metric by month, metric, state and product."""
        return self.frame("series")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Give the spread of every summary metric by state, product and metric."""
        return self.frame("summary")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Give the spread of units shipped by year, exporter, importer and product."""
        return self.frame("flows")

    @cached_property
    def capacity(self) -> pd.DataFrame:
        """Give the spread of what is usable, of output and of capacity by month and line."""
        return self.frame("capacity")

    @cached_property
    def money(self) -> pd.DataFrame:
        """Give the spread of the ledger of money by year, state and item."""
        return self.frame("money")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Give what was applied when, to how many links, lines or needs, in which share of the
        members.
        """
        return self.frame("events")

    @cached_property
    def bottlenecks(self) -> pd.DataFrame:
        """Give what held each line back, by year: in which share of the members and months, and
        the units lost to it.
        """
        return self.frame("bottlenecks")

    @cached_property
    def programmes(self) -> pd.DataFrame:
        """Give for each candidate of each programme the months of money, plant and approval, what
        it added and what it cost.
        """
        return self.frame("programmes")

    @cached_property
    def fates(self) -> pd.DataFrame:
        """Give the probability of each fate of each need that was hit, by year and at the end, and
        who substituted when.
        """
        return self.frame("fates")

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Give the ledger of evidence: each number that the scenario gives, its interval and where
        it comes from.
        """
        return self.frame("sources")

    def run_card(self, heading: str, scenario: Scenario) -> Card:
        """Return what is shown of a run: the needs that were short, worst first."""
        rows = self.summary.query("metric == 'fill_rate_after'").sort_values("p50", kind="stable")
        if "use" in rows.columns:
            rows = rows[rows["use"] == "final"]
        is_total = rows["state"] == ALL
        kind, rows = " hit" if is_total.any() else "", rows[~is_total]
        short = rows[rows["p05"] < COVERED]
        was = "was" if len(short) == 1 else "were"
        told = (
            f"{counted(scenario.members, 'member')}, {scenario.month_labels[0]} to"
            f" {scenario.month_labels[-1]}; {len(short)} of"
            f" {counted(len(rows), f'need{kind}', f'needs{kind}')} {was} short"
        )
        columns = ("state", "product", "met since the hit", "5 to 95 % of the members")
        bands = short[["p50", "p05", "p95"]].map(percent).itertuples(index=False, name=None)
        needs = short[["state", "product"]].itertuples(index=False, name=None)
        cells = [
            (*need, middle, f"{low} to {high}")
            for need, (middle, low, high) in zip(needs, bands, strict=True)
        ]
        offered = f"{', '.join(self.names)}; plot, scenario, members()"
        return Card(heading, told, columns, cells, offered)

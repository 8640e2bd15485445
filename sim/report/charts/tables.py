"""Hold the tables of a result by name, whether they come from its folder or from memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.errors import InputError
from sim.files.text import from_cell
from sim.report.charts.names import Names
from sim.report.charts.wording import counted
from sim.report.files import MANIFEST, check_folder, readable
from sim.report.programmes import STAGES
from sim.report.shortened import ALL
from sim.scenario.loading.folders import RESULT, instead

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.result import Result
    from sim.scenario.schema import Scenario

T = TypeVar("T")
STATES = ("state", "exporter", "importer")
"""Columns that name a state"""

TEXTS = (
    *("month", "metric", "state", "product", "factory", "exporter", "via", "importer", "item"),
    *("event", "kind", "action", "fate", "by", "year", "month_p05", "month_p50", "month_p95"),
    *(
        "path",
        "per",
        "dist",
        "confidence",
        "precedents",
        "source",
        "publisher",
        "date",
        "address",
        "note",
    ),
    *("base", "other", "name", "choice", "reached", "answer", "reach", "choose", "way", "values"),
    *("programme", "candidate", "bound", "use"),
    *(f"{stage}_{level}" for stage in STAGES for level in ("p05", "p50", "p95", "central")),
    *("factor", "box", "where", "when", "reason", "category", "unit", "outcome", "plan", "naive"),
)
"""Columns that are text in one table or another. A year is a number where all of it are numbers."""


@dataclass(frozen=True, eq=False)
class Tables:
    """Give each table of a result as a frame, the names behind its codes, and where it comes from.

    Charts and the page are made from this alone, so that a result in memory and its folder look the
    same.
    """

    read: Callable[[str], pd.DataFrame | None]
    """Return a table by name; None where the result has none of that name."""
    names: Names
    manifest: Mapping[str, Any] = field(default_factory=dict)
    _kept: dict[str, pd.DataFrame | None] = field(default_factory=dict)
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return self._frame(name) is not None

    def __getitem__(self, name: str) -> pd.DataFrame:
        found = self._frame(name)
        if found is None:
            raise KeyError(name)
        return found

    def listed(self, name: str) -> pd.DataFrame:
        """Return the rows of a table without the totals of a large world, which are of no state."""
        rows = self[name]
        return rows[rows["state" if "state" in rows.columns else "importer"] != ALL]

    @property
    def kind(self) -> str:
        """Return what is to be said behind `need`: of a large world only those hit are listed."""
        is_short = "summary" in self and (self["summary"]["state"] == ALL).any()
        return " hit" if is_short else ""

    def counted(self, needs: int) -> str:
        """Write a number of needs."""
        return counted(needs, f"need{self.kind}", f"needs{self.kind}")

    def final(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that are of needs of states, and not of inputs of lines; the
        totals of a large world are no needs.
        """
        rows = self.listed(name)
        return rows[rows["use"] == "final"] if "use" in rows.columns else rows

    def typical(self) -> pd.DataFrame:
        """Return the rows of `summary` that tell of the middle member: of needs of states, and of
        metrics that apply in at least half of the members.
        """
        rows = self.final("summary")
        found: pd.DataFrame = rows[2 * rows["n"] >= rows["n"].max()]
        return found

    def codes(self, names: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return the states and the products of the scenario, and of these tables."""
        states, products = set(self.names.states), set(self.names.products)
        for rows in (self[name] for name in names if name in self):
            for column in STATES:
                states.update(rows.get(column, ()))
            products.update(word for text in set(rows.get("product", ())) for word in text.split())
        return states - {"", ALL}, products

    def once(self, name: Hashable, make: Callable[[Tables], T]) -> T:
        """Return what several charts, or one drawn twice, need of the tables; it is made once."""
        if name not in self._made:
            self._made[name] = make(self)
        found: T = self._made[name]
        return found

    def has(self, *names: str) -> bool:
        """Return whether all of these tables are there and have rows."""
        return all(name in self and len(self[name]) > 0 for name in names)

    def _frame(self, name: str) -> pd.DataFrame | None:
        if name not in self._kept:
            self._kept[name] = self.read(name)
        return self._kept[name]


def of_folder(folder: str | Path) -> Tables:
    """Read the tables of a saved result.

    Only the CSV files are needed; `scenario.yaml` lends titles and units, `manifest.json` the
    origin. Raises InputError where the folder holds no table, or files that are not as written.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"{folder}: {instead(place, RESULT)}")
    if not any(place.glob("*.csv")):
        raise InputError(f"{folder}: holds no table (*.csv) of a result")
    check_folder(place)
    return Tables(
        lambda name: _read_csv(place / f"{name}.csv"), _names_of(place), _manifest_of(place)
    )


def of_result(result: Result, manifest: Mapping[str, Any] | None = None) -> Tables:
    """Give the tables of a result in memory."""
    return of_frames(lambda name: getattr(result, name, None), result.scenario, manifest)


def of_frames(
    read: Callable[[str], pd.DataFrame | None],
    scenario: Scenario | None,
    manifest: Mapping[str, Any] | None = None,
) -> Tables:
    """Give tables that a function finds by name, with the titles of a scenario."""
    return Tables(read, Names.of(scenario) if scenario else Names(), manifest or {})


def _read_csv(path: Path) -> pd.DataFrame | None:
    import pandas as pd

    if not path.is_file():
        return None
    with readable(path):
        columns = pd.read_csv(path, nrows=0).columns
        texts = {name: str for name in columns if _is_text(name, columns)}
        frame = pd.read_csv(
            path,
            dtype=texts,
            keep_default_na=False,
            na_values={name: [""] for name in columns if name not in texts},
        )
        _decode(frame)
    if "year" in texts and frame["year"].str.fullmatch(r"\d+").all():
        frame["year"] = frame["year"].astype("int64")
    return frame


def _decode(frame: pd.DataFrame) -> None:
    for name, column in frame.items():
        if column.dtype.kind not in "fiub":
            frame[name] = column.map(from_cell, na_action="ignore").astype(column.dtype)


def _is_text(name: str, columns: Collection[str]) -> bool:
    """Tell whether a column is text; of fates `reached` is a share, elsewhere it is a month."""
    if name == "reached" and "fate" in columns:
        return False
    return name in TEXTS or name.endswith("_month")


def _names_of(folder: Path) -> Names:
    """Read titles from the scenario beside the tables; without one, or one of another version, make
    them.
    """
    from sim.errors import SimError
    from sim.scenario.loading.load import load

    paths = [folder / RESULT, *sorted(folder.glob("scenarios/*.yaml"))]
    for path in paths:
        if path.is_file():
            try:
                return Names.of(load(path))
            except SimError:
                continue
    return Names()


def _manifest_of(folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

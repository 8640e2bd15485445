"""Read a table of links between firms: who supplies whom, how much, and how essential it is."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.errors import Fault, InputError, ScenarioError
from sim.files.delimited import Record
from sim.files.text import from_cell
from sim.kernels.systemic import ESSENTIAL, NEGLIGIBLE, NON_ESSENTIAL, Network
from sim.scenario.loading.bounds import Bounds
from sim.scenario.suggestions import listed, meant, on_one_line
from sim.scenario.tables.grid import Grid, read_grid
from sim.scenario.tables.numbers import number
from sim.scenario.tables.rows import MOST_FAULTS

ENDINGS = (".csv", ".parquet")
"""Of the names of tables."""
CLASSES = {"essential": ESSENTIAL, "non-essential": NON_ESSENTIAL, "negligible": NEGLIGIBLE}
NEEDED, OPTIONAL = ("supplier", "buyer", "amount"), ("industry", "class")
"""Columns; the industry is the supplier's."""


class Links(NamedTuple):
    """Hold the firms of a table and the network of their links."""

    firms: tuple[str, ...]
    """In the order in which the table names them"""
    industries: tuple[str, ...]
    """[firms]; empty for those that only buy"""
    network: Network
    sha256: str
    """Of the file"""


def read_links(path: str | os.PathLike[str]) -> Links:
    """Read a table with the columns supplier, buyer, amount and, where there are any, industry (the
    supplier's) and class.

    Without industries each supplier makes something of its own; without classes all inputs are
    essential. Rows of amount 0 are no links. Raises ScenarioError with all faults and their places,
    InputError where the file cannot be read or has no links.
    """
    file = os.fspath(path)
    try:
        grid = read_grid(file, None, Bounds())
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
    return _Reader(grid).links()


@dataclass
class _Reader:
    """Turn rows into numbers, and collect what is wrong with them."""

    grid: Grid
    faults: list[Fault] = field(default_factory=list)
    firms: dict[str, int] = field(default_factory=dict)
    industry: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Firm -> its industry, and the line that said so first"""
    kinds: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    """Buyer and industry -> the class, and the line that said so first"""
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)
    """Supplier and buyer -> the line that names them"""

    def links(self) -> Links:
        """Read all rows. Raises ScenarioError, InputError."""
        self._check_header()
        self._check()
        links = [each for row in self.grid.rows if (each := self._link(row)) is not None]
        self._check()
        if not links:
            raise InputError(f"{self.grid.file}: has no links")
        supplier, buyer, amount, kind = (np.array(each) for each in zip(*links, strict=True))
        names = [self.industry[firm][0] if firm in self.industry else "" for firm in self._all()]
        # those that only buy stand apart: nobody could take their place
        place: dict[object, int] = {}
        row = [place.setdefault(name or firm, len(place)) for firm, name in enumerate(names)]
        network = Network(supplier, buyer, amount.astype(float), np.array(row), kind)
        return Links(tuple(self.firms), tuple(names), network, self.grid.sha256)

    def _all(self) -> range:
        return range(len(self.firms))

    def _check(self) -> None:
        if self.faults:
            raise ScenarioError(self.faults[:MOST_FAULTS])

    def _tell(self, row: Record, column: int, message: str, name: str = "") -> None:
        self.faults.append(Fault(self.grid.place(row, column), name, message))

    def _check_header(self) -> None:
        """Note columns that are missing, unknown or there twice."""
        header, cells = self.grid.header, self.grid.header.cells
        for name in NEEDED:
            if name not in cells:
                self._tell(header, 0, f"there is no column '{name}'")
        for at, name in enumerate(cells):
            if name not in (*NEEDED, *OPTIONAL):
                self._tell(header, at, f"unknown column '{name}'{meant(name, NEEDED + OPTIONAL)}")
            elif name in cells[:at]:
                self._tell(header, at, f"column '{name}' is given twice")

    def _cell(self, row: Record, name: str) -> tuple[int, str]:
        """Give the place of a cell and its text; blank where there is no such column."""
        cells = self.grid.header.cells
        return (cells.index(name), row.cells[cells.index(name)]) if name in cells else (0, "")

    def _link(self, row: Record) -> tuple[int, int, float, int] | None:
        """Read one row; None where there is no link, or something is wrong with it."""
        before = len(self.faults)
        supplier, buyer = self._firm(row, "supplier"), self._firm(row, "buyer")
        amount = self._amount(row)
        kind = self._kind(row)
        if len(self.faults) > before:
            return None
        self._check_industry(row, supplier)
        self._check_class(row, buyer, self.industry[supplier][0], kind)
        first = self.pairs.setdefault((supplier, buyer), row.line)
        if first != row.line:
            self._tell(row, 0, f"the same supplier and buyer as in line {first}")
        return (supplier, buyer, amount, kind) if amount else None

    def _firm(self, row: Record, name: str) -> int:
        at, text = self._cell(row, name)
        if not text:
            self._tell(row, at, "a name is missing", name)
            return -1
        return self.firms.setdefault(from_cell(text), len(self.firms))

    def _amount(self, row: Record) -> float:
        at, text = self._cell(row, "amount")
        try:
            amount = float(number(text, is_fixed=True)) if text else np.nan
        except ValueError as error:
            self._tell(row, at, str(error), "amount")
            return 0.0
        if not 0 <= amount < np.inf:
            what = f"{text} is {'below 0' if amount < 0 else 'too large'}" if text else None
            self._tell(row, at, what or "a number is missing", "amount")
        return amount

    def _kind(self, row: Record) -> int:
        at, text = self._cell(row, "class")
        if "class" in self.grid.header.cells and text not in CLASSES:
            what = f"'{on_one_line(text)}'" if text else "a blank"
            self._tell(row, at, f"expected {listed([*CLASSES])}, found {what}", "class")
        return CLASSES.get(text, ESSENTIAL)

    def _check_industry(self, row: Record, supplier: int) -> None:
        """See that a supplier is of one industry: of its own where the table has none."""
        at, text = self._cell(row, "industry")
        if "industry" not in self.grid.header.cells:
            text = self._cell(row, "supplier")[1]
        elif not text:
            self._tell(row, at, "a name is missing", "industry")
        known, first = self.industry.setdefault(supplier, (from_cell(text), row.line))
        if known != from_cell(text):
            self._tell(row, at, f"'{text}', where line {first} has '{known}'", "industry")

    def _check_class(self, row: Record, buyer: int, industry: str, kind: int) -> None:
        """See that what one industry supplies to one buyer is of one class."""
        known, first = self.kinds.setdefault((buyer, industry), (kind, row.line))
        if known != kind:
            at, text = self._cell(row, "class")
            name = next(each for each, value in CLASSES.items() if value == known)
            what = f"'{text}', where line {first} has '{name}' for this buyer and industry"
            self._tell(row, at, what, "class")

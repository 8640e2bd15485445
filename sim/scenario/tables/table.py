"""Describe what a scenario says of a table: its file, its columns, how its cells are written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from sim.scenario.quantity import Confidence, Frozen
from sim.scenario.suggestions import found

Encoding = Literal[
    "utf-8",
    "utf-16",
    "latin-1",
    "iso-8859-2",
    "iso-8859-15",
    "cp1250",
    "cp1251",
    "cp1252",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-kr",
]
Factor = Annotated[float, Field(gt=0, le=1e12, allow_inf_nan=False)]


def _check_constant(value: object) -> object:
    if not isinstance(value, (str, int, float)):
        told = {"found": found(value)}
        raise PydanticCustomError("constant", "expected text or a number, found {found}", told)
    return value


Constant = Annotated[str | bool | int | float, BeforeValidator(_check_constant)]
"""What a cell may be."""


class Table(Frozen):
    """Name a table from which a block is read, in place of the block or as an item of a list of its
    parts. A row is an entity; a column is a key, with a dot for a key within a key, and
    `capacity_low` is `low` of `capacity`.
    """

    table: str
    """The file, counted from this one: CSV with the names of the columns in its first line, or
    Parquet by its ending `.parquet`."""
    columns: dict[str, str] = {}
    """Key -> the name that its column has in the file, where that is another."""
    constants: dict[str, Constant] = {}
    """Key -> what it is in every row, for keys without a column."""
    ignore: Literal["*"] | list[str] = []
    """Columns of the file that are left out; `*` for all that are not known."""
    per: Literal["month", "year"] = "month"
    """The time base of rates in the file."""
    scale: dict[str, Factor] = {}
    """Key -> what its numbers are multiplied by, as for a table in thousands."""
    source: str | None = None
    """The key of `sources` for every number of the file that has none of its own."""
    confidence: Confidence | None = None
    """How well sources support the numbers that do not say so themselves."""
    names: dict[str, str] = {}
    """Code in the file -> name in the scenario. A code that is no name and not listed gets one:
    `C10-C12` is `C10_C12` and `01T03` is `c01T03`."""
    blank: Literal["refuse", "zero", "skip"] = "refuse"
    """What a blank means where the row's main number should be: refuse it, take it as zero, or skip
    the row. Other blanks are keys that are not given."""
    missing: list[str] = []
    """Texts that stand for a blank: `:` or `n/a`."""
    encoding: Encoding = "utf-8"
    """How the letters are written."""
    delimiter: Literal[",", ";", "\t", "|"] = ","
    """What stands between cells."""
    decimal: Literal[".", ","] = "."
    """What stands before decimals."""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    """What stands between thousands; nothing by default. A space is also a narrow or unbroken
    one."""

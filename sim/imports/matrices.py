"""Read the labelled matrices that pymrio saves, and tell where they do not fit one another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.errors import Fault, Place, ScenarioError
from sim.files.delimited import Record
from sim.imports.reading import File
from sim.kernels.arrays import Floats
from sim.report.charts.wording import counted

Label = tuple[str, str]
"""Region and industry, or region and category of final demand."""


class Matrix(NamedTuple):
    """Hold a labelled matrix and the file that it came from."""

    rows: list[Label]
    columns: list[Label]
    numbers: Floats
    file: File
    body: list[Record]


def matrix(file: File, heads: int) -> Matrix:
    """Read a matrix with two columns of labels, and lines of them; two are named in a third."""
    named = heads == 2
    top, body = file.records[:heads], file.records[heads + named :]
    if not body or len(top[0].cells) < 3:
        place = Place(file.path)
        message = "expected columns 'region' and 'sector' and then numbers, as pymrio saves them"
        raise ScenarioError([Fault(place, "", message)])
    width = len(top[0].cells)
    numbers = np.zeros((len(body), width - 2))
    for record in (*top, *body):
        if len(record.cells) != width:
            file.tell(record, 0, f"{len(record.cells)} cells, where the first line has {width}")
    for row, record in enumerate(body):
        if len(record.cells) == width:
            numbers[row] = [file.number(record, at) for at in range(2, width)]
    columns = list(zip(top[0].cells[2:], top[-1].cells[2:], strict=False))
    return Matrix([_label(each) for each in body], columns, numbers, file, body)


def _label(record: Record) -> Label:
    region, industry, *_ = (*record.cells, "", "")
    return region, industry


def check_once(z: Matrix) -> None:
    """Note industries that stand there twice."""
    first: dict[Label, int] = {}
    for label, record in zip(z.rows, z.body, strict=True):
        if (line := first.setdefault(label, record.line)) != record.line:
            z.file.tell(record, 0, f"'{'/'.join(label)}' stands in line {line} already")


def check_rows(z: Matrix, other: Matrix) -> None:
    """Note where the rows of a matrix are other industries than the rows of Z."""
    for at, record in enumerate(other.body):
        known = "/".join(z.rows[at]) if at < len(z.rows) else "no row"
        if "/".join(other.rows[at]) != known:
            other.file.tell(record, 0, f"'{'/'.join(other.rows[at])}', where Z has {known}")
    if len(other.rows) < len(z.rows):
        told = f"{counted(len(other.rows), 'row')}; Z has {len(z.rows)}"
        other.file.tell(other.body[-1], 0, told)


def check_columns(z: Matrix) -> None:
    """Note where the columns of Z are other industries than its rows."""
    head = z.file.records[0]
    if len(z.columns) != len(z.rows):
        z.file.tell(head, 0, f"{len(z.columns)} columns for {len(z.rows)} rows")
        return
    for at, (column, row) in enumerate(zip(z.columns, z.rows, strict=True)):
        if column != row:
            other = z.file.records[column[0] == row[0]]
            z.file.tell(other, at + 2, f"'{'/'.join(column)}', where the row is {'/'.join(row)}")

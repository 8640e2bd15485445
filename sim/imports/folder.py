"""Write an import into a folder, again and again, and lose nothing that was edited there.

`import.json` remembers each row as it was written, by a hash. A row that is still so is replaced by
the new one; any other was edited, and stays. What was deleted stays deleted.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.errors import Fault, InputError, ScenarioError
from sim.files import disk
from sim.files.aside import replace_file
from sim.files.delimited import Record
from sim.files.text import cell, from_cell
from sim.imports.found import Found, Table
from sim.imports.reading import File, read
from sim.scenario.tables.numbers import number

RECORD = "import.json"
Hashes = dict[str, list[str | None]]
"""Row key -> what may stand in the file for it: one hash, or two while a file is being written;
None for no row."""
Row = dict[str, str]


@dataclass
class Written:
    """Say what was done in a folder: how many rows were kept against the publisher's."""

    files: list[str] = field(default_factory=list)
    edited: int = 0
    """Rows that were edited, and stay"""
    deleted: int = 0
    """Rows that were deleted, and stay so"""
    own: int = 0
    """Rows that never came from an import"""
    beside: str = ""
    """The new skeleton's file, where the one that stands there was edited"""


def write(found: Found, folder: str | os.PathLike[str]) -> Written:
    """Write an import into a folder; over an earlier one, edits are kept.

    Killed at any moment, it can be run again: the record names the old rows and the new before the
    tables change. Raises InputError where the folder holds something else or cannot be written to,
    ScenarioError where a table that was edited cannot be read.
    """
    place = Path(folder)
    if os.path.exists(place) and not place.is_dir():
        raise InputError(f"{place}: is no folder")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _locked(place):
            return _write(found, place)
    except OSError as error:
        raise InputError(f"{place}: cannot write: {error.strerror or error}") from error


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    try:
        handle = disk.lock(place)
    except BlockingIOError as error:
        raise InputError(f"{place}: another import is writing there") from error
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _write(found: Found, place: Path) -> Written:
    before, done = _record(place, found.kind), Written()
    texts: dict[str, str] = {}
    between: dict[str, Hashes] = {}
    after: dict[str, Hashes] = {}
    faults: list[Fault] = []
    for name, table in found.tables.items():
        try:
            header, rows = _standing(place / name, table)
        except ScenarioError as error:
            faults += error.faults
            continue
        known = before.get(name, {}) if (place / name).exists() else {}
        if any(len(json.loads(key)) != table.keys for key in known):
            raise InputError(
                f"{place}: {name} was imported with other columns, as with or without --by-region;"
                " give another folder by --out"
            )
        merged, after[name] = _merged(table, rows, known, done)
        between[name] = {
            key: [*dict.fromkeys([*known.get(key, [None]), *after[name].get(key, [None])])]
            for key in known.keys() | after[name].keys()
        }
        texts[name] = _csv(header, merged)
    if faults:
        raise ScenarioError(faults)
    name, text = f"{found.kind}.yaml", _skeleton(found)
    known = before.get(name, {})
    if _is_edited(place / name, known, text):
        done.beside = name = f"{found.kind}.new.yaml"
        after[f"{found.kind}.yaml"] = between[f"{found.kind}.yaml"] = known
    else:
        after[name] = {"": [_hash(text)]}
        between[name] = {"": [*known.get("", []), _hash(text)]}
    texts[name] = text
    _save_record(place, found.kind, between)
    for each, content in texts.items():
        replace_file(place / each, content)
    _save_record(place, found.kind, after)
    done.files = [RECORD, *texts]
    return done


def _record(place: Path, kind: str) -> dict[str, Hashes]:
    """Read what an earlier import wrote. Raises InputError where it was another, or is broken."""
    path = place / RECORD
    if not path.exists():
        return {}
    try:
        read = json.loads(path.read_bytes())
        files = {name: {key: list(each) for key, each in rows.items()}
                 for name, rows in read["files"].items()}  # fmt: skip
        before = read["import"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path}: is no record of an import; without it, all rows count as your own: remove it"
            " to keep them all, or give another folder by --out"
        ) from error
    if before != kind:
        raise InputError(f"{place}: holds an import of {before}; give another folder by --out")
    return files


def _save_record(place: Path, kind: str, files: Mapping[str, Hashes]) -> None:
    text = json.dumps({"import": kind, "files": files}, indent=0, sort_keys=True)
    replace_file(place / RECORD, text + "\n")


def _standing(path: Path, table: Table) -> tuple[list[str], list[Row]]:
    """Read a table as it stands in the folder. Raises ScenarioError."""
    if not path.exists():
        return list(table.columns), []
    file = read(path, ",")
    if not file.records:
        return list(table.columns), []
    first, *others = file.records
    _check_header(file, first, table)
    for each in others:
        if len(each.cells) > len(first.cells):
            file.tell(each, len(first.cells), "there are more cells than columns")
    file.check()
    header = [*dict.fromkeys([*first.cells, *table.columns])]
    rows = [dict(zip(first.cells, map(from_cell, each.cells), strict=False)) for each in others]
    return header, rows


def _check_header(file: File, first: Record, table: Table) -> None:
    """Note columns that are missing, or there twice: of two one would be lost.

    Raises ScenarioError where commas part no cells.
    """
    other = next((each for each in ";\t" if each in first.cells[0]), "")
    if other:
        file.tell(first, 0, f"cells are parted by {other!r}; save it with commas")
        file.check()
    for name in table.columns[: table.keys]:
        if name not in first.cells:
            file.tell(first, 0, f"there is no column '{name}'")
    for at, name in enumerate(first.cells):
        if name and name in first.cells[:at]:
            file.tell(first, at, f"column '{name}' is given twice")


def _merged(
    table: Table, standing: list[Row], known: Hashes, done: Written
) -> tuple[list[Row], Hashes]:
    """Put new rows in the place of those that stand as they were written, and keep the others."""
    names = table.columns[: table.keys]
    new = _by_key(table)
    after: Hashes = {}
    merged: list[Row] = []
    seen: set[str] = set()
    for row in standing:
        key = _key(tuple(row.get(each, "") for each in names))
        stays, hashes = _stays(row, new.get(key), known.get(key), key in seen, done)
        seen.add(key)
        if stays is not None:
            merged.append(stays)
        if hashes:
            after[key] = hashes
    gone = _gone(known, seen)
    done.deleted += len(gone)
    for key in new.keys() - seen - gone.keys():
        after[key] = [_hash_of(new[key])]
    merged += [row for key, row in new.items() if key in after and key not in seen]
    return merged, after | gone


def _gone(known: Hashes, seen: set[str]) -> Hashes:
    """Return what was written and is no longer there."""
    return {key: each for key, each in known.items() if key not in seen and None not in each}


def _by_key(table: Table) -> dict[str, Row]:
    return {
        _key(row[: table.keys]): dict(zip(table.columns, row, strict=True)) for row in table.rows
    }


def _stays(
    row: Row, fresh: Row | None, known: list[str | None] | None, again: bool, done: Written
) -> tuple[Row | None, list[str | None]]:
    """Say which row stands in the end where one stands now, and what to remember of it."""
    if known is None:
        done.own += 1
        return row, []
    hashes: list[str | None] = [] if fresh is None else [_hash_of(fresh)]
    if not again and _hash_of(row) in known:
        return fresh, hashes
    done.edited += 1
    return row, hashes or known


def _key(key: tuple[str, ...]) -> str:
    return json.dumps(key, ensure_ascii=False)


def _hash_of(row: Row) -> str:
    """Sum up a row, whatever the order of columns; a blank is as no cell, and a number as a
    spreadsheet saves it.
    """
    return _hash(json.dumps({key: _saved(each) for key, each in sorted(row.items()) if each}))


def _saved(text: str) -> str:
    """Write a cell that is a number with as many digits as every spreadsheet keeps."""
    try:
        return f"{number(text, is_fixed=True):.12g}"
    except ValueError:
        return text


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _csv(header: list[str], rows: list[Row]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    # a carriage return alone would not be quoted
    plain = (
        {key: each.replace("\r\n", "\n").replace("\r", "\n") for key, each in row.items()}
        for row in rows
    )
    writer.writerows([cell(row.get(each, "")) for each in header] for row in plain)
    return stream.getvalue()


def _is_edited(path: Path, known: Hashes, text: str) -> bool:
    """Tell whether a skeleton stands there that is none as it was written."""
    if not path.exists():
        return False
    stands = _hash(path.read_bytes().decode("utf-8", "replace"))
    return stands not in [*known.get("", []), _hash(text)]


def _skeleton(found: Found) -> str:
    """Write the scenario's own keys as YAML."""
    dumped: Any = yaml.safe_dump(found.scenario, sort_keys=False, allow_unicode=True, width=110)
    return (
        f"# Made by `sim import {found.kind}`; edit it and its tables: the next import keeps edits."
        f"\n# Add `events` to ask what happens when a supplier is cut off.\n{dumped}"
    )

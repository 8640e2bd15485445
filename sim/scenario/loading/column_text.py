"""Write blocks that are kept as columns: as a table that can be read again, and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from sim.scenario.column_table import ColumnTable, Words
from sim.scenario.quantity import Quantity

_ROWS = 2**16
"""Rows that are written at a time."""


def table_of(table: ColumnTable[Any]) -> Iterator[str]:
    """Write columns as CSV, some rows at a time; read as a table, it gives the same again."""
    header = ["rule", *table.words]
    columns: list[Callable[[slice], Sequence[str]]] = [lambda part: table.names[part]]
    for words in table.words.values():
        columns.append(partial(_words_in, words))
    for key, numbers in table.numbers.items():
        parts = {key: numbers.value, f"{key}_low": numbers.low, f"{key}_high": numbers.high}
        for name, values in parts.items():
            if name == key or not np.isnan(values).all():
                header.append(name)
                columns.append(partial(_numbers_in, values))
    yield ",".join(header) + "\n"
    for part in _parts(table):
        cells = [column(part) for column in columns]
        yield "".join(f"{line}\n" for line in map(",".join, zip(*cells, strict=True)))


def told_of(table: ColumnTable[Any]) -> dict[str, Any]:
    """Say of such a file what its columns do not."""
    said: dict[str, str] = {}
    for numbers in table.numbers.values():
        said |= numbers.said
    constants: dict[str, Any] = {}
    for key, constant in table.constants.items():
        # what is said of a number is said of the file's own
        own = dict(constant) if isinstance(constant, dict) else {"value": constant}
        constants[key] = own.pop("value")
        said |= own
    return {**said, **({"constants": constants} if constants else {})}


def _words_in(words: Words, part: slice) -> list[str]:
    return [words.words[code] for code in words.codes[part].tolist()]


def _numbers_in(values: Any, part: slice) -> list[str]:
    return ["" if math.isnan(number) else repr(number) for number in values[part].tolist()]


def _parts(table: ColumnTable[Any]) -> Iterator[slice]:
    return (slice(start, start + _ROWS) for start in range(0, len(table), _ROWS))


def json_text(value: Any) -> str:
    """Write a value as JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


def json_rows(table: ColumnTable[Any]) -> Iterator[str]:
    """Write columns as JSON, as their entities would be written, some rows at a time."""
    first = table.at(0).model_dump(mode="json", by_alias=True)
    for part in _parts(table):
        # a name holds nothing that JSON would write otherwise
        columns: list[Sequence[str]] = [[f'"{name}"' for name in table.names[part]]]
        for key, value in first.items():
            columns.append(_json_column(table, key, value, part, len(columns[0])))
        keys = [":{", *(f"{json_text(key)}:" for key in first)]
        start = "," if part.start else "{"
        yield start + ",".join(
            f"{name}:{{" + ",".join(map("".join, zip(keys[1:], cells, strict=True))) + "}"
            for name, *cells in zip(*columns, strict=True)
        )
    yield "}"


def _json_column(
    table: ColumnTable[Any], key: str, first: Any, part: slice, rows: int
) -> Sequence[str]:
    """Write a key of some rows as JSON; `first` is what it is in the first of all."""
    if key in table.words:
        codes, words = table.words[key]
        return _words_in(Words(codes, list(map(json_text, words))), part)
    if key not in table.numbers:
        return [json_text(first)] * rows
    own = table.numbers[key]
    otherwise = json_text(_dumped(table.model.model_fields[key].default))
    some = Quantity.model_validate({"value": 0, "low": 0, "high": 0, **own.said})
    template = json_text({**_dumped(some), "value": "@"})
    ends = template.split('"@"')[1].partition('"low":0.0,"high":0.0')
    before = template.split('"@"')[0]
    columns = (each[part].tolist() for each in (own.value, own.low, own.high))
    return [
        otherwise
        if math.isnan(value)
        else f'{before}{value!r}{ends[0]}"low":{_or_null(low)},"high":{_or_null(high)}{ends[2]}'
        for value, low, high in zip(*columns, strict=True)
    ]


def _dumped(quantity: Quantity | None) -> Any:
    return None if quantity is None else quantity.model_dump(mode="json", by_alias=True)


def _or_null(number: float) -> str:
    return "null" if math.isnan(number) else repr(number)

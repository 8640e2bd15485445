"""Every key that may say how a table is to be read changes what is read; a text alone is written
beside the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.loading.dump import dump
from sim.scenario.tables.table import Table

REST = """\
name: pumps
title: Pumps
start: 2020-01
months: 6
states: {AAA: {title: Here}}
products: {pumps: {title: Pumps, unit: pumps}}
needs: {AAA: {pumps: 7}}
trade: {all: {exporter: "*", importer: "*", product: "*"}}
sources: {report: {title: A report}, book: {title: A book}}
"""
HEAD = "factory,state,product,capacity"
PLAIN = f"{HEAD}\nn,AAA,pumps,200\n"


class Case(NamedTuple):
    """Hold a table, what the scenario says of it beside, and the key with its value."""

    key: str
    spec: str
    text: str = PLAIN
    beside: str = ""
    loads_without: bool = True
    """Whether the table can be read without the key"""
    encoding: str = "utf-8"


CASES = [
    Case("table", "table: u.csv"),
    Case("columns", "columns: {capacity: tonnes}", PLAIN.replace("capacity", "tonnes"), "", False),
    Case("constants", "constants: {utilisation: 0.5}"),
    Case("ignore", "ignore: [flag]", f"{HEAD},flag\nn,AAA,pumps,200,x\n", "", False),
    Case("per", "per: year"),
    Case("scale", "scale: {capacity: 1000}"),
    Case("source", "source: report"),
    Case("confidence", "confidence: documented", PLAIN, "source: report"),
    Case("names", "names: {X-1: main}", PLAIN.replace("n,A", "X-1,A")),
    Case("blank", "blank: zero", PLAIN.replace("200", ""), "", False),
    Case("missing", "missing: [':']", PLAIN.replace("200", ":"), "blank: zero", False),
    Case("encoding", "encoding: cp1250", PLAIN.replace("\nn", "\nŁódź"), "", False, "cp1250"),
    Case("delimiter", "delimiter: ';'", PLAIN.replace(",", ";"), "", False),
    Case("decimal", "decimal: ','", PLAIN.replace("200", '"1,5"'), "", False),
    Case("thousands", "thousands: ','", PLAIN.replace("200", '"1,500"'), "", False),
]


def read(text: str, encoding: str, *specs: str) -> str:
    """Load a scenario whose factories are a table; return it as it is written, with titles."""
    Path("t.csv").write_bytes(text.encode(encoding))
    Path("u.csv").write_text(PLAIN.replace("200", "300"), encoding="utf-8")
    given = [each for each in specs if each]
    file = [] if any(each.startswith("table:") for each in given) else ["table: t.csv"]
    block = f"factories: {{{', '.join([*file, *given])}}}\n"
    Path("main.yaml").write_text(block + REST, encoding="utf-8")
    return dump(sim.load("main.yaml"))


def test_every_key_is_tried() -> None:
    assert [each.key for each in CASES] == list(Table.model_fields)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_key_changes_what_is_read(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With it the table loads; without it it says something else, or is refused."""
    monkeypatch.chdir(tmp_path)
    found = read(case.text, case.encoding, case.beside, case.spec)
    if case.loads_without:
        assert read(case.text, case.encoding, case.beside) != found
    else:
        with pytest.raises(ScenarioError):
            read(case.text, case.encoding, case.beside)


def test_a_key_that_changes_nothing_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read(PLAIN, "utf-8", "blank: refuse") == read(PLAIN, "utf-8")

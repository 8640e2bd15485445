"""Blocks of a scenario from tables: what they mean, and every fault with its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.loading import bounds
from sim.scenario.loading.load import files_of
from sim.scenario.schema import Scenario
from sim.scenario.tables import parquet
from sim.scenario.tables.numbers import number
from tests.faulty_tables import CASES, GOOD, Case

REST = """\
name: pumps
title: Pumps
start: 2020-01
months: 6
states: {AAA: {title: Here}, BBB: {title: There}}
products: {pumps: {title: Pumps, unit: pumps}, valves: {title: Valves, unit: valves}}
sources: {report: {title: A report}}
"""
BLOCKS = {
    "factories": "factories: {far: {title: Far, state: BBB, lines: {pumps: 9}}}",
    "needs": "needs: {AAA: {pumps: 7}}",
    "trade": 'trade: {all: {exporter: "*", importer: "*", product: "*"}}',
    "events": "events: {}",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(
    text: str | bytes, spec: str = "", block: str = "factories", file: str = "t.csv"
) -> str:
    """Write a scenario with a block from a table, and the table; return the scenario's name."""
    Path("t.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    rest = [each for name, each in BLOCKS.items() if name != block]
    first = f"{block}: {{table: {file}{spec}}}"
    Path("main.yaml").write_text("\n".join([first, *rest, REST]), encoding="utf-8")
    return "main.yaml"


def read(text: str | bytes, spec: str = "", block: str = "factories") -> Scenario:
    """Load such a scenario."""
    return sim.load(written(text, spec, block))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_faulty_table_is_told_with_its_place(case: Case) -> None:
    files = {"number": "5", "list": "[t.csv]", "absent": "no.csv", "folder": "."}
    block = "factories" if case.block in files else case.block
    with pytest.raises(ScenarioError) as caught:
        sim.load(written(case.text, case.spec, block, files.get(case.block, "t.csv")))
    assert case.told in str(caught.value)


def test_there_are_many_faulty_tables() -> None:
    assert len({case.told for case in CASES}) >= 40


def test_all_faults_are_told_at_once() -> None:
    text = f"{GOOD}a,AAA,pumps,x\nb,AAA,pumps,\nnorth,AAA,pumps,1\n"
    with pytest.raises(ScenarioError) as caught:
        read(text)
    assert [each.place.line for each in caught.value.faults][:3] == [3, 4, 5]


def test_a_table_says_what_yaml_says() -> None:
    """Units of the file, intervals by columns, codes as titles, a rate per year and a share that
    is none."""
    found = read(
        "factory,state,product,capacity,capacity_low,capacity_high,capacity_source,utilisation\n"
        "north,AAA,pumps,200,150,250,report,0.5\nnorth,AAA,valves,0,,,,\n",
        ", per: year, confidence: estimated",
    )
    same = sim.load(
        written(GOOD),
        [
            "factories={north: {title: north, state: AAA, lines: {pumps: {capacity: {value: 200,"
            " low: 150, high: 250, per: year, source: report, confidence: estimated}, utilisation:"
            " 0.5}, valves: {value: 0, per: year}}}}"
        ],
    )
    assert found == same


@pytest.mark.parametrize(
    ("text", "spec", "capacity"),
    [
        ("plant;land;ware;tpy;flag\nn;AAA;pumps;1.234,5;x\n", ', delimiter: ";", decimal: ",",'
         ' thousands: ".", ignore: "*", columns: {factory: plant, state: land, product: ware,'
         " capacity: tpy}", 1234.5),
        ("state,product,capacity\nAAA,pumps,3\n", ", scale: {capacity: 1000}", 3000),
        ("factory,capacity\nn,-\n", ", constants: {state: AAA, product: pumps}, missing: ['-'],"
         " blank: zero", 0),
        ("factory,state,product,capacity\nn,AAA,pumps,4\nm,AAA,pumps,\n", ", blank: skip", 4),
    ],
)  # fmt: skip
def test_tables_as_offices_publish_them(text: str, spec: str, capacity: float) -> None:
    (factory,) = read(text, spec).factories.values()
    assert factory.lines["pumps"].capacity.value == capacity


def test_an_encoding() -> None:
    text = "factory,title,state,product,capacity\nn,Köln,AAA,pumps,1\n".encode("latin-1")
    assert read(text, ", encoding: latin-1").factories["n"].title == "Köln"


def test_codes_are_names() -> None:
    """A code that is no name gets one, everywhere the same; the code is its title."""
    Path("states.csv").write_text("state\nAT\nWA\n")
    Path("products.csv").write_text("product,input,amount\nC10-C12,01T03,0.5\n01T03,,\n")
    Path("needs.csv").write_text("state,product,2020,2021\nAT,C10-C12,12,24\n")
    Path("main.yaml").write_text(
        "states: {table: states.csv}\n"
        "products: {table: products.csv, constants: {unit: tonnes}}\n"
        "factories: {mill: {title: Mill, state: WA, lines: {C10_C12: 3, c01T03: 9}}}\n"
        "needs: {table: needs.csv, columns: {by_year.2020: '2020', by_year.2021: '2021'}}\n"
        "trade: {all: {exporter: '*', importer: '*', product: '*'}}\n"
        "name: codes\ntitle: Codes\nstart: 2020-01\nmonths: 3\n"
    )
    found = sim.load("main.yaml")
    assert found.products["C10_C12"].title == "C10-C12"
    assert found.products["C10_C12"].inputs["c01T03"].amount.value == 0.5
    assert {year: n.value for year, n in (found.needs["AT"]["C10_C12"].by_year or {}).items()} == {
        2020: 12,
        2021: 24,
    }


@pytest.mark.parametrize(
    ("block", "text", "path"),
    [
        ("needs", "state,product,year,units\nAAA,pumps,2020,5\n",
         ("AAA", "pumps", "by_year", 2020)),
        ("trade", "exporter,importer,product,cap\nAAA|BBB,*,pumps,5\n",
         ("AAA_BBB_all_pumps", "cap")),
        ("events", "event,kind,date,state,product,factor\nx,demand,2020-02,AAA,pumps,5\n",
         ("x", "factor")),
        ("factories", "factory,state,product,capacity,mothball.after_months\nx,AAA,pumps,9,5\n",
         ("x", "lines", "pumps", "mothball", "after_months")),
    ],
)  # fmt: skip
def test_each_block_may_be_a_table(block: str, text: str, path: tuple[str | int, ...]) -> None:
    found = getattr(read(text, block=block), block)
    for step in path:
        found = found[step] if isinstance(found, dict) else getattr(found, str(step))
    assert found.value == 5


def test_lists_of_numbers_stand_in_one_cell() -> None:
    """A series and a profile, with the source and the scale of the table; and targets by month."""
    spec = ", source: report, scale: {series: 10}"
    text = "state,product,series\nAAA,pumps,1|2.5|4\n"
    series = read(text, spec, block="needs").needs["AAA"]["pumps"].series or []
    assert [(each.value, each.source) for each in series] == [(n, "report") for n in (10, 25, 40)]
    text = f"state,product,units,profile\nAAA,pumps,7,{' | '.join(['1'] * 11)} | 3\n"
    need = read(text, block="needs").needs["AAA"]["pumps"]
    assert [each.value for each in need.profile or []] == [1] * 11 + [3]
    text = (
        "state,product,units,ceiling,month,share,months\n"
        "AAA,pumps,7,50,november,0.9,\nAAA,pumps,7,50,2020-04,,2\n"
    )
    need = read(text, block="needs").needs["AAA"]["pumps"]
    assert list(need.targets) == ["november", "2020-04"]
    assert (need.targets["2020-04"].months or series[0]).value == 2


def test_candidates_and_budgets_may_be_tables() -> None:
    Path("c.csv").write_text("factory,product,build_months,qualification_months,ramp_months,"
                             "capital_cost\nfar,pumps,3,2,1,4\n")  # fmt: skip
    Path("b.csv").write_text("month,money\n2020-02,7\n")
    programme = ("programmes: {p: {title: P, chair: AAA, beneficiaries: all,"
                 " candidates: {table: c.csv}, budget: {table: b.csv}}}")  # fmt: skip
    Path("main.yaml").write_text("\n".join([programme, *BLOCKS.values(), REST]))
    found = sim.load("main.yaml").programmes["p"]
    assert found.candidates["far_pumps"].factory == "far"
    assert found.budget["2020-02"].value == 7


def test_a_block_may_have_several_parts() -> None:
    """The later lie over the earlier; layers and `--set` change single values of a table."""
    written(GOOD)
    Path("main.yaml").write_text(
        "\n".join(
            [
                "factories: [{table: t.csv}, {far: {title: F, state: BBB, lines: {pumps: 1}}}]",
                *[each for name, each in BLOCKS.items() if name != "factories"],
                REST,
            ]
        )
    )
    Path("child.yaml").write_text("extends: main.yaml\nfactories: {north: {title: N}}\n")
    found = sim.load("child.yaml", ["factories.north.lines.pumps.capacity=3"])
    assert list(found.factories) == ["north", "far"]
    assert found.factories["north"].title == "N"
    assert found.factories["north"].lines["pumps"].capacity.value == 3


def test_a_result_loads_without_its_tables_and_names_them() -> None:
    scenario = read(GOOD)
    folder = sim.run(scenario).save(Path("out"), figures=False)
    Path("t.csv").unlink()
    assert sim.load(folder / "scenario.yaml") == scenario
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest["tables"]) == ["t.csv"]


def test_only_regular_files_are_read() -> None:
    name = written(GOOD)
    Path("t.csv").unlink()
    os.mkfifo("t.csv")
    with pytest.raises(ScenarioError, match="not a regular file"):
        sim.load(name)


def test_what_tables_hold_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    name = written(GOOD + "a,AAA,pumps,1\n" * 100)
    monkeypatch.setattr(bounds, "MOST_VALUES", 100)
    with pytest.raises(ScenarioError, match="values in all files together"):
        sim.load(name)


def test_parquet() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet as writer

    table = pyarrow.table(
        {"factory": ["n", "m"], "state": ["AAA", "AAA"], "product": ["pumps", "pumps"],
         "capacity": [1.5, None]}
    )  # fmt: skip
    name = written(GOOD, ", blank: zero", file="t.parquet")
    writer.write_table(table, "t.parquet")
    found = sim.load(name)
    assert [each.lines["pumps"].capacity.value for each in found.factories.values()] == [1.5, 0]
    Path("t.parquet").write_bytes(b"PAR1")
    with pytest.raises(ScenarioError, match="no Parquet file"):
        sim.load(name)


def test_parquet_without_its_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    name = written(GOOD, file="t.parquet")
    Path("t.parquet").write_bytes(b"PAR1")
    with pytest.raises(ScenarioError, match="supply-substitution"):
        sim.load(name)
    assert "[parquet]" in parquet.NEEDED


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [("1e3", ".", "", 1000), ("-1.5", ".", "", -1.5), ("1\u202f234,5", ",", " ", 1234.5),
     ("1'000'000", ".", "'", 10**6), ("\u22122", ".", "", -2), (",5", ",", "", 0.5)],
)  # fmt: skip
def test_numbers(text: str, decimal: str, thousands: str, value: float) -> None:
    assert number(text, decimal, thousands) == value


def test_a_table_is_one_of_the_files_of_a_scenario() -> None:
    """So what was made of the scenario is out of date when the table changes."""
    assert os.path.realpath("t.csv") in files_of(written(GOOD))

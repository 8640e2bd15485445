"""Entities that tables are read into column by column are those that rows are read into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.errors import ScenarioError
from sim.scenario.loading.load import read_whole
from sim.scenario.loading.source_tree import Entities
from sim.scenario.schema import Scenario
from sim.scenario.tables import bulk

TABLES = {
    "states": "state,title,stock_cover\nAAA,Here,1\nBBB,There,\nCCC,,2.5\n",
    "products": "product,title,unit,input_cover,input,amount\n"
    "pumps,Pumps,pumps,1,valves,2\nvalves,Valves,valves,,,\n",
    "factories": "state,product,capacity,capacity_low,capacity_high,capacity_source,unit_cost\n"
    "AAA,pumps,10,8,12,report,\nBBB,pumps,20,,,,3\nBBB,valves,90,,,,1\n",
    "needs": "state,product,units,tier\nAAA,pumps,7,\nBBB,pumps,6.5,1\nCCC,pumps,1e-1,0\n",
}
"""Blanks, parts of numbers, several lines of a state, and inputs of one product alone."""
LINES = (
    "factory,state,title,product,capacity\n"
    "0-1,AAA,Both,pumps,5\n0-1,AAA,Both,valves,50\nn,BBB,,pumps,8\n"
)
"""Several lines of a factory; a code that is no name; a title that is blank."""
REST = {
    "name": "pumps",
    "title": "Pumps",
    "start": "2020-01",
    "months": 3,
    "sources": {"report": {"title": "A report"}},
    "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
}
SPECS: dict[str, Any] = {
    "products": {"table": "products.csv", "blank": "skip"},
    "needs": {"table": "needs.csv", "per": "year", "scale": {"units": 12}, "source": "report"},
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(tables: dict[str, str] | None = None, **blocks: Any) -> None:
    """Write a scenario and its tables; `blocks` stand in place of what reads a table."""
    for name, text in {**TABLES, **(tables or {})}.items():
        Path(f"{name}.csv").write_text(text, encoding="utf-8")
    specs = {name: SPECS.get(name, {"table": f"{name}.csv"}) for name in TABLES}
    scenario = {**REST, **specs, **blocks}
    Path("main.yaml").write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")


def in_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all tables be read row by row."""
    monkeypatch.setattr(bulk, "entities", lambda _: None)


def said(file: str, sets: list[str]) -> Scenario | set[str]:
    """Load a scenario, or tell what is wrong with it."""
    try:
        return sim.load(file, sets)
    except ScenarioError as error:
        return {str(fault) for fault in error.faults}


def is_bulk(block: str) -> bool:
    """Tell whether a block is not written out."""
    return isinstance(read_whole("main.yaml").tree.members[block].value, Entities)


INPUTS = "factory,product,input,amount\n0-1,pumps,valves,1\nn,pumps,valves,3\n"
PARTS = [{"table": "lines.csv"}, {"table": "inputs.csv"}]


@pytest.mark.parametrize(
    ("blocks", "sets"),
    [
        ({}, []),
        ({"factories": {"table": "lines.csv"}}, []),
        ({"factories": PARTS}, []),
        ({"factories": PARTS}, ["factories.n.lines.pumps.inputs.valves=5"]),
        ({"factories": PARTS}, ["factories.n.title=N", "states.CCC=null", "needs.CCC=null"]),
        ({"factories": [*PARTS, {"n": {"title": "From YAML"}}]}, []),
        ({"factories": [{"n": {"title": "Below"}}, {"table": "lines.csv"}]}, []),
        ({"factories": [{"table": "lines.csv"}, {"table": "factories.csv"}]}, []),
    ],
)
def test_the_scenario_is_the_same(
    blocks: dict[str, Any], sets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"lines": LINES, "inputs": INPUTS}, **blocks)
    found = said("main.yaml", sets)
    assert isinstance(found, Scenario), found
    assert is_bulk("needs")
    in_rows(monkeypatch)
    assert not is_bulk("needs")
    assert said("main.yaml", sets) == found


def test_tables_that_give_other_keys_stay_unwritten() -> None:
    write({"lines": LINES, "inputs": INPUTS}, factories=PARTS)
    assert is_bulk("factories")
    assert sim.load("main.yaml").factories["n"].title == "n"
    write({"lines": LINES, "inputs": INPUTS}, factories=[*PARTS, {"table": "lines.csv"}])
    assert not is_bulk("factories")


WRONG = [
    {"needs": TABLES["needs"].replace("BBB", "NOWHERE")},
    {"needs": TABLES["needs"].replace("CCC,pumps", "CCC,nothing")},
    {"needs": TABLES["needs"].replace("6.5", "-6.5")},
    {"needs": TABLES["needs"].replace("6.5", "many")},
    {"needs": TABLES["needs"].replace("6.5", "")},
    {"needs": TABLES["needs"] + "AAA,pumps,7,\n"},
    {"factories": TABLES["factories"].replace("report", "rumour")},
    {"factories": TABLES["factories"].replace("8,12", "8,9")},
    {"lines": LINES.replace("AAA,Both,valves", "BBB,Both,valves")},
    {"lines": LINES.replace("Both,valves", "Both,nothing").replace("BBB", "C C")},
    {"lines": LINES.replace("n,BBB", "0_1,BBB")},
    {"inputs": INPUTS.replace("n,pumps,valves", "n,pumps,nothing")},
    {"inputs": INPUTS.replace("n,pumps", "n,nothing")},
    {"inputs": INPUTS.replace("n,pumps", "nobody,pumps")},
    {"states": TABLES["states"].replace("BBB", "bb")},
    {"products": TABLES["products"].replace("valves,2", "nothing,2")},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(*wrong))
def test_what_is_wrong_is_told_as_of_rows(
    wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = {} if "factories" in wrong else {"factories": PARTS}
    write({"lines": LINES, "inputs": INPUTS, **wrong}, **blocks)
    found = said("main.yaml", [])
    assert isinstance(found, set)
    assert any(".csv:" in each for each in found)
    in_rows(monkeypatch)
    assert said("main.yaml", []) == found


def test_a_layer_above_sees_a_table_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes one factory, and its faults stand where the table says what is wrong."""
    write({"lines": LINES, "inputs": INPUTS}, factories=PARTS)
    layer = {"extends": "main.yaml", "factories": {"n": {"state": "CCC"}}}
    Path("above.yaml").write_text(yaml.safe_dump(layer), encoding="utf-8")
    found = said("above.yaml", [])
    assert isinstance(found, Scenario)
    states = {name: each.state for name, each in found.factories.items()}
    assert states == {"c0_1": "AAA", "n": "CCC"}
    wrong = said("above.yaml", ["products.valves=null"])
    assert isinstance(wrong, set)
    assert any(each.startswith("inputs.csv:3:") for each in wrong), wrong
    in_rows(monkeypatch)
    assert said("above.yaml", []) == found
    assert said("above.yaml", ["products.valves=null"]) == wrong

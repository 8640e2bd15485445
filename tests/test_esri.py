"""The index of a table of links and of a scenario, from the command and from Python; faulty tables
are told of with their places."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.cli.main import main
from sim.cli.systemic import esri as systemic_command
from sim.errors import InputError, ScenarioError
from sim.kernels import systemic
from tests.worlds import world

PUBLISHED = json.loads((Path(__file__).parent / "expected.json").read_text())["esri"][
    "example_data"
]
HEADER = "supplier,buyer,amount,industry,class\n"
LINKS = HEADER + "mine,smelter,30,ore,essential\nquarry,smelter,10,ore,essential\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "links.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def index(table: pd.DataFrame) -> dict[str, float]:
    return dict(zip(table["firm"], table["esri"], strict=True))


@pytest.mark.parametrize(("inputs", "kind"), [("linear", "non-essential"), ("leontief", "")])
def test_a_published_network_as_a_table(inputs: str, kind: str) -> None:
    """Eleven firms; without a class all inputs are essential."""
    column = ",class" if kind else ""
    rows = [
        f"f{s},f{b},1,i{PUBLISHED['p'][s - 1]}{',' * bool(kind)}{kind}"
        for s, b in PUBLISHED["edges_1based"]
    ]
    file = written("\n".join([f"supplier,buyer,amount,industry{column}", *rows, ""]))
    assert main(["esri", file, "--quiet"]) == 0
    with Path("results/links_esri/esri.csv").open(encoding="utf-8") as stream:
        found = {row["firm"]: float(row["esri"]) for row in csv.DictReader(stream)}
    expected = PUBLISHED["ESRI"][f"{inputs}_nomarket"]
    assert found == pytest.approx({f"f{at + 1}": each for at, each in enumerate(expected)})
    assert index(sim.esri(file)) == pytest.approx(found, rel=1e-9)


def test_the_worst_stands_first_and_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["esri", written(LINKS), "--out", "out"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1].split() == ["smelter", "0", "1", "0", "1"]
    assert told[2].split() == ["mine", "30", "0.75", "0.75", "0.75"]
    assert told[-1] == "out: esri.csv, manifest.json"
    assert json.loads(Path("out/manifest.json").read_text())["tables"].keys() == {"links.csv"}


def test_makers_without_an_industry_are_alone_in_theirs() -> None:
    """Both are essential, each in full."""
    table = sim.esri(written("supplier,buyer,amount\na,c,30\nb,c,10\nc,d,40\n,,\nx,y,0\n"))
    assert index(table)["b"] == pytest.approx((10 + 40) / 80)
    assert index(table)["x"] == 0
    parquet = pd.read_csv("links.csv").dropna().astype({"amount": float})
    parquet.to_parquet("links.parquet", index=False)
    assert index(sim.esri("links.parquet")) == index(table)


CLASSES = "expected essential, non-essential or negligible, found"
NUMBER, WAY = "expected a number, found text", "write it as 1234.5"
FAULTS = {
    'mine,smelter,"1,5",ore,essential': f"14 amount: {NUMBER} '1,5'; {WAY}",
    "mine,smelter,30 t,ore,essential": f"14 amount: {NUMBER} '30 t'; {WAY}",
    "pit,smelter,-3,ore,essential": "13 amount: -3 is below 0",
    "pit,smelter,1e999,ore,essential": "13 amount: 1e999 is too large",
    "pit,smelter,,ore,essential": "13 amount: a number is missing",
    "pit,smelter,1,ore,vital": f"19 class: {CLASSES} 'vital'",
    "pit,smelter,1,ore,": f"19 class: {CLASSES} a blank",
    "pit,smelter,1,ore,negligible": (
        "19 class: 'negligible', where line 2 has 'essential' for this buyer and industry"
    ),
    "pit,smelter,1,,essential": "15 industry: a name is missing",
    "mine,dealer,1,coal,essential": "15 industry: 'coal', where line 2 has 'ore'",
    ",smelter,1,ore,essential": "1 supplier: a name is missing",
    "mine,,1,ore,essential": "6 buyer: a name is missing",
    "mine,smelter,2,ore,essential": "1: the same supplier and buyer as in line 2",
    "mine,smelter,2,ore": "1: 4 cells; the header has 5",
}


@pytest.mark.parametrize("row", FAULTS)
def test_a_fault_is_told_with_its_place(row: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.esri(written(f"{LINKS}{row}\n"))
    assert str(caught.value) == f"links.csv:4:{FAULTS[row]}"


def test_all_faults_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in FAULTS if row.count(",") == 4]
    assert main(["esri", written(HEADER + "\n".join(rows) + "\n"), "--out", "out"]) == 2
    assert len(capsys.readouterr().err.splitlines()) >= len(rows) - 2
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("supplier,byer,amount\n", r"no column 'buyer'\n.*1:10: unknown column 'byer'; did"),
        ("supplier,buyer,amount,amount\n", "1:23: column 'amount' is given twice"),
        ("supplier;buyer;amount\n", "one column alone"),
        ("supplier,buyer,amount\na,b,0\n", "has no links"),
        ("", "the table is empty"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_links(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        sim.esri(written(text))


def test_what_cannot_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["esri", "nowhere.csv"]) == 2
    assert main(["esri", written(LINKS), "--set", "a=1"]) == 2
    told = capsys.readouterr().err
    assert "nowhere.csv: cannot be read" in told
    assert "--set: a=1: a table of links has no values to set" in told
    with pytest.raises(InputError, match="tolerance: 2 is not from 0 to 1"):
        sim.esri("links.csv", tolerance=2)


def plant(state: str, product: str, capacity: float, unit_cost: float) -> dict[str, Any]:
    line = {"capacity": capacity, "unit_cost": unit_cost}
    return {"title": product, "state": state, "lines": {product: line}}


def yard(**changes: Any) -> sim.Scenario:
    """Return a yard that makes 10 ships a month of 20 steel, 30 paint and 10 radios."""
    units = {"steel": 20, "paint": 30, "radios": 10}
    made = {f"{name}_plant": plant("BBB", name, each, 2) for name, each in units.items()}
    made["yard"] = plant("AAA", "ships", 10, 28)
    ships = {
        "steel": {"amount": 2},
        "paint": {"amount": 3, "criticality": "important"},
        "radios": {"amount": 1, "criticality": "minor"},
    }
    goods = {name: {"title": name, "unit": "units"} for name in (*units, "ships")}
    goods["ships"]["inputs"] = ships
    rules = {"everyone": {"exporter": "*", "importer": "*", "product": "*"}}
    base = {"products": goods, "factories": made, "needs": {"AAA": {"ships": 10}}, "trade": rules}
    return world(**base, **changes)


@pytest.mark.parametrize(
    ("production", "lost"),
    [
        ("leontief", [1, 1, 1]),
        ("half_critical", [1, 1 / 2, 0]),
        ("weakly_critical", [1, 0, 0]),
        ("strongly_critical", [1, 1, 0]),
        ("linear", [1 / 3, 1 / 2, 1 / 6]),
    ],
)
def test_a_scenario_at_rest(production: str, lost: list[float]) -> None:
    """Of output 400 the yard makes 280, its suppliers 40, 60 and 20: what each brings down of the
    yard by its rule, and of itself."""
    table = sim.esri(yard(rules={"production": production})).set_index("firm")
    assert table["output"].to_dict() == {
        "yard": 280, "steel_plant": 40, "paint_plant": 60, "radios_plant": 20,
    }  # fmt: skip
    assert set(table["unit"]) == {"money a month"}
    assert table.loc["yard", ["esri", "upstream"]].tolist() == pytest.approx([1, 1])
    for name, own, share in zip(("steel", "paint", "radios"), (40, 60, 20), lost, strict=True):
        row = table.loc[f"{name}_plant"]
        assert row["downstream"] == pytest.approx((own + 280 * share) / 400)
        assert row["upstream"] == pytest.approx(own / 400)


def test_units_count_where_something_has_no_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["esri", "examples/first", "--out", "out"]) == 0
    assert (
        "output in units a month\nout: esri.csv, manifest.json, scenario.yaml"
        in capsys.readouterr().out
    )
    assert main(["esri", "examples/first", "--out", "none", "--set", "needs.NOWHERE.x=1"]) == 2
    assert not Path("none").exists()
    table = sim.esri(world())
    assert index(table) == pytest.approx({"old_plant": 0.8, "home_plant": 0.2})
    assert set(table["unit"]) == {"units a month"}


def test_a_rival_takes_part_of_the_blow_with_a_market() -> None:
    text = "supplier,buyer,amount,industry\na,c,1,i\nb,c,3,i\nc,d,4,j\n"
    without, beside = (index(sim.esri(written(text), market=each)) for each in (False, True))
    assert without["a"] == pytest.approx((1 + 4 / 4) / 8)
    assert beside["a"] == pytest.approx((1 + 4 / 12) / 8)


def test_the_command_stops_where_python_does() -> None:
    (option,) = (each for each in systemic_command.params if each.name == "tolerance")
    assert option.default == systemic.TOLERANCE

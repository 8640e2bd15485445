"""Publishers' files become tables and a scenario at rest; a second import keeps what was edited."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pymrio
import pytest

import sim
from sim.cli.main import main
from sim.errors import InputError, ScenarioError
from sim.experiments.systemic import at_rest as rest
from sim.imports import folder
from sim.imports.comtrade import comtrade
from sim.imports.found import lines_table
from sim.imports.mrio import from_pymrio, mrio
from sim.imports.sipri import sipri
from sim.world.numbering import number

COMTRADE = """\
typeCode,freqCode,refYear,reporterISO,reporterDesc,flowCode,partnerISO,partnerDesc,partner2Code,\
cmdCode,cmdDesc,customsCode,motCode,qtyUnitAbbr,qty,netWgt,primaryValue
C,A,2021,KOR,Rep. of Korea,M,UKR,Ukraine,0,280429,"Gases, rare",C00,0,m³,500,90,3000000
C,A,2021,KOR,Rep. of Korea,M,CHN,China,0,280429,"Gases, rare",C00,0,m³,900,180,9000000
C,A,2021,KOR,Rep. of Korea,M,CHN,China,0,280429,"Gases, rare",C00,2100,m³,900,180,9000000
C,A,2021,KOR,Rep. of Korea,M,W00,World,0,280429,"Gases, rare",C00,0,m³,1400,270,12000000
C,A,2021,KOR,Rep. of Korea,M,CHN,China,0,28,Chemicals,C00,0,,,,20000000
C,A,2021,JPN,Japan,M,CHN,China,0,280429,"Gases, rare",C00,0,m³,100,20,1000000
C,A,2021,CHN,China,X,JPN,Japan,0,280429,"Gases, rare",C00,0,m³,110,21,950000
C,A,2020,JPN,Japan,M,CHN,China,0,280429,"Gases, rare",C00,0,m³,100,20,1000000
C,A,2021,JPN,Japan,M,JPN,Japan,0,280429,"Gases, rare",C00,0,m³,1,2,5000
"""
OLD = """\
Year,Trade Flow Code,Trade Flow,Reporter,Reporter ISO,Partner,Partner ISO,Commodity Code,Commodity,\
Qty Unit,Qty,Netweight (kg),Trade Value (US$)
2014,1,Import,Japan,JPN,China,CHN,280429,Rare gases,kg,20,20,1000000
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(text: str = COMTRADE) -> folder.Written:
    """Import a file of Comtrade into the folder `out`."""
    Path("trade.csv").write_text(text, encoding="utf-8")
    return folder.write(comtrade("trade.csv"), "out")


def table(name: str) -> list[dict[str, str]]:
    """Read a table of the folder."""
    with Path("out", name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def change(name: str, edit: Callable[[str], str]) -> None:
    """Edit a file of the folder."""
    path = Path("out", name)
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


def at_rest(path: str) -> sim.Result:
    """Run a scenario for three months, and see that every line makes the same each month."""
    result = sim.run(sim.load(path), members=1, months=3)
    made = result.capacity.pivot(index="month", columns="factory", values="output_central")
    assert len(made) == 3
    assert (made.iloc[0] > 0).all()
    assert made.to_numpy() == pytest.approx(np.tile(made.iloc[0], (3, 1)), rel=1e-9)
    return result


def test_comtrade_becomes_a_scenario_at_rest() -> None:
    imported()
    assert table("needs.csv") == [
        {"state": "JPN", "product": "c280429", "units": "1"},
        {"state": "KOR", "product": "c280429", "units": "12"},
    ]
    assert [(row["exporter"], row["weight"]) for row in table("trade.csv")] == [
        ("CHN", "1"), ("CHN", "0.75"), ("UKR", "0.25"),
    ]  # fmt: skip
    at_rest("out/comtrade.yaml")
    scenario = sim.load("out/comtrade.yaml")
    assert scenario.products["c280429"].title == "Gases, rare"
    assert scenario.needs["KOR"]["c280429"].units.source == "comtrade"
    assert scenario.states["KOR"].stock_cover.confidence == "assumed"
    assert scenario.sources["comtrade"].date == "2021"


def test_what_is_left_out_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("trade.csv").write_text(COMTRADE, encoding="utf-8")
    assert main(["import", "comtrade", "trade.csv", "--out", "out"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [each for each in told if each.startswith("left out")] == [
        "left out: parts of a whole (partner2Code, customsCode, motCode, mosCode): 1 row,"
        " 9 million USD",
        "left out: the world as a partner: 1 row, 12 million USD",
        "left out: codes that contain others of the file: 1 row, 20 million USD",
        "left out: another flow than imports: 1 row, 0.95 million USD",
        "left out: of other years: 1 row, 1 million USD",
        "left out: a state's trade with itself: 1 row, 0.005 million USD",
    ]
    assert main(["validate", "out/comtrade.yaml"]) == 0
    words = ["--members", "1", "--months", "3", "--no-figures", "--out", "run"]
    assert main(["run", "out/comtrade.yaml", *words]) == 0


@pytest.mark.parametrize(
    ("measure", "flow", "units"),
    [("weight", "M", 0.27), ("quantity", "M", 1400), ("value", "X", 0)],
)
def test_measures_and_books(measure: str, flow: str, units: float) -> None:
    Path("trade.csv").write_text(COMTRADE, encoding="utf-8")
    found = comtrade("trade.csv", measure=measure, flow=flow)
    needs = {row[0]: float(row[2]) for row in found.tables["needs.csv"].rows}
    assert needs.get("KOR", 0) == pytest.approx(units)


def test_what_gives_no_weight_is_told_in_money(capsys: pytest.CaptureFixture[str]) -> None:
    """3 and 4 million dollars of gas have no weight; a file without values cannot tell."""
    head, *given = COMTRADE.splitlines()
    row = "C,A,2021,{0},{0},M,CHN,China,0,280429,Gas,C00,0,m³,1,{1},{2}"
    lacking = [row.format("FRA", "", 3000000), row.format("ITA", 0, 4e6), row.format("ESP", 5, "")]
    Path("trade.csv").write_text("\n".join([head, *given, *lacking]), encoding="utf-8")
    words = ["import", "comtrade", "trade.csv", "--out", "out", "--measure", "weight"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "left out: no weight given: 2 rows, 7 million USD\n" in told
    assert "left out: the world as a partner: 1 row, " in told
    assert told.count("USD") == 1
    bare = "\n".join([head.replace("primaryValue", "worth"), *given, *lacking])
    Path("trade.csv").write_text(bare, encoding="utf-8")
    assert main(words) == 0
    assert "left out: no weight given: 2 rows, 0 tonnes\n" in capsys.readouterr().out


def test_flows_too_small_for_a_scenario_are_told() -> None:
    tiny = "C,A,2021,KOR,Rep. of Korea,M,USA,USA,0,280429,x,C00,0,m³,1,1,0.0001\n"
    Path("trade.csv").write_text(COMTRADE + tiny, encoding="utf-8")
    found = comtrade("trade.csv")
    assert any(why.startswith("flows below") for why in found.left_out)
    assert all(row[0] != "USA" for row in found.tables["trade.csv"].rows)
    with pytest.raises(InputError, match="csv: has no rows of 1999; it has those of 2020, 2021"):
        comtrade("trade.csv", year=1999)
    Path("trade.csv").write_text("".join(COMTRADE.splitlines(True)[:1]) + tiny, encoding="utf-8")
    with pytest.raises(InputError, match=r"^trade\.csv: nothing remains .*: flows .*: 1 row$"):
        comtrade("trade.csv")


def test_codes_of_other_years_and_flows_leave_none_out() -> None:
    """Of 2020 there are four digits, of 2021 six: 2020 is asked for."""
    old = COMTRADE.splitlines()[8].replace("280429", "2804").replace(",JPN,Japan,M", ",KOR,Korea,M")
    export = COMTRADE.splitlines()[7].replace("C,A,2021", "C,A,2020")
    Path("trade.csv").write_text("\n".join([*COMTRADE.splitlines()[:8], old, export]), "utf-8")
    found = comtrade("trade.csv", year=2020)
    assert found.tables["needs.csv"].rows == [("KOR", "c2804", "1")]


def test_older_labels() -> None:
    imported(OLD)
    assert table("needs.csv") == [{"state": "JPN", "product": "c280429", "units": "1"}]
    assert sim.load("out/comtrade.yaml").start == "2014-01"
    at_rest("out/comtrade.yaml")


def test_a_partner_without_letters_has_its_number() -> None:
    """`Other Asia, nes` had no ISO code in older files, nor has it one of its own here."""
    head, row = OLD.splitlines()
    head, row = f"{head},Partner Code", f"{row},156"
    other = row.replace(",China,CHN,", ',"Other Asia, nes",,').replace(",156", ",490")
    world = other.replace(",490", ",0")
    imported("\n".join([head, row, other, world]))
    assert table("states.csv")[:2] == [
        {"state": "C490", "title": "Other Asia, nes"},
        {"state": "CHN", "title": "China"},
    ]
    assert table("needs.csv") == [{"state": "JPN", "product": "c280429", "units": "2"}]


def test_faults_are_told_at_once_with_their_places() -> None:
    Path("bad.csv").write_text(
        COMTRADE.replace("3000000", "3 M")
        .replace(",9000000\n", ",-5\n", 1)
    )  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        comtrade("bad.csv")
    assert [each.place.line for each in caught.value.faults] == [2, 3]
    assert all(each.place.column > 50 for each in caught.value.faults)
    comma = COMTRADE.replace(",", ";").replace("3000000", "3000000,5")
    Path("bad.csv").write_text(comma)
    with pytest.raises(ScenarioError, match=r"'3000000,5'; write it as 1234\.5$"):
        comtrade("bad.csv")
    Path("bad.csv").write_text("refYear,reporterISO\n2021,KOR\n")
    with pytest.raises(ScenarioError, match=r"bad.csv:1:1: there is no column 'partnerISO'"):
        comtrade("bad.csv")


def test_a_second_import_keeps_edits() -> None:
    imported()
    change("needs.csv", lambda text: text.replace("KOR,c280429,12", "KOR,c280429,15"))
    change("trade.csv", lambda text: text.replace("UKR,KOR,c280429,0.25\n", "")
           + "USA,KOR,c280429,0.1\n")  # fmt: skip
    done = imported(COMTRADE.replace("1000000", "2000000"))
    assert (done.edited, done.deleted, done.own, done.beside) == (1, 1, 1, "")
    assert {row["state"]: row["units"] for row in table("needs.csv")} == {"JPN": "2", "KOR": "15"}
    assert [row["exporter"] for row in table("trade.csv")] == ["CHN", "CHN", "USA"]
    before = {each.name: each.read_bytes() for each in Path("out").iterdir()}
    imported(COMTRADE.replace("1000000", "2000000"))
    assert {each.name: each.read_bytes() for each in Path("out").iterdir()} == before


def test_a_column_given_twice_is_told_before_one_is_lost() -> None:
    imported()
    change("needs.csv", lambda text: text.replace("units", "units,note,note", 1))
    with pytest.raises(ScenarioError, match=r"needs\.csv:1:26: column 'note' is given twice"):
        imported()
    assert "note,note" in Path("out/needs.csv").read_text("utf-8")


def test_an_edited_skeleton_is_kept_and_the_new_one_stands_beside() -> None:
    imported()
    change("comtrade.yaml", lambda text: text.replace("months: 36", "months: 24"))
    assert imported().beside == "comtrade.new.yaml"
    assert sim.load("out/comtrade.yaml").months == 24
    assert sim.load("out/comtrade.new.yaml").months == 36
    assert imported().beside == "comtrade.new.yaml"


@pytest.mark.parametrize("after", range(9))
def test_a_killed_import_loses_nothing(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after any file, and run again: as if it had not been killed."""
    imported()
    change("needs.csv", lambda text: text.replace("KOR,c280429,12", "KOR,c280429,15"))
    change("trade.csv", lambda text: text.replace("UKR,KOR,c280429,0.25\n", ""))
    more = COMTRADE.replace("1000000", "2000000") + (
        "C,A,2021,JPN,Japan,M,USA,USA,0,280429,x,C00,0,m³,1,1,500000\n"
    )
    count, real = iter(range(99)), folder.replace_file

    def dying(path: Path, text: str) -> None:
        if next(count) == after:
            raise KeyboardInterrupt
        real(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(folder, "replace_file", dying)
        with suppress(KeyboardInterrupt):
            imported(more)
    imported(more)
    assert {row["state"]: row["units"] for row in table("needs.csv")} == {"JPN": "2.5", "KOR": "15"}
    assert [row["exporter"] + row["importer"] for row in table("trade.csv")] == [
        "CHNJPN", "CHNKOR", "USAJPN",
    ]  # fmt: skip


def test_help_says_whether_a_file_or_a_folder_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    for kind, what in (("mrio", "FOLDER"), ("comtrade", "FILE"), ("sipri", "FILE")):
        assert main(["import", kind, "--help"]) == 0
        assert f"sim import {kind} [OPTIONS] {what}\n" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_to_is_the_users_to_mend(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As of every other command: a line, and exit code 2."""
    Path("gases.csv").write_text(COMTRADE)
    assert main(["import", "comtrade", "gases.csv", "--out", "gases.csv/below"]) == 2
    assert capsys.readouterr().err.startswith("gases.csv/below: cannot write: ")


def test_a_folder_of_another_import_is_refused() -> None:
    imported()
    change("import.json", lambda text: json.dumps(json.loads(text) | {"import": "sipri"}))
    with pytest.raises(InputError, match="holds an import of sipri"):
        imported()
    change("import.json", lambda text: "{")
    with pytest.raises(InputError, match="no record of an import"):
        imported()


class Accounts(NamedTuple):
    """Hold what pymrio has: data frames with regions and industries."""

    Z: pd.DataFrame
    Y: pd.DataFrame
    x: pd.DataFrame


@pytest.fixture
def accounts() -> Accounts:
    """Make up two regions with two industries, which use each other's goods and their own."""
    levels = [["reg1", "reg2"], ["food", "01T03"]]
    rows = pd.MultiIndex.from_product(levels, names=["region", "sector"])
    final = pd.MultiIndex.from_product(
        [levels[0], ["households", "state"]], names=["region", "category"]
    )
    z = pd.DataFrame([[10, 5, 2, 0], [4, 20, 1, 6], [3, 0, 8, 2], [0, 7, 5, 12.0]], rows, rows)
    y = pd.DataFrame([[30, 5, 4, 0], [20, 3, 0, 2], [6, 0, 40, 4], [1, 0, 33, 0.0]], rows, final)
    return Accounts(z, y, (z.sum(axis=1) + y.sum(axis=1)).to_frame("indout"))


def saved(accounts: Accounts, ending: str = "csv") -> str:
    """Save accounts as pymrio does."""
    Path("io").mkdir(exist_ok=True)
    for name, each in accounts._asdict().items():
        each.to_csv(f"io/{name}.{ending}", sep="," if ending == "csv" else "\t")
    return "io"


SAID: dict[str, Any] = {"year": 2015, "publisher": "An office", "unit": "million EUR"}
NAMES = ["REG1_food", "REG1_c01T03", "REG2_food", "REG2_c01T03"]


@pytest.mark.parametrize("ending", ["csv", "txt"])
def test_an_input_output_table_at_rest_makes_its_output(accounts: Accounts, ending: str) -> None:
    """Also where lines could make twice as much: demand alone gives x."""
    found = mrio(saved(accounts, ending), **SAID)
    assert not found.left_out
    folder.write(found, "out")
    for double in (False, True):
        if double:
            rows = table("factories.csv")
            frame = pd.DataFrame(rows).astype({"capacity": float})
            frame.assign(capacity=2 * frame.capacity).to_csv("out/factories.csv", index=False)
        made = at_rest("out/mrio.yaml").capacity.groupby("factory")["output_central"].last()
        assert 12 * made[NAMES].to_numpy() == pytest.approx(accounts.x["indout"], rel=1e-6)


def carried(path: str) -> dict[tuple[str, str, str], float]:
    """Return what flows in a scenario at rest, units a year: exporter's factory, region, user."""
    scenario = sim.load(path, members=1)
    axes = number(scenario)
    flow, _ = rest(scenario, axes)
    found = {}
    for line, need, each in zip(axes.link_line, axes.link_need, flow.tolist(), strict=True):
        user = axes.need_line[need]
        name = "final" if user < 0 else axes.lines[user][0]
        found[axes.lines[line][0], axes.needs[need][0], name] = 12 * each
    return found


def deliveries(tables: Any) -> dict[tuple[str, str, str], float]:
    """Return what an input-output table says of the same, without what is 0."""
    names = [("_".join(each)).upper() for each in tables.Z.index]
    regions = [region.upper() for region, _ in tables.Z.index]
    found: dict[tuple[str, str, str], float] = {}
    for row, maker in enumerate(names):
        for column, user in enumerate(names):
            found[maker, regions[column], user] = float(tables.Z.iloc[row, column])
        for (region, _), each in tables.Y.iloc[row].items():
            key = maker, region.upper(), "FINAL"
            found[key] = found.get(key, 0.0) + float(each)
    return {key: each for key, each in found.items() if each}


def assert_carries(path: str, tables: Any) -> None:
    """See that what flows at rest is Z and Y."""
    flow = {tuple(map(str.upper, key)): each for key, each in carried(path).items() if each}
    assert flow == pytest.approx(
        {tuple(name.replace("_01T03", "_C01T03") for name in key): each
         for key, each in deliveries(tables).items()},
        rel=1e-6,
    )  # fmt: skip


def test_at_rest_flows_are_those_of_the_table(accounts: Accounts) -> None:
    """Industries have suppliers of their own; with `by_region` those of their region, so that
    output is the same and flows are not."""
    folder.write(from_pymrio(accounts, **SAID), "out")
    assert_carries("out/mrio.yaml", accounts)
    folder.write(from_pymrio(accounts, by_region=True, **SAID), "region")
    assert len(Path("region/trade.csv").read_text().splitlines()) == 1 + 8
    flow = carried("region/mrio.yaml")
    assert flow["REG2_food", "REG1", "REG1_food"] == pytest.approx(13 * 9 / 59)
    made = at_rest("region/mrio.yaml").capacity.groupby("factory")["output_central"].last()
    assert 12 * made[NAMES].to_numpy() == pytest.approx(accounts.x["indout"], rel=1e-6)


def test_users_without_a_factory_have_no_suppliers(accounts: Accounts) -> None:
    """An industry that makes nothing takes nothing, and no rule of trade speaks of it."""
    accounts.x.iloc[3, 0] = 0.0
    found = from_pymrio(accounts, **SAID)
    assert found.left_out["inputs of industries without output, or tiny"].rows == 2
    assert not [row for row in found.tables["trade.csv"].rows if row[4] == "REG2_c01T03"]
    folder.write(found, "out")
    assert len(sim.load("out/mrio.yaml").factories) == 3


def test_the_test_table_of_pymrio(tmp_path: Path) -> None:
    """Six regions, eight sectors, read from the files that it saves: at rest output and flows are
    those of the table, and a shock runs through."""
    tables = pymrio.load_test().calc_system()
    tables.save(tmp_path / "saved", table_format="txt")
    folder.write(mrio(tmp_path / "saved", **SAID), "out")
    mines = ", ".join(f"REG{row}_mining" for row in range(1, 7))
    Path("out/shock.yaml").write_text(
        "extends: mrio.yaml\nname: shock\nmonths: 6\n"
        f"events: {{strike: {{kind: outage, date: 2015-02, factory: [{mines}], share: 0.5}}}}\n"
    )
    assert_carries("out/shock.yaml", tables)
    made = sim.run(sim.load("out/shock.yaml"), members=1).capacity.pivot(
        index="month", columns="factory", values="output_central"
    )
    names = ["_".join((region.upper(), sector)) for region, sector in tables.x.index]
    assert 12 * made[names].iloc[0].to_numpy() == pytest.approx(tables.x["indout"], rel=1e-6)
    assert (made.iloc[-1] < 0.9 * made.iloc[0]).all()


@pytest.mark.parametrize("by_region", [False, True])
def test_makers_at_home_serve_whom_the_table_says(accounts: Accounts, by_region: bool) -> None:
    """Where a region, or one industry, takes nothing from its own makers, nothing flows."""
    accounts.Z.loc[("reg1", "food"), ("reg1", "01T03")] = 0.0
    accounts.Z.loc[("reg2", "food"), "reg2"] = 0.0
    accounts.Y.loc[("reg2", "food"), "reg2"] = 0.0
    accounts.x["indout"] = accounts.Z.sum(axis=1) + accounts.Y.sum(axis=1)
    folder.write(from_pymrio(accounts, by_region=by_region, **SAID), "out")
    made = at_rest("out/mrio.yaml").capacity.groupby("factory")["output_central"].last()
    assert 12 * made[NAMES].to_numpy() == pytest.approx(accounts.x["indout"], rel=1e-6)
    if not by_region:
        assert_carries("out/mrio.yaml", accounts)


def test_a_state_that_exports_makes_nothing_for_itself() -> None:
    """China buys gases from Japan, and what it exports is for others."""
    imported(COMTRADE + "C,A,2021,CHN,China,M,JPN,Japan,0,280429,x,C00,0,m³,1,1,7000000\n")
    rows = [(row["exporter"], row["importer"], row["weight"]) for row in table("trade.csv")]
    assert rows[:3] == [("CHN", "CHN", "0"), ("CHN", "JPN", "1"), ("CHN", "KOR", "0.75")]
    made = at_rest("out/comtrade.yaml").capacity.groupby("factory")["output_central"].last()
    assert 12 * made.to_numpy() == pytest.approx([10, 7, 3])


def test_a_function_takes_what_pymrio_has(accounts: Accounts) -> None:
    assert from_pymrio(accounts, **SAID).tables == mrio(saved(accounts), **SAID).tables
    with pytest.raises(InputError, match="same industries"):
        from_pymrio(accounts._replace(x=accounts.x.iloc[:3]), **SAID)


@pytest.mark.parametrize(
    ("place", "said", "told"),
    [
        ("nowhere", {}, "nowhere: no such folder; give the folder that holds Z, Y and x"),
        ("io/Z.csv", {}, "io/Z.csv: is a file; give the folder that holds Z, Y and x"),
        ("io", {"publisher": ""}, "publisher: expected text, found nothing"),
        ("io", {"unit": " "}, "unit: expected text, found nothing"),
    ],
)
def test_what_is_said_wrongly_of_a_table_is_told(
    place: str, said: dict[str, str], told: str, accounts: Accounts
) -> None:
    saved(accounts)
    with pytest.raises(InputError) as caught:
        mrio(place, **{**SAID, **said})
    assert str(caught.value) == told


def test_an_outage_of_an_industry_reaches_the_others(accounts: Accounts) -> None:
    folder.write(mrio(saved(accounts), **SAID), "out")
    Path("out/shock.yaml").write_text(
        "extends: mrio.yaml\nname: shock\n"
        "events: {stop: {kind: outage, date: 2015-03, factory: REG2_c01T03, share: 0.5}}\n"
    )
    made = sim.run(sim.load("out/shock.yaml"), months=12).capacity.pivot(
        index="month", columns="factory", values="output_central"
    )
    assert made["REG2_c01T03"].iloc[2] == pytest.approx(58 / 24)
    assert made["REG2_food"].iloc[-1] < 0.99 * made["REG2_food"].iloc[0]


def test_what_an_input_output_table_cannot_carry_is_told(accounts: Accounts) -> None:
    accounts.Y.iloc[0, 1] = -5.0
    left = from_pymrio(accounts, **SAID).left_out
    assert {why: (each.rows, each.value) for why, each in left.items()} == {
        "entries of Y below 0": (1, -5.0),
        "outputs that are not what is delivered": (1, 5.0),
    }
    accounts.x.iloc[1, 0] += 3
    left = from_pymrio(accounts, **SAID).left_out
    assert left["outputs that are not what is delivered"].value == pytest.approx(8)


def test_an_industry_that_delivers_nothing_is_no_factory(accounts: Accounts) -> None:
    accounts.Z.iloc[3] = 0.0
    accounts.Y.iloc[3] = 0.0
    found = from_pymrio(accounts, **SAID)
    assert found.left_out["outputs that are not what is delivered"].value == pytest.approx(58)
    folder.write(found, "out")
    assert len(sim.load("out/mrio.yaml").factories) == 3


def test_an_input_too_small_to_flow_stops_nobody(accounts: Accounts) -> None:
    """An industry that makes 0.046 takes 5e-10 of food from another region, and nothing else: that
    flow no scenario can hold, so it makes 0.046 without; so do those make x that take its goods.
    """
    small, accounts = ("reg2", "01T03"), Accounts(*(each.astype(float) for each in accounts))
    accounts.Z.loc[:, small] = 0.0
    accounts.Z.loc[("reg1", "food"), small] = 5e-10
    accounts.Z.loc[small, :] /= 1000
    accounts.Y.loc[small, :] /= 1000
    accounts.x["indout"] = accounts.Z.sum(axis=1) + accounts.Y.sum(axis=1)
    for by_region in (False, True):
        found = from_pymrio(accounts, by_region=by_region, **SAID)
        place = f"out{by_region}"
        folder.write(found, place)
        made = at_rest(f"{place}/mrio.yaml").capacity.groupby("factory")["output_central"].last()
        assert 12 * made[NAMES].to_numpy() == pytest.approx(accounts.x["indout"], rel=1e-6)


def test_an_industry_whose_deliveries_are_too_small_is_known(accounts: Accounts) -> None:
    """The only goods of their kind: no flow of them is left, and what food delivers to the industry
    does not flow either, since 1.2e-9 made of 5 is beyond what a scenario takes. What is left of
    food solves x = 39 + 10/56 x + 2/61 y and y = 50 + 3/56 x + 8/61 y."""
    accounts = Accounts(*(each.astype(float) for each in accounts))
    others = accounts.Z.index.get_level_values("sector") != "01T03"
    accounts.Z.loc[~others, :] = 0.0
    accounts.Y.loc[~others, :] = 0.0
    accounts.Z.loc[:, ~others] = 0.0
    accounts.Z.loc[("reg1", "food"), ("reg1", "01T03")] = 5.0
    accounts.Z.loc[("reg1", "01T03"), ("reg1", "food")] = 5e-10
    accounts.Z.loc[("reg1", "01T03"), ("reg2", "food")] = 7e-10
    accounts.x["indout"] = accounts.Z.sum(axis=1) + accounts.Y.sum(axis=1)
    found = from_pymrio(accounts, **SAID)
    assert found.left_out["inputs of more than 1,000,000 times the output"].rows == 1
    folder.write(found, "out")
    made = sim.run(sim.load("out/mrio.yaml"), members=1).capacity.groupby("factory")
    assert 12 * made["output_central"].last()["REG1_food"] == pytest.approx(49.89802632)


def test_an_import_of_other_columns_goes_elsewhere(accounts: Accounts) -> None:
    folder.write(from_pymrio(accounts, **SAID), "out")
    before = Path("out/trade.csv").read_bytes()
    with pytest.raises(InputError, match=r"trade\.csv was imported with other columns, as with or"):
        folder.write(from_pymrio(accounts, by_region=True, **SAID), "out")
    assert Path("out/trade.csv").read_bytes() == before


def test_faults_of_all_three_files_are_told_at_once(accounts: Accounts) -> None:
    saved(accounts)
    for name, old, new in (("Z", "reg2,food,3", "reg2,food,three"), ("Y", "30", "n/a"),
                           ("x", "reg2,food", "reg2,foods")):  # fmt: skip
        path = Path("io", f"{name}.csv")
        path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        mrio("io", **SAID)
    places = [(each.place.file, each.place.line) for each in caught.value.faults]
    assert places == [("io/Y.csv", 4), ("io/Z.csv", 6), ("io/x.csv", 4)]
    Path("bare").mkdir()
    with pytest.raises(ScenarioError, match=r"bare/x\.csv: cannot be read"):
        mrio("bare", **SAID)


def test_a_strange_column_is_told_in_the_line_that_names_it(accounts: Accounts) -> None:
    saved(accounts)
    path = Path("io/Z.csv")
    whole = path.read_text()
    for line, new in ((1, whole.replace("reg2", "reg3", 1)), (2, whole.replace("food", "fod", 1))):
        path.write_text(new)
        with pytest.raises(ScenarioError, match=rf"Z\.csv:{line}:.* where the row is reg"):
            mrio("io", **SAID)


def test_lines_of_labels_are_of_one_length(accounts: Accounts) -> None:
    saved(accounts)
    path = Path("io/Y.csv")
    head, labels, *rows = path.read_text().splitlines()
    path.write_text("\n".join([head, labels.rpartition(",")[0], *rows, ""]))
    with pytest.raises(ScenarioError, match=r"Y\.csv:2:1: 5 cells, where the first line has 6"):
        mrio("io", **SAID)


def test_an_industry_that_stands_there_twice_is_refused(accounts: Accounts) -> None:
    """Of two with an output of their own one would be lost."""
    saved(accounts)
    for name in "ZYx":
        path = Path("io", f"{name}.csv")
        path.write_text(path.read_text().replace("reg1,food", "reg1,01T03"))
    with pytest.raises(ScenarioError, match=r"Z\.csv:5:1: 'reg1/01T03' stands in line 4 already"):
        mrio("io", **SAID)
    twice = accounts._replace(
        **{each: getattr(accounts, each).rename(index={"food": "01T03"}) for each in "ZYx"}
    )
    twice = twice._replace(Z=twice.Z.rename(columns={"food": "01T03"}))
    with pytest.raises(InputError, match="rows of Z must be different industries"):
        from_pymrio(twice, **SAID)


def test_two_factories_of_one_name_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        lines_table({("AA", "BB_CC"): 1.0, ("AA_BB", "CC"): 2.0})
    assert str(caught.value) == "'BB_CC' of 'AA' and 'CC' of 'AA_BB' both become factory 'AA_BB_CC'"


REGISTER = """Transfers of major weapons: deals with deliveries or orders made for 2010 to 2013
Note: made up

Recipient,Supplier,Year of order,Number ordered,Weapon designation,Weapon description,\
Numbers delivered,Years of delivery,TIV
Arland,Borland,2009,12,X-1,transport aircraft,12,2010; 2012-2013,60
Arland,Côte Chère,2011,(4),Y-2,transport aircraft,(4),2011,8
Côte Chère,Borland,2012,6,Z,tank,,,0
"""


def test_the_register_becomes_a_scenario_at_rest(capsys: pytest.CaptureFixture[str]) -> None:
    Path("register.csv").write_text(REGISTER, encoding="cp1252")
    assert main(["import", "sipri", "register.csv", "--out", "out"]) == 0
    told = capsys.readouterr().out
    assert "left out: nothing delivered, or not known how many: 1 row, 0 units" in told
    assert table("needs.csv") == [
        {"state": "ARLAND", "product": "transport_aircraft", "units": "4"}
    ]
    assert table("trade.csv")[1]["exporter"] == "COTE_CHERE"
    assert "X-1" not in "".join(each.read_text("utf-8") for each in Path("out").iterdir())
    at_rest("out/sipri.yaml")
    assert main(["validate", "out/sipri.yaml"]) == 0


def test_faults_of_the_register_have_places() -> None:
    text = REGISTER.replace(",12,2010;", ",dozen,2010;").replace(",2011,8", ",lately,8")
    text = text.replace(",tank,,", f",tank,{'9' * 400},")
    Path("register.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        sipri("register.csv")
    assert [each.place.line for each in caught.value.faults] == [5, 6, 7]


def with_column(label: str, cells: list[str]) -> str:
    """Return the file with a column more at the end."""
    head, *rows = COMTRADE.splitlines()
    whole = [f"{row},{cell}" for row, cell in zip(rows, cells, strict=True)]
    return "\n".join([f"{head},{label}", *whole, ""])


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            COMTRADE + COMTRADE.splitlines()[1],
            11,
            "code: the same reporter, partner and code as in line 2; keep one",
        ),
        (
            with_column("period", ["202101", *["2021"] * 6, "2020", "2021"]),
            2,
            "year: expected a year, found '202101'; monthly data must be added up to years",
        ),
        (
            with_column("classificationCode", ["H5", "H6", *["H6"] * 3, "S4", *["H6"] * 3]),
            7,
            "classification: 'S4', where line 2 has 'H5'; import one of them",
        ),
    ],
)
def test_what_would_be_counted_twice_is_refused(text: str, line: int, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        imported(text)
    (fault,) = caught.value.faults
    assert (fault.place.line, f"{fault.path}: {fault.message}") == (line, told)


def test_very_many_faults_are_not_told_one_by_one() -> None:
    row = COMTRADE.splitlines()[1] + "\n"
    with pytest.raises(ScenarioError, match="and 150 more faults") as caught:
        imported(COMTRADE + 250 * row)
    assert len(caught.value.faults) == 101


def test_a_number_beyond_all_bounds_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"trade\.csv:3:\d+ value: 1e999 is too large"):
        imported(COMTRADE.replace("900,180,9000000", "900,180,1e999", 1))


def test_the_european_union_is_left_out_beside_states_of_it() -> None:
    """3 million from Ukraine to Korea, 5 to Germany; the Union's 6 hold Germany's."""
    union = "C,A,2021,EUR,European Union,M,UKR,Ukraine,0,280429,Gases,C00,0,m³,5,9,6000000\n"
    state = "C,A,2021,DEU,Germany,M,UKR,Ukraine,0,280429,Gases,C00,0,m³,4,8,5000000\n"
    imported(COMTRADE + union + state)
    made = {each["factory"]: each["capacity"] for each in table("factories.csv")}
    assert made["UKR_c280429"] == "8"
    Path("trade.csv").write_text(COMTRADE + union, encoding="utf-8")
    found = comtrade("trade.csv")
    assert ("UKR_c280429", "UKR", "c280429", "9") in found.tables["factories.csv"].rows


def test_values_are_written_as_they_are_read() -> None:
    """200,000 dollars are 0.2 million, not 0.19999999999999998."""
    imported(COMTRADE.replace("900,180,9000000", "900,180,200000"))
    made = {each["factory"]: each["capacity"] for each in table("factories.csv")}
    assert made["CHN_c280429"] == "1.2"


def test_what_a_spreadsheet_rounds_is_not_edited() -> None:
    """Two thirds are saved with fifteen digits: the row still takes the publisher's new number."""
    thirds = COMTRADE.replace("900,180,9000000", "900,180,6000000")
    imported(thirds)
    assert "0.6666666666666666" in Path("out/trade.csv").read_text("utf-8")
    change("trade.csv", lambda text: text.replace("0.6666666666666666", "0.666666666666667"))
    assert imported(COMTRADE).edited == 0
    assert "0.75" in Path("out/trade.csv").read_text("utf-8")


def test_titles_of_several_lines_are_put_on_one() -> None:
    for end in ("\r", "\n", "\r\n"):
        text = COMTRADE.replace('"Gases, rare"', f'"Gases{end}rare"')
        Path("trade.csv").write_bytes(text.encode())
        folder.write(comtrade("trade.csv"), "out")
        assert table("products.csv")[0]["title"] == "Gases rare"
    change("products.csv", lambda text: text.replace("Gases rare", '"my own\rgases"'))
    assert imported().edited == 1
    assert table("products.csv")[0]["title"] == "my own\ngases"


def test_signs_that_are_no_text_are_marked() -> None:
    """A quote of Windows that was taken for Latin-1, as in many a file, is in no table."""
    imported(COMTRADE.replace("Ukraine", "Co\x92te"))
    assert table("states.csv")[-1] == {"state": "UKR", "title": "Co\ufffdte"}
    at_rest("out/comtrade.yaml")


def test_a_year_that_no_scenario_can_begin_in_is_refused() -> None:
    with pytest.raises(
        ScenarioError, match=r"trade\.csv:2:\d+ year: expected a year, found '1221'"
    ):
        imported(COMTRADE.replace("C,A,2021", "C,A,1221", 1))
    Path("register.csv").write_text(REGISTER.replace(",2011,8", ",1211,8"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"register\.csv:6:\d+ years: expected years"):
        sipri("register.csv")


def test_titles_full_of_semicolons_are_read_again() -> None:
    text = COMTRADE.replace('"Gases, rare"', "Gases; rare; noble; inert; none of them argon")
    imported(text)
    assert imported(text).edited == 0
    change("products.csv", lambda text: text.replace(",", ";"))
    with pytest.raises(ScenarioError, match="cells are parted by ';'; save it with commas"):
        imported(text)


CURRENT = """SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,\
Order date,Numbers delivered,Numbers delivered is estimate,Delivery year,TIV delivery values;
1,Borland,Arland,X-1,tank,Armoured vehicles,2009,10,Yes,2019,10;
1,Borland,Arland,X-1,tank,Armoured vehicles,2009,14,No,2020,14;
"""


def test_the_register_of_today_has_a_row_a_year() -> None:
    """10 and 14 tanks within two years are 12 a year."""
    Path("register.csv").write_text(CURRENT, encoding="utf-8")
    rows = sipri("register.csv").tables["needs.csv"].rows
    assert rows == [("ARLAND", "tank", "12")]


def test_lines_before_the_labels_may_end_with_semicolons() -> None:
    """As all lines of today's register do; cells are parted by commas."""
    titles = [*(f"Line {row} of the notes;" for row in range(10)), ";"]
    Path("register.csv").write_text("\n".join([*titles, CURRENT]), encoding="utf-8")
    assert sipri("register.csv").tables["needs.csv"].rows == [("ARLAND", "tank", "12")]


def test_of_a_row_that_began_before_the_start_its_later_years_count() -> None:
    """Of 12 transport aircraft of 2010, 2012 and 2013 8 came since 2012: 4 a year."""
    Path("register.csv").write_text(REGISTER, encoding="utf-8")
    found = sipri("register.csv", start=2012)
    assert found.tables["needs.csv"].rows == [("ARLAND", "transport_aircraft", "4")]
    assert found.left_out["delivered before 2012"].value == 8  # 4 of the 12, and another 4


def test_years_that_run_backwards_are_refused() -> None:
    text = REGISTER.replace("2012-2013", "2013-2012")
    Path("register.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"register\.csv:5:\d+ years: 2012 is before 2013"):
        sipri("register.csv")


def test_a_mode_of_supply_is_a_part_of_a_whole() -> None:
    imported(with_column("mosCode", ["0", "0", "2", *["0"] * 6]).replace(",C00,2100,", ",C00,0,"))
    made = {each["factory"]: each["capacity"] for each in table("factories.csv")}
    assert made["CHN_c280429"] == "10"

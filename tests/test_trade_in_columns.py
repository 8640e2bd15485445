"""Trade rules from a table are kept as columns: the same world, numbers and faults."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import yaml

import sim
from benchmarks.trade import world_trade, write_world
from sim.assess import large_tables
from sim.cli.main import main
from sim.errors import ScenarioError
from sim.report import result as results
from sim.report import shortened
from sim.report.charts.gallery import chart
from sim.report.charts.tables import of_result
from sim.report.page.sentences import sentences
from sim.scenario.column_table import ColumnTable
from sim.scenario.loading import column_text
from sim.scenario.loading.dump import digest, dump
from sim.scenario.schema import Scenario
from sim.scenario.tables import plain_columns
from tests.random_worlds import random_scenario
from tests.worlds import world as old_supplier

HEADER = ("exporter", "importer", "product", "weight", "weight_low", "weight_high", "cap")
SAID = {"source": "survey", "confidence": "estimated"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rows(rng: Random, world: Scenario) -> list[list[str]]:
    """Make trade between most states, some of it with intervals, some of it capped."""
    found = []
    for exporter in (*world.states, "*"):
        for importer in world.states:
            for product in world.products:
                if rng.random() < 0.7 and exporter != importer:
                    weight, cap = round(rng.uniform(0, 3), 2), rng.choice(["", "12.5"])
                    low, high = rng.choice([("", ""), (weight / 2, weight * 2)])
                    cells = (exporter, importer, product, weight, low, high, cap)
                    found.append([str(each) for each in cells])
    return found


def by_yaml(cells: list[list[str]]) -> dict[str, Any]:
    """Write the same as YAML would."""
    rules: dict[str, Any] = {}
    for exporter, importer, product, weight, low, high, cap in cells:
        number = {"value": float(weight), **SAID}
        number |= {"low": float(low), "high": float(high)} if low else {}
        rule = {"exporter": exporter, "importer": importer, "product": product, "weight": number}
        rule |= {"cap": {"value": float(cap), **SAID}} if cap else {}
        rules["_".join((exporter.replace("*", "all"), importer, product))] = rule
    return rules


def written(world: Scenario, trade: Any, name: str = "main.yaml") -> Scenario:
    """Write a world with other trade and load it."""
    tree = yaml.safe_load(dump(world)) | {"trade": trade}
    tree.setdefault("sources", {})["survey"] = {"title": "A survey"}
    Path(name).write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return sim.load(name, months=20, members=3)


def table(cells: list[list[str]]) -> dict[str, Any]:
    """Write rows as a table and say so in the scenario."""
    lines = [",".join(line) for line in [HEADER, *cells]]
    Path("trade.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"table": "trade.csv", **SAID}


@pytest.mark.parametrize("seed", [3, 8])
def test_a_world_from_columns_is_that_of_yaml(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # events may lose what they act on where trade is other trade; a limit of each link, too
    world = random_scenario(seed, events={}, programmes={})
    cells = rows(Random(seed), world)
    plain, columns = written(world, by_yaml(cells)), written(world, table(cells))
    assert isinstance(columns.trade, ColumnTable)
    assert len(columns.trade) == len(cells) > 20
    assert columns == plain
    monkeypatch.setattr(column_text, "_ROWS", 7)
    assert digest(columns) == digest(plain)
    mine, theirs = sim.run(columns), sim.run(plain)
    for name in ("series", "summary", "flows", "capacity"):
        assert results.tables.csv(mine.table(name)) == results.tables.csv(theirs.table(name)), name
    assert mine.records.series["used"].tobytes() == theirs.records.series["used"].tobytes()
    assert results.tables.csv(mine.table("sources")) == results.tables.csv(theirs.table("sources"))


def test_layers_and_options_lie_over_columns() -> None:
    world = random_scenario(3, events={}, programmes={})
    cells = rows(Random(1), world)
    name = next(iter(by_yaml(cells)))
    above = {name: {"lead_months": 4}, "late": by_yaml(cells[:1])[name] | {"product": "*"}}
    laid = written(world, [table(cells), above])
    assert laid == written(world, by_yaml(cells) | {
        name: by_yaml(cells)[name] | {"lead_months": 4}, "late": above["late"]
    })  # fmt: skip
    written(world, table(cells))
    changed = sim.load("main.yaml", [f"trade.{name}.weight=0.125"])
    assert changed.trade[name].weight.value == 0.125
    assert len(changed.trade) == len(cells)


FAULTS = (
    (0, 0, "NOWHERE"),
    (2, 1, "ELSEWHERE"),
    (3, 2, "nothing"),
    (4, 3, "many"),
    (5, 3, "2000000"),
    (6, 3, "-1"),
    (7, 3, "1e-12"),
    (8, 5, "0.0001"),
    (9, 4, ""),
    (10, 0, ""),
    (11, 6, "x"),
    (12, 2, "!"),
)
"""Row, column, and what is written there"""


def told(trade: Any, world: Scenario) -> set[str]:
    """Return what is wrong with a world of such trade."""
    with pytest.raises(ScenarioError) as caught:
        written(world, trade)
    return {str(fault) for fault in caught.value.faults}


def test_what_is_wrong_is_told_as_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_scenario(3, events={}, programmes={})
    good = rows(Random(2), world)
    cells = [[*row[:3], "1", "0.5", "2", "3"] for row in good]
    wrong = [list(row) for row in cells]
    for row, column, text in FAULTS:
        wrong[row][column] = text
    wrong.append(wrong[1])
    # wrong cells; unknown names, and numbers that the schema refuses; unknown names alone
    several = [*wrong[:4], cells[4], *wrong[5:7], *cells[7:]]
    worlds = [wrong, several, [*wrong[:4], *cells[4:]]]
    said = [told(table(faulty), world) for faulty in worlds]
    assert any(each.startswith("trade.csv:6:") and "many" in each for each in said[0])
    assert [len(each) for each in said] == [5, 5, 3]
    # read row by row, as tables are that hold more than plain words and numbers
    monkeypatch.setattr(plain_columns, "KINDS", {})
    assert [told(table(faulty), world) for faulty in worlds] == said


def test_of_many_wrong_rows_the_first_are_told() -> None:
    world = random_scenario(3, events={}, programmes={})
    good = rows(Random(2), world)
    wrong = [["NOWHERE", *row[1:3], "1", "", "", str(at)] for at, row in enumerate(good)] * 8
    cells = [[row[0] + str(at), *row[1:]] for at, row in enumerate(wrong)]
    lines = told(table(cells), world)
    assert len(lines) == 101
    assert any(f"and {len(cells) - 100} more rows of this table" in each for each in lines)


def test_a_large_table_is_written_beside_the_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    world = random_scenario(3, events={}, programmes={})
    scenario = written(world, table(rows(Random(4), world)))
    for module in (results, large_tables):
        monkeypatch.setattr(module, "LARGE", 10)
    folder = sim.run(scenario).save("out", figures=False)
    assert "exporter" not in (folder / "scenario.yaml").read_text()
    again = sim.load(folder / "scenario.yaml")
    assert isinstance(again.trade, ColumnTable)
    assert again == scenario
    assert digest(again) == digest(scenario)


def test_tables_of_a_large_world_hold_what_was_hit_and_totals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_world(Path("world"), world_trade(300, states=12, seed=5), months=8)
    run = sim.run(sim.load(path))
    monkeypatch.setattr(shortened, "LARGE", 20)
    short, every = run.summary, sim.run(sim.load(path))
    whole = results.Result(every.scenario, every.records, all_rows=True).summary
    kept = short[short["state"] != "all"]
    hit = {need for need, first in zip(run.records.needs, run.records.hit[:, 0], strict=True)
           if first < 8}  # fmt: skip
    assert {*zip(kept["state"], kept["product"], strict=True)} == hit
    assert 0 < len(hit) < len(run.records.needs)
    keys = ["state", "product", "metric"]
    assert kept.set_index(keys)["mean"].equals(
        whole.set_index(keys)["mean"].loc[list(kept.set_index(keys).index)]
    )
    for metric in ("unmet", "spending"):
        totals = short[(short["state"] == "all") & (short["metric"] == metric)]
        sums = whole[whole["metric"] == metric].groupby("product")["mean"].sum()
        mine = totals.set_index("product")["mean"]
        assert np.allclose(mine, sums.loc[mine.index])
    flows = run.flows
    whole_flows = results.Result(every.scenario, every.records, all_rows=True).flows
    assert np.isclose(flows[flows["exporter"] == "all"]["mean"].sum(), whole_flows["mean"].sum())
    assert main(["run", str(path), "--no-figures", "--out", "short"]) == 0
    assert f"of {len(run.records.needs)}, the routes to them" in " ".join(
        capsys.readouterr().out.split()
    )
    assert main(["run", str(path), "--no-figures", "--all-rows", "--out", "whole"]) == 0
    assert "--all-rows" not in capsys.readouterr().out
    sizes = [Path(name, "series.csv").stat().st_size for name in ("short", "whole")]
    assert sizes[0] < sizes[1]


def test_totals_are_of_the_whole_run() -> None:
    """Nothing hits them, so that all that lacks in the run counts: of a need of 100 that is met for
    13 months, and of which the home plant then makes 20 for 11 months, 1520 of 2400, and four
    fifths of 11 months are lost."""
    ban = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
    told = shortened.shortened(sim.run(old_supplier(events={"ban": ban})).records)
    assert told.needs[-1] == ("all", "engines")
    total = {name: values[-1, 0] for name, values in told.summary.items()}
    assert total["fill_rate"] == pytest.approx(1520 / 2400)
    assert total["fill_rate_after"] == total["fill_rate"]
    assert total["resilience_loss"] == pytest.approx(0.8 * 11)


def test_the_page_of_a_large_world_counts_needs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_world(Path("world"), world_trade(300, states=12, seed=5), months=8)
    run = sim.run(sim.load(path))
    monkeypatch.setattr(shortened, "LARGE", 20)
    hit = int((run.records.hit < 8).any(axis=1).sum())
    tables = of_result(run)
    assert f" of {hit} needs hit " in sentences(tables)[0]
    assert f" of {hit} needs hit were short" in run.card().told
    drawn = [chart(tables, name) for name in ("fill_rate", "suppliers", "capacity")]
    assert drawn[0]
    assert drawn[0].subtitle.endswith(f"({hit} needs hit in all)")
    for each in filter(None, drawn):
        assert not {"all", "All"} & {key.label for key in each.keys}
        assert not [panel.title for panel in each.panels if panel.title.startswith("all:")]
    told = json.loads((run.save("out", figures=False) / "manifest.json").read_text())["warnings"]
    assert told[-1].startswith(f"tables and page hold the {hit} needs that were hit, of ")


def test_a_made_up_world_is_like_the_real_one() -> None:
    world, again = world_trade(4_000, states=40, seed=1), world_trade(4_000, states=40, seed=1)
    assert world.flow.tobytes() == again.flow.tobytes()
    assert world.flow.size == 4_000
    assert (world.exporter != world.importer).all()
    cells = 40 * 39 * len(world.products)
    assert world.flow.size < cells
    exports = np.sort(np.bincount(world.exporter, world.flow, 40))[::-1]
    assert exports[:4].sum() > exports.sum() / 2
    assert (np.bincount(world.exporter * 40 + world.importer, minlength=1600) == 0).sum() > 400

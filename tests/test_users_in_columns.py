"""Trade rules with users and lines' bills of materials are kept as columns where they come from
tables: the same links, numbers and faults as of YAML."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import yaml

import sim
from sim.errors import ScenarioError
from sim.report import result as results
from sim.scenario.column_table import ColumnTable
from sim.scenario.loading.dump import digest, dump
from sim.scenario.schema import Scenario
from sim.scenario.tables import plain_columns
from sim.world.build import build
from sim.world.numbering import number
from tests.random_worlds import random_scenario
from tests.reference.trade_rules import permitting_rule

RULES = ("exporter", "importer", "product", "user", "weight", "cap")
BILLS = ("factory", "product", "input", "amount", "amount_low", "amount_high")
SAID = {"source": "survey", "confidence": "estimated"}
SEEDS = (0, 3, 8, 21)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def plain_world(seed: int) -> Scenario:
    """Make a world without events and programmes, which might act on nothing in another."""
    return random_scenario(seed, events={}, programmes={})


def loaded(world: Scenario, **blocks: Any) -> Scenario:
    """Write a world with other blocks and load it."""
    tree = yaml.safe_load(dump(world)) | {"sources": {"survey": {"title": "A survey"}}} | blocks
    Path("main.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return sim.load("main.yaml", months=8, members=3)


def table(name: str, header: tuple[str, ...], rows: list[list[str]], **more: Any) -> dict[str, Any]:
    """Write rows as a table and say so as a scenario does."""
    lines = [",".join(row) for row in [header, *rows]]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"table": name, **SAID, **more}


def rules(rng: Random, world: Scenario) -> list[list[str]]:
    """Make rules for single users of all kinds, and for all; a blank is all."""
    users = ["", "final", *world.factories, *world.products]
    rows = []
    for exporter in world.states:
        for importer in world.states:
            for product in world.products:
                for user in rng.sample(users, rng.randint(0, 3)):
                    weight, cap = rng.choice(["0", "0.5", "2"]), rng.choice(["", "", "12.5"])
                    rows.append([exporter, importer, product, user, weight, cap])
    return rows


def rules_of(rows: list[list[str]]) -> dict[str, Any]:
    """Write rules as YAML would."""
    found = {}
    for at, (exporter, importer, product, user, weight, cap) in enumerate(rows):
        rule: dict[str, Any] = {"exporter": exporter, "importer": importer, "product": product}
        rule |= {"user": user} if user else {}
        rule |= {"weight": {"value": float(weight), **SAID}}
        found[f"rule_{at}"] = rule | ({"cap": {"value": float(cap), **SAID}} if cap else {})
    return found


def bills(world: Scenario) -> list[list[str]]:
    """Give every second line a bill of its own, near its product's."""
    lines = [(name, made) for name, each in world.factories.items() for made in each.lines]
    return [
        [name, made, each, *(f"{share * own.amount.value:.6g}" for share in (0.9, 0.8, 1))]
        for name, made in lines[::2]
        for each, own in world.products[made].inputs.items()
    ]


def bills_of(world: Scenario, rows: list[list[str]]) -> dict[str, Any]:
    """Write factories with bills of materials as YAML would."""
    tree: dict[str, Any] = yaml.safe_load(dump(world))["factories"]
    for factory, made, each, value, low, high in rows:
        line = tree[factory]["lines"][made]
        if not isinstance(line, dict) or "value" in line:
            line = tree[factory]["lines"][made] = {"capacity": line}
        number = {"value": float(value), "low": float(low), "high": float(high), **SAID}
        line.setdefault("inputs", {})[each] = {"amount": number}
    return tree


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_with_users_give_the_links_bases_and_caps_of_yaml(seed: int) -> None:
    world = plain_world(seed)
    rows = rules(Random(seed), world)
    named = [[f"rule_{at}", *row] for at, row in enumerate(rows)]
    plain = loaded(world, trade=rules_of(rows))
    columns = loaded(world, trade=table("trade.csv", ("rule", *RULES), named))
    assert isinstance(columns.trade, ColumnTable)
    assert "user" in columns.trade.words
    assert columns == plain
    assert digest(columns) == digest(plain)
    mine, theirs = (build(each, (0, 2), number(each)) for each in (columns, plain))
    for key in ("link_line", "link_need", "link_terms", "dormant"):
        assert getattr(mine.axes, key).tolist() == getattr(theirs.axes, key).tolist()
    assert mine.axes.link_line.size > 0
    for key in ("base_weight", "base_cap", "lead", "unit_cost"):
        assert getattr(mine.links, key).tobytes() == getattr(theirs.links, key).tobytes()
    assert mine.trade_caps.most.tobytes() == theirs.trade_caps.most.tobytes()
    assert [each.tolist() for each in mine.trade_caps.links] == [
        each.tolist() for each in theirs.trade_caps.links
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_without_search_links_are_what_trying_every_rule_permits(seed: int) -> None:
    world = plain_world(seed)
    tree = yaml.safe_load(dump(world))
    for each in (tree, *tree["states"].values(), *tree["factories"].values()):
        each["rules"] = each.get("rules", {}) | {"search": "none"}
    rows = rules(Random(seed), world)
    broad = {"exporter": "*", "importer": "*", "product": "*", "user": "final", "weight": 0.25}
    found = loaded(
        world,
        **{key: tree[key] for key in ("rules", "states", "factories")},
        trade=rules_of(rows) | {"broad": broad},
    )
    axes = number(found)
    paths = [*(f"trade.{name}" for name in found.trade), *axes.terms]
    links = {
        (line, need): paths[terms]
        for line, need, terms in zip(axes.link_line, axes.link_need, axes.link_terms, strict=True)
    }
    wanted = {}
    for line, (factory, product) in enumerate(axes.lines):
        for need, (importer, bought) in enumerate(axes.needs):
            exporter, user = found.factories[factory].state, axes.need_line[need]
            rule = permitting_rule(
                found, exporter, importer, product, *(axes.lines[user] if user >= 0 else ())
            )
            is_open = found.trade[rule].weight.value > 0 if rule else exporter == importer
            if bought == product and is_open:
                wanted[line, need] = f"trade.{rule}" if rule else "trade"
    assert links == wanted
    assert {*links.values()} > {"trade.broad"}


@pytest.mark.parametrize("seed", SEEDS)
def test_bills_from_a_table_are_those_of_yaml(seed: int) -> None:
    world = plain_world(seed)
    rows = bills(world)
    plain = loaded(world, factories=bills_of(world, rows))
    given = table("inputs.csv", BILLS, rows)
    columns = loaded(world, factories=[yaml.safe_load(dump(world))["factories"], given])
    own = [columns.factories[row[0]].lines[row[1]].inputs for row in rows]
    assert rows
    assert all(isinstance(each, ColumnTable) for each in own)
    assert columns == plain
    assert digest(columns) == digest(plain)
    assert dump(columns) == dump(plain)
    mine, theirs = sim.run(columns), sim.run(plain)
    assert mine.records.series["used"].tobytes() == theirs.records.series["used"].tobytes()
    for name in ("series", "summary", "sources"):
        assert results.tables.csv(mine.table(name)) == results.tables.csv(theirs.table(name))
    assert np.ptp(mine.records.series["used"], axis=2).max() > 0


def test_a_bill_in_columns_takes_layers_and_options() -> None:
    world = plain_world(3)
    rows = bills(world)
    factory, made, each = rows[0][:3]
    parts = [yaml.safe_load(dump(world))["factories"], table("inputs.csv", BILLS, rows)]
    above = {factory: {"lines": {made: {"inputs": {each: 0.125}}}}}
    laid = loaded(world, factories=[*parts, above])
    assert laid.factories[factory].lines[made].inputs[each].amount.value == 0.125
    loaded(world, factories=parts)
    path = f"factories.{factory}.lines.{made}.inputs.{each}"
    assert (
        sim.load("main.yaml", [f"{path}.amount=0.25"])
        .factories[factory]
        .lines[made]
        .inputs[each]
        .amount
        == sim.parse(yaml.safe_load(dump(laid)), [f"{path}=0.25"])
        .factories[factory]
        .lines[made]
        .inputs[each]
        .amount
    )


def told(world: Scenario, **blocks: Any) -> set[str]:
    """Return what is wrong with a world."""
    with pytest.raises(ScenarioError) as caught:
        loaded(world, **blocks)
    return {str(fault) for fault in caught.value.faults}


WRONG = (
    (2, "nothing"),
    (3, "many"),
    (3, "-1"),
    (3, ""),
    (4, "9"),
    (0, ""),
    (0, "nobody"),
    (1, "!"),
)
"""Column of a bill, and what is written there"""


@pytest.mark.parametrize(("column", "text"), WRONG)
def test_what_is_wrong_with_a_bill_is_told_as_of_rows(
    column: int, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = plain_world(3)
    rows = bills(world)
    rows[1] = [*rows[1][:column], text, *rows[1][column + 1 :]]
    parts = [yaml.safe_load(dump(world))["factories"], table("inputs.csv", BILLS, rows)]
    said = told(world, factories=parts)
    assert any(each.startswith("inputs.csv:3:") for each in said)
    monkeypatch.setattr(plain_columns, "KINDS", {})
    assert told(world, factories=parts) == said


def test_a_row_twice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = plain_world(3)
    rows = bills(world)
    given = table("inputs.csv", BILLS, [*rows, rows[0]])
    said = told(world, factories=[yaml.safe_load(dump(world))["factories"], given])
    assert len(said) == 1
    assert "the same" in said.pop()


def test_a_source_that_is_not_there_is_told_once() -> None:
    world = plain_world(3)
    given = table("inputs.csv", BILLS, bills(world), source="nowhere")
    said = told(world, factories=[yaml.safe_load(dump(world))["factories"], given])
    assert len(said) == 1
    assert "nowhere" in said.pop()


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        ({"pairs": "nonsense"}, "nonsense"),
        ({"lead_months": 500}, "500 is above 120"),
        ({"by_search": "perhaps"}, "expected true or false"),
        ({"user": "nobody"}, "unknown factory or product 'nobody'"),
        ({"user": "final|final"}, "named twice"),
    ],
)
def test_what_is_wrong_in_all_rows_is_told(constants: dict[str, Any], words: str) -> None:
    world = plain_world(3)
    rows = [[*row[:3], *row[4:]] for row in rules(Random(1), world)]
    rows = list({tuple(row[:3]): row for row in rows}.values())
    header = (*RULES[:3], *RULES[4:])
    said = told(world, trade=table("trade.csv", header, rows, constants=constants))
    assert any(words in each for each in said), said


def test_one_user_for_all_rows() -> None:
    world = plain_world(3)
    rows = [[*row[:3], *row[4:]] for row in rules(Random(1), world)]
    rows = list({tuple(row[:3]): row for row in rows}.values())
    header = (*RULES[:3], *RULES[4:])
    scenario = loaded(world, trade=table("trade.csv", header, rows, constants={"user": "final"}))
    assert isinstance(scenario.trade, ColumnTable)
    assert {rule.user for rule in scenario.trade.values()} == {"final"}

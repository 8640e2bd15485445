"""The protocol in docs/odd.md tells the schedule that the code runs, every state variable, and the
parameters as the code has them."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from sim.assess.past import HALF, TENTH
from sim.engine.model import SupplyModel
from sim.world.projects import Projects, Upkeep, Works
from sim.world.world import Lines, Links, Needs, Programmes

ROOT = Path(__file__).parent.parent
ODD = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
EQUATIONS = (ROOT / "docs/explanation/equations.md").read_text(encoding="utf-8")
CALLED = re.findall(
    r"^ {8}(?: {4})?(?:self\.)?(?!self|_)([a-z_.]+)\(",
    inspect.getsource(SupplyModel.step),
    flags=re.MULTILINE,
)
PARAMETERS = re.findall(r"^\| `(sim\.[\w.]+)` \| ([\d.e-]+) \|.*\| (.+) \|$", ODD, re.MULTILINE)


def test_the_schedule_is_that_of_a_month() -> None:
    """Every call of a month stands in the table, in the order in which it is made."""
    told = re.findall(r"^\| \d+ \| `([a-z_.]+)` \|", ODD, flags=re.MULTILINE)
    assert len(CALLED) > 15
    assert told == CALLED


def test_the_seven_elements_are_there() -> None:
    elements = re.findall(r"^## (\d)\. ", ODD, flags=re.MULTILINE)
    assert elements == ["1", "2", "3", "4", "5", "6", "7"]


def test_every_call_belongs_to_a_submodel_with_an_equation() -> None:
    """Whose section is on the page of equations."""
    rows = re.findall(r"^\| [\w, ]+ \| (`[a-z_.`, ]+) \| (.+) \| ([\d.]+) \|$", ODD, re.MULTILINE)
    calls = [call for row in rows for call in re.findall(r"`([a-z_.]+)`", row[0])]
    assert sorted(calls) == sorted(CALLED)
    sections = re.findall(r"^##+ ([\d.]+?)\.? ", EQUATIONS, re.MULTILINE)
    assert {row[2] for row in rows} <= set(sections)


@pytest.mark.parametrize("entity", [Lines, Needs, Links, Programmes, Projects, Works, Upkeep])
def test_every_state_variable_has_its_row(entity: type) -> None:
    """What only indexes rows or tells whether anything is there is none."""
    indices = {"rows", "members", "lead_groups", "is_taxed", "is_charged"}
    told = set(re.findall(r"`([a-z_]+)`", ODD.partition("## 3.")[0]))
    missing = {each.name for each in fields(entity)} - indices - told
    assert not missing


@pytest.mark.parametrize(
    ("path", "value", "source"), PARAMETERS, ids=[row[0] for row in PARAMETERS]
)
def test_a_parameter_has_the_value_of_the_code(path: str, value: str, source: str) -> None:
    module, _, name = path.rpartition(".")
    assert getattr(import_module(module), name) == float(value)
    assert source


def test_the_parameters_are_there() -> None:
    assert len(PARAMETERS) > 10


def test_the_patterns_have_a_criterion_and_a_check() -> None:
    """What checks a pattern is there."""
    section = ODD.partition("## 2.")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| ")][2:]
    assert len(rows) >= 6
    for _, criterion, checks in rows:
        assert len(criterion.split()) > 5
        files = re.findall(r"`(tests/[\w/.]+)`", checks)
        assert all((ROOT / file).exists() for file in files)
        assert files or "sim backtest" in checks or "case.md" in checks


def test_the_logistic_has_the_numbers_of_the_code() -> None:
    assert f"(t - {HALF:g}) ln 9 / {HALF - TENTH:g}" in ODD

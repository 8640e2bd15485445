"""The protocol in docs/odd.md tells the schedule that the code runs."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from sim.assess.past import HALF, TENTH
from sim.engine.model import SupplyModel

ODD = (Path(__file__).parent.parent / "docs/odd.md").read_text(encoding="utf-8")


def test_the_schedule_is_that_of_a_month() -> None:
    """Every call of a month stands in the table, in the order in which it is made."""
    called = re.findall(
        r"^        (?:self\.)?([a-z_.]+)\(", inspect.getsource(SupplyModel.step), flags=re.MULTILINE
    )
    told = re.findall(r"^\| \d+ \| `([a-z_.]+)` \|", ODD, flags=re.MULTILINE)
    assert len(called) > 15
    assert told == called


def test_the_seven_elements_are_there() -> None:
    elements = re.findall(r"^## (\d)\. ", ODD, flags=re.MULTILINE)
    assert elements == ["1", "2", "3", "4", "5", "6", "7"]


def test_the_logistic_has_the_numbers_of_the_code() -> None:
    assert f"(t - {HALF:g}) ln 9 / {HALF - TENTH:g}" in ODD


def test_it_stays_short() -> None:
    assert len(ODD.splitlines()) < 250

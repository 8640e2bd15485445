"""Messages about what is likely to be mistyped say how to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import sim
from sim.analysis.plan.text import _head_of_plants
from sim.cli.main import main
from sim.errors import InputError
from sim.scenario.suggestions import comma_hint
from tests.test_cli import SMALL


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL)
    Path("links.csv").write_text("supplier;buyer;amount\nA;B;3\n")
    Path("old.csv").write_bytes(b"supplier,buyer,amount\nA,B\xe9,3\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "small.yaml", "--members", "100000000"), "members: 100000000 is above 1000000\n"),
        (
            ("validate", "small.yaml", "--set", "foo"),
            "--set foo: write it as path=value: months=24\n",
        ),
        (
            ("validate", "small.yaml", "--set", "months="),
            "--set months= months: give a value; null takes it away\n",
        ),
        (
            ("validate", "small.yaml", "--set", "start=2014"),
            "--set start=2014 start: expected a month, YYYY-MM as in 2014-03, found 2014\n",
        ),
        (
            ("validate", "small"),
            "small: cannot be read: no such file; did you mean 'small.yaml'?\n",
        ),
        (
            ("validate", "smal.yaml"),
            "smal.yaml: cannot be read: no such file; did you mean 'small.yaml'?\n",
        ),
        (
            ("esri", "links.csv"),
            "links.csv:1:1: one column alone; save it with commas between cells\n",
        ),
        (("esri", "old.csv"), "old.csv:2:1: not utf-8 text (byte 26); save it as UTF-8\n"),
        (("list", "nowhere"), "nowhere: is no folder\n"),
    ],
)
def test_a_message_says_how_to_mend_it(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(words)) == 2
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("given", "changes", "told"),
    [
        (None, {}, "expected a scenario's file or name, found nothing"),
        (3, {}, "expected a scenario's file or name, found 3"),
        ("small.yaml", {"members": 0}, "members: 0 is below 1"),
        (
            "small.yaml",
            {"start": date(2015, 1, 1)},
            "start: expected numbers, texts, lists, mappings: found date",
        ),
    ],
)
def test_what_python_gives_is_refused_by_name(
    given: Any, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as caught:
        sim.load(given, **changes)
    assert str(caught.value) == told


def test_a_comma_before_three_noughts_may_part_thousands() -> None:
    told = comma_hint(0, None, {"value": 103, 0: None})
    assert "value: 103.0, or 103000?" in told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (("a",), "the goal is reached with the only one of x.candidates: a;"),
        ((), "the goal is reached without the only one of x.candidates: none is needed."),
        (None, "the goal is not reached with the only one of x.candidates;"),
    ],
)
def test_one_plant_is_not_told_as_one_of_one(answer: tuple[str, ...] | None, told: str) -> None:
    plants = SimpleNamespace(names=("a",), path="x.candidates", name=", ".join)
    outcome = SimpleNamespace(found=SimpleNamespace(answer=answer, way="smallest"))
    text = _head_of_plants(cast("Any", outcome), cast("Any", plants), "the goal is reached")
    assert text.startswith(told)

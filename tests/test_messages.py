"""Messages about what is likely to be mistyped say how to mend it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import click
import pytest

import sim
from sim.analysis.plan.text import _head_of_plants
from sim.cli.main import cli, main
from sim.cli.missing import EXAMPLES
from sim.cli.numbers import Real, Whole
from sim.errors import InputError
from sim.scenario.suggestions import comma_hint
from tests.test_cli import SMALL

RUN = "a month of the run, 2012-01 to 2014-12"
SHEET = "in a spreadsheet's own format, or an archive"
NUMBERS = type(click.INT), type(click.FLOAT)
"""Click's own types of numbers."""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL)
    Path("links.csv").write_text("supplier;buyer;amount\nA;B;3\n")
    for name in ("book.xlsx", "sheet.csv", "small_outcomes.csv"):
        Path(name).write_bytes(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xdf\xa4")
    Path("picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    Path("comma.csv").write_text('supplier,buyer,amount\nA,B,"1,5"\n')
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
            "--set months= months: give a value; null removes the key\n",
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
        (("validate", ""), "expected a scenario's file or name, found text ''\n"),
        (("sweep", ""), "expected a study's file, found text ''\n"),
        (
            ("validate", "small.yaml", "--set", "trade.engines.weight=80%"),
            "--set trade.engines.weight=80% trade.engines.weight: expected a number or a quantity,"
            " found text '80%'; write a share as 0.12\n",
        ),
        (
            ("stress", "small.yaml", "--at", "2014"),
            "at: '2014' is not a month of the run, 2012-01 to 2014-12\n",
        ),
        *(
            (
                ("validate", name),
                f"{name}: cannot be read: no such file; did you mean 'small.yaml'?\n",
            )
            for name in ("small.yml", "SMALL.YAML", "small.yaml ")
        ),
        (
            ("esri", "links.csv"),
            "links.csv:1:1: one column alone; save it with commas between cells\n",
        ),
        (("esri", "old.csv"), "old.csv:2:1: not utf-8 text (byte 26); save it as UTF-8\n"),
        (
            ("run", "book.xlsx"),
            f"book.xlsx: is {SHEET}; write a scenario in YAML, and save a sheet as CSV\n",
        ),
        (("esri", "sheet.csv"), f"sheet.csv: is {SHEET}; save the sheet as CSV\n"),
        (("esri", "picture.csv"), "picture.csv: is binary, no text; save the sheet as CSV\n"),
        (
            ("import", "comtrade", "book.xlsx", "--out", "out"),
            f"book.xlsx: is {SHEET}; save it as CSV, in UTF-8\n",
        ),
        (
            ("import", "sipri", "picture.csv", "--out", "out"),
            "picture.csv: is binary, no text; save it as CSV, in UTF-8\n",
        ),
        (
            ("backtest", "small.yaml"),
            f"small_outcomes.csv: is {SHEET}; save the sheet as CSV\n",
        ),
        (("stress", "small.yaml", "--at", ""), f"at: '' is not {RUN}\n"),
        (("run", ""), "expected a scenario's file or name, found text ''\n"),
        (
            ("backtest", "smal.yaml"),
            "smal.yaml: cannot be read: no such file; did you mean 'small.yaml'?\n",
        ),
        (
            ("esri", "comma.csv"),
            "comma.csv:2:5 amount: expected a number, found text '1,5'; write it as 1234.5\n",
        ),
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run x --members ten", "--members: expected a whole number, 1 or more, found 'ten'"),
        ("run x --months 0", "--months: expected a whole number, 1 or more, found '0'"),
        ("stress x --seed -1", "--seed: expected a whole number, 0 or more, found '-1'"),
        ("sweep x --jobs 1.5", "--jobs: expected a whole number, 1 or more, found '1.5'"),
        (
            "explore x --port 70000",
            "--port: expected a whole number from 0 to 65535, found '70000'",
        ),
        ("replay x first 0", "POINT: expected a whole number, found 'first'"),
        ("discover x --when a --mass nan", "--mass: expected a number, found 'nan'"),
        ("esri x --tolerance nan", "--tolerance: expected a number from 0 to 1, found 'nan'"),
        ("precedents --announced 0", "--announced: expected a number above 0, found '0'"),
        (
            f"run x --chunk {'x' * 100}",
            f"--chunk: expected a whole number, 1 or more, found '{'x' * 37}...'",
        ),
        ("plot x --format jpg", "--format: expected png, svg or pdf, found 'jpg'"),
    ],
)
def test_a_wrong_word_is_told_with_its_place_and_what_is_allowed(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"{told}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run", "sim run: SCENARIO is missing; for example: sim run baseline"),
        ("replay x", "sim replay: POINT is missing; for example: sim replay results/study 3 0"),
        (
            "import sipri x",
            "sim import sipri: --out is missing; for example:"
            " sim import sipri register.csv --out arms",
        ),
    ],
)
def test_a_missing_word_is_told_with_an_example(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"{told}\n"


def test_every_command_that_needs_words_has_an_example_that_lacks_none() -> None:
    needy = {}
    for group, above in ((cli, ""), (cli.commands["import"], "import ")):
        for name, command in cast("click.Group", group).commands.items():
            if any(each.required for each in command.params):
                needy[above + name] = command
    assert needy.keys() == EXAMPLES.keys()
    for name, command in needy.items():
        command.make_context(name, shlex.split(EXAMPLES[name])).close()


def test_the_help_of_an_option_that_takes_any_number_names_no_range() -> None:
    texts = [each.get_help(click.Context(each)) for each in _commands(cli)]
    assert any("1<=x" in text or "x>=1" in text for text in texts)
    assert not [text for text in texts if "None" in text]


def test_every_number_that_a_command_takes_is_told_the_same() -> None:
    given = [each for command in _commands(cli) for each in command.params]
    kinds = [type(each.type) for each in given if isinstance(each.type, NUMBERS)]
    assert set(kinds) == {Whole, Real}


def _commands(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and all below it."""
    yield command
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _commands(each)


def test_a_comma_before_three_noughts_may_part_thousands() -> None:
    told = comma_hint(0, None, {"value": 103, 0: None})
    assert "value: 103.0, or 103000?" in told


def test_a_point_before_thousands_and_a_comma_before_decimals() -> None:
    told = comma_hint(5, None, {"value": 31.6, 5: None})
    assert told == "a key without a value; decimals take a point, thousands nothing between them"


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

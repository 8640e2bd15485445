"""Test that text does no harm to terminals, files and spreadsheets, and comes back as it was."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.files.text import CONTROLS, cell, documentation, encodable, from_cell, printable
from sim.report.tables import csv
from sim.scenario.loading.load import load, parse
from tests.tiny_scenario import data, edited, write


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Україна 乌克兰 😀 العربية\n\tx", "Україна 乌克兰 😀 العربية\n\tx"),
        ("\x1b[31mRED\x1b]0;x\x07", "\\x1b[31mRED\\x1b]0;x\\x07"),
        ("a\rb\x7f\x9b\u202e\u2028", "a\\rb\\x7f\\x9b\\u202e\\u2028"),
        ("\udcff.yaml", "\\udcff.yaml"),
    ],
)
def test_a_terminal_is_shown_what_it_would_obey(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_no_file_can_hold_is_written_out() -> None:
    assert encodable("a\udcffb\x1b") == "a\\udcffb\x1b"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd|' /C calc'!A1", "'=cmd|' /C calc'!A1"),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("@x", "'@x"),
        ("\uff1dx", "'\uff1dx"),
        ("\t=x", "\t'=x"),
        ("  =x", "'  =x"),
        ("a; =x", "a;' =x"),
        ("a\n=x", "a\n'=x"),
        ("'=x", "''=x"),
        ("'x", "'x"),
        ("a = b - c", "a = b - c"),
        ("-0.5", "-0.5"),
        ("-1e-05", "-1e-05"),
        ("-inf", "-inf"),
    ],
)
def test_no_spreadsheet_runs_a_cell(text: str, written: str) -> None:
    assert cell(text) == written
    assert from_cell(written) == text


@given(st.text(st.sampled_from("'=+-@;\t\n\r a1.e\uff1d"), max_size=12))
def test_cells_come_back(text: str) -> None:
    """And none begins a formula, in itself or after what splits cells."""
    assert from_cell(cell(text)) == text
    parts = [part for line in cell(text).splitlines() for part in re.split("[\t;]", line)]
    active = [part for part in parts if part.lstrip(" ")[:1] in set("=+-@\uff1d")]
    assert cell(text) == text or not active


def test_tables_hold_no_formulas() -> None:
    assert csv({"title": ["=1+1", "b,=c"]}) == 'title\n\'=1+1\n"b,=c"\n'


@pytest.mark.parametrize("text", ["\x1b[2J", "\0", "\x7f", "\x9b", "\ud800"])
def test_text_of_a_scenario_has_no_control_characters(text: str, tmp_path: Any) -> None:
    """Escapes in quotes are decoded first; Python's text is checked alike, keys too."""
    code = f"U+{ord(text[0]):04X}"
    with pytest.raises(ScenarioError, match=rf"title: .*{'U' if text < chr(256) else ''}"):
        parse({**data(), "title": text})
    with pytest.raises(ScenarioError, match=rf"control character {code}".replace("+", r"\+")):
        parse({**data(), "sources": {text: {"title": "t"}}})
    escape = f"\\x{ord(text[0]):02x}" if text < chr(256) else "\\ud800"
    path = write(tmp_path, edited(("title: Russia,", f'title: "{escape}",')))
    with pytest.raises(ScenarioError, match=r"control character|not valid YAML"):
        load(path)


def test_tabs_and_lines_are_text() -> None:
    assert parse({**data(), "title": "a\tb\nc\r\n\x85é"}).title == "a\tb\nc\r\n\x85é"
    assert not CONTROLS.search("乌克兰 😀")


def documented() -> None:
    """Say something.

    More.
    """


def test_documentation_is_there_without_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    """PYTHONOPTIMIZE=2 drops docstrings; the source has them."""
    whole = documentation(documented)
    assert whole == "Say something.\n\nMore."
    monkeypatch.setattr(documented, "__doc__", None)
    assert documentation(documented) == whole
    assert documentation(len) == "Return the number of items in a container."
    assert documentation(lambda: None) == ""
    assert documentation(dict.fromkeys) != ""
    made: dict[str, Any] = {}
    exec("def silent(): pass", made)
    assert documentation(made["silent"]) == ""


@pytest.mark.parametrize("words", [["rules"], ["--help"], ["run", "--help"]])
def test_optimised_python_shows_the_same_texts(words: list[str]) -> None:
    def shown(*flags: str) -> str:
        command = [sys.executable, *flags, "-m", "sim", *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert shown("-OO") == shown()
    assert len(shown().splitlines()) > 10

"""How YAML is read: scalars by YAML 1.2, places, anchors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.errors import Place
from sim.scenario.loading import yaml_marks
from sim.scenario.loading.load import load, parse
from sim.scenario.loading.source_tree import bare
from sim.scenario.loading.yaml_marks import read, scalar
from sim.scenario.quantity import Quantity
from tests.tiny_scenario import TEXT, data, edited, write


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("Off", "Off"),
        ("true", True), ("TRUE", True), ("False", False), ("tRUE", "tRUE"),
        ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("12", 12), ("+12", 12), ("-12", -12), ("010", 10), ("0o10", 8), ("0x1F", 31), ("1_000", "1_000"), ("0b1", "0b1"),
        ("1e3", 1000.0), ("1E+3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-1.5e-3", -0.0015), ("1e", "1e"), (".", "."), ("1:30", "1:30"),
        (".inf", math.inf), ("-.INF", -math.inf), ("inf", "inf"), ("nan", "nan"),
        ("2014-03", "2014-03"), ("2024-01-05", "2024-01-05"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_nan_is_a_number() -> None:
    """It is refused as one later, with a message of its own."""
    value = scalar(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


def test_quoted_scalars_are_text() -> None:
    written = read(b"- \"1e3\"\n- 'true'\n- ''\n- ! 5\n- |\n  12\n", "x.yaml")
    assert written is not None
    assert bare(written) == ["1e3", "true", "", "5", "12\n"]


@pytest.mark.parametrize("parser", [yaml_marks._Loader, yaml.SafeLoader])
def test_every_key_and_value_keeps_its_place(parser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where PyYAML comes without its C parser."""
    monkeypatch.setattr(yaml_marks, "_Loader", parser)
    written = read("# é\na: {b: [1, x]}\nc:\n  d: 2\n".encode(), "x.yaml")
    assert written is not None
    a, c = written.members["a"], written.members["c"]
    assert (written.key_place("a"), a.place) == (Place("x.yaml", 2, 1), Place("x.yaml", 2, 4))
    assert (a.key_place("b"), a.members["b"].members[1].place) == (
        Place("x.yaml", 2, 5),
        Place("x.yaml", 2, 12),
    )
    assert (c.key_place("d"), c.members["d"].place) == (
        Place("x.yaml", 4, 3),
        Place("x.yaml", 4, 6),
    )


def test_a_block_stands_where_its_key_stands() -> None:
    """Its own mark would be that of its first member, a line too low."""
    written = read(b"c:\n  d: 2\n", "x.yaml")
    assert written is not None
    assert written.members["c"].place == Place("x.yaml", 1, 1)


def test_shared_anchors_are_values_like_others() -> None:
    write(
        Path(),
        edited(
            (
                "share: {value: 0.9, low: 0.8, high: 1}",
                "share: &half {value: 0.5, low: 0.4, high: 0.6}",
            ),
            ("factor: 0.5", "factor: *half"),
        ),
    )
    events: Any = load("tiny.yaml").events
    assert events["slump"].factor == events["ban"].share == Quantity(value=0.5, low=0.4, high=0.6)


def test_a_byte_order_mark_is_no_part_of_the_name() -> None:
    Path("tiny.yaml").write_text("\ufeff" + TEXT, encoding="utf-8")
    assert load("tiny.yaml").name == "tiny"


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load("tiny.yaml")
    monkeypatch.setattr(yaml_marks, "_Loader", yaml.SafeLoader)
    assert load("tiny.yaml") == fast


def test_plain_data_loads_like_the_file() -> None:
    """YAML 1.1 reads the tiny scenario alike, so its own loader gives the data."""
    assert parse(data()) == load("tiny.yaml")

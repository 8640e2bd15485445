"""Make inputs that nobody meant: scenarios and studies with mistakes in them, words of a command
line, files with damage."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
from hypothesis import strategies as st

from sim.cli.main import cli
from sim.scenario.loading.source_tree import bare
from sim.scenario.loading.yaml_marks import read

ROOT = Path(__file__).parent.parent

NUMBERS = [0, 1, -1, 2, 0.5, 1e-9, 5e-324, 1e-300, 1e9, 1e12, 1e300, 10**400, float("inf")]
TEXTS = ["", "x", "*", "AAA", "BBB", "all", "engines", "2014-01", "2015-06", "2100-12", "9999-99"]
STRANGE = ["\x1b[2J", "=1+1", "乌克兰", "a\ud800", "\0", "a" * 300, "null", "1,5", "<<", "../x"]
QUANTITIES: list[Any] = [
    {"value": 1, "low": 0, "high": 2},
    {"value": 1, "low": 2, "high": 0},
    {"value": 1e-9, "low": 1e-9, "high": 1e12, "dist": "loguniform"},
    {"value": 12, "per": "year"},
    {"value": 0, "low": 0, "high": 0},
]
VALUES = [None, True, *NUMBERS, *TEXTS, *STRANGE, *QUANTITIES, [], {}, [1], ["AAA", "BBB"]]
WAYS = ("replace", "delete", "copy", "move")

Edit = tuple[str, float, float, Any]
edits: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.sampled_from(WAYS),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(VALUES),
    ),
    min_size=1,
    max_size=4,
)
"""Ways to change data: where, from where, to what."""


@cache
def examples() -> list[tuple[str, Any]]:
    """List the shipped examples of scenarios, as plain data, small enough to run in no time."""
    found = []
    for path in sorted((ROOT / "scenarios" / "examples").glob("*.yaml")):
        tree = read(path.read_bytes(), path.name)
        assert tree is not None
        data = bare(tree)
        if "extends" in data:
            continue
        found.append((path.stem, {**data, "months": min(data["months"], 18), "members": 2}))
    return found


def study() -> dict[str, Any]:
    """Give a study of the scenario beside it, as plain data."""
    return {
        "scenario": "small.yaml",
        "factors": {
            "events.ban.share": {"low": 0.2, "high": 1, "dist": "triangular", "mode": 0.5},
            "needs.AAA.engines": [5, 10],
            "events.ban.date": ["2012-06", "2013-02"],
        },
        "design": {"kind": "random", "points": 3, "seed": 1},
        "members": 2,
        "months": 18,
        "metrics": ["fill_rate_after", "T50", "unmet[2012]"],
    }


def places(data: Any) -> list[tuple[Any, Any]]:
    """List every place of some data, (mapping or list, key), outermost first."""
    found = []
    if isinstance(data, dict | list):
        for key in [*data] if isinstance(data, dict) else range(len(data)):
            found.append((data, key))
            found += places(data[key])
    return found


def changed(data: Any, edit: list[Edit]) -> Any:
    """Change some data in these ways, one after the other."""
    made = copy.deepcopy(data)
    for way, where, source, value in edit:
        there = places(made)
        if not there:
            break
        holder, key = there[int(where * len(there))]
        other, name = there[int(source * len(there))]
        taken = copy.deepcopy(other[name])
        if way == "delete":
            del holder[key]
        elif way == "replace":
            holder[key] = copy.deepcopy(value)
        elif way == "copy":
            holder[key] = taken
        elif isinstance(holder, dict):
            holder[str(name)] = taken
    return made


def text(data: Any) -> bytes:
    """Write data as JSON, which is YAML, with what no encoding can hold."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")


WORDS = ["small.yaml", "study.yaml", "nowhere", "result", "swept", ".", "/", "", "a/b"]
GIVEN = ["0", "1", "2", "3", "-1", "x", "1e9", "0.5", "", "\x1b[2J", "fill_rate[AAA] >= 0.5", "out"]
SETS = [
    "months=12",
    "members=",
    "needs.AAA.engines.low=1",
    "=",
    "events.ban=null",
    "x.y=1",
    "seed=\ud800",
]
LEFT_OUT = {"scheduler", "months"}
"""Options that reach out of the machine, or for long runs; their bounds are tested elsewhere."""
NEEDED = {"backtest": ["small.yaml"]}
"""Words without which a command works through every case that is shipped."""


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Make words of a command line: a command, some words, some of its options."""
    name = draw(st.sampled_from(sorted(cli.commands)))
    command = cli.commands[name]
    words = [name, *NEEDED.get(name, []), *draw(st.lists(st.sampled_from(WORDS), max_size=3))]
    options = [
        each
        for each in command.params
        if isinstance(each, click.Option) and each.name not in LEFT_OUT
    ]
    for option in draw(st.lists(st.sampled_from(options), max_size=4)) if options else []:
        words.append(draw(st.sampled_from([*option.opts, "--nothing"])))
        if not option.is_flag:
            words.append(draw(st.sampled_from(SETS if option.name == "sets" else GIVEN + WORDS)))
    return words


Damage = tuple[str, float, int]
damages: st.SearchStrategy[Damage] = st.tuples(
    st.sampled_from(["cut", "flip", "insert", "grow", "remove", "folder"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 255),
)
"""Ways to damage a file: where, with which byte."""


def damage(path: Path, how: Damage) -> None:
    """Damage a file."""
    way, where, byte = how
    data = path.read_bytes()
    place = int(where * len(data))
    if way in ("remove", "folder"):
        path.unlink()
        if way == "folder":
            path.mkdir()
        return
    path.write_bytes(
        {
            "cut": data[:place],
            "flip": data[:place] + bytes([data[place] ^ (byte or 1)]) + data[place + 1 :]
            if data
            else b"",
            "insert": data[:place] + bytes([byte]) * 3 + data[place:],
            "grow": data + bytes([byte]) * (1 + place),
        }[way]
    )


def files_below(folder: Path) -> Iterator[Path]:
    """List the files below a folder in the order of their names."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())

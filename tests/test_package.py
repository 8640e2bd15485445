"""Test the package as its users meet it: what it imports, offers and pins, and the commands around
it."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import sim
from tests.recorded import DATA

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def python(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=60,
    ).stdout.strip()


def normal(requirement: str) -> str:
    """Take the name of a requirement, spelt as indexes spell it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>!~;\s\[]", requirement)[0]).lower()


def test_import_is_light() -> None:
    heavy = {"mesa", "pandas", "altair", "jinja2", "numpy", "scipy", "pydantic", "yaml", "tqdm"}
    assert python(f"import sys, sim; print(sorted({heavy!r} & set(sys.modules)))") == "[]"


def test_every_public_name_is_there() -> None:
    assert all(getattr(sim, name) is not None for name in sim.__all__)
    assert set(sim.__all__) <= set(dir(sim))
    assert issubclass(sim.ScenarioError, sim.InputError)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'fly'"):
        sim.fly  # noqa: B018


@pytest.mark.parametrize(
    "first",
    ["import sim.engine.run", "from sim.engine.run import run", "import sim.cli.main; sim.run"],
)
def test_run_stays_the_function(first: str) -> None:
    """The module of the same name, once imported, does not take its place."""
    assert (
        python(f"import sim; {first}; print(callable(sim.run), sim.run.__module__)")
        == "True sim.engine.run"
    )


def test_keywords_of_load_are_top_level_keys(tmp_path: Path) -> None:
    sim.run(sim.parse(DATA), months=2, members=1).save(tmp_path / "out", figures=False)
    path = tmp_path / "out" / "scenario.yaml"
    loaded = sim.load(
        path,
        ["members=3", "events.ban.share=0.5"],
        members=np.int64(9),
        title="a: b # c",
        rules={"rounds": 1},
    )
    assert (loaded.members, loaded.title, loaded.rules.rounds, loaded.months) == (
        9,
        "a: b # c",
        1,
        2,
    )
    assert loaded.events["ban"].share.value == 0.5  # type: ignore[union-attr]


def test_parse_takes_the_same_keywords() -> None:
    assert sim.parse(DATA, ["months=20"], members=2).model_dump(include={"members", "months"}) == {
        "members": 2,
        "months": 20,
    }


def test_load_checks_rules() -> None:
    with pytest.raises(sim.ScenarioError, match=r"rules\.allocation: .*'proportional'"):
        sim.parse(DATA, ["rules.allocation=proportionate"])


def test_the_version_stands_in_one_place() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", sim.__version__)
    assert "version" in PROJECT["project"]["dynamic"]
    path = ROOT / PROJECT["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{sim.__version__}"' in path.read_text(encoding="utf-8")


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(sim.__file__).parent / "py.typed").exists()


def test_the_command_exists() -> None:
    module, _, function = PROJECT["project"]["scripts"]["sim"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_dependency_is_pinned_once_for_every_python() -> None:
    """A pin holds everywhere, or two pins share the versions of Python out among them."""
    pinned: dict[str, list[str]] = {}
    for line in PINS:
        requirement, _, marker = line.partition(" ; ")
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9.]*(?:b[0-9]+|post[0-9]+)?", requirement)
        pinned.setdefault(normal(requirement), []).append(marker)
    wanted = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    assert {normal(requirement) for requirement in wanted} <= set(pinned)
    everywhere = [
        [""],
        ['python_version < "3.12"', 'python_version >= "3.12"'],
        ['sys_platform == "win32"'],
    ]
    assert all(markers in everywhere for markers in pinned.values())


def test_plain_make_lists_its_commands() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    commands = [line.split()[1] for line in done.stdout.splitlines()]
    checks = ["test", "check", "check-all", "docs", "bench", "fuzz", "soak", "mutate"]
    assert commands == ["help", "run", *checks, "format", "clean"]


def test_ci_does_what_make_check_does() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").rstrip().endswith("make --no-print-directory check")

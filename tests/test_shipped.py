"""Shipped scenarios have names that hold anywhere; a file that is there wins over a name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import sim
from sim.cli.main import main
from sim.scenario.loading.shipped import located, shipped_names
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parent.parent
FIRST = (ROOT / "scenarios" / "examples" / "first.yaml").read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_shipped_scenario_has_a_name(here: Path) -> None:
    """And nothing of `data/`, which others extend, has one."""
    names = shipped_names()
    assert names[0] == "announced_plan"
    assert {"baseline", "cases/neon_2022", "examples/first"} <= set(names)
    assert not any(name.startswith("data") for name in names)
    assert all(os.path.isfile(located(name)) for name in names)
    assert len(set(names)) == len(names) > 80


def test_a_name_is_loaded_from_anywhere(here: Path) -> None:
    assert sim.load("examples/first", members=3).members == 3
    assert main(["run", "examples/first", "--members", "2", "--quiet", "--no-figures"]) == 0
    assert (here / "results/first/summary.csv").exists()


def test_a_file_that_is_there_wins(here: Path) -> None:
    """A folder of that name is no scenario, so the name holds."""
    (here / "baseline").write_text(FIRST, encoding="utf-8")
    assert sim.load("baseline") == sim.load("examples/first")
    (here / "baseline").unlink()
    (here / "baseline").mkdir()
    assert located("baseline").endswith("baseline.yaml")


def test_a_scenario_extends_a_shipped_one(here: Path) -> None:
    """By its name from anywhere; what stands beside it comes first."""
    path = here / "mine.yaml"
    path.write_text("extends: examples/first\nname: mine\n", encoding="utf-8")
    assert sim.load(path).states == sim.load("examples/first").states
    (here / "examples").mkdir()
    beside = FIRST.replace("AAA", "CCC")
    (here / "examples" / "first").write_text(beside, encoding="utf-8")
    assert "CCC" in sim.load(path).states


def test_studies_and_data_name_shipped_scenarios_too(here: Path) -> None:
    factors = {"scenario": ["examples/first", "examples/leontief"]}
    study = sim.sweep(None, factors=factors, members=2, months=3, metrics=["unmet"], out="study")
    assert study.points["scenario"].tolist() == ["scenarios/first.yaml", "scenarios/leontief.yaml"]
    assert sim.parse({"extends": "examples/first", "name": "x"}).name == "x"
    (here / "study.yaml").write_text(
        "scenario: examples/first\nfactors: {months: [2, 3]}\nmembers: 1\n", encoding="utf-8"
    )
    assert main(["sweep", "study.yaml", "--quiet"]) == 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "basline",
            "no such file, and no shipped scenario has this name; did you mean 'baseline'?",
        ),
        (
            "neon_2022",
            "no such file, and no shipped scenario has this name; did you mean 'cases/neon_2022'?",
        ),
        ("qqqqq", "no such file, and no shipped scenario has this name; `sim list` lists them"),
        ("scenarios/baseline.yaml", "no such file; the shipped scenario is called 'baseline'"),
    ],
)
def test_a_name_that_is_none_is_told_with_near_names(
    name: str, told: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", name]) == 2
    assert capsys.readouterr().err == f"{name}: cannot be read: {told}\n"
    (here / "mine.yaml").write_text(f"extends: {name}\nname: mine\n", encoding="utf-8")
    assert main(["run", "mine.yaml"]) == 2
    assert told in capsys.readouterr().err


def test_list_without_a_folder_lists_the_shipped(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == shipped_names()
    assert f"examples/first: {sim.load('examples/first').title}" in lines


def test_new_from_a_shipped_scenario(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It loads to the same world from anywhere, and says what may be changed."""
    assert main(["new", "mine", "--from", "examples/first"]) == 0
    (here / "elsewhere").mkdir()
    (here / "mine.yaml").rename(here / "elsewhere" / "mine.yaml")
    mine, first = sim.load("elsewhere/mine.yaml"), sim.load("examples/first")
    apart = {"name", "title", "description"}
    assert mine.model_dump(exclude=apart) == first.model_dump(exclude=apart)
    assert mine.title == f"{first.title} (changed)"
    text = (here / "elsewhere" / "mine.yaml").read_text(encoding="utf-8")
    assert all(name in text for name in (*first.events, *first.programmes, *first.factories))


def test_new_from_a_file_extends_it_where_it_is(here: Path) -> None:
    (here / "own.yaml").write_text(FIRST, encoding="utf-8")
    (here / "sub").mkdir()
    assert main(["new", "mine", "--from", "own.yaml"]) == 0
    assert "extends: own.yaml\n" in (here / "mine.yaml").read_text()
    assert main(["new", "next", "--from", str(here / "own.yaml")]) == 0
    assert isinstance(sim.load("next.yaml"), Scenario)
    assert main(["new", "third", "--from", "nowhere.yaml"]) == 2
    assert not (here / "third.yaml").exists()


def test_an_older_answer_is_the_same_question_by_name_and_by_path(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--members", "2", "--quiet", "--no-figures"]
    assert main(["run", "examples/first", *words]) == 0
    assert main(["run", located("examples/first"), *words]) == 0
    (here / "first.yaml").write_text(FIRST, encoding="utf-8")
    assert main(["run", "first.yaml", *words]) == 2
    assert "holds the answer to another question" in capsys.readouterr().err

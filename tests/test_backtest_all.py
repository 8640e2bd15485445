"""The backtest of everything: cases together, precedents, words of coverage."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

import sim.precedents as history
from sim.cli.main import main
from sim.errors import InputError
from sim.experiments.backtest_all import Everything, backtest_all, held_words, scored_scenarios
from sim.experiments.scores import Backtest

ROOT = Path(__file__).parent.parent
NEON = ROOT / "scenarios/cases/neon_2022.yaml"


def test_all_that_outcomes_stand_beside_is_scored() -> None:
    """The shipped case and the five of the casebook, no variants."""
    found = [path.stem for path in scored_scenarios(ROOT / "scenarios")]
    assert found[0] == "baseline"
    assert len(found) == 6


def test_a_case_is_scored_under_its_name() -> None:
    """With a row an outcome, and no table of precedents where none was asked for."""
    found = backtest_all([NEON], precedents=False, members=4)
    assert set(found.tables) == {"backtest"}
    assert list(found.table["case"].unique()) == ["neon_2022"]
    assert "## All cases" in found.text
    drawn = found.chart()
    assert drawn is not None
    assert drawn.name == "calibration"


def test_cases_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """None takes the place of another: the same file twice makes two cases."""
    monkeypatch.setattr("sim.experiments.backtest_all.backtest", lambda *_, **__: SimpleNamespace())
    found = backtest_all([NEON, NEON], precedents=False)
    assert list(found.cases) == ["neon_2022", "neon_2022_2"]


@pytest.mark.parametrize(
    ("flags", "files"),
    [([], {"calibration.svg"}), (["--no-figures"], set())],
)
def test_several_scenarios_leave_a_picture(
    tmp_path: Path, flags: list[str], files: set[str]
) -> None:
    """A later one takes its place, as of a single scenario."""
    given = [str(NEON), str(NEON.with_name("gallium_2023.yaml")), "--members", "3", "--quiet"]
    for _ in range(2):
        assert main(["backtest", *given, "--out", str(tmp_path / "out"), *flags]) == 0
        found = {path.name for path in (tmp_path / "out").iterdir()}
        assert found == files | {"backtest.csv", "manifest.json"}


def test_words_say_how_far_intervals_hold() -> None:
    """One of two cases holds its only observation; claims do not count."""
    table = pd.DataFrame(
        {
            "case": ["a", "b", "b"],
            "kind": ["observed", "milestone", "claim"],
            "in50": ["no", "no", "yes"],
            "in90": ["yes", "no", "yes"],
        }
    )
    fifty, ninety = held_words(table)
    assert fifty.startswith("50 % intervals held 0 of 2 observations of 2 cases, 0%")
    assert "held 1 of 2 observations of 2 cases, 50% (resampling cases 0% to 100%)" in ninety


def test_what_nobody_knows_yet_counts_neither_way() -> None:
    """An outcome that may still come inside its interval is no miss: one of one known is held, as
    in the words; where none is known there is no share."""
    table = pd.DataFrame({"kind": "observed", "in50": ["", ""], "in90": ["yes", ""]})
    found = Everything({"a": cast("Backtest", SimpleNamespace(table=table))}, None)
    assert found.card().rows == [["a", 2, "nan", "1"]]
    assert [each[:32] for each in held_words(found.table)] == ["90 % intervals held 1 of 1 obser"]


def test_a_case_of_which_nothing_is_known_does_not_count() -> None:
    """Of three cases one has no known outcome at 90 %, and two have none at 50 %: what is left of
    one case has no interval from resampling cases."""
    table = pd.DataFrame(
        {
            "case": ["a", "b", "c"],
            "kind": "observed",
            "in50": ["yes", "", ""],
            "in90": ["yes", "no", ""],
        }
    )
    fifty, ninety = held_words(table)
    assert fifty == "50 % intervals held 1 of 1 observations of one case, 100%."
    assert ninety.startswith("90 % intervals held 1 of 2 observations of 2 cases, 50%")


def test_a_folder_without_outcomes_is_refused(tmp_path: Path) -> None:
    """In words."""
    with pytest.raises(InputError, match="no scenario with outcomes beside it"):
        scored_scenarios(tmp_path)
    with pytest.raises(InputError, match="outcomes"):
        backtest_all([NEON.with_name("neon_2022_no_shock.yaml")], precedents=False, members=4)


def test_precedents_have_a_row_for_each_milestone() -> None:
    """In order, with the columns that others may rely on."""
    found = backtest_all([], members=4)
    table = found.tables["backtest_precedents"]
    assert list(table["case"]) == list(history.milestones()["case"])
    wanted = "case cluster class milestone seen p05 p25 p50 p75 p95 in50 in90 crps_model crps_plan"
    assert list(table.columns[:16]) == [*wanted.split(), "crps_twice_plan", "shipped"]


def test_faulty_precedents_are_told_before_a_case_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiments.backtest_all.backtest", lambda *_, **__: 1 / 0)
    with pytest.raises(InputError, match="no such folder"):
        backtest_all(with_dir=tmp_path / "nowhere")

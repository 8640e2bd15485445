"""Test the command `sim precedents`: its table, its months, its files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner, Result

from sim.cli.precedents import CLASSES, HEAD_STARTS, precedents
from sim.errors import InputError
from sim.precedents import Question, ask, columns, load, milestones, overview
from sim.precedents.asking import chosen
from sim.precedents.chart import announced_against_actual, announced_frame
from sim.precedents.fitting import fits
from sim.scenario.programme import Candidate


def said(*words: str) -> Result:
    """Run the command; what it raises is the test's."""
    return CliRunner().invoke(precedents, list(words), catch_exceptions=False)


def test_words_are_the_collections() -> None:
    assert CLASSES == columns.CLASSES
    assert HEAD_STARTS == columns.HEAD_STARTS


def test_the_table_counts_every_case() -> None:
    words = said().output
    assert "platform       none   civil" in words
    table = overview(load(), fits(milestones()))
    assert table["cases"].sum() == 91
    assert (table["seen"] <= table["first"]).all()
    assert (table["p05"] < table["p95"]).all()


def test_filters_narrow_the_table() -> None:
    space = chosen(load(), Question(sector="space"))
    assert set(space.cases["sector"]) == {"space"}
    assert len(said("--sector", "space").output.splitlines()) < len(said().output.splitlines())
    none = said("--sector", "space", "--class", "simple", "--head-start", "none").output
    assert "No case of this kind" in none
    assert "Months of all sectors; of space are the cases below." in none
    assert "No precedents" in said("--sector", "space", "--class", "simple").output
    with pytest.raises(InputError, match="sector 'toys': give one of civil, defence, space"):
        said("--sector", "toys")


def test_months_the_cases_behind_and_lines_to_paste() -> None:
    words = said("--class", "deep", "--head-start", "plant").output
    assert "lead_time: {precedents: {class: deep, head_start: plant}}" in words
    assert "rus_gte170 (large gas turbines), first since 2018-06: 66 months; https://" in words
    answer = ask(Question("deep", "plant"))
    assert list(answer.quantiles) == [5, 25, 50, 75, 95]
    assert f"50 %: {answer.quantiles[50]:.0f}" in words
    assert set(answer.cases["case"]) == {"rus_vk2500", "rus_gte170", "tur_altay"}


def test_a_promise_is_stretched() -> None:
    words = said("--class", "deep", "--head-start", "plant", "--announced", "24").output
    assert "lead_time: {announced: 24, class: deep}" in words
    assert "the head start does not count" in words
    quantiles = ask(Question("deep", announced=24)).quantiles
    assert quantiles[50] / 24 == pytest.approx(2.2, abs=0.3)
    assert quantiles[5] < 24
    ratios = ask(Question("deep", announced=24)).cases["ratio"]
    assert (ratios > 0).all()


def test_full_supply_takes_longer() -> None:
    first, full = (ask(Question("process", "none", milestone=to)) for to in ("first", "full"))
    assert full.quantiles[50] > first.quantiles[50]
    assert "full supply" in said("--class", "deep", "--head-start", "none", "--to", "full").output


@pytest.mark.parametrize(
    "asked",
    [
        Question("deep", "plant"),
        Question("process", milestone="full"),
        Question("system", announced=24),
        Question(announced=9.5, milestone="full"),
        Question(),
    ],
)
def test_lines_to_paste_stand_in_a_scenario(asked: Question) -> None:
    """As a candidate that says all that the answer does."""
    lines = yaml.safe_load(ask(asked).scenario_lines)
    candidate = {"factory": "home", "product": "engines", "capital_cost": 1, **lines}
    if not asked.kind:
        candidate["ramp_months"] = 0
    found = Candidate.model_validate(candidate)
    assert found.clock == "decision"
    assert found.runs_to == ("first_unit" if asked.milestone == "first" else "full_supply")
    assert found.lead_time is not None
    assert (found.lead_time.announced is not None) == (asked.announced is not None)
    assert (found.ramp.precedents if found.ramp else None) == (asked.kind or None)


def test_files(tmp_path: Path) -> None:
    done = said("--class", "deep", "--announced", "12", "--out", str(tmp_path / "new"))
    assert done.output.splitlines()[-1].endswith(
        "announced_against_actual.svg, cases.csv, forecast.csv, milestones.csv, precedents.csv"
    )
    assert pd.read_csv(tmp_path / "new" / "forecast.csv")["announced"].tolist() == [12]
    assert "<svg" in (tmp_path / "new" / "announced_against_actual.svg").read_text()
    assert said("--quiet").output == ""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        said("--out", str(tmp_path / "file"))


def test_the_chart_shows_every_promise() -> None:
    frame = announced_frame(milestones())
    assert len(frame) == 127
    assert set(frame["state"]) == {"happened", "still open"}
    assert (frame["months"] < 1).any()
    drawn = announced_against_actual(frame).to_dict()
    points, guides = sorted(drawn["layer"], key=lambda layer: layer["mark"]["type"] != "point")
    # what has not lasted a month yet has a place, too, and a class is told once
    assert all(points["encoding"][axis]["scale"]["clamp"] for axis in "xy")
    assert points["encoding"]["fill"]["condition"]["legend"] is None
    ends = pd.DataFrame(drawn["datasets"][guides["data"]["name"]])
    assert (ends[ends["guide"] == "twice as long"].eval("months / announced_months") == 2).all()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"kind": "deeep"}, "class 'deeep'"),
        ({"head_start": "half"}, "head start 'half'"),
        ({"milestone": "tenth"}, "milestone 'tenth'"),
        ({"announced": 0.0}, "announced 0"),
    ],
)
def test_questions_that_are_none(given: dict[str, object], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        Question(**given)  # type: ignore[arg-type]


def test_a_kind_without_cases_leans_on_the_others() -> None:
    empty = load().milestones.iloc[:0]
    assert len(empty) == 0
    words = said("--class", "simple", "--head-start", "design", "--to", "full").output
    assert "No case of this kind" in words

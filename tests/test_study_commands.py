"""Test the commands on studies: what they write, print and return."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import sim
from sim.cli.main import main
from tests.small_study import contents
from tests.tiny_scenario import TEXT

STUDY = """\
scenario: tiny.yaml
factors:
  events.ban.share: {low: 0.5, high: 1}
  rules.sourcing: [fixed, loyalty]
design: {kind: sobol, points: 8}
members: 3
metrics: [fill_rate_after, unmet]
"""
FAILING = """\
scenario: tiny.yaml
factors:
  events.ban.date: [2014-06, 2014-12]
  events.ban.until: [2014-09, 2015-06]
members: 1
metrics: [unmet]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a scenario and two studies."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("tiny", TEXT), ("study", STUDY), ("failing", FAILING)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_sweep_writes_a_study(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By default under the name of its file; progress over all runs on the other stream."""
    assert main(["sweep", "study.yaml", "--jobs", "1"]) == 0
    told = capsys.readouterr()
    assert "results/study: failures.csv, manifest.json, points.csv, results.csv, " in told.out
    assert told.err.splitlines()[-1] == "running study: 100 %"
    found = sim.Study("results/study")
    assert len(found.points) == 8
    assert set(found.results.metric) == {"fill_rate_after", "unmet"}
    assert main(["sweep", "study.yaml", "--quiet", "--parquet", "--out", "two"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (here / "two" / "results.parquet").exists()


def test_a_study_is_checked_without_running_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", "study.yaml", "--check"]) == 0
    assert (
        capsys.readouterr().out == "study.yaml: ok: 8 points of 3 members, 4 numbers each, sobol\n"
    )
    assert not Path("results").exists()


def test_faults_are_the_users(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them together, exit code 2, nothing written."""
    (here / "study.yaml").write_text(
        STUDY.replace("share", "shar").replace("8", "9"), encoding="utf-8"
    )
    assert main(["sweep", "study.yaml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "study.yaml:3:26 factors.events.ban.shar.low: unknown key; did you mean 'share'?",
        "study.yaml:5:31 design.points: 9 is not a power of two, which sobol needs: 8 or 16",
    ]
    assert not Path("results").exists()


def test_resume_and_extend(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A study that stands is left alone unless told otherwise; it grows by what its file
    has more.
    """
    words = ["sweep", "study.yaml", "--quiet", "--jobs", "1"]
    assert main(words) == 0
    assert main(words) == 2
    assert "holds a study already (24 of 24 runs done)" in capsys.readouterr().err
    assert main([*words, "--resume"]) == 0
    (here / "study.yaml").write_text(
        STUDY.replace("points: 8", "points: 16").replace("members: 3", "members: 4"),
        encoding="utf-8",
    )
    assert main([*words, "--resume"]) == 2
    assert main([*words, "--extend"]) == 0
    assert main([*words, "--out", "whole"]) == 0
    assert contents(here / "results" / "study") == contents(here / "whole")


def test_failed_points_are_ours(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 with their number; the others have results; once more they fail again."""
    for words in ([], ["--retry-failed"]):
        assert main(["sweep", "failing.yaml", "--jobs", "1", "--quiet", *words]) == 1
        assert (
            capsys.readouterr().err
            == "results/failing: 1 of 4 points failed, see failures.csv; --retry-failed runs them"
            " again\n"
        )
    found = sim.Study("results/failing")
    assert found.failures.point.tolist() == [2]
    assert set(found.results.point) == {0, 1, 3}


def test_shards_are_merged(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for part in ("1/2", "2/2"):
        assert main(["sweep", "study.yaml", "--jobs", "1", "--quiet", "--shard", part]) == 0
    assert main(["merge", "results/study"]) == 0
    assert capsys.readouterr().out.startswith("results/study: failures.csv")
    assert main(["sweep", "study.yaml", "--jobs", "1", "--quiet", "--out", "whole"]) == 0
    assert contents(here / "results" / "study") == contents(here / "whole")
    shutil.rmtree(here / "results" / "study.shard-1-of-2")
    assert main(["merge", "results/study"]) == 2


def test_zeros_before_the_number_of_a_shard_mean_nothing(here: Path) -> None:
    """01/02 is 1/2: one folder, which the one goes on with where the other stopped."""
    words = ["sweep", "study.yaml", "--jobs", "1", "--quiet", "--shard"]
    assert main([*words, "01/02"]) == 0
    assert main([*words, "1/2", "--resume"]) == 0
    assert main([*words, "002/2"]) == 0
    assert main(["merge", "results/study", "--quiet"]) == 0


def test_replay_writes_one_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With figures, as `sim run` does."""
    assert main(["sweep", "study.yaml", "--jobs", "1", "--quiet"]) == 0
    assert main(["replay", "results/study", "5", "2"]) == 0
    assert capsys.readouterr().out.startswith("results/study_5_2: ")
    folder = here / "results" / "study_5_2"
    assert (folder / "report.html").is_file()
    assert (
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["command"]
        == "sim replay results/study 5 2"
    )
    assert main(["replay", "results/study", "8", "0", "--quiet", "--no-figures"]) == 2
    assert "point: 8 is not one of 0 to 7" in capsys.readouterr().err


def test_options_reach_the_study(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be is told: a scheduler that is not there, a shard that is none."""
    assert main(["sweep", "study.yaml", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "cannot reach a Dask scheduler there" in capsys.readouterr().err
    for shard in ("3/2", "", "1", "0/2", "1 / 2"):
        assert main(["sweep", "study.yaml", "--shard", shard]) == 2
        told = f"shard: '{shard}' is not i/n with i from 1 to n, and n at most 999999\n"
        assert capsys.readouterr().err == told
    assert main(["sweep", "study.yaml", "--jobs", "0"]) == 2


def test_the_package_offers_studies() -> None:
    assert {
        sim.sweep.__module__,
        sim.merge.__module__,
        sim.replay.__module__,
        sim.Study.__module__,
    } == {
        "sim.study.sweep",
        "sim.study.shards",
        "sim.study.replay",
        "sim.study.study",
    }

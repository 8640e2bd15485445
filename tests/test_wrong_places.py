"""What is no scenario, no result or no study is told as what it is, with what may be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main
from tests.test_cli import SMALL
from tests.test_imports import COMTRADE

STUDY = """\
scenario: small.yaml
members: 1
factors: {events.ban.share: [0.2, 0.8]}
design: {kind: grid}
metrics: [unmet]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a scenario and a study, and what a run of each writes."""
    folder = tmp_path_factory.mktemp("folder")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        Path("small.yaml").write_text(SMALL, encoding="utf-8")
        Path("study.yaml").write_text(STUDY, encoding="utf-8")
        assert main(["run", "small.yaml", "--no-figures", "--quiet"]) == 0
        assert main(["sweep", "study.yaml", "--jobs", "1", "--quiet"]) == 0
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "discover study.yaml --when unmet<1",
            "study.yaml: is a file, not the folder of a study; did you mean 'results/study'?",
        ),
        (
            "sensitivity study",
            "study: there is no such folder; did you mean 'results/study'?",
        ),
        (
            "sensitivity results/small",
            "results/small: is the folder of a result, not the folder of a study; `sim sweep`"
            " writes one, results/<name of the study file>",
        ),
        (
            "replay . 0 0",
            ".: is a folder of something else, not the folder of a study; `sim sweep` writes one,"
            " results/<name of the study file>",
        ),
        (
            "compare results/study small.yaml",
            "results/study: is the folder of a study, not the folder of a result; `sim run` writes"
            " one, results/<name of the scenario>",
        ),
        (
            "plot small.yaml",
            "small.yaml: is a file, not the folder of a result; did you mean 'results/small'?",
        ),
        (
            "evidence results/small",
            "results/small: cannot be read: it is a directory; did you mean"
            " 'results/small/scenario.yaml'?",
        ),
        (
            "explore results/study",
            "results/study: cannot be read: it is a directory, the folder of a study",
        ),
        (
            "sweep results/study",
            "results/study: cannot be read: it is a directory; did you mean"
            " 'results/study/study.yaml'?",
        ),
        (
            "sweep studi.yaml",
            "studi.yaml: cannot be read: no such file or directory; did you mean 'study.yaml'?",
        ),
        ("run results", "results: cannot be read: it is a directory"),
    ],
)
def test_a_wrong_place_is_told_with_the_right_one(
    words: str,
    told: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"{told}\n"


@pytest.mark.parametrize(
    "words",
    ["run small.yaml", "sweep study.yaml", "stress small.yaml", "import comtrade flows.csv"],
)
def test_a_name_that_no_file_system_takes_is_told(
    words: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    Path("flows.csv").write_text(COMTRADE, encoding="utf-8")
    name = "x" * 300
    assert main([*words.split(), "--quiet", "--out", name]) == 2
    assert capsys.readouterr().err == f"{name}: cannot write: File name too long\n"

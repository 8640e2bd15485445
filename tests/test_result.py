"""Test the result of a run: frames, the folder whole or not at all, the manifest, the closing
table."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.files import disk
from sim.report import files, manifest, tables
from sim.report import result as result_module
from sim.report.files import check_target, replaced
from sim.report.overview import overview
from sim.report.result import Result
from tests.recorded import MONTHS, records, scenario

TABLES = [
    "bottlenecks.csv",
    "capacity.csv",
    "events.csv",
    "fates.csv",
    "flows.csv",
    "money.csv",
    "programmes.csv",
    "series.csv",
    "sources.csv",
    "summary.csv",
]


@pytest.fixture
def result() -> Result:
    return Result(scenario(), records(), 1.5)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["series", "summary", "flows", "capacity", "money", "events"])
def test_frames_hold_what_the_files_hold(result: Result, name: str) -> None:
    frame, table = getattr(result, name), getattr(tables, name)(result.records)
    assert list(frame.columns) == list(table)
    assert all(
        np.array_equal(frame[column].to_numpy(), values, equal_nan=frame[column].dtype.kind == "f")
        for column, values in table.items()
    )
    assert getattr(result, name) is frame


def test_frames_of_a_large_run_have_all_rows() -> None:
    """156 months, 80 needs, 200 members, 12 metrics."""
    values = np.random.default_rng(1).random((156, 80, 200))
    months = [f"{2012 + month // 12}-{month % 12 + 1:02d}" for month in range(156)]
    large = records(
        members=range(200),
        months=months,
        needs=[("AAA", f"p{n}") for n in range(80)],
        series={f"m{n}": values for n in range(12)},
    )
    assert len(Result(scenario(), large).series) == 156 * 80 * 12


def test_a_folder_holds_tables_scenario_figures_and_manifest(
    result: Result, tmp_path: Path
) -> None:
    folder = result.save(tmp_path / "out")
    found = contents(folder)
    assert sorted(found) == sorted(
        [
            *TABLES,
            "scenario.yaml",
            "manifest.json",
            "report.html",
        ]
    )
    assert b"\r" not in found["series.csv"]
    assert list(tmp_path.iterdir()) == [folder]


def test_two_saves_differ_in_the_manifest_alone(result: Result, tmp_path: Path) -> None:
    one, two = (contents(result.save(tmp_path / name)) for name in ("one", "two"))
    del one["manifest.json"], two["manifest.json"]
    assert one == two


def test_without_figures_the_page_stays_out(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sim.report.page", None)
    found = os.listdir(result.save(tmp_path / "out", figures=False))
    assert "report.html" not in found


def test_the_saved_scenario_loads_to_the_same(result: Result, tmp_path: Path) -> None:
    assert (
        sim.load(result.save(tmp_path / "out", figures=False) / "scenario.yaml") == result.scenario
    )


def test_manifest(result: Result, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "out", figures=False, command="sim run small.yaml")
    written = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert written["sim"] == sim.__version__
    assert written["command"] == "sim run small.yaml"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", written["created"])
    assert (written["seed"], written["members"], written["months"], written["wall_seconds"]) == (
        7,
        5,
        MONTHS,
        1.5,
    )
    assert written["ledger"] == {"worst": {"goods": 1.25, "money": 0.0}, "limit": 64}
    assert written["scenario"]["name"] == "small"
    assert written["python"] == ".".join(map(str, sys.version_info[:3]))
    assert written["packages"]["numpy"] == np.__version__
    assert sorted(written["files"]) == sorted([*TABLES, "scenario.yaml"])
    assert all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in written["files"].items()
    )


def test_manifest_tells_scenarios_apart() -> None:
    one, other = (
        manifest.manifest(scenario(seed=seed), records(), 0, None, {})["scenario"]["sha256"]
        for seed in (1, 2)
    )
    assert re.fullmatch("[0-9a-f]{64}", one)
    assert one != other


def test_manifest_leaves_out_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "PACKAGES", ("numpy", "no-such-package"))
    assert list(manifest.manifest(scenario(), records(), 0, None, {})["packages"]) == ["numpy"]


def test_an_older_result_is_replaced(result: Result, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "out")
    Result(scenario(seed=8), records()).save(folder, figures=False)
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 8
    assert not (folder / "figures").exists()
    assert os.listdir(tmp_path) == ["out"]


def test_an_empty_folder_is_filled(result: Result, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert (result.save(tmp_path / "out", figures=False) / "series.csv").exists()


def test_a_link_to_a_folder_stays_a_link(result: Result, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    result.save(tmp_path / "link", figures=False)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "series.csv").exists()


def test_a_result_folder_has_the_usual_permissions(result: Result, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert (
        result.save(tmp_path / "out", figures=False).stat().st_mode
        == (tmp_path / "plain").stat().st_mode
    )


def failing(error: BaseException) -> Any:
    def write(*_: object) -> None:
        raise error

    return write


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (RuntimeError("boom"), RuntimeError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), InputError),
    ],
)
def test_a_failure_leaves_the_older_result(
    result: Result,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    seen: type[BaseException],
) -> None:
    before = contents(result.save(tmp_path / "out", figures=False))
    monkeypatch.setattr(result_module, "dump", failing(error))
    with pytest.raises(seen):
        result.save(tmp_path / "out", figures=False)
    assert contents(tmp_path / "out") == before
    assert os.listdir(tmp_path) == ["out"]


def test_a_failure_leaves_no_trace_of_a_new_folder(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_module, "dump", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        result.save(tmp_path / "new" / "parents" / "out", figures=False)
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_told_with_the_folder(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        result_module, "dump", failing(OSError(errno.ENOSPC, "No space left on device"))
    )
    with pytest.raises(InputError, match=r"out: cannot write: No space left on device$"):
        result.save(tmp_path / "out", figures=False)


def test_a_failed_exchange_puts_the_older_result_back(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system cannot exchange folders: the old one has stepped aside when the new one
    cannot take its place.
    """
    monkeypatch.setattr(disk, "exchanged", lambda one, other: False)
    before = contents(result.save(tmp_path / "out", figures=False))
    rename = Path.rename

    def only_aside(path: Path, target: Path) -> Path:
        if path.suffix == ".tmp":
            raise OSError(errno.EACCES, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", only_aside)
    with pytest.raises(InputError, match="Permission denied"):
        result.save(tmp_path / "out", figures=False)
    assert contents(tmp_path / "out") == before
    assert os.listdir(tmp_path) == ["out"]


def refused(target: Path, reason: str) -> None:
    for attempt in (check_target, lambda place: Result(scenario(), records()).save(place)):
        with pytest.raises(InputError, match=re.escape(reason)):
            attempt(target)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused(tmp_path, "is not empty and not a result folder (it holds notes.txt)")
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "{}",
        '{"sim": 1, "files": []}',
        '{"name": "a web application", "files": {}}',
    ],
)
def test_a_manifest_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    refused(tmp_path, "not a result folder")


def test_a_result_with_a_file_of_the_user_is_refused(result: Result, tmp_path: Path) -> None:
    folder = result.save(tmp_path / "out", figures=False)
    (folder / "notes.txt").write_text("mine")
    refused(folder, "holds notes.txt, which is not of the result that stands there")
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    refused(tmp_path / "out", "out: is a file; give a folder")


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    refused(tmp_path / "file" / "out", "cannot write: Not a directory")


def test_a_name_too_long_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / ("x" * 300), "cannot write: File name too long")


def test_the_current_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(Path(), "is the current folder or holds it")
    refused(Path(".."), "is the current folder or holds it")


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    check_target(tmp_path / "a" / "b" / "c")
    assert os.listdir(tmp_path) == []


def test_a_check_needs_a_folder_that_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "mkdir", failing(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(InputError, match="out: cannot write: Permission denied"):
        check_target(tmp_path / "out")


def test_a_folder_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "scandir", failing(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(InputError, match="cannot write: Permission denied"):
        check_target(tmp_path)


def test_replaced_gives_the_new_folder_its_name_in_the_end(tmp_path: Path) -> None:
    with replaced(tmp_path / "out") as folder:
        (folder / "a").write_text("b")
        assert not (tmp_path / "out").exists()
    assert contents(tmp_path / "out") == {"a": b"b"}
    assert files.read_manifest(tmp_path / "out") is None


def test_overview_lists_what_was_short_worst_first() -> None:
    text = overview(Result(scenario(), records(), 1.25))
    lines = text.splitlines()
    assert lines[:2] == ["A seller stops selling", "5 members, 2012-01 to 2015-12, 1.2 s"]
    assert lines[3].startswith("What stays uncovered: 2 of 3 needs were short since a restriction")
    assert [re.split(r"\s{2,}", line) for line in lines[6:10]] == [
        ["need", "% met", "months to 90 %", "at the end"],
        ["------------", "-----------", "--------------", "----------"],
        ["AAA engines", "50", "never", "old 100 %"],
        ["AAA turbines", "65 (56..74)", "30", "old 100 %"],
    ]
    assert "1 of the 2 needs that lost supply regains nine tenths" in text
    assert "Who supplies: of the 2 needs hit, at the end most likely 2 supplied" in text


def test_what_few_members_lose_is_not_told_of_the_middle_one() -> None:
    """In two members of five turbines are short: in most of them nothing is there to regain."""
    made = records()
    made.summary["fill_rate_after"][0] = 1
    made.summary["T90"][:] = np.nan
    made.summary["T90"][1, :2] = np.inf
    text = " ".join(overview(Result(scenario(), made)).split())
    assert "How soon: most likely none of them lost supply" in text
    assert "never" not in text.partition("How soon")[0]
    made.summary["T90"][1, 2] = np.inf
    text = " ".join(overview(Result(scenario(), made)).split())
    assert "the need that lost supply does not regain nine tenths of what it lost" in text


def test_of_a_single_need_its_fate_is_told() -> None:
    text = overview(sim.run(sim.load("examples/mothball", members=1)))
    assert "Who supplies: at the end the one need hit is most likely made at home.\n" in text


def test_without_a_restriction_the_overview_speaks_of_none() -> None:
    """A plant burns: what is short is told, and that nothing was hit."""
    text = " ".join(overview(sim.run(sim.load("examples/proportional", members=1))).split())
    assert re.search(r"What stays uncovered: \d of \d needs were short: need", text)
    assert "who supplies: no restriction hit a need" in text
    assert "lost supply" not in text


def test_overview_tells_of_one_candidate_in_the_singular() -> None:
    result = sim.run(sim.load("scenarios/examples/first.yaml"))
    text = " ".join(overview(result).split())
    told = r"of 1 candidate, 1 most likely gets money and 1 qualifies within the run, in 20..-..\."
    assert re.search(told, text)


def test_overview_of_one_member_has_no_brackets() -> None:
    text = overview(Result(scenario(), records(members=[0])))
    assert "1 member, " in text
    assert ".." not in text


def test_overview_of_a_run_without_shortage() -> None:
    made = records()
    made.summary["fill_rate"] = made.summary["fill_rate_after"]
    made.summary["fill_rate_after"][:] = 1
    told = "\n\nAll 3 needs are met in full in at least 19 members of 20.\n\nWho supplies: "
    assert told in overview(Result(scenario(), made))


def test_overview_tells_all_answers_on_a_screen_of_80_columns() -> None:
    """What binds is told of the line that lost most of each product, and of the inputs it lacks."""
    result = sim.run(sim.load("scenarios/baseline.yaml", members=3))
    text = overview(result)
    for answer in ("were short", "How soon: ", "Who supplies: ", "At what cost", "What binds"):
        assert answer in text
    assert max(map(len, text.splitlines())) <= 80
    first = next(line for line in text.splitlines() if line.startswith("- "))
    product, factory = first.removeprefix("- ").partition(":")[0].split(", ")
    held = result.bottlenecks[result.bottlenecks["product"] == product]
    assert factory == held.groupby("factory")["lost_mean"].sum().idxmax()
    flat = " ".join(text.split())
    assert "hit them, where one did; the 12 least covered; the median" in flat

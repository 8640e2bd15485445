"""Results of a study as CSV or as Parquet in parts: which, when, and that both say the same."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli.main import main
from sim.errors import InputError
from sim.files.aside import replacing
from sim.study import formats, parquet_parts, results, sweep
from sim.study.formats import LARGE, due
from sim.study.parquet_parts import blocks, read_parts
from sim.study.spec import ask
from sim.study.study import Study
from sim.study.sweep import run_study
from tests.small_study import contents, scenario
from tests.tiny_scenario import TEXT

ROOT = Path(__file__).parent.parent
POINTS, ROWS = 5, 3
DATES = ["2014-03", "2014-04", "2014-09", "2014-05", "2014-02"]
ENDS = ["2020-01", "2020-02", "2014-06", "2020-03", "2015-02"]
"""Of the third point the dates are mistaken, and it fails."""
NEEDED = r"Parquet needs pyarrow: pip install 'supply-substitution\[parquet\]'"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count ten lines as many, and six as a part: two points."""
    monkeypatch.setattr(formats, "LARGE", 10)
    monkeypatch.setattr(parquet_parts, "LINES", 7)


def ran(out: Path, points: int = POINTS, months: int = 12, **how: Any) -> Study:
    asked = {
        "design": {"kind": "list"},
        "factors": {"events.ban.date": DATES[:points], "events.ban.until": ENDS[:points]},
        "metrics": ["fill_rate_after"],
        "members": 2,
    }
    return run_study(ask(asked), out, [scenario(months=months)], **how)


def parts(points: int) -> set[str]:
    return {f"results.parquet/part-{number:06}.parquet" for number in range((points + 1) // 2)}


def tables(folder: Path) -> set[str]:
    return {name for name in contents(folder) if name.startswith("results")}


def test_the_bound_is_a_million_lines(tmp_path: Path) -> None:
    """Below it all is as a spreadsheet opens it."""
    assert LARGE == 1_000_000
    assert due(tmp_path, LARGE - 1) == {"results.csv"}
    assert due(tmp_path, LARGE) == {"results.parquet"}
    assert due(tmp_path, LARGE, csv=True) == {"results.csv", "results.parquet"}
    assert due(tmp_path, LARGE - 1, parquet=True) == {"results.csv", "results.parquet"}


@pytest.mark.parametrize(("points", "rows"), [(1, 1), (10**6, 1), (1000, 228), (3, 10**6)])
def test_parts_hold_all_points_once(points: int, rows: int) -> None:
    """None has more lines than it may, unless it is a single point."""
    found = list(blocks(points, rows))
    assert [each for part in found for each in range(points)[part]] == list(range(points))
    assert all(
        (part.stop - part.start) * rows <= parquet_parts.LINES or part.stop - part.start == 1
        for part in found
    )


def test_many_lines_are_parquet_in_parts(large: None, tmp_path: Path) -> None:
    """They hold what CSV would, under the same names and kinds, with all digits; the point that
    failed is not there."""
    found = ran(tmp_path / "study", months=36)
    assert tables(found.folder) == parts(POINTS)
    lines = [len(pd.read_parquet(found.folder / name)) for name in sorted(parts(POINTS))]
    assert lines == [6, 3, 3]
    small = ran(tmp_path / "small", months=36, csv=True)
    table = pd.read_csv(small.folder / "results.csv")
    for frame in (found.results, pd.read_parquet(found.folder / "results.parquet")):
        pd.testing.assert_frame_equal(frame, table, rtol=1e-9, check_exact=False)
    mean = found.values("fill_rate_after", "AAA", "propulsion_units").mean(axis=1)
    rows = found.results.query("state == 'AAA' and product == 'propulsion_units'")
    assert rows["mean"].tolist() == mean[[0, 1, 3, 4]].tolist()


def test_csv_is_made_on_demand(
    large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the bytes that it has where it is asked for at once, or where few lines are CSV anyway;
    nothing else is written again."""
    found = ran(tmp_path / "study")
    before = contents(found.folder)
    stamp = (found.folder / "results.parquet").stat().st_ino
    after = contents(ran(found.folder, resume=True, csv=True).folder)
    assert after.keys() - before.keys() == {"results.csv"}
    assert [name for name in before if after[name] != before[name]] == ["manifest.json"]
    assert (found.folder / "results.parquet").stat().st_ino == stamp
    assert contents(ran(tmp_path / "once", csv=True).folder) == after
    monkeypatch.setattr(formats, "LARGE", LARGE)
    assert contents(ran(tmp_path / "few").folder)["results.csv"] == after["results.csv"]


def test_whoever_runs_it_parts_have_the_same_bytes(large: None, tmp_path: Path) -> None:
    """In shards, little by little, at once; a part fewer, and later one more."""
    whole = contents(ran(tmp_path / "whole").folder)
    for shard in ("1/2", "2/2"):
        part = ran(tmp_path / "parts", shard=shard)
        with pytest.raises(InputError, match="is not finished"):
            _ = part.results
    assert contents(sim.merge(tmp_path / "parts").folder) == whole
    assert contents(sim.merge(tmp_path / "parts").folder) == whole
    assert tables(ran(tmp_path / "grown", 4).folder) == parts(4)
    assert contents(ran(tmp_path / "grown", extend=True).folder) == whole
    both = contents(sim.merge(tmp_path / "parts", csv=True).folder)
    assert both.keys() - whole.keys() == {"results.csv"}


def test_a_study_that_grows_over_the_bound_keeps_its_csv(large: None, tmp_path: Path) -> None:
    """Renewed, beside the parts."""
    assert tables(ran(tmp_path / "study", 2).folder) == {"results.csv"}
    ran(tmp_path / "study", extend=True)
    whole = ran(tmp_path / "whole", csv=True)
    assert contents(tmp_path / "study") == contents(whole.folder)


@pytest.mark.usefixtures("large")
def test_without_pyarrow_a_large_study_ends_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is told; the numbers are there; CSV, or Parquet once it is installed, is made
    without a run."""
    whole = contents(ran(tmp_path / "whole").folder)
    with monkeypatch.context() as patch:
        patch.setattr(formats, "has_pyarrow", lambda: False)
        found = ran(tmp_path / "study")
        assert tables(found.folder) == set()
        assert found.values("fill_rate_after", "AAA", "propulsion_units").shape == (POINTS, 2)
        told = f": 15 lines of results are written as Parquet, .*{NEEDED}; resume .*--csv"
        with pytest.raises(InputError, match=told):
            _ = found.results
        with pytest.raises(InputError, match=told):
            _ = Study(tmp_path / "whole").results
        asked = ran(tmp_path / "asked", csv=True)
        assert tables(asked.folder) == {"results.csv"}
        assert len(asked.results) == (POINTS - 1) * ROWS
        assert not asked.lacking
    runs: list[int] = []
    found = Study(tmp_path / "study")
    assert found.lacking == "has no table of its results; resume it (--resume)"
    done = ran(found.folder, resume=True, progress=lambda *_: runs.append(1))
    assert not runs
    assert contents(done.folder) == whole


def test_without_pyarrow_older_parts_go(
    large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are of another study than the one that has grown; those of a study as it is stay."""
    ran(tmp_path / "study", 4)
    monkeypatch.setattr(formats, "has_pyarrow", lambda: False)
    kept = ran(tmp_path / "study", 4, resume=True, csv=True)
    assert tables(kept.folder) == {"results.csv", *parts(4)}
    assert len(kept.results) == 3 * ROWS
    assert tables(ran(tmp_path / "study", extend=True).folder) == {"results.csv"}


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
from sim.cli.main import main
from sim.study import formats
formats.LARGE = 10
sys.exit(main(sys.argv[1:]))
"""


def test_the_command_says_what_is_lacking(
    large: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And how to have it, where nothing of pyarrow is there, for pandas neither."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TEXT, encoding="utf-8")
    asked = "scenario: tiny.yaml\nfactors: {events.ban.share: {low: 0.5, high: 1}}\n"
    asked += "design: {kind: random, points: 6}\nmembers: 1\nmetrics: [unmet]\nmonths: 9\n"
    Path("study.yaml").write_text(asked, encoding="utf-8")
    words = ["sweep", "study.yaml", "--jobs", "1"]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert "results/study: 12 lines of results are written as Parquet" in done.stdout
    assert (
        "'supply-substitution[parquet]'; resume the study (--resume) then, or with --csv"
        in done.stdout
    )
    assert main([*words, "--resume", "--csv"]) == 0
    told = capsys.readouterr().out
    assert "results.csv, results.parquet/" in told
    assert "pip" not in told


def test_a_death_before_the_manifest_is_made_good(
    large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CSV stands there, and nothing vouches for it."""
    found = ran(tmp_path / "study")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(results, "seal", dies)
        with pytest.raises(KeyboardInterrupt):
            ran(found.folder, resume=True, csv=True)
    assert len(Study(found.folder).results) == (POINTS - 1) * ROWS
    assert contents(ran(found.folder, resume=True).folder) == contents(
        ran(tmp_path / "whole", csv=True).folder
    )


@contextmanager
def full(path: Path) -> Iterator[BinaryIO]:
    """Stand for a disk that is full after a part."""
    if "000001" in path.name:
        raise OSError(errno.ENOSPC, "No space left on device")
    with replacing(path) as stream:
        yield stream


def test_a_full_disk_leaves_what_was_there(
    large: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part of a table; where it was only asked for in addition, the study is as readable as
    before."""
    monkeypatch.setattr(formats, "LARGE", LARGE)
    found = ran(tmp_path / "study", csv=True)
    before = contents(found.folder)
    with monkeypatch.context() as patch:
        patch.setattr(parquet_parts, "replacing", full)
        with pytest.raises(InputError, match="study: cannot write: No space left on device"):
            ran(found.folder, resume=True, parquet=True)
    assert contents(found.folder) == before
    assert sorted(path.name for path in found.folder.iterdir()) == sorted(
        {name.partition("/")[0] for name in before}
    )
    assert len(Study(found.folder).results) == (POINTS - 1) * ROWS
    assert tables(ran(found.folder, resume=True, parquet=True).folder) == {
        "results.csv",
        *parts(POINTS),
    }


def test_tables_of_an_earlier_stage_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All runs of a larger study are done, and it dies before its tables."""
    ran(tmp_path / "study", 2)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sweep, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            ran(tmp_path / "study", extend=True)
    begun = Study(tmp_path / "study")
    assert (begun.folder / "results.csv").exists()
    with pytest.raises(InputError, match=r"its manifest is not there\); resume it \(--resume\)"):
        _ = begun.results
    assert len(ran(tmp_path / "study", resume=True).results) == (POINTS - 1) * ROWS


def test_a_part_that_is_lost_or_another_is_named(large: None, tmp_path: Path) -> None:
    found = ran(tmp_path / "study")
    place = found.folder / "results.parquet"
    assert np.isfinite(read_parts(place, 3)["n"]).all()
    with sim.unchecked():
        (place / "part-000001.parquet").unlink()
        with pytest.raises(InputError, match=r"part-000001.parquet: is damaged.*: No such file"):
            _ = Study(found.folder).results
        pd.DataFrame({"point": [1]}).to_parquet(place / "part-000001.parquet")
        with pytest.raises(InputError, match=r"part-000001.parquet: .*: holds other columns"):
            _ = Study(found.folder).results
    with pytest.raises(InputError, match=r"results.parquet/part-000001.parquet \(changed\)"):
        Study(found.folder)


def test_what_a_kill_left_is_cleared_away(large: None, tmp_path: Path) -> None:
    """Parts that were begun go; older ones that had stepped aside come back."""
    whole = contents(ran(tmp_path / "study").folder)
    begun = tmp_path / "study" / ".results.parquet.0123abcd.tmp"
    begun.mkdir()
    (begun / ".part-000000.parquet.tmp").write_bytes(b"PAR1")
    (tmp_path / "study" / "results.parquet").rename(begun.with_suffix(".old"))
    (tmp_path / "study" / "manifest.json").unlink()
    assert contents(ran(tmp_path / "study", resume=True).folder) == whole

"""Disturb studies from outside: kill them, kill their workers, fill the disk; in the end the bytes
are the same."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.study import atomic_files as disk
from sim.study import store
from sim.study.spec import ask
from sim.study.study import Study
from sim.study.sweep import run_study
from tests.small_study import contents, scenario, study
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
KILLS = 20
LOST = (
    "a worker was lost to it, twice: A process in the process pool was terminated abruptly while"
    " the future was running or pending."
)

STUDY = """\
import sys
from pathlib import Path
from sim.study.spec import ask
from sim.study.sweep import run_study
from tests.small_study import scenario, study

def go(out, **how):
    return run_study(ask(study(points=300)), out, [scenario()], **how)
"""

KILLER = (
    STUDY
    + """
import os, random, signal
from sim.study import dispatch
from sim.study.store import STATE, Store

# each task is kept as it comes, so that there are many moments to be killed at
dispatch.SECONDS = 0.0
out, kills, calls = Path(sys.argv[1]), int(sys.argv[2]), 0

# act, and die at the call of this number
def watched(last, act):
    global calls
    calls = 0

    def count(*_):
        global calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    act()
    sys.setprofile(None)

watched(0, lambda: go(out / "whole"))
span = calls
done = set()
for each in range(kills):
    # each study is killed at moments of its own, up to three times
    place = out / f"study{each // 3}"
    child = os.fork()
    if not child:
        last = random.Random(each).randint(1, int(1.2 * span / (1 + each % 3)))
        watched(last, lambda: go(place, resume=True))
        os._exit(0)
    os.waitpid(child, 0)
    done.add(int((Store(place).status != 0).sum()) if (place / STATE).exists() else -1)
for each in range(0, kills, 3):
    go(out / f"study{each // 3}", resume=True)
print(sorted(done))
"""
)

WITH_WORKERS = """
import json, multiprocessing, time

def tell(done, total):
    print(json.dumps([each.pid for each in multiprocessing.active_children()]), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    go(sys.argv[1], jobs=2, progress=tell)
"""

DEADLY = """\
import os
import numpy as np
import sim

@sim.rule("pricing", source="a test")
def deadly(quote, *, dies_at: float, raises_at: float):
    \"\"\"Kill the process, or raise, where a line costs so much.\"\"\"
    if (quote.unit_cost == dies_at).any():
        os._exit(9)
    if (quote.unit_cost == raises_at).any():
        raise ArithmeticError(f"costs {raises_at:g}")
    return quote.unit_cost.copy()
"""

WITH_DEADLY = """\
import sys
import sim
from pathlib import Path
from sim.study.sweep import sweep
from tests.small_study import contents, scenario

if __name__ == "__main__":
    out, how = Path(sys.argv[1]), eval(sys.argv[2])
    world = scenario().model_dump(by_alias=True, exclude_unset=True)
    world["rules"] = {"pricing": {"rule": "deadly", "dies_at": 11, "raises_at": 13}}
    costs = {"factories.gear_plant.lines.gears.unit_cost": [1, 11, 2, 13, 3]}
    asked = {"factors": costs, "members": 2, "metrics": ["spending"], "out": out, "jobs": 2}
    found = sweep(sim.parse(world), **asked, **how)
    print(found.failures.to_json(orient="values"))
    print(sorted(set(found.results.point)))
"""


def python(code: str, *words: str, path: Path = ROOT) -> str:
    """Run code in a process of its own and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_killed_at_any_moment_a_study_ends_with_the_same_bytes(tmp_path: Path) -> None:
    """Kill -9 at twenty random moments, before the folder is there, while it runs and while results
    are written; then resume."""
    done = json.loads(python(KILLER, str(tmp_path), str(KILLS)))
    # the moments were not all alike
    assert len(done) > 2
    whole = contents(tmp_path / "whole")
    studies = sorted(tmp_path.glob("study*"))
    assert len(studies) == -(-KILLS // 3)
    assert all(contents(place) == whole for place in studies)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_study_that_is_killed(tmp_path: Path, end: signal.Signals) -> None:
    """Or interrupted.

    None stays behind; what it left is finished by one process with the bytes of one undisturbed.
    """
    script = tmp_path / "script.py"
    script.write_text(STUDY + WITH_WORKERS, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(script), str(tmp_path / "study")]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        workers = json.loads(process.stdout.readline())
        process.send_signal(end)
    assert len(workers) == 2
    wait_until(lambda: not any(map(_is_alive, workers)), "workers outlive the study")
    assert 0 < (Study(tmp_path / "study").store.status != 0).sum() < 900
    for out in ("study", "whole"):
        run_study(ask(study(points=300)), tmp_path / out, [scenario()], resume=True)
    assert contents(tmp_path / "study") == contents(tmp_path / "whole")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        # whoever takes over orphans may take its time to bury them
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            != "Z"
        )
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc").exists()


@pytest.fixture
def deadly(tmp_path: Path) -> Path:
    """Install a rule that kills its process at one cost and raises at another, as packages bring
    rules."""
    site = tmp_path / "site"
    (site / "deadly-1.0.dist-info").mkdir(parents=True)
    (site / "deadly.py").write_text(DEADLY, encoding="utf-8")
    (site / "deadly-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: deadly\nVersion: 1.0\n", encoding="utf-8"
    )
    (site / "deadly-1.0.dist-info" / "entry_points.txt").write_text(
        "[sim.rules]\ndeadly = deadly\n", encoding="utf-8"
    )
    return site


def test_points_that_fail_or_kill_their_worker_are_told_and_the_rest_go_on(
    deadly: Path, tmp_path: Path
) -> None:
    """They travel side by side with the others and fail alone; once mended they are run again, and
    only they."""
    out = tmp_path / "out"
    failures, points = map(
        json.loads, python(WITH_DEADLY, str(out), "{}", path=deadly).splitlines()
    )
    assert failures == [
        [1, "LostWorkerError", LOST],
        [
            3,
            "RuleError",
            (
                "pricing rule deadly, followed by yard, turbine_plant, gear_plant, home_turbines,"
                " lens_maker: ArithmeticError: costs 13 (deadly.py, line 11)"
            ),
        ],
    ]
    assert points == [0, 2, 4]
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["study"]["failed"] == 2
    broken = contents(out)
    assert (
        python(WITH_DEADLY, str(out), "{'resume': True}", path=deadly).splitlines()[1]
        == "[0, 2, 4]"
    )
    assert contents(out) == broken
    (deadly / "deadly.py").write_text(
        DEADLY.replace("== dies_at", "< 0").replace("== raises_at", "< 0"), encoding="utf-8"
    )
    failures, points = map(
        json.loads,
        python(WITH_DEADLY, str(out), "{'retry_failed': True}", path=deadly).splitlines(),
    )
    assert (failures, points) == ([], [0, 1, 2, 3, 4])
    python(WITH_DEADLY, str(tmp_path / "whole"), "{}", path=deadly)
    assert contents(out) == contents(tmp_path / "whole")


def test_a_script_without_a_guard_is_told(tmp_path: Path) -> None:
    """Worker processes read the script again; one that begins a study as it is read never gets to
    work."""
    script = tmp_path / "script.py"
    script.write_text(STUDY + "go(sys.argv[1], jobs=2)\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(script), str(tmp_path / "study")]
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("must guard what it does by: if __name__ == '__main__':")


def run(out: Path, **how: Any) -> Study:
    return run_study(ask(study()), out, [scenario()], **how)


@pytest.mark.parametrize("lasts", [0, 1, 2, 3, 5, 9, 14])
def test_a_full_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasts: int
) -> None:
    """Wherever writing fails, with some of the bytes written: the message names the folder, and the
    study goes on from there."""
    written = 0

    def failing(stream: Any, data: bytes) -> None:
        nonlocal written
        written += 1
        if written > lasts:
            stream.write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        stream.write(data)

    monkeypatch.setattr(disk, "_write", failing)
    with pytest.raises(
        InputError,
        match=(
            r"study: cannot write: No space left on device; what is done is kept: make room and"
            r" resume"
        ),
    ):
        run(tmp_path / "study")
    monkeypatch.undo()
    assert not (tmp_path / "study" / "results.csv").exists()
    assert contents(run(tmp_path / "study", resume=True).folder) == contents(
        run(tmp_path / "whole").folder
    )


def test_a_failure_is_told_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line of which the disk took half is taken back."""
    path = tmp_path / "failures.csv"
    path.write_bytes(b"point,error,message\n")

    def failing(stream: Any, data: bytes) -> None:
        stream.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "_write", failing)
    with pytest.raises(OSError, match="No space left"):
        disk.append(path, b'3,ArithmeticError,"a, b"\n')
    monkeypatch.undo()
    disk.append(path, b"4,E,m\n")
    assert path.read_bytes() == b"point,error,message\n4,E,m\n"


def test_results_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full in the end, older results stay, and no part of a file is left
    behind.
    """
    run(tmp_path / "study", **{})
    before = contents(tmp_path / "study")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "study" / "manifest.json").unlink()
    monkeypatch.setattr(disk.os, "fsync", full)
    with pytest.raises(InputError, match="cannot write: No space left on device"):
        run(tmp_path / "study", resume=True)
    monkeypatch.undo()
    assert contents(tmp_path / "study") == {
        name: each for name, each in before.items() if name != "manifest.json"
    }


def test_a_study_cannot_grow_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "study")
    before = contents(tmp_path / "study")

    def full(stream: Any, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(disk, "_write", full)
    grown = ask(study(points=30))
    with pytest.raises(InputError, match="cannot write: No space left on device"):
        run_study(grown, tmp_path / "study", [scenario()], extend=True)
    monkeypatch.undo()
    assert contents(tmp_path / "study") == before


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A file in its place, somebody else's folder; nothing is left behind."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("mine", encoding="utf-8")
    for out, message in (
        ("file", "file: is a file; give a folder"),
        ("file/study", "cannot write: Not a directory"),
        ("folder", "is not empty and not a result folder"),
    ):
        with pytest.raises(InputError, match=message):
            run(tmp_path / out)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "file", "folder"]


def test_two_processes_do_not_work_on_one_study(tmp_path: Path) -> None:
    """The second is told, and leaves the first alone."""
    seen = []

    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(InputError, match="another process is at work on this study"):
            run(tmp_path / "study", resume=True)
        seen.append(done)

    found = run(tmp_path / "study", progress=meanwhile)
    assert seen[-1] == 72
    assert not found.results.empty


@pytest.mark.parametrize("again", ["larger", "as it was"])
def test_growth_cut_short_leaves_the_study_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    """With room made and nothing more written down, the older study is whole; it may grow again or
    stay as it was."""
    older, larger = (
        ask(study(points=points, members=members)) for points, members in ((24, 3), (30, 4))
    )
    run_study(older, tmp_path / "study", [scenario()])
    replace_file = store.replace_file

    def cut(path: Path, text: str) -> None:
        if path.name == store.STATE:
            raise KeyboardInterrupt
        replace_file(path, text)

    monkeypatch.setattr(store, "replace_file", cut)
    with pytest.raises(KeyboardInterrupt):
        run_study(larger, tmp_path / "study", [scenario()], extend=True)
    monkeypatch.undo()
    begun = Study(tmp_path / "study")
    assert len(begun.points) == 24
    assert begun.values("T50", "AAA", "optics").shape == (24, 3)
    chosen = larger if again == "larger" else older
    run_study(chosen, tmp_path / "study", [scenario()], extend=True)
    assert contents(tmp_path / "study") == contents(
        run_study(chosen, tmp_path / "whole", [scenario()]).folder
    )

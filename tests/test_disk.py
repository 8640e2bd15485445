"""Test what is read of the disk and how folders change places: regular files only, the old or the
new, no litter."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import sim
from sim.assess.outcomes import read_outcomes
from sim.cli.main import main
from sim.engine.run import run
from sim.errors import InputError, ScenarioError
from sim.files import disk
from sim.report.files import check_folder, check_target, replaced, unchecked
from sim.report.result import Result
from sim.scenario.loading.load import load
from sim.study.spec import read_study
from tests import small_study
from tests.tiny_scenario import TEXT, write
from tests.worlds import world


@pytest.fixture
def result() -> Result:
    return run(world())


@pytest.mark.parametrize("kind", ["pipe", "device", "directory"])
@pytest.mark.parametrize("read", [load, read_study, read_outcomes])
def test_only_regular_files_are_read(tmp_path: Path, kind: str, read: object) -> None:
    """A pipe without a writer would be waited for; a device may never end."""
    path = tmp_path / "input"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with pytest.raises(InputError, match="directory" if kind == "directory" else "regular file"):
        read(path)  # type: ignore[operator]


def test_only_regular_files_are_extended(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "base.yaml")
    with pytest.raises(ScenarioError, match=r"cannot read .*base\.yaml: not a regular file"):
        load(write(tmp_path, "extends: base.yaml\n"))


@pytest.mark.parametrize("text", ["root:x:0:0:root\n", "secret: 1\n", "- secret\n", "'secret'\n"])
def test_of_a_file_that_is_no_scenario_nothing_is_shown(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be any file of the system."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, text, "base")
    write(tmp_path, "extends: base\n" + TEXT)
    with pytest.raises(ScenarioError) as caught:
        load("tiny.yaml")
    assert not any(word in str(caught.value) for word in ("root", "secret"))


def test_an_old_folder_that_stepped_aside_is_put_back(tmp_path: Path) -> None:
    (tmp_path / ".out.0123abcd.old").mkdir()
    (tmp_path / ".out.0123abcd.old" / "a").write_text("old")
    (tmp_path / ".out.0123abce.tmp").mkdir()
    disk.clear_litter(tmp_path / "out")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "out",
        "out/a",
    ]


def test_a_folder_at_work_is_no_litter(tmp_path: Path) -> None:
    """Two runs into one place: neither takes the other's hidden folder away."""
    with replaced(tmp_path / "out") as one:
        check_target(tmp_path / "out")
        assert one.exists()
        (tmp_path / ".out.mine").mkdir()
    assert sorted(os.listdir(tmp_path)) == [".out.mine", "out"]


def test_a_system_without_locks_or_exchange_does_without(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Litter stays there, for nobody can tell whether it is at work."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(disk, "_is_linux", lambda: False)
    (tmp_path / ".out.0123abce.tmp").mkdir()
    for _ in range(2):
        result.save(tmp_path / "out", figures=False)
    assert sorted(os.listdir(tmp_path)) == [".out.0123abce.tmp", "out"]


def test_an_exchange_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with pytest.raises(OSError, match="No such file"):
        disk.exchanged(tmp_path / "one", tmp_path / "nowhere")


@pytest.mark.parametrize("number", disk.NOT_HERE)
def test_a_file_system_without_exchange_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(disk.ctypes, "get_errno", lambda: number)
    assert not disk.exchanged(tmp_path / "nowhere", tmp_path / "neither")


@pytest.mark.parametrize("target", ["/", "/proc"])
def test_what_cannot_be_replaced_is_refused(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) == "/proc")
    with pytest.raises(InputError, match=r"top of the file system|another file system begins"):
        check_target(target)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda out: (out / "mine").mkdir(), "mine/"),
        (lambda out: (out / "link").symlink_to("/"), "link"),
        (lambda out: (out / "gone").symlink_to("nowhere"), "gone"),
        (lambda out: (out / "series.csv").write_text("mine"), "series.csv (changed)"),
        (lambda out: _relink(out / "series.csv"), "series.csv (a link)"),
        (lambda out: os.mkfifo(out / "pipe"), "pipe"),
        (lambda out: [(out / f"{n}").mkdir() for n in range(9)], "0/, 1/, 2/, 3/, 4/, others"),
    ],
)
def test_a_result_with_something_of_the_users_is_left_alone(
    result: Result, tmp_path: Path, change: object, named: str
) -> None:
    """Links, empty folders and tables that were edited."""
    out = result.save(tmp_path / "out", figures=False)
    change(out)  # type: ignore[operator]
    before = sorted(os.listdir(out))
    with pytest.raises(InputError, match="of the result that stands there") as caught:
        result.save(out, figures=False)
    assert named in str(caught.value)
    assert sorted(os.listdir(out)) == before
    assert os.listdir(tmp_path) == ["out"]


def _relink(path: Path) -> None:
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    # the link's target is of no concern here
    os.link(elsewhere, path.parent.parent / ".keep")
    elsewhere.unlink()
    (path.parent.parent / ".keep").unlink()


def test_something_put_there_during_the_run_is_left_alone(result: Result, tmp_path: Path) -> None:
    out = result.save(tmp_path / "out", figures=False)
    with pytest.raises(InputError, match=r"holds notes\.txt"), replaced(out):
        (out / "notes.txt").write_text("mine")
    assert (out / "notes.txt").read_text() == "mine"


def test_an_empty_folder_of_figures_is_not_kept(tmp_path: Path) -> None:
    """Else the next run would take it for the user's."""
    with replaced(tmp_path / "out") as folder:
        (folder / "figures").mkdir()
    assert os.listdir(tmp_path / "out") == []


def test_a_folder_is_read_as_it_was_written_or_on_request(result: Result, tmp_path: Path) -> None:
    """One bit of a table is enough; so is a file that is gone, or a manifest of something else."""
    out = result.save(tmp_path / "out", figures=False)
    check_folder(out)
    text = (out / "series.csv").read_bytes()
    (out / "series.csv").write_bytes(bytes([text[0] ^ 1]) + text[1:])
    (out / "money.csv").unlink()
    with pytest.raises(InputError, match=r"out: money\.csv .*read.*series\.csv .*--unchecked") as e:
        check_folder(out)
    assert "changed" in str(e.value)
    with unchecked():
        check_folder(out)
    (out / "manifest.json").write_text(json.dumps({"sim": 1}))
    with pytest.raises(InputError, match=r"manifest\.json: is damaged"):
        check_folder(out)


def test_a_device_as_scenario_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "/dev/null"]) == 2
    assert "cannot be read: not a regular file" in capsys.readouterr().err


def test_errors_of_other_kinds_stay(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        disk.opened(tmp_path / "nowhere")
    assert caught.value.errno == errno.ENOENT


@pytest.mark.parametrize("has_shell", [True, False])
def test_a_passing_folder_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_shell: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if not has_shell:
        monkeypatch.setattr(disk.shutil, "which", lambda name: None)
    with disk.passing_folder("study-") as place:
        (place / "a").write_text("b")
        assert place.stat().st_mode & 0o777 == 0o700
        assert place.parent == tmp_path
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("has_shell", [True, False])
def test_no_room_for_a_passing_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_shell: bool
) -> None:
    """And nothing of somebody else's is removed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(disk.secrets, "token_hex", lambda size: "taken")
    if not has_shell:
        monkeypatch.setattr(disk.shutil, "which", lambda name: None)
    (tmp_path / "study-taken").mkdir()
    (tmp_path / "study-taken" / "mine").write_text("mine")
    with (
        pytest.raises(InputError, match="study-taken: cannot write: File exists"),
    ):
        sim.sweep(small_study.scenario(), **small_study.study())
    assert (tmp_path / "study-taken" / "mine").exists()


def test_a_passing_folder_waits_for_nobody(tmp_path: Path) -> None:
    """Not for a child that was forked meanwhile and holds what its cleaner listens to."""
    code = """
import os, sys, tempfile, time
from sim.files.disk import passing_folder
tempfile.tempdir = sys.argv[1]
with passing_folder("study-"):
    child = os.fork()
    if not child:
        time.sleep(60)
        os._exit(0)
print(os.listdir(sys.argv[1]))
os.kill(child, 9)
"""
    words = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=50)
    assert done.stdout == "[]\n"


def test_a_new_scenario_that_has_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a file would be in the way of the next try."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main(["new", str(tmp_path / "mine")]) == 2
    assert "mine.yaml: cannot write: No space left on device" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())

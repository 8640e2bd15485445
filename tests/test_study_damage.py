"""Damage the files of a study: what reads it names the file, or gives what was there."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.errors import InputError
from sim.report.files import unchecked
from sim.study.parquet_parts import read_parts
from sim.study.resume import reopened
from sim.study.spec import ask
from sim.study.study import Study
from sim.study.sweep import run_study
from tests.small_study import scenario, study

TRIALS = 12
"""Of each file, with its hash and without."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a study with two points, one of which fails."""
    asked = study(points=2, design={"kind": "list"})
    asked["factors"] = {
        "events.ban.date": ["2014-03", "2014-09"],
        "events.ban.until": ["2020-01", "2014-06"],
    }
    folder = tmp_path_factory.mktemp("damage") / "study"
    return run_study(ask(asked), folder, [scenario()], parquet=True).folder


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def damages(data: bytes, seed: int) -> Iterator[bytes]:
    """Cut the data short, flip bits, and put other bytes in."""
    rng = random.Random(seed)
    yield b""
    yield b'\xff\xfe{["' + data
    yield data + b"\n,,\x00"
    for _ in range(TRIALS // 2):
        yield data[: rng.randrange(len(data))]
        place = rng.randrange(len(data))
        yield data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def read_all(folder: Path) -> None:
    """Read all that can be read of a study."""
    found = Study(folder)
    assert len(found.rows) > 0
    for frame in (found.points, found.failures, found.results):
        assert list(frame.columns)
    metric, state, product = found.rows.iloc[0]
    assert len(read_parts(folder / "results.parquet", 1)) == 3 * 3
    found.values(str(metric), str(state), str(product))
    assert found.scenario.members
    assert found.start
    reopened(folder)


def fault(folder: Path) -> str:
    """Give what is said of a folder; nothing where all of it can be read."""
    try:
        read_all(folder)
    except InputError as error:
        return str(error)
    return ""


def damaged(whole: Path, tmp_path: Path, name: str) -> Iterator[Path]:
    for place, data in enumerate(damages((whole / name).read_bytes(), len(name))):
        folder = tmp_path / f"{place}"
        shutil.copytree(whole, folder)
        (folder / name).write_bytes(data)
        yield folder


def test_what_is_whole_is_read(whole: Path) -> None:
    read_all(whole)
    assert len(files(whole)) == 11


@pytest.mark.parametrize(
    "name",
    [
        "failures.csv",
        "manifest.json",
        "points.csv",
        "results.csv",
        "results.parquet/part-000000.parquet",
        "rows.csv",
        "scenarios/propulsion.yaml",
        "state.json",
        "status.npy",
        "study.yaml",
        "values.npy",
    ],
)
def test_damage_is_told_with_the_name_of_the_file(whole: Path, tmp_path: Path, name: str) -> None:
    """By its hash where the study is whole; by what it holds where hashes are not looked at. Never
    a traceback, and where it is read all the same, on request."""
    assert (whole / name).exists()
    folders = list(damaged(whole, tmp_path, name))
    with unchecked():
        assert all(str(each) in told for each in folders if (told := fault(each)))
    told = [each for each in map(fault, folders) if each]
    assert all(name.rpartition("/")[2] in each for each in told)
    # of a manifest, a bit may not matter
    assert len(told) == len(folders) or (name == "manifest.json" and len(told) > len(folders) / 3)


def test_a_study_goes_on_on_request(whole: Path, tmp_path: Path) -> None:
    """The numbers of another run are still there when one is damaged."""
    folder = tmp_path / "study"
    shutil.copytree(whole, folder)
    data = bytearray((folder / "values.npy").read_bytes())
    data[-1] ^= 1
    (folder / "values.npy").write_bytes(data)
    with pytest.raises(InputError, match=r"study: values\.npy \(changed\)"):
        sim.replay(folder, 0, 0)
    with sim.unchecked():
        assert len(Study(folder).results) == len(Study(whole).results)


def test_shards_of_different_versions_are_refused_with_both(tmp_path: Path) -> None:
    for part in ("1/2", "2/2"):
        run_study(ask(study(points=2)), tmp_path / "study", [scenario()], shard=part)
    second = tmp_path / "study.shard-2-of-2"
    text = (second / "state.json").read_text(encoding="utf-8")
    (second / "state.json").write_text(text.replace(sim.__version__, "9.9"), encoding="utf-8")
    with pytest.raises(InputError, match=r"shard-2-of-2: state\.json \(changed\)"):
        sim.merge(tmp_path / "study")
    (second / "manifest.json").unlink()
    told = f"shard-1-of-2 with sim {sim.__version__} and study.shard-2-of-2 with sim 9.9"
    with pytest.raises(InputError, match=f"made by different versions: study.{told}"):
        sim.merge(tmp_path / "study")

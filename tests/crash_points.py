"""Kill operations before and in the middle of every file operation, each time anew; see that what
is there then is whole, and that what follows ends with the bytes of an undisturbed one and no
litter.

    python -m tests.crash_points FOLDER [OPERATION...]

prints, for each operation, at how many moments it was killed. A process that has no threads: it
forks.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import sim
from sim.files import disk
from sim.imports import folder
from sim.imports.comtrade import comtrade
from sim.report.files import check_folder
from sim.report.result import Result
from sim.study.spec import ask
from sim.study.store import STATE
from sim.study.study import Study
from sim.study.sweep import run_study
from tests.small_study import contents, scenario
from tests.waiting import wait_until

KILLED = 9
CHANGING = {"os.mkdir", "os.rename", "os.rmdir", "os.remove", "os.truncate", "ctypes.dlsym"}


class Watched:
    """Stand for a file that is written to; each write is a moment to die at, and so is its middle.

    What has been written is on its way to the disk at once, as if there were no buffer.
    """

    def __init__(self, stream: Any, step: Callable[[], None]) -> None:
        self._stream, self._step = stream, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: Any) -> int:
        """Write, if there is still time."""
        self._step()
        half = len(data) // 2
        self._stream.write(data[:half])
        self._stream.flush()
        self._step()
        self._stream.write(data[half:])
        self._stream.flush()
        return len(data)

    def writelines(self, lines: Iterable[Any]) -> None:
        """Write one part after the other, each of which is a moment."""
        for line in lines:
            self.write(line)

    def truncate(self, size: int | None = None) -> int:
        """Cut or stretch the file."""
        self._step()
        cut: int = self._stream.truncate(size)
        return cut


def dies(act: Callable[[], object], after: int) -> bool:
    """Act in a child that is killed before its n-th file operation; tell whether it was."""
    child = os.fork()
    if not child:
        _watch(after)
        act()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, KILLED):
        raise SystemExit(f"moment {after}: the child ended with {code}")
    return code == KILLED


def _watch(after: int) -> None:
    left, opened = after, io.open

    def step() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os._exit(KILLED)

    def watched(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        is_written = bool(set("wxa+") & set(mode)) and str(file) != os.devnull
        if is_written:
            step()
        stream = opened(file, mode, *args, **kwargs)
        return Watched(stream, step) if is_written else stream

    io.open = watched  # type: ignore[assignment]
    sys.addaudithook(lambda event, _: step() if event in CHANGING else None)


def enumerate_deaths(place: Path, prepare: Any, act: Any, look: Any) -> int:
    """Act undisturbed; then, each time from the start, with death at one moment after the other,
    and again to the end. Returns at how many moments it died.
    """
    start, whole, there = (place / name for name in ("start", "whole", "there"))
    prepare(start)
    shutil.copytree(start, whole)
    act(whole)
    expected, moment = kept(whole), 0
    while True:
        shutil.copytree(start, there)
        if not dies(lambda there=there: act(there), moment):  # type: ignore[misc]
            return moment
        look(there)
        act(there)
        if kept(there) != expected:
            told = sorted(set(kept(there).items()) ^ set(expected.items()))
            raise SystemExit(f"moment {moment}: {told}")
        shutil.rmtree(there)
        moment += 1


def kept(folder: Path) -> dict[str, str]:
    """Sum up every file of a folder and name every folder in it; manifests of results tell the
    time.
    """
    found = {f"{each.relative_to(folder)}/": "" for each in folder.rglob("*") if each.is_dir()}
    times = {name for name in contents(folder) if name == "out/manifest.json"}
    return found | {name: each for name, each in contents(folder).items() if name not in times}


def asked(points: int = 2, **changes: Any) -> Any:
    """Ask for a small study; of its third point the dates are mistaken, and it fails."""
    dates = ["2014-03", "2014-04", "2014-09", "2014-05"][:points]
    ends = ["2020-01", "2020-02", "2014-06", "2020-03"][:points]
    return ask(
        {
            "design": {"kind": "list"},
            "factors": {"events.ban.date": dates, "events.ban.until": ends},
            "metrics": ["fill_rate_after"],
            "members": 2,
            **changes,
        }
    )


def swept(place: Path, points: int = 3, **how: Any) -> Study:
    """Run the study, or go on with it."""
    return run_study(asked(points), place / "study", [scenario(months=12)], **how)


def begun(place: Path) -> None:
    """See that what is there of a study, if anything, is one."""
    if (place / "study" / STATE).exists():
        Study(place / "study")


@cache
def result(seed: int) -> Result:
    """Run once; what is watched is how it is saved."""
    return sim.run(scenario(months=12), seed=seed)


def saved(place: Path) -> None:
    """Save a result over an older one."""
    result(2).save(place / "out", figures=False)


def whole_result(place: Path) -> None:
    """See that there is a whole result, the old one or the new one."""
    disk.clear_litter(place / "out")
    check_folder(place / "out")
    seed = json.loads((place / "out" / "manifest.json").read_text(encoding="utf-8"))["seed"]
    if seed not in (1, 2):
        raise SystemExit(f"{place}: a result of seed {seed}")


def older_result(place: Path) -> None:
    """Save the older result."""
    result(1).save(place / "out", figures=False)


def two_shards(place: Path) -> None:
    """Run both shards of a study."""
    for shard in ("1/2", "2/2"):
        swept(place, shard=shard)


def planned(place: Path) -> None:
    """Ask for a plan, whose runs pass through the system's place for passing folders."""
    question = {"reach": "fill_rate[AAA] >= 0.5", "choose": "date"}
    tempfile.tempdir = str(place / "passing")
    (place / "passing").mkdir(exist_ok=True)
    sim.plan(scenario(months=12), members=10, **question).save(place / "out", figures=False)


def nothing_passing(place: Path) -> None:
    """See that nothing is left in the system's place for passing folders: at once, or almost."""
    passing = place / "passing"
    wait_until(lambda: not passing.exists() or not os.listdir(passing), f"{passing}: litter")


TRADE = """\
refYear,reporterISO,flowCode,partnerISO,cmdCode,qtyUnitAbbr,qty,primaryValue
2021,JPN,M,CHN,280429,kg,{qty},100
2021,KOR,M,UKR,280429,kg,7,200
"""


def imported(place: Path, name: str = "new.csv") -> None:
    """Import a year of trade, over what an earlier import left and the user has edited."""
    folder.write(comtrade(place / name, measure="quantity"), place / "out")


def edited_import(place: Path) -> None:
    """Import once, and edit."""
    place.mkdir()
    for name, qty in (("old.csv", 2), ("new.csv", 3)):
        (place / name).write_text(TRADE.format(qty=qty), encoding="utf-8")
    imported(place, "old.csv")
    needs = place / "out" / "needs.csv"
    needs.write_text(needs.read_text(encoding="utf-8").replace("7", "8"), encoding="utf-8")


def whole_tables(place: Path) -> None:
    """See that every table of an import is whole, and has the edit."""
    for path in (place / "out").glob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        if not all(each.endswith("\n") for each in lines) or len(lines) < 2:
            raise SystemExit(f"{path}: is cut")
    if ",8" not in (place / "out" / "needs.csv").read_text(encoding="utf-8"):
        raise SystemExit(f"{place}: the edit is lost")


def exported(place: Path, seed: int = 2) -> None:
    """Write a picture and the records over older ones."""
    chart = result(seed).plot.fill_rate(states=["AAA"])
    assert chart
    chart.save(place / "fill_rate.json")
    result(seed).to_netcdf(place / "records.nc")


def older_export(place: Path) -> None:
    """Write older ones."""
    place.mkdir()
    exported(place, seed=1)


def whole_export(place: Path) -> None:
    """See that the picture and the records can be read."""
    import xarray as xr

    json.loads((place / "fill_rate.json").read_text(encoding="utf-8"))
    with xr.open_dataset(place / "records.nc") as found:
        found.load()


OPERATIONS: dict[str, tuple[Any, Any, Any]] = {
    "save": (older_result, saved, whole_result),
    "sweep": (lambda place: place.mkdir(), lambda place: swept(place, resume=True), begun),
    "extend": (
        lambda place: swept(place, 2, parquet=True),
        lambda place: swept(place, 4, extend=True),
        begun,
    ),
    "merge": (two_shards, lambda place: sim.merge(place / "study"), begun),
    "plan": (lambda place: place.mkdir(), planned, nothing_passing),
    "import": (edited_import, imported, whole_tables),
    "export": (older_export, exported, whole_export),
}


def main(folder: str, *names: str) -> None:
    """Enumerate the deaths of these operations, or of all."""
    for name in names or [*OPERATIONS, "save without exchange"]:
        if name == "save without exchange":
            disk.exchanged = lambda one, other: False
        place = Path(folder, name.replace(" ", "_"))
        place.mkdir(parents=True)
        moments = enumerate_deaths(place, *OPERATIONS[name.split()[0]])
        print(f"{name}: {moments} moments", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])

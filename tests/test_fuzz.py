"""Whatever comes in, what comes out is a result or a message: scenarios, studies, tables, command
lines and damaged folders that nobody meant. `make fuzz` runs many; the suite runs a few."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.assess.outcomes import read_cases, read_outcomes
from sim.cli.main import main
from sim.errors import InputError, LedgerError, SimError
from sim.rules.time_limit import time_limit
from sim.study.experiment import prepared
from sim.study.spec import read_study
from sim.study.study import Study
from sim.study.sweep import run_study
from tests import fuzz_inputs
from tests.test_cli import SMALL

pytestmark = pytest.mark.untraced

FEW = 20
"""Inputs of each kind in the suite."""
MANY = int(os.environ.get("FUZZ", FEW))
LONG = 120.0
"""Seconds after which a run counts as one that never ends."""
FINDS = Path(__file__).parent / "finds"

SPEC = ', encoding: latin-1, delimiter: ";", decimal: ",", ignore: "*", blank: zero'

fuzzed = settings(
    max_examples=MANY,
    derandomize=MANY == FEW,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@contextlib.contextmanager
def inside(folder: Path) -> Iterator[Path]:
    """Work in a new folder meanwhile, with a copy of what stands in this one."""
    before = Path.cwd()
    with TemporaryDirectory() as name:
        place = Path(name, "here")
        shutil.copytree(folder, place)
        os.chdir(place)
        try:
            yield place
        finally:
            os.chdir(before)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a scenario, a study, a result and a finished study."""
    folder = tmp_path_factory.mktemp("stock") / "stock"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL.replace("36", "18"), encoding="utf-8")
    (folder / "study.yaml").write_bytes(fuzz_inputs.text(fuzz_inputs.study()))
    sim.run(sim.load(folder / "small.yaml")).save(folder / "result", figures=False)
    run_study(folder / "study.yaml", folder / "swept")
    return folder


def ends_well(act: Callable[[], Any]) -> Any:
    """Act; what is wrong with the input is told, and books that do not balance are no excuse."""
    with warnings.catch_warnings(), time_limit(LONG):
        warnings.simplefilter("error")
        try:
            return act()
        except InputError as error:
            told = str(error)
    assert told
    return None


def run_and_save(file: Path) -> None:
    """Run a scenario and save it; its own scenario.yaml is the same."""
    scenario = sim.load(file)
    scenario = sim.load(file, months=min(scenario.months, 18), members=min(scenario.members, 2))
    folder = sim.run(scenario).save(file.parent / "out", figures=False)
    assert sim.load(folder / "scenario.yaml") == scenario
    for table in folder.glob("*.csv"):
        assert "nan" not in table.read_text(encoding="utf-8").lower().split(",")


@fuzzed
@given(
    place=st.integers(0, len(fuzz_inputs.examples()) - 1),
    edit=fuzz_inputs.edits,
)
def test_scenarios(place: int, edit: list[fuzz_inputs.Edit]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "any.yaml")
        file.write_bytes(
            fuzz_inputs.text(fuzz_inputs.changed(fuzz_inputs.examples()[place][1], edit))
        )
        ends_well(lambda: run_and_save(file))


@fuzzed
@given(edit=fuzz_inputs.edits)
def test_studies(stock: Path, edit: list[fuzz_inputs.Edit]) -> None:
    def run() -> None:
        ready = prepared(read_study("study.yaml"))
        if ready.points * ready.members <= 50:
            run_study("study.yaml", "out")

    with inside(stock):
        Path("study.yaml").write_bytes(
            fuzz_inputs.text(fuzz_inputs.changed(fuzz_inputs.study(), edit))
        )
        ends_well(run)


@fuzzed
@given(how=fuzz_inputs.damages, name=st.sampled_from(["outcomes", "cases"]))
def test_tables(how: fuzz_inputs.Damage, name: str) -> None:
    read = {"outcomes": read_outcomes, "cases": read_cases}[name]
    with TemporaryDirectory() as folder:
        file = Path(folder, "table.csv")
        shutil.copy(fuzz_inputs.ROOT / "scenarios" / "data" / f"{name}.csv", file)
        fuzz_inputs.damage(file, how)
        ends_well(lambda: read(file))


TABLE = "factory,title,state,product,capacity,capacity_low,capacity_high,yield\n" + "".join(
    f'w{row},"Works, {row}",BBB,engines,{row}.5,{row},{row + 1},0.9\n' for row in range(8)
)


@fuzzed
@given(how=st.lists(fuzz_inputs.damages, min_size=1, max_size=3), spec=st.sampled_from(["", SPEC]))
def test_scenario_tables(stock: Path, how: list[fuzz_inputs.Damage], spec: str) -> None:
    with inside(stock):
        Path("plants.csv").write_text(TABLE, encoding="utf-8")
        for each in how:
            if Path("plants.csv").is_file():
                fuzz_inputs.damage(Path("plants.csv"), each)
        more = f"extends: small.yaml\nfactories: {{table: plants.csv{spec}}}\n"
        Path("more.yaml").write_text(more, encoding="utf-8")
        ends_well(lambda: run_and_save(Path("more.yaml").absolute()))


@fuzzed
@given(words=fuzz_inputs.command_lines())
def test_command_lines(stock: Path, words: list[str]) -> None:
    told = io.StringIO()
    with inside(stock), contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = ends_well(lambda: main(words))
    assert code in (0, 1, 2), words
    assert "\x1b" not in told.getvalue()
    assert "Traceback" not in told.getvalue()


@fuzzed
@given(
    how=fuzz_inputs.damages,
    which=st.floats(0, 1, exclude_max=True),
    act=st.integers(0, 6),
    is_checked=st.booleans(),
)
def test_damaged_folders(
    stock: Path, how: fuzz_inputs.Damage, which: float, act: int, is_checked: bool
) -> None:
    acts: list[Callable[[], Any]] = [
        lambda: Study("swept").results,
        lambda: Study("swept").points,
        lambda: run_study("study.yaml", "swept", resume=True),
        lambda: run_study("study.yaml", "swept", extend=True, retry_failed=True),
        lambda: sim.replay("swept", 0, 0),
        lambda: sim.compare("result", "small.yaml"),
        lambda: sim.discover("swept", "fill_rate_after < 0.9"),
    ]
    with inside(stock):
        files = [*fuzz_inputs.files_below(Path("result")), *fuzz_inputs.files_below(Path("swept"))]
        fuzz_inputs.damage(files[int(which * len(files))], how)
        with contextlib.nullcontext() if is_checked else sim.unchecked():
            ends_well(acts[act])


@pytest.mark.parametrize("find", sorted(path.name for path in FINDS.glob("*.yaml")))
def test_past_finds(find: str, tmp_path: Path) -> None:
    """Each input that once broke something, by the name of what it broke."""
    shutil.copy(FINDS / find, tmp_path / find)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    if find.startswith("study"):
        ends_well(lambda: run_study(tmp_path / find, tmp_path / "out"))
    else:
        ends_well(lambda: run_and_save(tmp_path / find))


def test_what_does_not_end_well_is_seen() -> None:
    """The fuzzer's own conscience: a traceback, a broken book and a warning are finds."""
    for error in (ZeroDivisionError(), LedgerError("goods"), SimError("x")):
        with pytest.raises(type(error)):
            ends_well(lambda error=error: (_ for _ in ()).throw(error))  # type: ignore[misc]
    with pytest.raises(RuntimeWarning):
        ends_well(lambda: warnings.warn("overflow", RuntimeWarning, stacklevel=1))

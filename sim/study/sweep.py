"""Run a study into a folder: begin it, resume it, let it grow."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from weakref import finalize

from sim.engine.run import Progress
from sim.errors import InputError, ScenarioError
from sim.files.disk import passing_folder
from sim.kernels.arrays import Bools
from sim.report.files import MANIFEST, unchecked
from sim.scenario.schema import Scenario
from sim.study.atomic_files import Runs, locked, writing
from sim.study.dispatch import Dispatch
from sim.study.executors import crew, require_dask, warm_up
from sim.study.experiment import Experiment, prepared
from sim.study.formats import due
from sim.study.parquet_parts import require_pyarrow
from sim.study.results import finish, seal
from sim.study.resume import agreed
from sim.study.shards import plainly, shard_folder, share
from sim.study.spec import Asked, ask, read_study
from sim.study.store import STATE, Store, create
from sim.study.study import Study

if TYPE_CHECKING:
    import pandas as pd


class How(TypedDict, total=False):
    """List the keywords that say how a study is run; none of them changes its results."""

    jobs: int
    """Processes of this machine; 1, the default: this one."""
    executor: Executor | None
    """Any executor, left running; `jobs` above 1 says how many tasks it works on at a time."""
    scheduler: str | None
    """A Dask scheduler, tcp://host:port."""
    resume: bool
    """Finish what stands in the folder; begin where nothing does."""
    extend: bool
    """Add the points and members that the study now has to those in the folder."""
    retry_failed: bool
    """Resume, and run failed points again."""
    shard: str | None
    """i/n: run the i-th of n parts, into a folder of its own beside `out`; `merge` joins them.
    01/10 is 1/10."""
    parquet: bool
    """Write the results as Parquet, too, where they are few."""
    csv: bool
    """Write the results as CSV, too, where they are many."""
    progress: Progress | None


def sweep(
    scenario: Scenario | str | os.PathLike[str] | None,
    design: Mapping[str, Any] | str = "grid",
    *,
    factors: Mapping[str, Any] | pd.DataFrame | None = None,
    members: int | None = None,
    months: int | None = None,
    metrics: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    **how: Unpack[How],
) -> Study:
    """Run a scenario at many points and return the study, whose `points`, `results` and `failures`
    are frames.

    `factors` holds, by path of the scenario, an interval {low, high, dist} or a list of values;
    `design` is a kind or a mapping {kind, points, seed}. A frame of factors holds the points
    themselves: a column a factor, a row a point. Without factors the first argument is a study
    file, with all that it says. `scenario` is None where the factor
    `scenario` chooses among files. Without `out` the study's folder lasts as long as the study.
    Raises ScenarioError with all faults together, InputError as `run_study`.
    """
    given = {"members": members, "months": months, "metrics": metrics}
    if factors is None:
        return run_study(_study_file(scenario, design, given), out, **how)
    if not isinstance(factors, Mapping):
        if design not in ("grid", "list"):
            raise InputError("design: a frame of factors holds the points already; leave it out")
        factors, design = {str(key): each.tolist() for key, each in factors.items()}, "list"
    data: dict[str, Any] = {
        "factors": factors,
        "design": {"kind": design} if isinstance(design, str) else design,
    }
    data |= {key: value for key, value in given.items() if value is not None}
    if isinstance(scenario, Scenario):
        return run_study(ask(data), out, [scenario], **how)
    return run_study(
        ask(data if scenario is None else {"scenario": os.fspath(scenario), **data}), out, **how
    )


def _study_file(study: Any, design: Any, given: Mapping[str, Any]) -> str | os.PathLike[str]:
    """Return a study file where nothing is said beside it. Raises InputError."""
    if not isinstance(study, str | os.PathLike):
        raise InputError("factors: missing; give them, or a study file as the first argument")
    beside = [key for key, value in given.items() if value is not None]
    beside += ["design"] if design != "grid" else []
    if beside:
        raise InputError(f"{', '.join(beside)}: a study file says that itself; change it there")
    return study


def run_study(
    study: Asked | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    scenarios: Sequence[Scenario] = (),
    **how: Unpack[How],
) -> Study:
    """Run a study, given as a file or as `ask` takes it, into a folder and return it. Failed points
    do not stop it.

    Raises ScenarioError with all faults of the study; InputError where the folder holds another
    study, one that is not to be resumed or extended, or cannot be written; SimError where the
    executor breaks down.
    """
    warm_up(how.get("jobs", 1))
    experiment = prepared(study if isinstance(study, Asked) else read_study(study), scenarios)
    if how.get("parquet"):
        require_pyarrow()
    if how.get("scheduler"):
        require_dask()
    if out is not None:
        return _opened(_filled(shard_folder(Path(out), how.get("shard")), experiment, how))
    with ExitStack() as stack:
        try:
            place = stack.enter_context(passing_folder("study-"))
        except OSError as error:
            told = f"{error.filename}: cannot write: {error.strerror or error}"
            raise InputError(told) from error
        found = _opened(_filled(place / "study", experiment, how))
        # from here on the folder goes when the study does
        finalize(found, stack.pop_all().close)
    return found


def _opened(folder: Path) -> Study:
    """Open a study that was written just now: there is no need to sum it up again."""
    with unchecked():
        return Study(folder)


def _filled(folder: Path, experiment: Experiment, how: How) -> Path:
    """Run what is to be run into a folder, which is begun where it is not there, and give
    it back.
    """
    shard = plainly(how.get("shard"))
    is_new = not os.path.exists(folder / STATE)
    if is_new:
        create(folder, experiment, shard)
    with locked(folder):
        store = Store(folder)
        if not any(how.get(key) for key in ("resume", "extend", "retry_failed")):
            _refuse_begun(store)
        if not is_new:
            experiment = agreed(store, experiment, shard, extend=bool(how.get("extend")))
            store.fit(experiment)
        if how.get("retry_failed"):
            store.retry()
        _run(store, experiment, share(experiment, shard), how)
        _show(store, experiment, how)
    return folder


def _show(store: Store, experiment: Experiment, how: How) -> None:
    """Write what the folder of a study lacks when all is done; of a shard, no more than the hashes
    of its files.
    """
    folder, is_sealed = store.folder, (store.folder / MANIFEST).exists()
    if how.get("shard"):
        if not is_sealed:
            with writing(folder):
                seal(store, experiment)
        return
    lines = experiment.points * len(experiment.rows)
    names = due(folder, lines, csv=bool(how.get("csv")), parquet=bool(how.get("parquet")))
    if names or not is_sealed:
        finish(store, experiment, names)


def _told(error: BaseException) -> str:
    """Give an error's message on one line."""
    if isinstance(error, ScenarioError):
        return "; ".join(f"{fault.path}: {fault.message}" for fault in error.faults)
    return "; ".join(str(error).splitlines())


def _refuse_begun(store: Store) -> None:
    done = int((~store.pending).sum())
    if done:
        told = f"holds a study already ({done} of {store.status.size} runs done)"
        ways = "resume it (--resume), extend it (--extend), or give another folder"
        raise InputError(f"{store.folder}: {told}; {ways}")


def _run(store: Store, experiment: Experiment, own: Bools, how: How) -> None:
    """Run what is pending of these runs, [points, members], and keep what comes of it."""
    wanted = store.pending & own
    if not wanted.any():
        return
    # a manifest stands for a study that is whole
    (store.folder / MANIFEST).unlink(missing_ok=True)
    progress, total = how.get("progress"), int(own.sum())
    done = total - int(wanted.sum())
    with crew(how.get("jobs", 1), how.get("executor"), how.get("scheduler")) as found:
        for outcomes in Dispatch(experiment.tasks(wanted), found).outcomes():
            runs = [(Runs(each.task.points, each.task.members), each) for each in outcomes]
            store.keep([(which, each.values) for which, each in runs if each.values is not None])
            for which, each in runs:
                if each.error is not None:
                    store.fail(which, type(each.error).__name__, _told(each.error))
            done += sum(len(which.points) for which, _ in runs)
            if progress:
                progress(done, total)

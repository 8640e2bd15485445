"""Run studies: `sweep`, `merge`, `replay`. Heavy libraries are imported inside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import (
    folder_for,
    progress_of,
    quiet_option,
    say,
    study_size,
    unchecked_option,
    where,
)
from sim.cli.numbers import COUNT, Whole
from sim.errors import SimError

if TYPE_CHECKING:
    from sim.study.study import Study

parquet_option = click.option(
    "--parquet",
    is_flag=True,
    help="Write the results as Parquet, too; those of a million lines are Parquet anyway.",
)
csv_option = click.option(
    "--csv",
    is_flag=True,
    help="Write the results as CSV, too, where they are a million lines or more.",
)


@click.command()
@click.argument("study", type=click.Path())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The study's folder; results/<name of the study file> by default.",
)
@click.option("--check", is_flag=True, help="Check the study and say how large it is; run nothing.")
@click.option(
    "--resume", is_flag=True, help="Finish what stands in the folder; begin where nothing does."
)
@click.option(
    "--extend",
    is_flag=True,
    help="Add to the folder's study the points and members that the study file has more.",
)
@click.option("--retry-failed", is_flag=True, help="Resume, and run failed points again.")
@click.option(
    "--jobs",
    type=COUNT,
    help="How many processes; as many as the machine has cores by default.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on a Dask cluster: tcp://host:port of its scheduler.",
)
@click.option(
    "--shard",
    metavar="I/N",
    help="Run the I-th of N parts into a folder of its own; `sim merge` joins them. 01/10 is 1/10.",
)
@parquet_option
@csv_option
@unchecked_option
@quiet_option
def sweep(study: str, out: Path | None, check: bool, quiet: bool, **how: Any) -> None:
    """Run a study: a scenario at many points.

    Writes points.csv, results.csv, failures.csv and a manifest. Results of a million lines or more
    are Parquet, in parts, in the folder results.parquet; with --csv they are CSV, too, and --resume
    --csv makes that of a study that is finished. The results are the same bytes whoever runs them.
    A study that was interrupted or killed goes on with --resume. Failed points do not stop the
    others; the exit code is then 1.
    """
    from sim.study.experiment import prepared
    from sim.study.spec import read_study
    from sim.study.sweep import run_study

    asked = read_study(study)
    if check:
        ready = prepared(asked)
        say(f"{study}: ok: {study_size(ready)}")
        return
    jobs = how.pop("jobs") or (1 if how["scheduler"] else os.cpu_count() or 1)
    with progress_of(Path(study).stem, quiet, "runs") as progress:
        found = run_study(
            asked, out or Path("results", Path(study).stem), jobs=jobs, progress=progress, **how
        )
    _tell(found, quiet, is_whole=not how["shard"])


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@parquet_option
@csv_option
@unchecked_option
@quiet_option
def merge(study: Path, parquet: bool, csv: bool, quiet: bool) -> None:
    """Join the shards of a study.

    Joins the folders STUDY.shard-i-of-n into STUDY, as one run of the whole would have made it;
    they stay.
    """
    from sim.study.shards import merge as join

    _tell(join(study, parquet=parquet, csv=csv), quiet)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("point", type=Whole())
@click.argument("member", type=Whole())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<study>_<point>_<member> by default.",
)
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@unchecked_option
@quiet_option
def replay(
    study: Path, point: int, member: int, out: Path | None, no_figures: bool, quiet: bool
) -> None:
    """Run one run of a study again.

    Writes the result folder of one member at one point, as `sim run` does; its numbers are those of
    the study.
    """
    from sim.study.replay import replay as run_again

    folder = folder_for(out, Path("results", f"{study.name}_{point}_{member}"))
    run_again(study, point, member).save(
        folder, figures=not no_figures, command=click.get_current_context().obj
    )
    if not quiet:
        say(where(folder))


def _tell(study: Study, quiet: bool, *, is_whole: bool = True) -> None:
    """Say what stands in the folder. Raises SimError where points have failed."""
    if not quiet:
        say(where(study.folder))
        if is_whole and study.lacking:
            say(f"{study.folder}: {study.lacking}")
    failed = len(study.failures) if is_whole else int(study.store.failed.sum())
    if failed:
        points = f"{failed} of {study.store.state.points} points failed"
        raise SimError(
            f"{study.folder}: {points}, see failures.csv; --retry-failed runs them again"
        )

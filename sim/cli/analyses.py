"""Analyse a study's runs: `sensitivity`, `discover`. Heavy libraries are imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.common import folder_for, quiet_option, say, unchecked_option, where
from sim.cli.numbers import Real, Whole


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    help=(
        "What is explained, as in 'fill_rate[RUS, engines, 2018]'; may be repeated. All by default."
    ),
)
@click.option(
    "--of",
    default="mean",
    show_default=True,
    help="What is taken of the members of a point: mean, p05, p50, p95 or central.",
)
@click.option(
    "--confidence",
    type=Real(),
    default=0.95,
    show_default=True,
    help="With which an interval holds its number.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder; results/<study>_sensitivity by default.",
)
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@unchecked_option
@quiet_option
def sensitivity(
    study: Path,
    metrics: tuple[str, ...],
    of: str,
    confidence: float,
    out: Path | None,
    no_figures: bool,
    quiet: bool,
) -> None:
    """Say which factors of a STUDY matter.

    STUDY is the folder of a finished study of the design saltelli (first and total order Sobol
    indices) or morris (elementary effects). Writes the ranking of the factors, the indices with
    intervals, and a figure.
    """
    from sim.analysis.sensitivity.sensitivity import sensitivity as explain

    folder = folder_for(out, Path("results", f"{study.resolve().name}_sensitivity"))
    found = explain(study, metrics or None, of=of, confidence=confidence)
    found.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        say(found.text)
        say(where(folder))


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--when",
    required=True,
    metavar="CONDITION",
    help=(
        'What is looked for: "fill_rate[RUS, engines, 2018] < 0.8". Of several needs it must hold'
        ' for all, or, as "any fill_rate[RUS] < 0.8", for one; "and" joins conditions.'
    ),
)
@click.option(
    "--depth", type=Whole(), default=3, show_default=True, help="How many limits a box has at most."
)
@click.option(
    "--threshold",
    type=Real(),
    default=0.5,
    show_default=True,
    help="In which share of a box's runs it holds at least.",
)
@click.option(
    "--mass",
    type=Real(),
    default=0.05,
    show_default=True,
    help="Which share of the points a box has at least.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder; results/<study>_discovery by default.",
)
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@unchecked_option
@quiet_option
def discover(
    study: Path, when: str, out: Path | None, no_figures: bool, quiet: bool, **options: Any
) -> None:
    """Find where in a STUDY a condition holds.

    STUDY is the folder of a finished study. Says, as boxes, in which part of the factors' ranges
    the condition holds in most runs: which factors lie below or above what. Writes boxes.csv, how
    well they do (quality.csv), in which share of its runs the condition holds at each point
    (points.csv), and a figure.
    """
    from sim.analysis.conditions import conditions_of
    from sim.analysis.discovery.discovery import discover as find

    conditions_of(when, "when")
    folder = folder_for(out, Path("results", f"{study.resolve().name}_discovery"))
    found = find(study, when, **options)
    found.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        say(found.text)
        say(where(folder))

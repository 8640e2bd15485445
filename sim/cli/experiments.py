"""Judge scenarios: `compare`, `stress`, `backtest`, `evidence`. Heavy libraries are imported
inside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import sim
from sim.cli.common import (
    folder_for,
    plain_lines,
    progress_of,
    quiet_option,
    say,
    set_option,
    unchecked_option,
    where,
)
from sim.cli.missing import lacks
from sim.cli.numbers import COUNT, SEED

MEMBERS = 20
"""Members with which `stress` runs a scenario by default"""


@click.command()
@click.argument("sides", nargs=-1, required=True, type=click.Path(), metavar="A B [C...]")
@click.option("--members", type=COUNT, help="How many ensemble members, for all.")
@click.option("--seed", type=SEED, help="The root of all draws, for all.")
@click.option(
    "--months",
    type=COUNT,
    help="How many months from the scenarios' start, for all.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder; results/<A>_against_<B> by default."
)
@click.option(
    "--metric",
    metavar="NAME",
    help="The metric of a summary that is printed; fill_rate_after by default.",
)
@click.option("--no-figures", is_flag=True, help="Write the table only.")
@unchecked_option
@quiet_option
def compare(
    sides: tuple[str, ...],
    out: Path | None,
    metric: str | None,
    no_figures: bool,
    quiet: bool,
    **given: int | None,
) -> None:
    """Compare scenarios member by member: A with B, A with C, ...

    Each is a scenario file or a result folder. A folder holds no members, so its scenario.yaml is
    run again, which gives the same numbers. All are run with the same draws; writes comparison.csv
    and who gains and who loses.
    """
    from sim.experiments.compare import compare as compare_members
    from sim.experiments.comparison import HEADLINE, known_metric

    if len(sides) == 1:
        raise lacks(f"B, what {sides[0]} is to be compared with,")
    shown = known_metric(metric or HEADLINE)
    folder = folder_for(out, Path("results", "_against_".join(Path(side).stem for side in sides)))
    comparison = compare_members(
        *sides, **given, progress=None if quiet else plain_lines("comparison")
    )
    comparison.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        say(comparison.overview(shown))
        say(where(folder))


@click.command()
@click.argument("scenario", type=click.Path())
@click.option(
    "--members",
    type=COUNT,
    help=f"How many ensemble members; {MEMBERS} by default, whatever the scenario has.",
)
@click.option("--seed", type=SEED, help="The root of all draws.")
@click.option("--months", type=COUNT, help="How many months from the scenario's start.")
@click.option("--at", metavar="YYYY-MM", help="The month of the knock-outs; the first by default.")
@click.option("--no-links", is_flag=True, help="Knock out factories only.")
@set_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<scenario name>_stress by default.",
)
@click.option("--no-figures", is_flag=True, help="Write the table only.")
@quiet_option
def stress(
    scenario: str,
    sets: tuple[str, ...],
    at: str | None,
    no_links: bool,
    out: Path | None,
    no_figures: bool,
    quiet: bool,
    **given: int | None,
) -> None:
    """Knock out every factory and every link in turn.

    Writes criticality.csv: the resilience lost without each of them, the time until a need feels
    it, and the static systemic risk index beside it.
    """
    from sim.experiments.stress import month_of
    from sim.experiments.stress import stress as knock_out

    asked = {key: value for key, value in given.items() if value is not None}
    loaded = sim.load(scenario, (f"members={MEMBERS}", *sets), **asked)
    month_of(loaded, at)
    folder = folder_for(out, Path("results", f"{loaded.name}_stress"))
    with progress_of(loaded.name, quiet) as progress:
        found = knock_out(
            loaded, members=loaded.members, at=at, links=not no_links, progress=progress
        )
    found.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        shown = [
            "kind",
            "name",
            "product",
            "difference_p50",
            "difference_p05",
            "difference_p95",
            "time_to_survive_p50",
            "static_index",
        ]
        worst = found.table[shown].head(12)
        worst = worst.assign(product=[first_of(each) for each in worst["product"]])
        say(worst.to_string(index=False, float_format="{:.3g}".format))
        say(UNITS)
        say(where(folder))


UNITS = "difference in months of need, all needs together; time to survive in months, inf: never"
"""Of the columns that `stress` prints."""


def first_of(products: str) -> str:
    """Shorten a list of products to the first and how many more there are."""
    first, *more = products.split()
    return f"{first} and {len(more)} more" if more else first


@click.command()
@click.argument("scenarios", nargs=-1, type=click.Path(), metavar="[SCENARIO...]")
@click.option("--members", type=COUNT, help="How many ensemble members.")
@click.option("--seed", type=SEED, help="The root of all draws.")
@click.option(
    "--months",
    type=COUNT,
    help="How many months from the start; later outcomes are not scored.",
)
@click.option(
    "--with",
    "with_dir",
    type=click.Path(path_type=Path),
    help="A folder of precedents that the fits have not seen, scored apart.",
)
@click.option("--only-precedents", is_flag=True, help="Score precedents and no scenario.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<scenario file>_backtest by default.",
)
@click.option("--no-figures", is_flag=True, help="Write the tables only.")
@quiet_option
def backtest(
    scenarios: tuple[str, ...],
    with_dir: Path | None,
    only_precedents: bool,
    out: Path | None,
    no_figures: bool,
    quiet: bool,
    **given: int | None,
) -> None:
    """Score forecasts against what happened, each without its own history.

    Without a SCENARIO: the shipped case, the casebook and the precedents, a cluster left out at a
    time. Outcomes stand beside a scenario, as <name>_outcomes.csv. Writes backtest.csv and
    backtest_precedents.csv; of several scenarios, or of precedents, also a picture,
    calibration.svg: how many outcomes came at which tenth of their forecast.
    """
    from sim.experiments.backtest_all import backtest_all
    from sim.report.study import save_of_many, save_tables

    name = Path(scenarios[0]).stem if len(scenarios) == 1 else "all"
    folder = folder_for(out, Path("results", f"{name}_backtest"))
    found = backtest_all(
        [] if only_precedents else scenarios or None,
        with_dir=with_dir,
        precedents=not scenarios or with_dir is not None,
        members=given["members"],
        months=given["months"],
        seed=given["seed"],
    )
    command = click.get_current_context().obj
    if len(scenarios) == 1:
        overrides: dict[str, Any] = {
            key: value for key, value in given.items() if value is not None
        }
        loaded = sim.load(scenarios[0], **overrides)
        save_tables(folder, loaded, found.tables, figures=not no_figures, command=command)
    else:
        chart = None if no_figures else found.chart()
        save_of_many(folder, found.tables, chart, command=command)
    if not quiet:
        say(found.text)
        say(where(folder))


@click.command()
@click.argument("scenario", type=click.Path())
@click.option("--members", type=COUNT, help="How many ensemble members; 21 or more.")
@click.option("--seed", type=SEED, help="The root of all draws.")
@click.option("--assumptions", is_flag=True, help="List every assumption.")
@click.option(
    "--no-run", is_flag=True, help="Do not run the scenario; say nothing of what matters most."
)
@set_option
@click.option("--quiet", is_flag=True, help="Print no progress.")
def evidence(
    scenario: str,
    sets: tuple[str, ...],
    assumptions: bool,
    no_run: bool,
    quiet: bool,
    **given: int | None,
) -> None:
    """Say how well a scenario is supported, and which assumption matters most.

    Counts numbers by confidence, names sources that nothing uses, runs the scenario and finds out
    by rank regression which inputs make its results spread.
    """
    from sim.assess.evidence import described
    from sim.assess.importance import check_members, importance
    from sim.assess.importance import described as most_important

    loaded = sim.load(
        scenario, sets, **{key: value for key, value in given.items() if value is not None}
    )
    if not no_run:
        check_members(loaded.members)
    say(described(loaded, assumptions=assumptions))
    if not no_run:
        with progress_of(loaded.name, quiet) as progress:
            result = sim.run(loaded, progress=progress)
        say()
        say(most_important(importance(result.scenario, result.records)))

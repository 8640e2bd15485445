"""Ask what would have been enough: `plan`. Heavy libraries are imported inside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

import sim
from sim.cli.common import folder_for, progress_of, quiet_option, say, set_option, where
from sim.cli.numbers import COUNT, SEED, Real


@click.command()
@click.argument("scenario", type=click.Path())
@click.option(
    "--reach",
    required=True,
    metavar="GOAL",
    help=(
        'What is to be reached: "fill_rate[RUS] >= 0.95 by 2018-12". Of several needs all must'
        ' reach it, or, as "any fill_rate[RUS] >= 0.95", one; "and" joins conditions.'
    ),
)
@click.option(
    "--probability",
    type=Real(),
    default=0.8,
    show_default=True,
    help="In which share of the members.",
)
@click.option(
    "--choose",
    required=True,
    metavar="PATH",
    help=(
        "What may be chosen: a number, as programmes.x.budget; events.x.date;"
        " programmes.x.candidates; or date."
    ),
)
@click.option(
    "--from",
    "low",
    metavar="VALUE",
    help="Where the search begins; a budget at 0, a number at the low end of its interval.",
)
@click.option(
    "--to", "high", metavar="VALUE", help="Where it ends; a budget at ten times the scenario's."
)
@click.option(
    "--tolerance",
    type=Real(),
    help="How near a number must be to the next that is not enough; 0.01 of the range by default.",
)
@click.option(
    "--members",
    type=COUNT,
    help="How many ensemble members; 10 or more, better 50.",
)
@click.option("--seed", type=SEED, help="The root of all draws.")
@click.option("--months", type=COUNT, help="How many months from the scenario's start.")
@set_option
@click.option(
    "--jobs",
    type=COUNT,
    help="How many processes; as many as the machine has cores by default.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<scenario name>_plan by default.",
)
@click.option("--no-figures", is_flag=True, help="Write tables only.")
@quiet_option
def plan(
    scenario: str,
    sets: tuple[str, ...],
    jobs: int | None,
    out: Path | None,
    no_figures: bool,
    quiet: bool,
    **question: Any,
) -> None:
    """Find what would have been enough: the least budget, the latest start, the fewest plants.

    Runs the SCENARIO with many choices, all with the same members, until it is known which is just
    enough to reach the goal in the share of members asked for. Writes plan.csv, and frontier.csv
    and a figure: what comes when at what cost.
    """
    from sim.analysis.plan.plan import plan as find
    from sim.analysis.plan.request import Within, asked

    given = {key: question.pop(key) for key in ("members", "seed", "months")}
    loaded = sim.load(
        scenario, sets, **{key: value for key, value in given.items() if value is not None}
    )
    within = Within(*(question[key] for key in ("low", "high", "tolerance")))
    asked(loaded, question["reach"], question["choose"], question["probability"], within)
    folder = folder_for(out, Path("results", f"{loaded.name}_plan"))
    with progress_of(loaded.name, quiet, "runs") as progress:
        found = find(loaded, **question, jobs=jobs or os.cpu_count() or 1, progress=progress)
    found.save(folder, figures=not no_figures, command=click.get_current_context().obj)
    if not quiet:
        say(found.text)
        say(where(folder))

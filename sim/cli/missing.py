"""Tell which word a command lacks, and show it written out."""

from __future__ import annotations

import click

from sim.errors import InputError

EXAMPLES = {
    "run": "baseline",
    "validate": "baseline",
    "new": "first",
    "compare": "baseline cases/neon_2022",
    "stress": "baseline",
    "esri": "links.csv",
    "evidence": "baseline",
    "sweep": "study.yaml",
    "merge": "results/study",
    "replay": "results/study 3 0",
    "sensitivity": "results/study",
    "discover": "results/study --when 'fill_rate_after < 0.9'",
    "plan": "baseline --reach 'fill_rate[RUS] >= 0.95 by 2018-12' --choose date",
    "plot": "results/baseline",
    "explore": "baseline",
    "import comtrade": "trade.csv --out trade",
    "import mrio": "tables --out economy --year 2021 --publisher OECD",
    "import sipri": "register.csv --out arms",
}
"""Command that needs words -> words that would do."""


def told(error: click.MissingParameter) -> str:
    """Say what is missing, and give an example."""
    assert error.param is not None
    assert error.ctx is not None
    return _of(error.ctx, error.param.get_error_hint(error.ctx).strip("'").removesuffix("..."))


def lacks(what: str) -> InputError:
    """Make the error of a command that needs more words than it was given."""
    return InputError(_of(click.get_current_context(), what))


def _of(context: click.Context, what: str) -> str:
    """Say that a command lacks something."""
    command = context.command_path
    return (
        f"{command}: {what} is missing; for example: {command}"
        f" {EXAMPLES[command.partition(' ')[2]]}"
    )

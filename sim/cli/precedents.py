"""Look up precedents: `precedents`. Heavy libraries are imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import quiet_option, say, where
from sim.cli.numbers import Real

if TYPE_CHECKING:
    import pandas as pd

CLASSES = ("simple", "process", "system", "deep", "platform")
HEAD_STARTS = ("none", "design", "plant")
"""As in `sim.precedents.columns`, which would load numpy."""


@click.command()
@click.option("--class", "kind", type=click.Choice(CLASSES), help="The complexity class.")
@click.option("--head-start", type=click.Choice(HEAD_STARTS), help="What stood ready at the start.")
@click.option("--sector", help="Only cases of this sector, as in defence, civil or space.")
@click.option("--announced", type=Real(min=0, min_open=True), help="Months that were promised.")
@click.option(
    "--to",
    "milestone",
    type=click.Choice(("first", "full")),
    default="first",
    show_default=True,
    help="From the start to the first unit, or to full supply.",
)
@click.option(
    "--with", "with_dir", type=click.Path(path_type=Path), help="A folder of cases of one's own."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write tables and a chart here.")
@quiet_option
def precedents(
    kind: str | None,
    head_start: str | None,
    sector: str | None,
    announced: float | None,
    milestone: str,
    with_dir: Path | None,
    out: Path | None,
    quiet: bool,
) -> None:
    """Show how long substitution took where it was tried.

    Without a class and head start: a table of what is known, by class, head start and sector. With
    both, or with a promise: the months it takes, the cases behind, and lines for a scenario.
    """
    from sim.precedents.asking import Question, answer, chosen, overview
    from sim.precedents.collection import load
    from sim.precedents.fitting import fits
    from sim.precedents.telling import answer_text, overview_text

    asked = Question(kind or "", head_start or "", sector or "", milestone, announced)
    collection = load(with_dir)
    known = fits(collection.milestones)
    some = chosen(collection, asked)
    tables = {"precedents": overview(some, known), "milestones": some.milestones}
    words = overview_text(tables["precedents"])
    if (kind and head_start) or announced is not None:
        found = answer(asked, collection, known)
        words = answer_text(found)
        tables |= {"forecast": found.table, "cases": found.cases}
    if out is not None:
        _save(out, tables)
    if not quiet:
        say(words if out is None else f"{words}\n{where(out)}")


def _save(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables and the chart of announced against actual, whole or not at all."""
    from sim.precedents.chart import announced_against_actual, announced_frame
    from sim.precedents.saving import save

    save(folder, tables, announced_against_actual(announced_frame(tables["milestones"])))

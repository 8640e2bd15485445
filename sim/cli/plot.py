"""Draw the charts of a saved result again: `plot`. Heavy libraries are imported inside."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import say, unchecked_option
from sim.errors import InputError


@click.command()
@click.argument("result", type=click.Path(path_type=Path))
@click.option(
    "--chart", "names", multiple=True, help="A chart by name; may be repeated. All by default."
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["png", "svg", "pdf"]),
    default="png",
    show_default=True,
    help="Of the pictures.",
)
@click.option("--states", metavar="A,B", default="", help="Only these states, by code.")
@click.option("--products", metavar="A,B", default="", help="Only these products, by code.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder of the pictures; the folder charts beside the result by default.",
)
@unchecked_option
def plot(
    result: Path, names: tuple[str, ...], kind: str, states: str, products: str, out: Path | None
) -> None:
    """Draw the charts of a RESULT again.

    RESULT is the folder of a run, a comparison, a stress test, a plan or an analysis. Charts are
    made from its CSV files alone, with the titles of its scenario.yaml where there is one. With
    states or products, all that was asked for is drawn instead of the worst.
    """
    from sim.report.charts.choice import Choice
    from sim.report.charts.gallery import available, chart
    from sim.report.charts.tables import of_folder

    tables = of_folder(result)
    choice = Choice(_listed(states), _listed(products))
    wanted = names or tuple(available(tables))
    if not wanted:
        raise InputError(f"{result}: holds no table of which a chart is made")
    charts = [(name, chart(tables, name, choice)) for name in dict.fromkeys(wanted)]
    place = out or result.resolve().with_name(f"{result.resolve().name}_charts")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, each in charts:
            if each is None:
                say(f"{name}: nothing to show", err=True)
                continue
            say(str(each.save(place / f"{name}.{kind}")))
    except OSError as error:
        raise InputError(f"{place}: cannot write: {error.strerror or error}") from error


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

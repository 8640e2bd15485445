"""Chart what each knocked-out factory or link costs: months of need lost, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.report.charts.chart import Chart, Key, Panel
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields, records, single
from sim.report.charts.ranges import labelled, range_spec, step
from sim.report.charts.spreads import spread
from sim.report.charts.states import state_colours, state_keys
from sim.report.charts.tables import Tables
from sim.report.charts.wording import months, number, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 15
"""Rows of a panel."""
LEAST = 0.01
"""Months of need; what costs less than this is left out."""


def stress(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw what is lost more without a factory, and without a link: a panel each, in the colour of
    the maker's state.

    The number to the right is the median of the months until a need feels it. None where nothing is
    lost.
    """
    rows = tables["criticality"]
    felt = _felt(rows, choice)
    if felt.empty:
        return None
    limit = choice.limit(USUAL)
    parts = {kind: part.head(limit or len(part)) for kind, part in felt.groupby("kind", sort=True)}
    panels = [_panel(tables, str(kind), part) for kind, part in parts.items()]
    shown = sum(map(len, parts.values()))
    colours = state_colours(tables)
    exporters = {state for part in parts.values() for state in part["exporter"]}
    return Chart(
        name="stress",
        title=_finding(tables, single(felt)),
        subtitle=(
            "Months of need lost more than without the knock-out, over the run, summed "
            "over all needs; "
        )
        + selected(shown, len(felt), "knock-out", "worst first"),
        spec=range_spec(step(*(panel.rows["rows"] for panel in panels)), colours),
        panels=panels,
        keys=[
            *state_keys(tables, exporters, "point"),
            Key(
                "dot: median, bar: 9 of 10 members; to the right: months until it is felt",
                "$muted",
                "band",
            ),
        ],
        table=_table(tables, felt),
        columns=1,
        has_names=True,
    )


def _felt(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Keep the knock-outs asked for that cost something, worst first."""
    taken = [_takes(choice, row.exporter, row.importer, row.product) for row in fields(rows)]
    kept = rows.loc[taken]
    kept = kept[kept["difference_p95"] > LEAST]
    return kept.sort_values("difference_p50", ascending=False, kind="stable")


def _takes(choice: Choice, exporter: str, importer: str, products: str) -> bool:
    is_state = choice.takes(exporter, None) or bool(importer and choice.takes(importer, None))
    return is_state and any(choice.takes(None, product) for product in products.split())


def _panel(tables: Tables, kind: str, rows: pd.DataFrame) -> Panel:
    import pandas as pd

    drawn = labelled(rows, [_name(tables, row) for row in records(rows)])
    drawn = drawn.assign(
        low=rows["difference_p05"],
        middle=rows["difference_p50"],
        high=rows["difference_p95"],
        kind=rows["exporter"],
        said=[months(count) for count in rows["time_to_survive_p50"]],
    )
    title = {"factory": "Without a factory", "link": "Without a link"}.get(kind, kind)
    return Panel(
        title=title,
        rows={
            "rows": drawn[["label", "low", "middle", "high", "kind", "said"]],
            "zero": pd.DataFrame({"x": [0.0]}),
        },
        told=f"{title}: {_finding(tables, single(rows))}.",
        axis="months of need lost",
    )


def _name(tables: Tables, row: dict[str, Any]) -> str:
    names = tables.names
    maker, arrow, user = str(row["name"]).partition(" -> ")
    who = f"{names.factory(maker)} ({names.state(row['exporter'])})"
    if not arrow:
        return who
    to = names.state(user) if user == row["importer"] else names.factory(user)
    return f"{who} to {to}: {names.product(row['product'])}"


def _finding(tables: Tables, row: dict[str, Any]) -> str:
    lost = [number(row[f"difference_{level}"]) for level in ("p50", "p05", "p95")]
    return (
        f"{_name(tables, row)} matters most: without it {lost[0]} more months of need are "
        f"lost ({lost[1]} to {lost[2]})"
    )


def _table(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    made = [
        (
            row["kind"],
            _name(tables, row),
            spread(number, *(row[f"difference_{level}"] for level in ("p50", "p05", "p95"))),
            spread(months, *(row[f"time_to_survive_{level}"] for level in ("p50", "p05", "p95"))),
            number(row["static_index"]),
        )
        for row in records(rows)
    ]
    columns = ["kind", "without", "months of need lost", "months until felt", "static index"]
    return pd.DataFrame(made, columns=columns)

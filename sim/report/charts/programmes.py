"""Chart each candidate of each programme: when it gets money, is built, is qualified, and what it
adds.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import records
from sim.report.charts.ranges import labelled, name_axis, step
from sim.report.charts.spreads import spread
from sim.report.charts.tables import Tables
from sim.report.charts.time import date_ticks, label, ordinal
from sim.report.charts.wording import counted, number, percent, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 24
STAGES = {"funded": "$event", "built": "$half", "qualified": "$line"}
MONTH = re.compile(r"\d{4}-\d{2}")


def programmes(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw a row a candidate: the months by which half of the members had money, a plant and
    approval for it, each with what 9 of 10 members take. What is never reached has no dot. None
    without candidates.

    Of the table `programmes`: `programme, candidate, factory, state, product`, `funded` (share of
    members in which it got money), for each stage `funded_`, `built_`, `qualified_` with `p05, p50,
    p95` (YYYY-MM, `inf`: never), `added_` (units a month at the end) and `cost_` (money) with `p05,
    p50, p95, mean`.
    """
    rows = tables["programmes"]
    rows = choice.among(rows)
    ranked = rows.sort_values(
        ["funded_p50", "built_p50"], key=lambda months: months.replace("", "~"), kind="stable"
    )
    shown = ranked.head(choice.limit(USUAL) or len(ranked))
    if shown.empty:
        return None
    panel = _panel(tables, shown)
    qualified = int((rows["qualified_p50"].map(_is_month)).sum())
    qualify = "qualifies" if qualified == 1 else "qualify"
    return Chart(
        name="programmes",
        title=(
            f"{qualified} of {counted(len(rows), 'candidate')} most likely {qualify} within the run"
        ),
        subtitle=selected(len(shown), len(rows), "candidate", "first funded first")
        + "; to the right units a month added at the end, median; a bar that reaches the right "
        "end goes on beyond the run",
        spec=_spec(step(panel.rows["rows"]), _ticks(panel)),
        panels=[panel],
        keys=[
            *(Key(f"{stage}, median", colour, "point") for stage, colour in STAGES.items()),
            Key("bar: 9 of 10 members", "$muted", "band"),
        ],
        table=_table(tables, rows),
        columns=1,
        has_names=True,
    )


def _is_month(text: object) -> bool:
    return bool(MONTH.fullmatch(str(text)))


def _year(text: object, otherwise: float) -> float:
    return ordinal(str(text)) / 12 if _is_month(text) else otherwise


def _end(tables: Tables) -> float:
    """Return the last month of the run as years; 0 where it is not known."""
    scenario = tables.names.scenario
    return ordinal(scenario.month_labels[-1]) / 12 if scenario else 0.0


def _name(tables: Tables, row: dict[str, Any]) -> str:
    names = tables.names
    return (
        f"{names.factory(row['factory'])} ({names.state(row['state'])}): "
        f"{names.product(row['product'])}"
    )


def _panel(tables: Tables, shown: pd.DataFrame) -> Panel:
    import pandas as pd

    named = labelled(shown, _labels(tables, records(shown)))
    stages = [(row, stage) for row in records(named) for stage in STAGES]
    dots = _marks(stages, "p50", "p50", 0.0)
    ends = [_year(row[f"{stage}_{end}"], 0.0) for row, stage in stages for end in ("p50", "p95")]
    latest = max(*ends, _end(tables))
    spans = _marks(stages, "p05", "p95", latest)
    return Panel(
        title="Money, plant and approval, by year",
        rows={
            "rows": named[["label"]].assign(
                said=[number(each) for each in named["added_p50"]], x=latest
            ),
            "dots": pd.DataFrame(dots, columns=["label", "stage", "x", "end"]),
            "spans": pd.DataFrame(spans, columns=["label", "stage", "low", "high"]),
        },
        told=f"{counted(len(shown), 'candidate')} with the months of money, plant and approval.",
    )


def _labels(tables: Tables, rows: list[dict[str, Any]]) -> list[str]:
    """Name candidates by their plant and product; where several programmes have the same, each with
    its programme.
    """
    names = tables.names
    plants = [f"{names.factory(row['factory'])}: {names.product(row['product'])}" for row in rows]
    times = Counter(plants)
    return [
        f"{plant}, {_programme(tables, row)}" if times[plant] > 1 else plant
        for plant, row in zip(plants, rows, strict=True)
    ]


def _programme(tables: Tables, row: dict[str, Any]) -> str:
    return tables.names.programmes.get(row["programme"]) or str(row["programme"])


def _marks(
    stages: list[tuple[dict[str, Any], str]], low: str, high: str, latest: float
) -> list[tuple[str, str, float, float]]:
    """Return label, stage, from and to of the stages whose first end is reached."""
    return [
        (
            row["label"],
            stage,
            _year(row[f"{stage}_{low}"], latest),
            _year(row[f"{stage}_{high}"], latest),
        )
        for row, stage in stages
        if _is_month(row[f"{stage}_{low}"])
    ]


def _ticks(panel: Panel) -> dict[str, Any]:
    """Return the labels of the axis."""
    rows = panel.rows
    found = [*rows["dots"]["x"], *rows["spans"]["low"], *rows["rows"]["x"]]
    return date_ticks(min(found), max(found))


def _spec(height: int, ticks: dict[str, Any]) -> Spec:
    import altair as alt

    names = alt.Axis(**name_axis(grid=True))
    y = alt.Y("label:N", sort=None, axis=names)
    colour = alt.Color("stage:N", scale=alt.Scale(domain=list(STAGES), range=list(STAGES.values())))
    loose = alt.Scale(zero=False, nice=False, padding=12)
    across = alt.Axis(title=None, orient="top", **ticks)
    return (
        alt.layer(
            alt.Chart(alt.NamedData("rows"))
            .mark_text(align="left", dx=14)
            .encode(y=y, x=alt.X("x:Q", axis=across, scale=loose), text="said:N"),
            alt.Chart(alt.NamedData("spans"))
            .mark_rule(strokeWidth=5, opacity=0.4)
            .encode(y=alt.Y("label:N", sort=None), x="low:Q", x2="high:Q", color=colour),
            alt.Chart(alt.NamedData("dots"))
            .mark_point(filled=True, opacity=1, size=46)
            .encode(y=alt.Y("label:N", sort=None), x="x:Q", color=colour),
        )
        .properties(height={"step": height})
        .to_dict()
    )


def _month(text: object) -> str:
    said = str(text)
    return "never" if said == "inf" else label(ordinal(said)) if _is_month(said) else "-"


def _table(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    names = tables.names
    made = []
    for row in records(rows):
        stages = [
            " to ".join(
                dict.fromkeys(_month(row[f"{stage}_{level}"]) for level in ("p05", "p50", "p95"))
            )
            for stage in STAGES
        ]
        numbers = [
            spread(number, *(row[f"{what}_{level}"] for level in ("p50", "p05", "p95")))
            for what in ("added", "cost")
        ]
        made.append(
            (_programme(tables, row), _name(tables, row), percent(row["funded"]), *stages, *numbers)
        )
    columns = [
        "programme",
        "candidate",
        "funded in",
        *STAGES,
        "added a month",
        f"cost, {names.currency}",
    ]
    return pd.DataFrame(made, columns=columns)

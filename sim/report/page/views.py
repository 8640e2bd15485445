"""Lay charts and tables out for the page: what the template shows, and the data that its script
draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_05UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sim.report.charts.chart import Chart, Key, Panel
from sim.report.charts.time import label
from sim.report.charts.wording import counted

if TYPE_CHECKING:
    import pandas as pd

FIRST = 12
"""Panels that stand open; more are behind a button."""
WORDS = ("never", "under", "over", "near")
"""With which a number may begin"""
DIGITS, CENTS, LARGE = Context(prec=4, rounding=ROUND_05UP), Decimal("0.01"), 1000
"""Digits of a number that tell; large ones, dates as years among them, keep two decimals. The last
digit is such that who rounds to fewer finds what the whole number is rounded to."""


@dataclass(frozen=True)
class Cell:
    """Hold a cell as it is read, and as it is sorted by."""

    text: str
    value: str | None = None


@dataclass(frozen=True)
class TableView:
    """Hold a table for the template."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: Sequence[bool]
    sortable: bool = False


@dataclass(frozen=True)
class KeyView:
    """Hold an entry of a legend with its drawn mark."""

    label: str
    swatch: Markup


@dataclass(frozen=True)
class Slider:
    """Hold the slider of a chart whose axis is months or years."""

    label: str
    first: int
    last: int
    value: int
    step: int


@dataclass(frozen=True)
class ChartView:
    """Hold a chart for the template."""

    name: str
    subtitle: str
    keys: Sequence[KeyView]
    first: Sequence[Panel]
    more: Sequence[Panel]
    notes: Sequence[str]
    table: TableView | None
    slider: Slider | None
    columns: int

    @property
    def more_told(self) -> str:
        """Name what is behind the button."""
        return f"{counted(len(self.more), 'more panel')}"


def chart_view(chart: Chart) -> ChartView:
    """Lay a chart out."""
    return ChartView(
        chart.name,
        chart.subtitle,
        [KeyView(key.label, _swatch(key)) for key in chart.keys],
        chart.panels[:FIRST],
        chart.panels[FIRST:],
        chart.notes,
        None if chart.table is None else table_view(chart.title, chart.table),
        _slider(chart),
        min(chart.columns, len(chart.panels)),
    )


def table_view(
    caption: str,
    frame: pd.DataFrame,
    values: pd.DataFrame | None = None,
    *,
    sortable: bool = False,
) -> TableView:
    """Lay a frame of texts out; `values` holds what its cells are sorted by, where that differs."""
    numeric = [_is_numeric(frame[name]) for name in frame.columns]
    keys = values if values is not None else frame
    rows = [
        [
            Cell(str(text), None if values is None else _key(value))
            for text, value in zip(texts, sorting, strict=True)
        ]
        for texts, sorting in zip(
            frame.itertuples(index=False), keys.itertuples(index=False), strict=True
        )
    ]
    return TableView(caption, list(map(str, frame.columns)), rows, numeric, sortable)


def chart_data(chart: Chart) -> dict[str, Any]:
    """Return what the page's script needs to draw a chart: its specification once, its data by
    column.
    """
    spec = {name: part for name, part in chart.spec.items() if name not in ("$schema", "config")}
    panels = [
        {"rows": {name: columns(rows) for name, rows in panel.rows.items()}}
        for panel in chart.panels
    ]
    return {
        "spec": spec,
        "panels": panels,
        "readout": dict(chart.readout),
        "hasNames": chart.has_names,
    }


def columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Write a frame by column, numbers with the digits that tell and whole ones whole.

    Texts that come again stand once: `of` lists them, `at` says which one a row has.
    """
    return {str(name): _column(frame[name].tolist()) for name in frame.columns}


def _column(values: list[Any]) -> Any:
    if values and isinstance(values[0], str):
        of = list(dict.fromkeys(values))
        places = {text: place for place, text in enumerate(of)}
        return {"of": of, "at": [places[text] for text in values]}
    return [_plain(value) for value in values]


def _plain(value: object) -> object:
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    if value.is_integer():
        return int(value)
    told = f"{value:.10g}"  # what the tables hold of it
    if abs(value) < LARGE:
        return float(DIGITS.create_decimal(told))
    return float(Decimal(told).quantize(CENTS, ROUND_05UP))


def _slider(chart: Chart) -> Slider | None:
    field = chart.readout.get("x")
    if not field:
        return None
    found = [panel.rows[chart.readout["rows"]][field] for panel in chart.panels]
    first, last = int(min(each.min() for each in found)), int(max(each.max() for each in found))
    name = f"Month, {label(first)} to {label(last)}" if field == "m" else f"Year, {first} to {last}"
    step = int(chart.readout.get("every", "1"))
    return Slider(name, last - (last - first) // step * step, last, last, step)


def _swatch(key: Key) -> Markup:
    colour = f"var(--{key.colour[1:]})" if key.colour.startswith("$") else key.colour
    shapes: Mapping[str, str] = {
        "line": '<path d="M0 6h20" stroke="{0}" stroke-width="2"/>',
        "dash": '<path d="M0 6h20" stroke="{0}" stroke-width="1.5" stroke-dasharray="4 3"/>',
        "rule": '<path d="M10 0v12" stroke="{0}" stroke-width="1"/>',
        "band": '<path d="M0 1h20v10h-20z" fill="{0}"/>',
        "square": '<path d="M3 0h12v12h-12z" fill="{0}"/>',
        "point": '<circle cx="10" cy="6" r="4" fill="{0}"/>',
        "ring": '<circle cx="10" cy="6" r="4" fill="none" stroke="{0}" stroke-width="1.5"/>',
        "diamond": '<path d="M10 1l5 5l-5 5l-5 -5z" fill="{0}"/>',
        "cross": '<path d="M8 1h4v3h3v4h-3v3h-4v-3h-3v-4h3z" fill="{0}"/>',
        "triangle-up": '<path d="M10 1l6 10h-12z" fill="{0}"/>',
    }
    drawn = Markup(shapes[key.mark]).format(colour)
    return Markup('<svg viewBox="0 0 20 12" aria-hidden="true">{}</svg>').format(drawn)


def _is_numeric(column: pd.Series) -> bool:
    texts = [str(text) for text in column if str(text) not in ("", "-")]
    firsts = [text.lstrip("+-").split(" ")[0] for text in texts]
    is_number = [first in WORDS or first[:1].isdigit() for first in firsts]
    return all(is_number) and any(first not in WORDS[:1] for first in firsts)


def _key(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else "1e99" if math.isinf(value) else f"{value:.6g}"
    return str(value)

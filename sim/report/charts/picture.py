"""Compose a chart into one specification and write it as PNG, SVG, PDF or Vega-Lite."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.errors import InputError
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.colours import LIGHT, themed
from sim.report.charts.marks import CONFIG
from sim.report.charts.wording import width, wrapped

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FORMATS = ("png", "svg", "pdf", "json")
PAGE = 980
"""Width of the panels together, pixels."""
GAP = 60
NAMES = 190
"""Room for names beside the vertical axis."""
INDENT = 48
"""From the edge of a panel to its axis, where no names stand beside it."""
LETTER, SMALL, NOTE = 6.4, 5.3, 5.0
"""Width of a letter at 12 pixels, in a legend, and in a note."""
DENSITY = 108


def written(chart: Chart, format: str) -> bytes:
    """Return the chart in one of FORMATS; equal charts give equal bytes. Raises InputError for
    others.
    """
    if format not in FORMATS:
        raise InputError(f"{format!r} is no format of a picture; there are {', '.join(FORMATS)}")
    spec = json.dumps(composed(chart, LIGHT), ensure_ascii=False)
    if format == "json":
        return (spec + "\n").encode()
    import vl_convert

    if format == "png":
        return vl_convert.vegalite_to_png(spec, ppi=DENSITY)
    made = vl_convert.vegalite_to_svg(spec)
    return made.encode() if format == "svg" else vl_convert.svg_to_pdf(made)


def composed(chart: Chart, theme: Mapping[str, str]) -> Spec:
    """Return a chart as one specification: title, legend, panels in columns, notes; with
    its data.
    """
    columns = min(chart.columns, len(chart.panels))
    room = PAGE - (NAMES if chart.has_names else 0)
    wide = (room - GAP * (columns - 1)) // columns
    panels = [_panel(chart, panel, place, wide) for place, panel in enumerate(chart.panels)]
    data = {
        f"{name}_{place}": json.loads(rows.to_json(orient="records", double_precision=10))
        for place, panel in enumerate(chart.panels)
        for name, rows in panel.rows.items()
    }
    left = -NAMES if chart.has_names else -INDENT
    blocks = [
        *_legend(chart.keys, left),
        {"concat": panels, "columns": columns, "spacing": {"row": 16, "column": GAP - 10}},
        *_notes(chart.notes, left),
    ]
    whole = {
        "$schema": SCHEMA,
        "title": {
            "text": wrapped(chart.title, int(PAGE / 9)),
            "subtitle": wrapped(chart.subtitle, int(PAGE / LETTER)),
            "fontSize": 16,
            "offset": 8,
        },
        "vconcat": blocks,
        "spacing": 10,
        "datasets": data,
        "config": CONFIG,
        "padding": 14,
        "usermeta": {"embedOptions": {"renderer": "svg"}},
    }
    found = themed(whole, theme)
    assert isinstance(found, dict)
    return found


def _panel(chart: Chart, panel: Panel, place: int, wide: int) -> Spec:
    """Return a panel with its own data sets, title and width."""
    spec = _renamed(_filled(chart.spec, panel), set(panel.rows), place)
    title: Spec = {"text": wrapped(panel.title or panel.axis, int(wide / LETTER)), "offset": 12}
    if panel.title and panel.axis:
        title |= {"subtitle": wrapped(panel.axis, int(wide / SMALL)), "subtitleFontSize": 10}
    kept = {key: value for key, value in spec.items() if key not in ("$schema", "config")}
    return {"width": wide, **kept, **({"title": title} if title["text"] != [""] else {})}


def _filled(spec: Spec, panel: Panel) -> Spec:
    """Leave out layers without data: an axis cannot span nothing."""
    empty = {name for name, rows in panel.rows.items() if rows.empty}
    layers = [each for each in spec["layer"] if each.get("data", {}).get("name") not in empty]
    return {**spec, "layer": layers}


def _renamed(spec: Any, names: set[str], place: int) -> Any:
    """Give the data sets of a panel names of their own."""
    if isinstance(spec, list):
        return [_renamed(each, names, place) for each in spec]
    if not isinstance(spec, dict):
        return spec
    found = {key: _renamed(value, names, place) for key, value in spec.items()}
    if isinstance(found.get("data"), dict) and found["data"].get("name") in names:
        found["data"] = {"name": f"{found['data']['name']}_{place}"}
    return found


def _legend(keys: Sequence[Key], left: float) -> Iterator[Spec]:
    """Draw the legend in rows that fit the page."""
    if not keys:
        return
    layers: list[Spec] = []
    x, row = 0.0, 0
    for key in keys:
        size = 26 + SMALL * width(key.label)
        if x and x + size > PAGE:
            x, row = 0.0, row + 1
        at = left + x
        layers += [_swatch(key, at, 16 * row + 8), _text(key.label, at + 24, 16 * row + 8)]
        x += size + 14
    yield _board(layers, 16 * (row + 1))


def _swatch(key: Key, x: float, y: float) -> Spec:
    """Draw the mark of a legend's entry."""
    line: Spec = {"type": "rule", "color": key.colour, "strokeWidth": 2}
    marks: dict[str, Spec] = {
        "line": line,
        "dash": {**line, "strokeDash": [4, 3], "strokeWidth": 1.2},
        "rule": {**line, "strokeWidth": 0.8},
        "band": {**line, "strokeWidth": 10},
        "square": {**line, "strokeWidth": 11},
        "point": {"type": "point", "filled": True, "opacity": 1, "color": key.colour},
        "ring": {"type": "point", "filled": False, "color": key.colour},
    }
    for shape in ("diamond", "cross", "triangle-up"):
        marks[shape] = {**marks["point"], "shape": shape}
    mark = marks[key.mark]
    ends = {"x": x, "x2": x + 18} if mark["type"] == "rule" else {"x": x + 9}
    return {"mark": mark, "encoding": _at(**ends, y=y)}


def _notes(notes: Sequence[str], left: float) -> Iterator[Spec]:
    """Write the notes under the panels, in two columns where they are many; nothing is cut."""
    if not notes:
        return
    columns = 2 if len(notes) > 3 else 1
    wide = PAGE // columns
    lines = [wrapped(note, int((wide - 20) / NOTE)) for note in notes]
    share = -(-sum(map(len, lines)) // columns)
    layers: list[Spec] = []
    column = at = lowest = 0
    for each in lines:
        if at >= share and column < columns - 1:
            column, at = column + 1, 0
        for place, text in enumerate(each):
            indent = 16 if place else 0
            layers.append(_text(text, left + column * wide + indent, 13 * (at + place) + 8))
        at += len(each)
        lowest = max(lowest, at)
    yield _board(layers, 13 * lowest + 4)


def _board(layers: list[Spec], tall: int) -> Spec:
    """Return a drawing board on which marks stand at pixels."""
    return {"width": PAGE, "height": tall, "data": {"values": [{}]}, "layer": layers}


def _text(text: str, x: float, y: float) -> Spec:
    return {"mark": {"type": "text", "text": text, "align": "left"}, "encoding": _at(x=x, y=y)}


def _at(**places: float) -> Spec:
    return {channel: {"value": place} for channel, place in places.items()}

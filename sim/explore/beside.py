"""Lay the charts of two settings out side by side: for each panel of the one, that of the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sim.report.charts.chart import Chart, Panel, Spec
from sim.report.charts.choice import ANY, Choice

SIDES = ("kept", "now")
EVERY = 10_000
ENDS = "ends"
"""Data set of the lowest and the highest amount of a pair of panels"""


def other_choice(now: Chart | None, asked: Choice) -> Choice:
    """Return the choice by which the other side's chart has every panel that this one has.

    What was asked for by name stays. Without names each side shows what is worst there, so the
    other one is asked for all of the same states.
    """
    if asked.is_made or now is None:
        return asked
    states = {panel.group for panel in now.panels} - {""}
    return Choice(states, most=EVERY) if states else replace(ANY, most=EVERY)


def paired(kept: Chart | None, now: Chart | None) -> Chart | None:
    """Return one chart of two, whose panels stand in pairs, kept before now, in the order of now.

    A panel that one side has not, since nothing happens there, stands alone. None where neither
    side has anything to show.
    """
    whole = now or kept
    if whole is None:
        return None
    found = [
        {_name(panel): panel for panel in (chart.panels if chart else ())} for chart in (kept, now)
    ]
    panels: list[Panel] = []
    for name in map(_name, whole.panels):
        pair = [(side, each[name]) for side, each in zip(SIDES, found, strict=True) if name in each]
        panels += _on_one_scale(whole.spec, [_of_side(panel, side) for side, panel in pair])
    return replace(whole, panels=panels, spec=_with_ends(whole.spec), columns=2, table=None)


def _name(panel: Panel) -> str:
    return panel.title or panel.axis


def _of_side(panel: Panel, side: str) -> Panel:
    return replace(panel, title=f"{_name(panel)} ({side})", told=f"{side}: {panel.told}")


def _on_one_scale(spec: Spec, pair: Sequence[Panel]) -> list[Panel]:
    """Give the panels of a pair the ends of both, so that equal heights are equal amounts."""
    import pandas as pd

    values = [
        number
        for panel in pair
        for data, field in _amounts(spec)
        if data in panel.rows and field in panel.rows[data]
        for number in panel.rows[data][field].dropna()
    ]
    ends = pd.DataFrame({"ends": [min(values), max(values)] if values else []}, dtype=float)
    return [replace(panel, rows={**panel.rows, ENDS: ends}) for panel in pair]


def _with_ends(spec: Spec) -> Spec:
    """Return a specification with an invisible layer that holds the ends."""
    channel = _channel(spec)
    encoding = {channel: {"field": "ends", "type": "quantitative"}}
    layer = {"data": {"name": ENDS}, "mark": {"type": "point", "opacity": 0}, "encoding": encoding}
    return {**spec, "layer": [*spec["layer"], layer]}


def _amounts(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield the data set and the field of each amount that is drawn."""
    channel = _channel(spec)
    for layer in spec["layer"]:
        data = layer.get("data", spec.get("data", {})).get("name", "")
        for name in (channel, f"{channel}2"):
            field = layer.get("encoding", {}).get(name, {}).get("field")
            if field:
                yield data, field


def _channel(spec: Spec) -> str:
    """Return the axis along which amounts are drawn: across where names stand on the other."""
    ups: list[Any] = [layer.get("encoding", {}).get("y", {}).get("type") for layer in spec["layer"]]
    return "y" if "quantitative" in ups else "x"

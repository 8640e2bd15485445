"""Lay the charts of two settings out side by side: for each panel of the one, that of the other."""

from __future__ import annotations

from dataclasses import replace

from sim.report.charts.chart import Chart, Panel
from sim.report.charts.choice import ANY, Choice

SIDES = ("kept", "now")
EVERY = 10_000


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
    panels = [
        _of_side(panels[name], side)
        for name in map(_name, whole.panels)
        for side, panels in zip(SIDES, found, strict=True)
        if name in panels
    ]
    return replace(whole, panels=panels, columns=2, table=None)


def _name(panel: Panel) -> str:
    return panel.title or panel.axis


def _of_side(panel: Panel, side: str) -> Panel:
    return replace(panel, title=f"{_name(panel)} ({side})", told=f"{side}: {panel.told}")

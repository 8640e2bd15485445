"""Hold a chart: what it found, one specification of a panel over named data, and the data of each
panel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.files.aside import replacing
from sim.report.charts.colours import LIGHT

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

Mark = Literal[
    "line", "dash", "band", "square", "point", "ring", "rule", "diamond", "cross", "triangle-up"
]
Spec = dict[str, Any]


@dataclass(frozen=True)
class Key:
    """Hold an entry of a chart's legend."""

    label: str
    colour: str
    """As `#rrggbb`, or the name of a theme's colour"""
    mark: Mark = "square"


@dataclass(frozen=True, eq=False)
class Panel:
    """Hold one panel of a chart: its data by the names that the specification gives them."""

    title: str
    rows: Mapping[str, pd.DataFrame]
    told: str
    """What it shows, in a sentence: for those who hear it"""
    axis: str = ""
    """What the numbers of its axis are, with their unit; stands over the axis, so that it
    is read
    """
    group: str = ""
    """Code of the state that it is about, to be chosen by; empty: of all"""


@dataclass(frozen=True, eq=False)
class Chart:
    """Hold all that is needed to draw a chart on a page, as a picture, or in a notebook.

    The specification is Vega-Lite's, of one panel, over data sets that each panel names alike.
    Colours that depend on the theme stand as names (`$ink`).
    """

    name: str
    title: str
    """What was found"""
    subtitle: str
    """What is drawn, which of how many, in what, with which spread"""
    spec: Spec
    panels: Sequence[Panel]
    keys: Sequence[Key] = ()
    notes: Sequence[str] = ()
    """Under the chart: the events by their numbers"""
    table: pd.DataFrame | None = None
    """The numbers behind the chart, as a person reads them"""
    columns: int = 2
    has_names: bool = False
    """Whether names stand beside the vertical axis, and so take as much room as they need"""
    readout: Mapping[str, str] = field(default_factory=dict)
    """How the words under the pointer are made: `rows`, `x`, `series` and `text`, see the page's
    script
    """

    def to_dict(self, theme: Mapping[str, str] = LIGHT) -> Spec:
        """Return the whole chart as one Vega-Lite specification: titles, legend, panels, notes,
        data.
        """
        from sim.report.charts.picture import composed

        return composed(self, theme)

    def altair(self) -> alt.VConcatChart:
        """Return the whole chart as altair's, to be changed further or shown in a notebook."""
        import altair as alt

        found: alt.VConcatChart = alt.VConcatChart.from_dict(self.to_dict())
        return found

    def save(self, path: str | Path) -> Path:
        """Write the chart as the file's ending says: .png, .svg, .pdf or .json (Vega-Lite).

        An older picture there stands until the new one is whole. Raises InputError for another
        ending.
        """
        from sim.report.charts.picture import written

        place = Path(path)
        data = written(self, place.suffix.lstrip(".").lower())
        with replacing(place) as stream:
            stream.write(data)
        return place

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Show the chart in a notebook as a picture: it needs no network and no extension."""
        from sim.report.charts.picture import written

        return {"image/svg+xml": written(self, "svg").decode(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Chart {self.name}: {self.title} ({len(self.panels)} panels)>"

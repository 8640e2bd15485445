"""Give all charts the same marks for events and spreads, and one look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

FONT = (
    "Liberation Sans, Arial, Helvetica, DejaVu Sans, Noto Sans CJK SC, Noto Sans CJK JP, sans-serif"
)

NUMBERS: dict[str, Any] = {
    "format": ",.6~g",
    "labelExpr": (
        "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, ',.4~g') + ' bn' :"
        " abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.4~g') + ' mn' : datum.label"
    ),
}
"""How numbers are written on axes: no exponent, and words for millions, which have no room there"""

CONFIG: dict[str, Any] = {
    "aria": False,  # one sentence a panel and a table say it better than a label a mark
    "background": "$paper",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        **{"labelColor": "$faint", "titleColor": "$faint", "gridColor": "$grid"},
        **{"domainColor": "$faint", "tickColor": "$faint", "titleFontWeight": "normal"},
        **{"labelFontSize": 10, "titleFontSize": 10, "tickSize": 3, "labelOverlap": True},
    },
    "axisY": {"minExtent": 30, "titlePadding": 3},
    "text": {"color": "$ink", "fontSize": 10, "font": FONT},
    "title": {
        **{"color": "$ink", "subtitleColor": "$faint", "anchor": "start", "fontSize": 12},
        **{"subtitleFontSize": 11, "fontWeight": "bold", "font": FONT, "subtitleFont": FONT},
    },
    "legend": {"disable": True},
    "concat": {"spacing": 18},
}
"""What all specifications share; colours are names of a theme."""


def event_marks() -> list[alt.Chart]:
    """Return the lines of the data set `events` with their numbers on top."""
    import altair as alt

    base = alt.Chart(alt.NamedData("events"))
    return [
        base.mark_rule(color="$event", strokeWidth=0.7, opacity=0.75).encode(x="m:Q"),
        base.mark_text(color="$event", fontSize=8, baseline="bottom").encode(
            x="place:Q", y=alt.value(-2), text="number:N"
        ),
    ]


def state_scale(colours: dict[str, str]) -> alt.Scale:
    """Return the scale from states to their colours."""
    import altair as alt

    return alt.Scale(domain=list(colours), range=list(colours.values()))

"""Show a result in ten lines: as text, and as a table in notebooks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from sim.files.text import printable

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 6
WIDEST = 100
CELL = 40
"""Characters of a line, and of a cell, that are shown."""


@dataclass(frozen=True)
class Card:
    """Hold what is shown: two sentences, a few rows, and what can be asked for."""

    heading: str
    told: str
    """What was run, and what the rows are"""
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Of which the first few are shown"""
    offered: str
    """Names of tables and methods"""

    @classmethod
    def of_frame(cls, heading: str, told: str, frame: pd.DataFrame, offered: str) -> Card:
        """Make a card of the first columns and rows of a frame."""
        shown = frame.iloc[:MOST_ROWS, :8]
        rows = shown.map(lambda each: f"{each:.4g}" if isinstance(each, float) else each)
        return cls(heading, told, list(map(str, shown.columns)), rows.to_numpy().tolist(), offered)


class Shown(ABC):
    """Show a result by its card, on a console and in notebooks."""

    @abstractmethod
    def card(self) -> Card:
        """Return what is shown of it at a glance."""

    def __repr__(self) -> str:
        return as_text(self.card())

    def _repr_html_(self) -> str:
        return as_html(self.card())


def as_text(card: Card) -> str:
    """Write a card in at most ten lines, with control characters written out as escapes."""
    rows = [[_cut(_flat(each)) for each in row] for row in (card.columns, *card.rows[:MOST_ROWS])]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines = [_flat(card.heading), _flat(card.told), *(table if card.rows else []), card.offered]
    return "\n".join(_cut(printable(line), WIDEST) for line in lines if line)


def as_html(card: Card) -> str:
    """Write a card as a table of HTML, all text escaped."""
    head = "".join(f"<th>{_escaped(each)}</th>" for each in card.columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_escaped(each)}</td>' for each in row)}</tr>"
        for row in card.rows[:MOST_ROWS]
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""
    return (
        f"<div><strong>{_escaped(card.heading)}</strong><p>{_escaped(card.told)}</p>"
        f"{table}<p><small>{_escaped(card.offered)}</small></p></div>"
    )


def _flat(text: Any) -> str:
    return " ".join(printable(str(text)).split())


def _cut(line: str, most: int = CELL) -> str:
    return line if len(line) <= most else f"{line[: most - 3]}..."


def _escaped(text: Any) -> str:
    return escape(printable(str(text)))

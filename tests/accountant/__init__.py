"""An accountant beside the model: reads a result's tables and its scenario, and recomputes.

Nothing here is the engine's: what a rule, an event or a metric means is written down a second
time, from the documents, so that a fault has to be made twice to pass.
"""

from __future__ import annotations

from pathlib import Path

from tests.accountant import endings, figures, goods, leaks, limits, purse
from tests.accountant.books import Break, Books

EXACT = (goods, limits, leaks, purse, figures, endings)
"""What is checked of one member."""
LINEAR = (goods, purse, endings)
"""What is checked of the means over many members: sums, and what holds for each of them."""


def audit(result: Path, rest: Path) -> list[Break]:
    """Check a result of one member; `rest` is the same world's first month without any event."""
    books = Books.read(result, "central")
    start = Books.read(rest, "central")
    return [each for part in EXACT for each in part.check(books, start)]


def audit_means(result: Path, rest: Path) -> list[Break]:
    """Check the means of a result of many members, as far as what holds for each holds for them."""
    books = Books.read(result, "mean")
    start = Books.read(rest, "mean")
    return [each for part in LINEAR for each in part.check(books, start)]

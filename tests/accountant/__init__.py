"""An accountant beside the model: reads a result's tables and its scenario, and recomputes.

Nothing here is the engine's: what a rule, an event or a metric means is written down a second
time, from the documents, so that a fault has to be made twice to pass.
"""

from __future__ import annotations

from pathlib import Path

import sim
from tests.accountant import endings, figures, goods, leaks, limits, plants, purse
from tests.accountant.books import Books, Break
from tests.accountant.world import at_rest, read

EXACT = (goods, plants, limits, leaks, purse, figures, endings)
"""What is checked of one member."""
LINEAR = (goods, plants, purse, endings)
"""What is checked of the means over many members: sums, and what holds for each of them."""


def audit(result: Path, rest: Path) -> list[Break]:
    """Check a result of one member; `rest` holds the flows of the same world at rest."""
    books = Books.read(result, "central", rest)
    return [each for part in EXACT for each in part.check(books)]


def audit_means(result: Path, rest: Path) -> list[Break]:
    """Check the means of a result of many members, as far as what holds for each holds for them."""
    books = Books.read(result, "mean", rest)
    return [each for part in LINEAR for each in part.check(books)]


def audited(scenario: sim.Scenario, folder: Path) -> list[Break]:
    """Run a scenario into a folder, and check what stands there."""
    result = sim.run(scenario).save(folder / "result", figures=False)
    rest = folder / "rest"
    rest.mkdir()
    still = sim.run(sim.parse(at_rest(read(result / "scenario.yaml"))))
    still.flows.to_csv(rest / "flows.csv", index=False)
    return (audit if scenario.members == 1 else audit_means)(result, rest)

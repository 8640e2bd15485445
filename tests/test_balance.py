"""The world at rest against Leontief's inverse: demand passed down a bill of materials that feeds on itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.run import run

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["leontief"]
GOODS = ("one", "two")


def output(final: list[float]) -> np.ndarray:
    """Return what two industries make, month by month, [months, 2], when each uses both goods and these are used up."""
    coefficients = EXPECTED["A"]
    inputs = {good: {name: {"amount": coefficients[row][column]} for row, name in enumerate(GOODS)} for column, good in enumerate(GOODS)}
    scenario = sim.parse(
        {
            "name": "industries",
            "title": "Two industries that feed on each other",
            "start": "2014-01",
            "months": 12,
            "states": {"AAA": {"title": "Country"}},
            "products": {good: {"title": good, "unit": "units", "inputs": inputs[good]} for good in GOODS},
            "factories": {f"maker_{good}": {"title": good, "state": "AAA", "lines": {good: 10_000}} for good in GOODS},
            "needs": {"AAA": dict(zip(GOODS, final, strict=True))},
        }
    )
    return run(scenario).records.output[:, :, 0]


@pytest.mark.parametrize("column", [0, 1])
def test_a_unit_of_final_use_takes_a_column_of_the_inverse(column: int) -> None:
    """And so in every month: the world stays at rest."""
    made = output([float(row == column) for row in range(2)])
    np.testing.assert_allclose(made, np.broadcast_to(np.array(EXPECTED["L"])[:, column], made.shape), rtol=1e-10)


def test_the_published_tables_output() -> None:
    """Miller and Blair's two industries: their own year, and the one after final use has changed."""
    np.testing.assert_allclose(output(EXPECTED["f"])[0], EXPECTED["x"], rtol=1e-10)
    np.testing.assert_allclose(output([600, 1500])[-1], EXPECTED["x_600_1500"], rtol=1e-10)

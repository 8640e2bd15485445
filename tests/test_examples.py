"""Every example that we show loads, runs at once, balances its books."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim

EXAMPLES = sorted((Path(__file__).parent.parent / "scenarios" / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_runs(path: Path) -> None:
    """It is called as its file, it is titled, and its books balance."""
    scenario = sim.load(path)
    assert scenario.name == path.stem
    assert scenario.title
    records = sim.run(scenario).records
    assert max(records.residuals.values()) <= 64
    assert records.series["used"].sum() > 0

"""What every rule must keep: a member's bits do not depend on its company, and a world at rest
stays at rest."""

from __future__ import annotations

import numpy as np

from sim.engine.run import run
from sim.scenario.schema import Scenario


def assert_same_in_any_company(scenario: Scenario, members: int = 6) -> None:
    """Run in chunks of one, three and all members, and compare every bit."""
    whole = run(scenario, members=members, chunk=members).records
    for width in (1, 3):
        part = run(scenario, members=members, chunk=width).records
        for name in ("usable", "output", "capacity", "flows"):
            assert np.array_equal(getattr(part, name), getattr(whole, name)), (width, name)
        for name in ("series", "summary", "money"):
            ours, theirs = getattr(part, name), getattr(whole, name)
            assert all(np.array_equal(ours[key], theirs[key], equal_nan=True) for key in theirs), (
                width,
                name,
            )
        assert part.warnings == whole.warnings


def assert_rests(scenario: Scenario, *but: str) -> None:
    """Run for ten years without events: every series is constant to 1e-12, except those named."""
    records = run(
        scenario.model_copy(update={"events": {}, "programmes": {}}), members=4, months=120
    ).records
    for name, values in {
        **records.series,
        "usable": records.usable,
        "output": records.output,
        "capacity": records.capacity,
    }.items():
        if name not in but:
            np.testing.assert_allclose(
                values,
                np.broadcast_to(values[:1], values.shape),
                rtol=1e-12,
                atol=1e-12,
                err_msg=name,
            )

"""What events do month by month, on paper: what runs of whole worlds would not show."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from tests.test_events import event, programme
from tests.worlds import world


def test_funding_reaches_each_member_in_its_own_months() -> None:
    """24 in three parts, from a month on that is drawn: 8 a month for three months, no more."""
    more = {
        "kind": "funding",
        "programme": "build",
        "amount": 24,
        "months": 3,
        "after": {"event": "ban", "months": {"value": 4, "low": 0, "high": 9}},
    }
    scenario = world(
        members=8,
        events={"ban": event("cut_off"), "more": more},
        programmes={"build": programme(budget={})},
    )
    model = SupplyModel(scenario, range(8))
    paid = np.zeros((24, 8))
    for month in range(24):
        model.step()
        paid[month] = model.world.programmes.appropriated[0]
    begin = model.events.timeline.begin[1]
    assert len(set(begin.tolist())) > 3
    months = np.arange(24)[:, None]
    np.testing.assert_allclose(
        paid, np.where((months >= begin) & (months < begin + 3), 8.0, 0.0), atol=1e-12
    )

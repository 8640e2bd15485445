"""What holds of the investment rules whatever they are shown."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.investment import Prospects, expand_when_pressed, none, retool_when_idle
from sim.scenario.plant_options import MEMORY


def prospects(
    pressure: float, idle_share: float, spare: float, short: float, builds: bool, price: float = 1.0
) -> Prospects:
    """Return one thing that a factory may do, as it was for as long as it remembers."""
    one, memory = np.ones((1, 1)), np.ones((MEMORY, 1, 1))
    return Prospects(
        builds=np.array([builds]),
        line=np.zeros(1, dtype=np.int64),
        capacity=10 * one,
        pressure=pressure * memory,
        short=short * one,
        idle=idle_share * memory,
        spare=spare * one,
        arriving=0.8 * one,
        unit_cost=one,
        price=price * one,
        cost=one,
    )


some = st.floats(0, 100)


@given(
    pressure=some,
    idle_share=st.floats(0, 1),
    spare=some,
    short=some,
    builds=st.booleans(),
    price=some,
)
def test_rules_never_do_what_was_not_asked(
    pressure: float, idle_share: float, spare: float, short: float, builds: bool, price: float
) -> None:
    """Nobody builds without pressure or turns a busy line; nobody turns more than stands idle or
    more than is missing."""
    seen = prospects(pressure, idle_share, spare, short, builds, price)
    built, turned = float(expand_when_pressed(seen)[0, 0]), float(retool_when_idle(seen)[0, 0])
    assert none(seen).sum() == 0
    assert built in ((0, 2) if builds and pressure > 1.1 else (0,))
    assert (
        0 <= turned <= (spare if not builds and pressure > 1.1 and idle_share >= 0.5 - 1e-6 else 0)
    )
    assert turned * 0.8 <= short * (1 + 1e-12)

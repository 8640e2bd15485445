"""Plug in a rule of one's own, a buyer who stocks up while it can, and compare it with ordering as
usual.

python examples/custom_rule.py
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

import sim
from sim.rules.ordering import Position, hold_cover

FIRST = "examples/first"
EXTRA = (3, 6, 12)


# the function's name is the rule's name, what stands behind the star are its parameters, with what
# they may be
@sim.rule("ordering", source="an example")
def stock_up(
    position: Position,
    *,
    extra: Annotated[float, Field(ge=0, le=60)] = 3.0,
    until: Annotated[int, Field(ge=0)] = 12,
) -> NDArray[np.float64]:
    """Hold `extra` more months of use in stock in the first `until` months; otherwise order as
    hold_cover does.
    """
    more = extra if position.month < until else 0.0
    return hold_cover(replace(position, cover=position.cover + more))


def main() -> None:
    """Run the first example with the default rule and with this one, and print what the members
    gain.
    """
    usual = sim.run(sim.load(FIRST))
    print(
        "share of need met since the ban, in percentage points above ordering as usual (mean, and 9"
        " of 10 members)"
    )
    for extra in EXTRA:
        stocked = sim.load(FIRST, rules={"ordering": {"rule": "stock_up", "extra": extra}})
        gain = (
            sim.compare(sim.run(stocked), usual)
            .table.query("metric == 'fill_rate_after' and product == 'engines'")
            .iloc[0]
        )
        mean, low, high = 100 * gain[["mean", "p05", "p95"]]
        print(f"{extra:2} months more in stock: {mean:+.1f} ({low:+.1f} to {high:+.1f})")


# worker processes read this file, too: what is not for them stands behind this line
if __name__ == "__main__":
    main()

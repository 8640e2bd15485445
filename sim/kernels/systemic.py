"""Say how much of a network's output stands and falls with one firm: the economic systemic risk
index.

Static, without stocks, time or new suppliers; the dynamic counterpart is `sim.stress`. Equations:
Diem, Borsos, Reisch, Kertesz and Thurner 2022, Scientific Reports 12:7719; equations 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy import sparse

from sim.kernels.sums import Floats, Ints

TOLERANCE = 1e-2
"""The spread of a shock stops when no firm falls by more than this in a step; the authors' default.
"""
MOST_STEPS = 1000


def esri(
    supplier: Ints,
    buyer: Ints,
    volume: Floats,
    industry: Ints,
    weight: Floats | None = None,
    *,
    inputs: Literal["linear", "leontief"] = "leontief",
    market: bool = False,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Return each firm's index, [firms]: the share of all firms' weight that is lost when it fails.

    `supplier`, `buyer` [links] number firms, `volume` [links] is what flows between them,
    `industry` [firms] what each makes, `weight` [firms] counts in the index (out-strength where not
    given). With `inputs="leontief"` every input is essential, with "linear" none is. With `market`,
    a failing firm is missed less where others make the same.
    """
    alone = [np.array([firm]) for firm in range(industry.size)]
    return esri_of_sets(
        supplier,
        buyer,
        volume,
        industry,
        weight,
        alone,
        inputs=inputs,
        market=market,
        tolerance=tolerance,
    )


def esri_of_sets(  # noqa: PLR0913 - as above
    supplier: Ints,
    buyer: Ints,
    volume: Floats,
    industry: Ints,
    weight: Floats | None,
    sets: Sequence[Ints],
    *,
    inputs: Literal["linear", "leontief"] = "leontief",
    market: bool = False,
    tolerance: float = TOLERANCE,
) -> Floats:
    """Return the index of sets of firms that fail together, [sets]; otherwise as `esri`."""
    network = _Network(
        supplier, buyer, volume, industry, essential=inputs == "leontief", market=market
    )
    share = network.out if weight is None else np.asarray(weight, dtype=np.float64)
    share = share / share.sum()
    lost = [1.0 - np.minimum(*network.after(firms, tolerance)) for firms in sets]
    return np.array([float((share * each).sum()) for each in lost])


def losses(
    supplier: Ints,
    buyer: Ints,
    volume: Floats,
    industry: Ints,
    firm: int,
    *,
    inputs: Literal["linear", "leontief"] = "leontief",
    tolerance: float = TOLERANCE,
) -> tuple[Floats, Floats]:
    """Return what each firm loses, [firms] and [firms], for want of inputs and for want of buyers,
    when one firm fails.
    """
    down, up = _Network(
        supplier, buyer, volume, industry, essential=inputs == "leontief", market=False
    ).after(np.array([firm]), tolerance)
    return 1.0 - down, 1.0 - up


class _Network:
    """Hold how much each firm depends on each supplier and each buyer."""

    def __init__(
        self,
        supplier: Ints,
        buyer: Ints,
        volume: Floats,
        industry: Ints,
        *,
        essential: bool,
        market: bool,
    ) -> None:
        firms = industry.size
        self._industry, self._essential, self._market, self._firms = (
            industry,
            essential,
            market,
            firms,
        )
        self.out = np.bincount(supplier, volume, firms)
        # an input is one industry's goods to one buyer: a row of its own
        input_of_link = buyer * (industry.max(initial=0) + 1) + industry[supplier]
        inputs, place = np.unique(input_of_link, return_inverse=True)
        self._buyer_of_input = inputs // (industry.max(initial=0) + 1)
        per_input, per_buyer = np.bincount(place, volume), np.bincount(buyer, volume, firms)
        need = volume / (per_input[place] if essential else per_buyer[buyer])
        self._down = sparse.csr_array((need, (place, supplier)), shape=(inputs.size, firms))
        self._up = sparse.csr_array(
            (volume / self.out[supplier], (supplier, buyer)), shape=(firms, firms)
        )

    def after(self, firms: Ints, tolerance: float) -> tuple[Floats, Floats]:
        """Return the output left to each firm, as a share, by want of inputs and by want of buyers,
        once `firms` fail.
        """
        alive = np.ones(self._firms)
        alive[firms] = 0.0
        down, up = alive, alive
        for _ in range(MOST_STEPS):
            next_down = np.clip(np.minimum(alive, self._by_inputs(down)), 0.0, 1.0)
            next_up = np.clip(np.minimum(alive, 1.0 - np.asarray(self._up @ (1.0 - up))), 0.0, 1.0)
            fall = max(float((down - next_down).max()), float((up - next_up).max()))
            down, up = next_down, next_up
            if fall <= tolerance:
                break
        return down, up

    def _by_inputs(self, down: Floats) -> Floats:
        missed = 1.0 - down
        if self._market:
            left = np.bincount(self._industry, self.out * down, self._industry.max() + 1)[
                self._industry
            ]
            missed = missed * np.divide(
                np.minimum(self.out, left), left, out=np.ones(self._firms), where=left > 0
            )
        lacking: Floats = np.asarray(self._down @ missed, dtype=np.float64)
        if self._essential:
            result = np.ones(self._firms)
            np.minimum.at(result, self._buyer_of_input, 1.0 - lacking)
            return result
        return 1.0 - np.bincount(self._buyer_of_input, lacking, self._firms).astype(np.float64)

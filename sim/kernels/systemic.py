"""Say how much of a network's output stands and falls with one firm: the economic systemic risk
index.

Static, without stocks, time or new suppliers; the dynamic counterpart is `sim.stress`. Equations:
Diem, Borsos, Reisch, Kertesz and Thurner 2022, Scientific Reports 12:7719; equations 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.production import scarcest
from sim.kernels.sums import GroupSum, divide, total, unit

TOLERANCE = 1e-2
"""The spread of a shock stops when no firm falls by more than this in a step; the authors' default.
"""
MOST_STEPS = 1000
NEGLIGIBLE, NON_ESSENTIAL, ESSENTIAL = 0, 1, 2
"""Classes of links: what a lack of it does to the buyer."""
WIDTH = 2**17
"""Numbers of one array: firms times failures that are worked out side by side."""


@dataclass(frozen=True, eq=False)
class Network:
    """Hold who supplies whom, firms and industries by number."""

    supplier: Ints
    buyer: Ints
    """[links]: firms"""
    amount: Floats
    """[links]: what flows, above 0, all in one unit where some inputs are not essential"""
    industry: Ints
    """[firms]: what each makes; links of one industry to one buyer are of one class"""
    kind: Ints | None = None
    """[links]: ESSENTIAL, NON_ESSENTIAL or NEGLIGIBLE; all essential where not given"""

    @property
    def firms(self) -> int:
        """Count the firms."""
        return self.industry.size

    @cached_property
    def sold(self) -> Floats:
        """Return what each firm sells, [firms], in the unit of `amount`: its out-strength."""
        return np.bincount(self.supplier, self.amount, self.firms).astype(np.float64)

    @cached_property
    def by_industry(self) -> GroupSum:
        """Sum firms by industry."""
        return GroupSum(self.industry, int(self.industry.max(initial=0)) + 1)

    def among(self, *kinds: int) -> Bools:
        """Mark the links of some classes, [links]."""
        if self.kind is None:
            return np.full(self.supplier.size, ESSENTIAL in kinds)
        return np.isin(self.kind, kinds)


class Index(NamedTuple):
    """Hold the share of all firms' weight that is lost with each failure, [failures]."""

    whole: Floats
    """By the worse of the two, firm by firm: the index"""
    downstream: Floats
    """For want of inputs alone"""
    upstream: Floats
    """For want of buyers alone"""


def esri(
    network: Network,
    failing: Sequence[Ints] | None = None,
    weight: Floats | None = None,
    *,
    market: bool = False,
    tolerance: float = TOLERANCE,
) -> Index:
    """Return the index of each set of firms that fail together, [failures]; of each firm alone
    where no sets are given.

    `weight` [firms] counts in the index: what firms sell where not given. With `market`, a failing
    firm is missed less where others make the same. A lower `tolerance` lets shocks spread further.
    Failures stand side by side, in parts, so memory stays small; time grows with failures times
    firms and links.
    """
    sets = [np.array([firm]) for firm in range(network.firms)] if failing is None else failing
    weight = network.sold if weight is None else np.asarray(weight, dtype=np.float64)
    share = divide(weight, np.full(weight.shape, weight.sum()))[:, None]
    spread = _Spread(network, market=market)
    width = max(1, WIDTH // max(1, network.firms))
    found = [np.zeros((3, 0))]
    for start in range(0, len(sets), width):
        down, up = spread.after(sets[start : start + width], tolerance)
        left = np.minimum(down, up), down, up
        found.append(np.array([total(share * (1.0 - each)) for each in left]))
    return Index(*np.concatenate(found, axis=1))


def losses(
    network: Network,
    failing: Sequence[Ints],
    *,
    market: bool = False,
    tolerance: float = TOLERANCE,
) -> tuple[Floats, Floats]:
    """Return what each firm loses, as a share, for want of inputs and for want of buyers, when the
    firms of a set fail: [firms, failures] each.
    """
    down, up = _Spread(network, market=market).after(failing, tolerance)
    return 1.0 - down, 1.0 - up


class _Spread:
    """Let failures spread: to buyers, which lack inputs, and to suppliers, which lack buyers."""

    def __init__(self, network: Network, *, market: bool) -> None:
        self._network, self._market = network, market
        self._inputs, buyer = _essential(network)
        self._by_buyer = GroupSum(buyer, network.firms)
        self._others = _non_essential(network)
        firms, supplier, buyer = network.firms, network.supplier, network.buyer
        self._sales = sparse.csr_array(
            (network.amount / network.sold[supplier], (supplier, buyer)), shape=(firms, firms)
        )

    def after(self, failing: Sequence[Ints], tolerance: float) -> tuple[Floats, Floats]:
        """Return the output left to each firm, as a share, by want of inputs and by want of buyers,
        once the firms of a set fail: [firms, failures] each.
        """
        alive = np.ones((self._network.firms, len(failing)))
        for column, firms in enumerate(failing):
            alive[firms, column] = 0.0
        rest_down, rest_up = np.empty_like(alive), np.empty_like(alive)
        going, down, up = np.arange(len(failing)), alive, alive
        for step in range(MOST_STEPS):
            before, (down, up) = (down, up), self._next(alive, down, up)
            fall = np.maximum(before[0] - down, before[1] - up).max(axis=0, initial=0.0)
            moves = fall > (tolerance if step < MOST_STEPS - 1 else np.inf)
            if not moves.all():
                done = going[~moves]
                rest_down[:, done], rest_up[:, done] = down[:, ~moves], up[:, ~moves]
                going, alive = going[moves], alive[:, moves]
                down, up = down[:, moves], up[:, moves]
            if not going.size:
                break
        return rest_down, rest_up

    def _next(self, alive: Floats, down: Floats, up: Floats) -> tuple[Floats, Floats]:
        """Let what is left of each firm, [firms, failures], spread by one link."""
        lacking = np.asarray(self._sales @ (1.0 - up), dtype=np.float64)
        return (
            unit(np.minimum(alive, self._by_inputs(down))),
            unit(np.minimum(alive, 1.0 - lacking)),
        )

    def _by_inputs(self, down: Floats) -> Floats:
        """Return what inputs allow each firm, as a share, [firms, failures]."""
        missed = 1.0 - down
        if self._market:
            missed *= self._irreplaceable(down)
        left = scarcest(1.0 - self._inputs @ missed, self._by_buyer)
        return left if self._others is None else np.minimum(left, 1.0 - self._others @ missed)

    def _irreplaceable(self, down: Floats) -> Floats:
        """Return each firm's share in what its industry still makes, at most 1: who has few rivals
        left is hard to replace.
        """
        network, sold = self._network, self._network.sold[:, None]
        left = network.by_industry(np.ascontiguousarray(sold * down))[network.industry]
        return divide(np.minimum(sold, left), left, otherwise=1.0)


def _essential(network: Network) -> tuple[sparse.csr_array, Ints]:
    """Return suppliers' shares in each essential input, [inputs, firms], and the inputs' buyers,
    rising; an input is what one industry makes for one buyer.
    """
    some = network.among(ESSENTIAL)
    supplier, buyer, amount = network.supplier[some], network.buyer[some], network.amount[some]
    industries = network.by_industry.groups
    names, place = np.unique(buyer * industries + network.industry[supplier], return_inverse=True)
    share = amount / np.bincount(place, amount)[place]
    shape = (names.size, network.firms)
    return sparse.csr_array((share, (place, supplier)), shape=shape), names // industries


def _non_essential(network: Network) -> sparse.csr_array | None:
    """Return suppliers' shares in all that a firm buys, where that is no essential input, [firms,
    firms]; None where there is no such link.
    """
    some = network.among(NON_ESSENTIAL)
    if not some.any():
        return None
    supplier, buyer = network.supplier[some], network.buyer[some]
    bought = np.bincount(network.buyer, network.amount, network.firms)
    share = network.amount[some] / bought[buyer]
    return sparse.csr_array((share, (buyer, supplier)), shape=(network.firms, network.firms))

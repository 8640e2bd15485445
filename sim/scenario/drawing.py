"""Draw the numbers of a scenario for members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim import rng
from sim.scenario.distributions import Distribution, Floats, chosen, quantiles

if TYPE_CHECKING:
    from sim.scenario.quantity import Quantity


def draw_all(
    quantities: Sequence[Quantity], seed: int, names: Sequence[str], members: Sequence[int]
) -> Floats:
    """Draw numbers for each member, shape [quantities, members]: each as it is drawn alone, all in
    a few operations.
    """
    scale, value, may_differ = _central(quantities)
    result = np.repeat(value * scale, len(members), axis=1)
    drawn: dict[Distribution | None, list[int]] = {}
    for row in np.flatnonzero(may_differ).tolist():
        each = quantities[row]
        given = each.beside(names[row], len(members))
        if given is not None:
            result[row] = given
        elif each.is_drawn and any(members):
            drawn.setdefault(each.dist, []).append(row)
    for dist, rows in drawn.items():
        u = rng.rows(seed, [names[row] for row in rows], members)
        found = _found(dist, [quantities[row] for row in rows], u)
        found[:, rng.central(members)] = value[rows]
        result[rows] = found * scale[rows]
    return result


def _central(quantities: Sequence[Quantity]) -> tuple[Floats, Floats, np.ndarray]:
    """Return scales and values, [quantities, 1], and which may differ from member to member. Many
    are the schema's own, one for all.
    """
    keys = [*map(id, quantities)]
    kinds = dict(zip(keys, quantities, strict=True))
    own = {key: (each.scale, each.value, each.may_differ) for key, each in kinds.items()}
    # of one for all nothing is looked up
    known = map(own.__getitem__, keys) if len(own) > 1 else own.values()
    found = [np.array(each) for each in zip(*known, strict=True)]
    scale, value, may_differ = (each.repeat(len(keys) // each.size) for each in found)
    return scale[:, None], value[:, None], may_differ


def _found(dist: Distribution | None, quantities: Sequence[Quantity], u: Floats) -> Floats:
    """Return the quantiles of u [quantities, members] of numbers of one distribution."""
    if dist == "discrete":
        pairs = zip(quantities, u, strict=True)
        return np.array([chosen(own, each.values or [], each.chances) for each, own in pairs])
    low, high, value = (
        np.array([[getattr(each, key)] for each in quantities]) for key in ("low", "high", "value")
    )
    return quantiles(dist, u, low, high, value)

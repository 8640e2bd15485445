"""Draw how close states are politically: for sourcing by loyalty and the search for suppliers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.kernels.arrays import Floats
from sim.scenario.schema import Scenario

STRANGERS = 0.5
"""Affinity between states of different blocs of which the scenario says nothing. Assumed."""


def affinity(scenario: Scenario, members: Sequence[int]) -> Floats:
    """Draw the affinity of each state to each other, 0 to 1, [states, other states, members].

    What the scenario gives for another state takes precedence over what it gives for that state's
    bloc. Where nothing is given, the affinity to the own bloc is 1; that to itself is 1 unless the
    state names itself.
    """
    names = list(scenario.states)
    table = np.empty((len(names), len(names), len(members)))
    for row, (name, state) in enumerate(scenario.states.items()):
        said = {
            key: quantity.draw(scenario.seed, f"states.{name}.affinity.{key}", members)
            for key, quantity in state.affinity.items()
        }
        for column, (other, its) in enumerate(scenario.states.items()):
            is_own = other == name or (its.bloc is not None and its.bloc == state.bloc)
            of_bloc = None if other == name else said.get(its.bloc or other)
            felt = said.get(other, of_bloc)
            table[row, column] = felt if felt is not None else 1.0 if is_own else STRANGERS
    return table

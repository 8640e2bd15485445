"""Say how close states feel to one another: for sourcing by loyalty and for the search of new
suppliers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.kernels.arrays import Floats
from sim.scenario.schema import Scenario

STRANGERS = 0.5
"""Affinity between states of different blocs of which the scenario says nothing. Assumed."""


def affinity(scenario: Scenario, members: Sequence[int]) -> Floats:
    """Draw how close each state feels to each other, 0 to 1, [states, other states, members].

    What a state says of another counts before what it says of the other's bloc; to its own bloc it
    is 1 where it says nothing, to itself where it does not name itself.
    """
    names = list(scenario.states)
    table = np.full((len(names), len(names), len(members)), STRANGERS)
    for row, (name, state) in enumerate(scenario.states.items()):
        said = {
            key: quantity.draw(scenario.seed, f"states.{name}.affinity.{key}", members)
            for key, quantity in state.affinity.items()
        }
        for column, (other, its) in enumerate(scenario.states.items()):
            bloc = its.bloc or other
            if other in said or (bloc in said and other != name):
                table[row, column] = said.get(other, said.get(bloc))
            elif other == name or (its.bloc is not None and its.bloc == state.bloc):
                table[row, column] = 1.0
    return table

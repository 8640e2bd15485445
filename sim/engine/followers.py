"""Group agents by the rules that they follow, so that all who follow one decide in one call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.agents import FactoryAgent, StateAgent, SupplyAgent
from sim.kernels.arrays import Bools
from sim.rules import find
from sim.rules.guard import guarded
from sim.scenario.rule_choices import RuleChoice
from sim.world.world import Rows


@dataclass(frozen=True, eq=False)
class Followers:
    """Hold a rule with its parameters filled in, and the rows of all who follow it."""

    choice: RuleChoice
    rule: Callable[..., Any]
    mask: Bools

    @property
    def rows(self) -> Rows:
        """Their rows; a slice where these stand together, which is faster."""
        return rows_of(self.mask)


def rows_of(mask: Bools) -> Rows:
    """Return the rows that a mask marks, as a slice where these stand together."""
    rows = np.flatnonzero(mask)
    if not rows.size or rows[-1] - rows[0] >= rows.size:
        return rows
    return slice(int(rows[0]), int(rows[-1]) + 1)


def _key(choice: RuleChoice) -> str:
    return json.dumps([choice.rule, choice.parameters], sort_keys=True)


def grouped(
    family: str,
    owners: Iterable[tuple[SupplyAgent, slice]],
    rows: int,
    *,
    idle: str | None = None,
) -> list[Followers]:
    """Return each rule of a family that is followed; the one that does nothing is left out."""
    found: dict[str, tuple[RuleChoice, Bools, list[str]]] = {}
    # most share the scenario's own choice
    keys: dict[int, str] = {}
    for agent, own in owners:
        choice = agent.rules[family]
        key = keys.get(id(choice)) or keys.setdefault(id(choice), _key(choice))
        _, mask, names = found.get(key) or found.setdefault(
            key, (choice, np.zeros(rows, dtype=np.bool_), [])
        )
        mask[own] = True
        names.append(agent.name)
    return [
        Followers(choice, guarded(find(family, choice.rule), choice.parameters, names), mask)
        for choice, mask, names in found.values()
        if mask.any() and choice.rule != idle
    ]


def buyers_of(
    states: Sequence[StateAgent], factories: Sequence[FactoryAgent]
) -> list[tuple[SupplyAgent, slice]]:
    """Return all who have needs, with the rows of these: states for final use, factories for
    inputs.
    """
    return [
        *((each, each.needs) for each in states),
        *((each, each.inputs) for each in factories),
    ]

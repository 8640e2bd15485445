"""Group agents by the rules that they follow, so that all who follow one decide in one call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.engine.agents import Choices, FactoryAgent, StateAgent, SupplyAgent
from sim.kernels.arrays import Bools
from sim.rules import find
from sim.rules.guard import guarded
from sim.scenario.rule_choices import RuleChoice
from sim.world.axes import Axes
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


@dataclass(frozen=True, eq=False)
class Alike:
    """Hold the rows of agents that decide alike in all families."""

    choices: Choices
    mask: Bools
    """[rows]"""
    names: list[str]


@dataclass(frozen=True, eq=False)
class Owners:
    """Hold who decides for which rows: states for final use, factories for inputs, lines and works.

    Most agents follow the scenario's default rules in all families, so these are grouped first.
    """

    axes: Axes
    states: Sequence[StateAgent]
    factories: Sequence[FactoryAgent]

    @cached_property
    def needs(self) -> Sequence[Alike]:
        """List those who have needs."""
        owners = [
            *((each, each.needs) for each in self.states),
            *((each, each.inputs) for each in self.factories),
        ]
        return _alike(owners, len(self.axes.needs))

    @cached_property
    def final(self) -> Sequence[Alike]:
        """List those who have final needs."""
        return _alike([(each, each.needs) for each in self.states], self.axes.final)

    @cached_property
    def lines(self) -> Sequence[Alike]:
        """List those who have lines."""
        return _alike([(each, each.lines) for each in self.factories], len(self.axes.lines))

    @cached_property
    def works(self) -> Sequence[Alike]:
        """List those who have works."""
        return _alike([(each, each.works) for each in self.factories], len(self.axes.works))


def _alike(owners: Iterable[tuple[SupplyAgent, slice]], rows: int) -> list[Alike]:
    found: dict[int, Alike] = {}
    for agent, own in owners:
        alike = found.get(id(agent.rules))
        if alike is None:
            alike = Alike(agent.rules, np.zeros(rows, dtype=np.bool_), [])
            found[id(agent.rules)] = alike
        alike.mask[own] = True
        alike.names.append(agent.name)
    return list(found.values())


def grouped(family: str, several: Iterable[Alike], *, idle: str | None = None) -> list[Followers]:
    """Return each rule of a family that some agent follows, with all who follow it; the rule that
    does nothing is left out.
    """
    found: dict[str, list[Alike]] = {}
    for each in several:
        found.setdefault(_key(each.choices[family]), []).append(each)
    groups = [(alike[0].choices[family], alike) for alike in found.values()]
    return [
        _followers(family, choice, alike)
        for choice, alike in groups
        if choice.rule != idle and any(each.mask.any() for each in alike)
    ]


def _followers(family: str, choice: RuleChoice, alike: Sequence[Alike]) -> Followers:
    mask: Bools = np.logical_or.reduce([each.mask for each in alike])
    names = [name for each in alike for name in each.names]
    return Followers(choice, guarded(find(family, choice.rule), choice.parameters, names), mask)

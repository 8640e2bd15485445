"""Turn what was watched in a run into records: inputs of lines, bottlenecks, candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.engine.tape import Tape
from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NEVER
from sim.metrics.derive import all_series, summary, supplies
from sim.metrics.table import SUMMARY
from sim.records import CAUSES, Bottlenecks, Candidates
from sim.world.axes import Axes
from sim.world.world import World


class Outcome(NamedTuple):
    """Hold what a chunk of members ended with, members last."""

    input_hit: Ints
    """[inputs by state, members]: month in which a restriction first hit them"""
    built: Ints
    """[projects, members]: month in which half of what was begun first was built"""
    qualified: Ints
    """[projects, members]: month in which half of it was qualified"""
    added: Floats
    """[projects, members]: capacity that is qualified at the end"""

    @classmethod
    def of(cls, world: World) -> Outcome:
        """Read the outcome from the world after the last month."""
        axes, projects = world.axes, world.projects
        hit = np.full((len(axes.input_needs), world.width), NEVER)
        np.minimum.at(hit, axes.inputs_together.group_of_row, world.needs.hit[axes.inputs])
        built = np.where(projects.due < NEVER, projects.due - projects.qualification, NEVER)
        return cls(hit, built, projects.completed.copy(), projects.added - projects.unfinished)

    @classmethod
    def joined(cls, parts: Sequence[Outcome]) -> Outcome:
        """Join the members of several chunks."""
        return cls(*(np.concatenate(each, axis=-1) for each in zip(*parts, strict=True)))


def recorded(axes: Axes, tape: Tape, outcome: Outcome) -> dict[str, Any]:
    """Return what `Records` holds of it, by the names of its fields."""
    series = all_series(tape.inputs)
    needs = list(axes.input_needs)
    sold = supplies(tape.supplies, axes.suppliers[0], range(axes.final, axes.final + len(needs)))
    told = summary(series, sold, outcome.input_hit, SUMMARY) if needs else {}
    return {
        "inputs": needs,
        "input_series": series,
        "input_summary": told,
        "bottlenecks": _bottlenecks(axes, tape),
        "candidates": _candidates(axes, tape, outcome),
    }


def _bottlenecks(axes: Axes, tape: Tape) -> Bottlenecks:
    """Return the bottlenecks: only causes that held some line back in some member."""
    lines = [
        (factory, axes.states[state], product)
        for (factory, product), state in zip(axes.lines, axes.line_state, strict=True)
    ]
    rows = [(line, cause) for cause in CAUSES for line in lines]
    rows += [
        (lines[line], f"input:{product}")
        for line, (_, product) in zip(axes.input_line, axes.needs[axes.inputs], strict=True)
    ]
    # by line, each with its causes in their order
    owner = np.concatenate((np.tile(np.arange(len(lines)), len(CAUSES)), axes.input_line))
    held = tape.holding.months.max(axis=(0, 2), initial=0) > 0
    kept = [row for row in np.argsort(owner, kind="stable").tolist() if held[row]]
    return Bottlenecks(
        [rows[row] for row in kept], tape.holding.months[:, kept], tape.holding.lost[:, kept]
    )


def _candidates(axes: Axes, tape: Tape, outcome: Outcome) -> Candidates:
    names = [
        (*project, axes.lines[line][0], axes.states[axes.line_state[line]], axes.lines[line][1])
        for project, line in zip(axes.projects, axes.project_line.tolist(), strict=True)
    ]
    return Candidates(
        names=names,
        funded=tape.holding.funded,
        # what counts from an earlier month than the money may be built when the money comes
        built=np.maximum(outcome.built, tape.holding.funded),
        qualified=outcome.qualified,
        added=outcome.added,
        cost=tape.holding.cost,
    )

"""Apply dated events to the world: caps, needs, capacity, money and qualification change here and
nowhere else.

Each kind compiles once to rows of the world and numbers per member (`compile_events`); each month
`Events.apply` sets what has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field

import numpy as np

from sim.events.caps import EXCEPTIONS, RESTRICTIONS, Effect, LinkCaps, Strengths
from sim.events.compile import compile_effects
from sim.events.reexport import ReexportRoute, passages
from sim.events.timeline import Timeline
from sim.events.triggers import Trigger, compile_triggers, look
from sim.kernels.sums import NEVER, Bools, Floats, Ints
from sim.scenario import event_kinds as kinds
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.construction import begin
from sim.world.world import World

TRADE = kinds.Trading
FUNDS = frozenset((kinds.Funding, kinds.ProgrammeStart, kinds.ProgrammeStop))
AT_ONCE = FUNDS | {kinds.Closure, kinds.Retool}
"""Kinds that act in their months alone, however strongly others hold."""


@dataclass(eq=False)
class Events:
    """Hold the compiled events of a chunk and apply them month by month."""

    timeline: Timeline
    effects: tuple[Effect, ...]
    budget: dict[int, list[tuple[int, Floats]]]
    """Month -> (programme, money [members])"""
    months: InitVar[int]
    """Length of the run"""
    passages: tuple[ReexportRoute, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    _agenda: list[frozenset[type]] = field(init=False)
    """Month -> the kinds of events that begin, grow, wane or end then, in any member; trade events
    together as TRADE"""
    _limits: LinkCaps | None = None
    _limited: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Rows of the events that the limits are of"""
    _rows: dict[tuple[type, ...], list[int]] = field(default_factory=dict)

    def __post_init__(self, months: int) -> None:
        self._agenda = self._plan(months)

    def apply(self, world: World) -> None:
        """Change the world to what holds in this month."""
        completed = self.timeline.await_completions(world.projects.completed, world.month)
        if look(self.triggers, self.timeline, world) or completed:
            self._agenda = self._plan(len(self._agenda))
        for each in (world.programmes.appropriated, world.lost_capacity, world.lost_projects):
            each[:] = 0.0
        for each in (world.works.started, world.works.invested, world.works.lost):
            each[:] = 0.0
        self._appropriate(world)
        moving = self._agenda[world.month]
        qualifying = (world.lines.qualified_from == world.month).any() or (
            world.links.qualified_from == world.month
        ).any()
        if not moving and not qualifying:
            return
        self._act_at_once(world, moving)
        if not qualifying and moving <= AT_ONCE:
            return
        strength, kept = self._strengths(world.month)
        self._license(world, strength)
        if qualifying or moving & {TRADE, kinds.Licence}:
            self._limit(world, strength, kept)
        for kind, target in (
            (kinds.Demand, world.needs.factor),
            (kinds.Outage, world.lines.available),
        ):
            if kind in moving:
                rows = self._of((kind,))
                _scale(
                    target,
                    [self.effects[row] for row in rows],
                    [strength[row] * kept[row] for row in rows],
                )

    def _act_at_once(self, world: World, moving: frozenset[type]) -> None:
        """Let events that act in their months alone do so."""
        if kinds.Closure in moving:
            self._close(world)
        if kinds.Retool in moving:
            self._retool(world)
        if moving & FUNDS:
            self._fund(world)

    def _limit(self, world: World, strength: Floats, kept: Floats) -> None:
        """Set the caps that trade events leave, re-exports last."""
        if self._limits is None:
            self._limited = np.array(self._of(RESTRICTIONS + EXCEPTIONS), dtype=np.int64)
            self._limits = LinkCaps.build(world, [self.effects[row] for row in self._limited])
        rows, line = self._limited, self.timeline
        begin, end, phase = (
            line.begin.take(rows, axis=0),
            line.end.take(rows, axis=0),
            line.phase.take(rows, axis=0),
        )
        self._limits.apply(
            world,
            Strengths(
                world.month, strength.take(rows, axis=0), kept.take(rows, axis=0), begin, end, phase
            ),
        )
        for passage in self.passages:
            passage.open(world, strength[passage.event], line.begin[passage.event])

    def add(self, event: kinds.Event, rows: Ints, size: Floats, month: int) -> None:
        """Add an event to this chunk from `month` on for good, with a size for each member; 0
        leaves a member alone.
        """
        self.effects = (*self.effects, Effect(event, rows, size, np.zeros_like(size)))
        self.timeline.add(month)
        self._agenda, self._limits, self._rows = self._plan(len(self._agenda)), None, {}

    def targets(self) -> list[tuple[str, int]]:
        """Say what each event acts on, and on how many of them."""
        return [(_target(each.event), each.rows.size) for each in self.effects]

    def restricted_links(self, links: int) -> Bools:
        """Mark the links, of so many, on which a restriction ever acts."""
        marked = np.zeros(links, dtype=np.bool_)
        for row in self._of(RESTRICTIONS):
            marked[self.effects[row].rows] = True
        for passage in self.passages:
            marked[passage.links] = True
        return marked

    def first_restriction(self, world: World) -> Ints:
        """Return the month in which a restriction first hits a link of each need, [needs, members];
        NEVER: not that is known.

        Links count that carried goods at the start.
        """
        axes, carried = world.axes, world.links.base_flow > 0
        hit = np.full((len(axes.needs), world.width), NEVER)
        for row in self._of(RESTRICTIONS):
            links = self.effects[row].rows
            np.minimum.at(
                hit,
                axes.link_need[links],
                np.where(carried[links], self.timeline.begin[row], NEVER),
            )
        return hit

    def first_hit(self, world: World) -> Ints:
        """Return the month in which a restriction first hits each final need, [final needs,
        members]; NEVER: not at all.

        A need is hit over its own links, or over those of the inputs of what it buys; links count
        that carried goods at the start.
        """
        axes, carried = world.axes, world.links.base_flow > 0
        hit = self.first_restriction(world)
        for _ in axes.products:
            before = hit.copy()
            line_hit = np.full((len(axes.lines), world.width), NEVER)
            np.minimum.at(line_hit, axes.input_line, hit[axes.inputs])
            np.minimum.at(hit, axes.link_need, np.where(carried, line_hit[axes.link_line], NEVER))
            if np.array_equal(hit, before):
                break
        return hit[: axes.final]

    def _strengths(self, month: int) -> tuple[Floats, Floats]:
        strength = self.timeline.strength(month)
        kept = np.ones_like(strength)
        for target, undoing in self.timeline.undone_by:
            kept[target] *= 1.0 - self.effects[undoing].size * strength[undoing]
        return strength, kept

    def _of(self, wanted: tuple[type, ...]) -> list[int]:
        if wanted not in self._rows:
            self._rows[wanted] = [
                row for row, each in enumerate(self.effects) if isinstance(each.event, wanted)
            ]
        return self._rows[wanted]

    def _plan(self, months: int) -> list[frozenset[type]]:
        """List, for each month, the kinds of events that move."""
        moving: list[set[type]] = [set() for _ in range(months)]
        for row, effect in enumerate(self.effects):
            touched = {_family(effect.event)} | {
                _family(self.effects[target].event)
                for target, by in self.timeline.undone_by
                if by == row
            }
            for first, last in self._spans(row):
                for start, stop in {*zip(first.tolist(), last.tolist(), strict=True)}:
                    for month in range(max(start, 0), min(stop, months)):
                        moving[month] |= touched
        return [frozenset(each) for each in moving]

    def _spans(self, row: int) -> list[tuple[Ints, Ints]]:
        """Return the spans of months in which an event moves, each (first, first after it)
        [members].
        """
        effect, line = self.effects[row], self.timeline
        spans = [
            (line.begin[row], line.begin[row] + line.phase[row]),
            (line.end[row], line.end[row] + 1),
        ]
        if isinstance(effect.event, kinds.Leakage | kinds.Reexport):
            spans.append((line.begin[row], line.end[row]))
        if isinstance(effect.event, kinds.Sanction):
            contracts = np.maximum(effect.last, line.begin[row]).astype(np.int64)
            spans.append((contracts, contracts + line.phase[row]))
        if isinstance(effect.event, kinds.Funding):
            spans.append((line.begin[row], line.begin[row] + effect.event.months))
        return spans

    def _close(self, world: World) -> None:
        """Take closed lines' capacity and projects away, and bar new projects there."""
        for row in self._of((kinds.Closure,)):
            closing = self.timeline.begin[row] == world.month
            if closing.any():
                _close_lines(world, self.effects[row].rows, closing[None, :])

    def _retool(self, world: World) -> None:
        """Turn lines to other products."""
        for row in self._of((kinds.Retool,)):
            effect = self.effects[row]
            share = np.where(self.timeline.begin[row] == world.month, effect.size, 0.0)
            if share.any():
                source = world.axes.work_source[effect.rows]
                begin(
                    world, effect.rows, share * world.lines.capacity[source], world.lines.capacity
                )

    def _license(self, world: World, strength: Floats) -> None:
        """Qualify lines while their licence holds, and charge its royalty from its begin."""
        lines = world.lines
        for row in self._of((kinds.Licence,)):
            effect, begin = self.effects[row], self.timeline.begin[row]
            since = np.maximum(begin, effect.last).astype(np.int64)
            lines.qualified_from[effect.rows] = np.where(strength[row] > 0, since, NEVER)
            royalty = np.where(begin == world.month, 1.0 + effect.size, 1.0)
            lines.unit_cost[effect.rows] *= royalty
            lines.first_unit_cost[effect.rows] *= royalty

    def _appropriate(self, world: World) -> None:
        """Hand out this month's budgets."""
        for programme, money in self.budget.get(world.month, ()):
            world.programmes.appropriated[programme] += money
            world.programmes.treasury[programme] += money

    def _fund(self, world: World) -> None:
        """Hand out funding; start and stop programmes."""
        programmes = world.programmes
        for row in self._of((kinds.Funding, kinds.ProgrammeStart, kinds.ProgrammeStop)):
            effect, since = self.effects[row], world.month - self.timeline.begin[row]
            months = effect.event.months if isinstance(effect.event, kinds.Funding) else 1
            acting = (since >= 0) & (since < months)
            if not acting.any():
                continue
            for programme in effect.rows.tolist():
                if isinstance(effect.event, kinds.Funding):
                    money = np.where(acting, effect.size / months, 0.0)
                    programmes.appropriated[programme] += money
                    programmes.treasury[programme] += money
                else:
                    programmes.active[programme][acting] = isinstance(
                        effect.event, kinds.ProgrammeStart
                    )


def _family(event: kinds.Event) -> type:
    """Return the event's kind, TRADE for all that limits links."""
    return TRADE if isinstance(event, kinds.Trading) else type(event)


def _scale(target: Floats, effects: Sequence[Effect], forces: Sequence[Floats]) -> None:
    """Multiply rows of `target` [rows, members], set to 1 before, by each effect's factor as far as
    it holds.
    """
    target[:] = 1.0
    for effect, force in zip(effects, forces, strict=True):
        full = effect.size if isinstance(effect.event, kinds.Demand) else 1.0 - effect.size
        target[effect.rows] *= 1.0 + (full - 1.0) * force


def _close_lines(world: World, rows: Ints, closing: Bools) -> None:
    lines = world.lines
    for plant in (lines.capacity, lines.mothballed):
        lost = np.where(closing, plant[rows], 0.0)
        world.lost_capacity[rows] += lost
        plant[rows] -= lost
    resting = np.isin(world.upkeep.resting, rows)[:, None] & closing
    world.upkeep.coming[resting] = 0.0
    world.upkeep.returning[:, resting] = 0.0
    plants = (
        (world.projects, world.axes.project_line, world.lost_projects),
        (world.works, world.axes.work_line, world.works.lost),
    )
    for projects, owner, gone in plants:
        there = np.isin(owner, rows)[:, None] & closing
        gone[there] += projects.unfinished[there]
        for each in (projects.unfinished, projects.unramped, projects.max_capacity):
            each[there] = 0.0
        projects.pipeline[:, there] = 0.0


def _target(event: kinds.Event) -> str:
    if isinstance(event, kinds.Trading):
        return "links"
    if isinstance(event, kinds.Demand):
        return "needs"
    if isinstance(event, kinds.Outage | kinds.Closure | kinds.Retool | kinds.Licence):
        return "lines"
    return "events" if isinstance(event, kinds.Lifting | kinds.Repair) else "programmes"


def compile_events(scenario: Scenario, axes: Axes, members: Sequence[int]) -> Events:
    """Turn the scenario's events and budgets into rows of the world and numbers per member."""

    def draw(quantity: Quantity, path: str) -> Floats:
        return quantity.draw(scenario.seed, path, members)

    first = month_number(scenario.start)
    budget: dict[int, list[tuple[int, Floats]]] = {}
    for row, programme in enumerate(axes.programmes):
        for month, money in scenario.programmes[programme].budget.items():
            due = draw(money, f"programmes.{programme}.budget.{month}")
            budget.setdefault(month_number(month) - first, []).append((row, due))
    return Events(
        Timeline.build(scenario, axes.projects, members),
        compile_effects(scenario, axes, members),
        budget,
        scenario.months,
        passages(scenario, axes, members),
        compile_triggers(scenario, axes, members),
    )

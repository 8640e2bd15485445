"""Apply dated events to the world: whatever events write is written here and nowhere else.

Each event is compiled once, to rows of the world and numbers per member (`kinds.py`). Each month
`Events.apply` sets what has changed, and once goods have been allocated, `Events.observe` notes
what restrictions did.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import InitVar, dataclass, field
from typing import NamedTuple

import numpy as np

from sim.events.caps import Caps
from sim.events.effect import Effect
from sim.events.hits import Observer, announced
from sim.events.kinds import FAMILIES, KINDS, compile_effects
from sim.events.limits import TradeLimits
from sim.events.plants import Closure, Retool, completing
from sim.events.reexport import Reexport
from sim.events.timeline import Timeline
from sim.events.trade import Moment, Restriction, TradeEffect
from sim.events.triggers import Trigger, compile_triggers, fire
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, some
from sim.scenario.event_kinds import Event
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World

TRADE = frozenset(("restrictions", "exceptions"))
LIMITING = TRADE | {"licences"}
"""Families that affect what links may carry."""


class Moves(NamedTuple):
    """Hold which events move in a month in some member: begin, grow, wane or end."""

    families: frozenset[str]
    """The families of these events"""
    events: frozenset[int]
    """The rows of these events, and of events that they undo"""
    others: frozenset[str]
    """The families without those that affect only what links may carry"""

    @classmethod
    def of(cls, families: Collection[str], events: Collection[int]) -> Moves:
        """Sort out which of these families affect more than what links may carry."""
        return cls(frozenset(families), frozenset(events), frozenset(families) - TRADE)


class Holding(NamedTuple):
    """Hold how events hold in a month, arrays [events, members], 0 to 1."""

    strength: Floats
    """How far each has phased in; 0 before its begin and after its end"""
    kept: Floats
    """What liftings and repairs leave of it"""
    force: Floats
    """The product of the two"""
    period: int
    """In how many months so far some event began, grew or ended"""


class Limited(NamedTuple):
    """Hold what limits trade, what sets these limits in the world, and what notes their effects."""

    limits: TradeLimits
    caps: Caps
    observer: Observer


@dataclass(eq=False)
class Events:
    """Hold the compiled events of a chunk and apply them month by month."""

    timeline: Timeline
    effects: tuple[Effect, ...]
    budget: dict[int, list[tuple[int, Floats]]]
    """Month -> (programme, money [members])"""
    months: InitVar[int]
    """Length of the run"""
    triggers: tuple[Trigger, ...] = ()
    _limited: Limited | None = None
    """What limits trade; None until the world is at rest, since limits refer to its flows"""
    _agenda: list[Moves] = field(init=False)
    """Month -> what moves in it"""
    _turns: list[int] = field(init=False)
    """Months in which some event begins, grows or ends"""
    _known: Holding | None = field(init=False)
    """How events hold until the next such month; None: not known yet"""
    _of_family: dict[str, list[Effect]] = field(init=False)

    def __post_init__(self, months: int) -> None:
        self._arrange(months)

    def apply(self, world: World) -> None:
        """Change the world to what holds in this month."""
        fired = fire(self.triggers, self.timeline, world.month)
        if self._await_completions(world) or fired:
            self._arrange(len(self._agenda))
        _clear_flows(world)
        self._appropriate(world)
        moves = self._agenda[world.month]
        qualifying = self._qualify(world)
        if not moves.events and not qualifying:
            return
        holding = self._holding(world.month)
        limits_move = bool(moves.families & LIMITING) or qualifying
        for family in FAMILIES:
            if family == "restrictions" and limits_move:
                self._limit(world, holding, moves, qualifies=qualifying)
            elif family in moves.others:
                self._move(family, world, holding.force, moves.events)

    def observe(self, world: World) -> None:
        """Note what restrictions did to this month's allocation, what leaked and whom they hit; and
        whether the conditions of events hold.
        """
        if self._limited is not None:
            self._limited.observer.observe(world)
        # events may come after a month's decisions, so conditions are looked at in the end
        for trigger in self.triggers:
            trigger.count(world)

    def _await_completions(self, world: World) -> bool:
        """Return whether an event begins because a project is completed."""
        line, closures = self.timeline, self._of_family[Closure.family]
        return bool(line.awaiting) and line.await_completions(
            completing(world, closures, line.begin)
        )

    def _move(self, family: str, world: World, force: Floats, moving: Collection[int]) -> None:
        """Let events of a family act that begin, and set what all that hold in the month write."""
        effects = self._of_family[family]
        begin = self.timeline.begin
        if family == Retool.family:
            ordered = [
                (each, begin[each.row] == world.month)
                for each in effects
                if isinstance(each, Retool)
            ]
            Retool.begin(world, ordered)
            return
        effects[0].reset(world)
        for effect in effects:
            first = begin[effect.row]
            if effect.row in moving:
                effect.act(world, first == world.month, world.month - first)
            effect.hold(world, force[effect.row], first)

    def _limit(self, world: World, holding: Holding, moves: Moves, *, qualifies: bool) -> None:
        """Set what trade events leave; events that do not move leave what they left before.

        `qualifies` tells whether a line or a link is qualified from this month on.
        """
        # limits that are built only now hold no restriction yet
        restrictions_move = "restrictions" in moves.families or self._limited is None
        (limits, caps, _), line = self._limit_trade(world), self.timeline

        def moment(row: int | Ints) -> Moment:
            begin, end, phase = line.begin[row], line.end[row], line.phase[row]
            return Moment(world.month, holding.strength[row], holding.kept[row], begin, end, phase)

        limits.update(world, moment, moves.events, restrictions_move)
        caps.set(world, reopens=qualifies or "licences" in moves.families)

    def _limit_trade(self, world: World) -> Limited:
        if self._limited is None:
            trading = [each for each in self.effects if isinstance(each, TradeEffect)]
            limits = TradeLimits.build(world, trading)
            self._limited = Limited(limits, Caps(limits), Observer(limits, world))
        return self._limited

    def add(self, event: Event, rows: Ints, size: Floats, month: int) -> None:
        """Add an event to this chunk that holds from `month` on for good, with a `size` [members];
        where that is 0, nothing changes.
        """
        effect = KINDS[type(event)](event, len(self.effects), rows, size)  # type: ignore[call-arg]
        self.effects = (*self.effects, effect)
        self.timeline.add(month)
        self._arrange(len(self._agenda))
        self._limited = None

    def targets(self) -> list[tuple[str, int]]:
        """Return what each event acts on, and on how many of them."""
        return [(each.event.acts_on, each.rows.size) for each in self.effects]

    def restricted_links(self, links: int) -> Bools:
        """Mark, among all `links`, those on which a restriction may act and those of re-exports."""
        marked = np.zeros(links, dtype=np.bool_)
        for each in self.effects:
            if isinstance(each, Restriction | Reexport):
                marked[each.rows] = True
        return marked

    def announced(self, world: World) -> Ints:
        """Return the month from which restrictions are known to bar each need's suppliers, [needs,
        members]; NEVER where no such restriction is known beforehand.
        """
        return announced(self._limit_trade(world).limits, world, self.timeline)

    def first_hit(self, world: World) -> Ints:
        """Return the month in which a restriction first hit each need, [final needs, members].

        A need is hit over its own links, or over those of the inputs of what it buys. Only links
        count that carried goods at the start. NEVER: it is not hit.
        """
        axes, carried = world.axes, world.links.base_flow > 0
        hit = world.needs.hit.copy()
        for _ in axes.products:
            before = hit.copy()
            line_hit = np.full((len(axes.lines), world.width), NEVER)
            np.minimum.at(line_hit, axes.input_line, hit[axes.inputs])
            np.minimum.at(hit, axes.link_need, np.where(carried, line_hit[axes.link_line], NEVER))
            if np.array_equal(hit, before):
                break
        return hit[: axes.final]

    def _holding(self, month: int) -> Holding:
        """Return how events hold this month; kept until one of them begins, grows or ends."""
        line, period = self.timeline, bisect_right(self._turns, month)
        if self._known is not None and self._known.period == period:
            return self._known
        strength = line.strength(month)
        kept = np.ones_like(strength)
        for target, undoing in line.undone_by:
            # an event that has not begun cannot be undone
            acts = line.begin[undoing] >= line.begin[target]
            share = getattr(self.effects[undoing], "share") * acts  # noqa: B009
            kept[target] *= 1.0 - share * strength[undoing]
        self._known = Holding(strength, kept, strength * kept, period)
        return self._known

    def _qualify(self, world: World) -> bool:
        """Return whether a line or a link is qualified from this month on."""
        lines, links = world.lines.qualified_from, world.links.qualified_from
        return some(lines == world.month) or some(links == world.month)

    def _arrange(self, months: int) -> None:
        """Sort the effects by family, and list, for each month, what moves."""
        self._turns, self._known = self.timeline.turns(), None
        self._of_family = {
            family: [each for each in self.effects if each.family == family] for family in FAMILIES
        }
        self._agenda = [
            Moves.of({self.effects[row].family for row in rows}, rows)
            for rows in _moving(self.effects, self.timeline, months)
        ]

    def _appropriate(self, world: World) -> None:
        """Hand out this month's budgets."""
        for programme, money in self.budget.get(world.month, ()):
            world.programmes.appropriated[programme] += money
            world.programmes.treasury[programme] += money


def _moving(effects: Sequence[Effect], line: Timeline, months: int) -> list[set[int]]:
    """List, for each month, the rows of the events that move in some member, and of those that they
    undo.
    """
    moving: list[set[int]] = [set() for _ in range(months)]
    for row, effect in enumerate(effects):
        touched = {row, *(target for target, by in line.undone_by if by == row)}
        for start, stop in _pieces(effect, line):
            for month in range(max(start, 0), min(stop, months)):
                moving[month] |= touched
    return moving


def _pieces(effect: Effect, line: Timeline) -> set[tuple[int, int]]:
    """List the spans of months in which an effect moves in some member."""
    return {
        piece
        for first, last in effect.spans(line)
        for piece in zip(first.tolist(), last.tolist(), strict=True)
    }


def _clear_flows(world: World) -> None:
    """Set to 0 what is counted anew each month."""
    works = world.works
    for each in (
        world.programmes.appropriated,
        world.lost_capacity,
        world.lost_projects,
        works.started,
        works.invested,
        works.lost,
    ):
        each[:] = 0.0


def compile_events(scenario: Scenario, axes: Axes, members: Sequence[int]) -> Events:
    """Turn the scenario's events and budgets into rows of the world and numbers per member."""
    first = month_number(scenario.start)
    budget: dict[int, list[tuple[int, Floats]]] = {}
    for row, programme in enumerate(axes.programmes):
        for month, money in scenario.programmes[programme].budget.items():
            path = f"programmes.{programme}.budget.{month}"
            due = money.draw(scenario.seed, path, members)
            budget.setdefault(month_number(month) - first, []).append((row, due))
    return Events(
        Timeline.build(scenario, axes.projects, members),
        compile_effects(scenario, axes, members),
        budget,
        scenario.months,
        compile_triggers(scenario, axes, members),
    )

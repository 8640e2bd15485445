"""Let events restrict trade, let goods pass restrictions, and set tariffs.

Each effect says what it leaves of the groups of links on which it acts; `limits.py` combines them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, NamedTuple, Self

import numpy as np

from sim.events.borders import links_between, links_by_border
from sim.events.effect import Effect, Scope, Span
from sim.events.timeline import Timeline
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, unit
from sim.scenario import trade_kinds as kinds
from sim.world.world import World


class Moment(NamedTuple):
    """How an event holds in a month, arrays [members]; of several events [events, members]."""

    month: int
    strength: Floats
    """0 before it begins and when it has ended, growing to 1 while it phases in"""
    kept: Floats
    """What liftings leave of it, 1 to 0"""
    begin: Ints
    end: Ints
    phase: Ints


Moments = Callable[[int | Ints], Moment]
"""(an event's place among the scenario's, or several) -> how it holds this month"""


class Leaves(NamedTuple):
    """What a restriction leaves of its groups: an amount, a share of what would flow, or both."""

    fixed: Floats | None = None
    """Units per month, [groups, members]; inf where it does not hold"""
    share: Floats | None = None
    """0 to 1, [members]"""


class Passes(NamedTuple):
    """What an exception lets through whatever restrictions hold."""

    amount: Floats | None = None
    """Units per month, [groups, members]"""
    share: Floats | None = None
    """Share of what would flow, [members]"""


@dataclass(eq=False)
class TradeEffect(Effect):
    """Hold an event that affects what links may carry: it restricts, lets pass, or makes room."""

    family: ClassVar = "exceptions"

    size: Floats
    """Its share, cap or capacity"""
    borders: Sequence[Ints] = field(default=(), kw_only=True)
    """Its links by border and product, if it is a number of units for each border"""
    is_shared: bool = field(default=False, kw_only=True)
    """Whether it is that part of an event which holds for one border"""

    @cached_property
    def together(self) -> bool:
        """Return whether its pairs of states share one limit."""
        return self.is_shared or getattr(self.event, "pairs", "each") == "together"

    def by_border(self, route: Ints) -> list[Self]:
        """Divide it where goods cross one border on several routes, directly and on to a third
        state, which share what it leaves. `route` is [all links].
        """
        shared = [rows for rows in self.borders if np.unique(route[rows]).size > 1]
        if self.together or not shared:
            return [self]
        others = [rows for rows in self.borders if np.unique(route[rows]).size == 1]
        alone = np.unique(np.concatenate([*others, np.zeros(0, dtype=np.int64)]))
        parts = [replace(self, rows=rows, is_shared=True) for rows in shared]
        return [replace(self, rows=alone), *parts] if alone.size else parts


@dataclass(eq=False)
class Restriction(TradeEffect):
    """Hold an event that leaves less than would flow."""

    family: ClassVar = "restrictions"

    @abstractmethod
    def leaves(self, before: Floats, now: Moment) -> Leaves:
        """Return what it leaves.

        `before` is the flow at the start or, if greater, just before the event, [groups, members],
        units per month.
        """

    def bars(self, base: Floats) -> Bools:
        """Return where, at full strength, it leaves less than the flow at the start."""
        bars: Bools = (base > 0) & (self.size > 0)
        return bars


@dataclass(eq=False)
class Passage(TradeEffect):
    """Hold an event that lets goods pass whatever restrictions hold."""

    @abstractmethod
    def passes(self, base: Floats, now: Moment) -> Passes:
        """Return what it lets through.

        `base` is the flow at the start, [groups, members], units per month.
        """


@dataclass(eq=False)
class CutOff(Restriction):
    """Stop a share of the deliveries."""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.CutOff) -> CutOff:  # type: ignore[override]
        """Find the links and draw the share."""
        return cls(event, scope.row, links_between(scope, event), scope.draw(event.share, "share"))

    def leaves(self, before: Floats, now: Moment) -> Leaves:
        """Leave a share of what would flow."""
        return Leaves(share=1.0 - self.size * now.strength * now.kept)


@dataclass(eq=False)
class Sanction(Restriction):
    """Bar new deliveries at once and cut running contracts later."""

    contracts_end: Floats
    """Month in which running contracts end, -inf: at once"""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Sanction) -> Sanction:  # type: ignore[override]
        """Find the links, draw the share, and place the end of contracts."""
        until = scope.month(event.contracts_until) if event.contracts_until else -np.inf
        ends = np.full(len(scope.members), float(until))
        size = scope.draw(event.share, "share")
        return cls(event, scope.row, links_between(scope, event), size, ends)

    def spans(self, line: Timeline) -> list[Span]:
        """Also move in the months in which contracts are cut."""
        begin, phase = line.begin[self.row], line.phase[self.row]
        contracts = self.cuts_from(begin)
        return [*super().spans(line), (contracts, contracts + phase)]

    def full(self, line: Timeline) -> Ints:
        """Hold in full when all contracts are cut."""
        phase = line.phase[self.row]
        cut = self.cuts_from(np.minimum(line.begin[self.row], NEVER - phase))
        full: Ints = cut + phase - 1
        return full

    def cuts_from(self, begin: Ints) -> Ints:
        """Return the month from which contracts are cut, [members]."""
        return np.maximum(self.contracts_end, begin).astype(np.int64)

    def leaves(self, before: Floats, now: Moment) -> Leaves:
        """Leave what flowed until contracts end, then what is left of it."""
        cut = unit((now.month - self.cuts_from(now.begin) + 1) / now.phase) * self.size
        holds = (now.strength > 0) & (now.kept > 0)
        return Leaves(fixed=np.where(holds, before * (1.0 - cut * now.kept), np.inf))


@dataclass(eq=False)
class Quota(Restriction):
    """Limit deliveries to a number of units per month."""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Quota) -> Quota:  # type: ignore[override]
        """Find the links and draw the cap."""
        rows, borders = links_between(scope, event), links_by_border(scope, event)
        return cls(event, scope.row, rows, scope.draw(event.cap, "cap"), borders=borders)

    def leaves(self, before: Floats, now: Moment) -> Leaves:
        """Leave the cap; while it phases in, an amount on the way down from `before` to the cap."""
        level = now.strength * now.kept
        beyond = np.maximum(before - self.size, 0.0) * (1.0 - level)
        return Leaves(fixed=np.where(level > 0, self.size + beyond, np.inf))

    def bars(self, base: Floats) -> Bools:
        """Bar where more flowed than the cap."""
        bars: Bools = base > self.size
        return bars


@dataclass(eq=False)
class Exemption(Passage):
    """Exempt an amount, or a share of what would flow."""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Exemption) -> Exemption:  # type: ignore[override]
        """Find the links and draw the cap or the share."""
        key = "share" if event.cap is None else "cap"
        borders = links_by_border(scope, event) if key == "cap" else ()
        size = scope.draw(getattr(event, key), key)
        return cls(event, scope.row, links_between(scope, event), size, borders=borders)

    def passes(self, base: Floats, now: Moment) -> Passes:
        """Let through the exempt part, as far as the exemption has phased in."""
        level = self.size * now.strength * now.kept
        if isinstance(self.event, kinds.Exemption) and self.event.cap is None:
            return Passes(share=level)
        return Passes(amount=np.broadcast_to(level, base.shape))


@dataclass(eq=False)
class Tariff(Effect):
    """Raise what a unit costs over links, by an amount or a share of the price at the gate."""

    family: ClassVar = "tariffs"
    size: Floats
    """Money per unit, or share of the price"""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Tariff) -> Tariff:  # type: ignore[override]
        """Find the links and draw the rate or the amount."""
        key = "rate" if event.amount is None else "amount"
        size = scope.draw(getattr(event, key), key)
        return cls(event, scope.row, links_between(scope, event), size)

    @classmethod
    def reset(cls, world: World) -> None:
        """Set tariffs to nothing."""
        world.links.tariff[:] = 0.0
        world.links.tariff_rate[:] = 0.0

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Add this tariff as far as it holds."""
        links = world.links
        is_rate = isinstance(self.event, kinds.Tariff) and self.event.amount is None
        paid = links.tariff_rate if is_rate else links.tariff
        paid[self.rows] += self.size * force

"""Let goods leak: a share of the flow at the start passes whatever restrictions hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.events.borders import links_between
from sim.events.effect import Scope, Span
from sim.events.timeline import Timeline
from sim.events.trade import Moment, TradeEffect
from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import divide, unit
from sim.scenario import trade_kinds as kinds


@dataclass(eq=False)
class Leakage(TradeEffect):
    """Let a share of the starting flow through, falling to another share."""

    end_share: Floats
    """Share in the end"""
    settles: Floats | None
    """Months in which the excess falls to 37 %; None: it falls evenly until the event's end"""

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Leakage) -> Leakage:  # type: ignore[override]
        """Find the links and draw both shares."""
        size = scope.draw(event.share, "share")
        last = scope.draw(event.end_share, "end_share") if event.end_share else size
        pace = event.settles_months
        settles = scope.draw(pace, "settles_months") if pace else None
        return cls(event, scope.row, links_between(scope, event), size, last, settles)

    def spans(self, line: Timeline) -> list[Span]:
        """Move in all months in which it holds."""
        return [*super().spans(line), (line.begin[self.row], line.end[self.row])]


@dataclass(frozen=True, eq=False)
class Leaks:
    """Hold all leaks that fall in the same way as rows of arrays, since they change every month."""

    row: Ints
    """[leaks]: the place of each among the scenario's events"""
    first: Floats
    """[leaks, members]: share at first"""
    end: Floats
    """[leaks, members]: share in the end"""
    settles: Floats | None
    """[leaks, members]: months in which the excess falls to 37 %; None: it falls evenly"""
    leak: Ints
    """[pairs of leak and group]"""
    group: Ints
    """[pairs of leak and group]"""

    @classmethod
    def of(cls, leaks: Sequence[tuple[Leakage, Ints]]) -> list[Leaks]:
        """Stack leaks, each with the groups that it is for: those that fall evenly, and others."""
        even = [each for each in leaks if each[0].settles is None]
        others = [each for each in leaks if each[0].settles is not None]
        return [cls._stacked(each) for each in (even, others) if each]

    @classmethod
    def _stacked(cls, leaks: Sequence[tuple[Leakage, Ints]]) -> Leaks:
        effects, groups = zip(*leaks, strict=True)
        settles = [each.settles for each in effects if each.settles is not None]
        return cls(
            row=np.array([each.row for each in effects]),
            first=np.stack([each.size for each in effects]),
            end=np.stack([each.end_share for each in effects]),
            settles=np.stack(settles) if settles else None,
            leak=np.repeat(np.arange(len(effects)), [each.size for each in groups]),
            group=np.concatenate(groups),
        )

    def share(self, now: Moment) -> Floats:
        """Return which share of the flow at the start leaks, [leaks, members]; `now` is how these
        events hold, with arrays of that shape.
        """
        months = (now.month - now.begin).astype(np.float64)
        if self.settles is None:
            left = 1.0 - unit(months / np.maximum(now.end - now.begin, 1))
        else:
            left = np.exp(-divide(np.maximum(months, 0.0), self.settles, otherwise=np.inf))
        return np.where(now.strength > 0, self.end + (self.first - self.end) * left, 0.0)

    def let_through(self, amount: Floats, base: Floats, now: Moment) -> None:
        """Raise the `amount` that passes to what leaks of the flow at the start, `base`, both
        [groups, members], units per month.
        """
        leaking = self.share(now).take(self.leak, axis=0)
        leaking *= base.take(self.group, axis=0)
        if self._is_once:
            amount[self.group] = np.maximum(amount.take(self.group, axis=0), leaking)
        else:
            np.maximum.at(amount, self.group, leaking)

    @cached_property
    def _is_once(self) -> bool:
        """Return whether no group has two leaks, which allows a five times faster way."""
        return np.unique(self.group).size == self.group.size

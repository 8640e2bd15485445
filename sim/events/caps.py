"""Turn trade events into caps on links: an embargo is a cap, never a weight. Model specification
2.6.

Restrictions (cut_off, sanction, quota) take the tightest cap; leakage and exemption then let
through what they allow. Shares are shares of the link's flow in the balanced world at the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.kernels.sums import Bools, Floats, Ints, divide, unit
from sim.scenario.event_kinds import CutOff, Event, Exemption, Leakage, Quota, Sanction, Trading
from sim.scenario.schema import Scenario
from sim.scenario.selectors import products_of, states_of
from sim.world.axes import Axes
from sim.world.world import World

RESTRICTIONS = (CutOff, Sanction, Quota)
EXCEPTIONS = (Leakage, Exemption)


@dataclass(eq=False)
class Effect:
    """Hold one event's targets and numbers: rows of the world, and values [members]."""

    event: Event
    rows: Ints
    """Links, needs, lines, events or programmes, by kind"""
    size: Floats
    """Its share, factor, cap or amount"""
    last: Floats
    """Leakage: the share at its end; sanction: the month in which contracts end; licence: the month
    of the line's qualification"""
    settles: Floats | None = None
    """Leakage: time constant of its fall, months; None: it falls evenly"""


@dataclass(frozen=True, eq=False)
class Strengths:
    """Say how trade events hold in a month, arrays [events, members]."""

    month: int
    strength: Floats
    """0 before it begins and when it has ended, growing to 1 while it phases in"""
    kept: Floats
    """What liftings leave of it, 1 to 0"""
    begin: Ints
    end: Ints
    phase: Ints


@dataclass(frozen=True, eq=False)
class LinkCaps:
    """Hold all trade events of a chunk side by side, so that a month's caps take a few operations
    over all of them.
    """

    size: Floats
    """Share or cap of each event, [events, members]"""
    last: Floats
    """Leakage: the share at its end; sanction: the month in which contracts end; [events, members]
    """
    settles: Floats
    """Leakage that settles: its time constant; [events, members]"""
    cut_offs: Ints
    sanctions: Ints
    leaks: Ints
    settling: Ints
    """Rows of the leakages that settle, among the leakages"""
    tight: _Bundle
    """Restrictions, by the links that they act on"""
    loose: _Bundle
    """Leakages and exemptions"""
    exempt: _Bundle
    """Exemptions"""
    restrictions: Ints
    _last: list[Any] = field(default_factory=list)
    """Levels of the restrictions when they last moved, and the caps and cuts that followed"""

    @classmethod
    def build(cls, world: World, effects: Sequence[Effect]) -> LinkCaps:
        """Lay the trade events side by side, with the flows of the balanced world."""
        nothing = np.zeros(world.width)

        def stacked(arrays: Sequence[Floats]) -> Floats:
            return np.array(arrays) if arrays else np.zeros((0, world.width))

        def of(kind: type) -> Ints:
            return np.array(
                [row for row, each in enumerate(effects) if isinstance(each.event, kind)],
                dtype=np.int64,
            )

        leaks = of(Leakage)
        settling = [place for place, row in enumerate(leaks) if effects[row].settles is not None]
        return cls(
            size=stacked([each.size for each in effects]),
            last=stacked([each.last for each in effects]),
            settles=stacked(
                [nothing if each.settles is None else each.settles for each in effects]
            ),
            cut_offs=of(CutOff),
            sanctions=of(Sanction),
            leaks=leaks,
            settling=np.array(settling, dtype=np.int64),
            tight=_Bundle.build(world, effects, RESTRICTIONS),
            loose=_Bundle.build(world, effects, EXCEPTIONS),
            exempt=_Bundle.build(world, effects, (Exemption,)),
            restrictions=np.array(
                [row for row, each in enumerate(effects) if isinstance(each.event, RESTRICTIONS)],
                dtype=np.int64,
            ),
        )

    def apply(self, world: World, now: Strengths) -> None:
        """Set every link's cap, and whether it is restricted or open."""
        links, level = world.links, self._levels(now)
        links.cap[:] = links.base_cap
        links.restricted[:] = False
        if self.tight.links.size:
            touched, (cap, cut) = self.tight.touched, self._restricted(world, level)
            links.cap[touched] = cap
            links.restricted[touched] = cut
        if self.loose.links.size:
            through = np.maximum.reduceat(
                self.loose.unit * level[self.loose.owner], self.loose.firsts, axis=0
            )
            touched = self.loose.touched
            links.cap[touched] = np.maximum(
                links.cap[touched], np.minimum(through, links.base_cap[touched])
            )
        if self.exempt.links.size:
            held = np.logical_or.reduceat(level[self.exempt.owner] > 0, self.exempt.firsts, axis=0)
            links.restricted[self.exempt.touched] &= ~held
        links.open[:] = world.open_links()

    def _restricted(self, world: World, level: Floats) -> tuple[Floats, Bools]:
        """Return the caps of the links touched and whether they are cut, as long as no restriction
        moves those of last time.
        """
        moving = level[self.restrictions]
        if not self._last or not np.array_equal(moving, self._last[0]):
            severity = level.copy()
            severity[self.sanctions] -= 1.0
            allowed, cut = self.tight.restricted(level, severity)
            base = world.links.base_cap[self.tight.touched]
            caps = np.minimum(base, np.minimum.reduceat(allowed, self.tight.firsts, axis=0))
            self._last[:] = [moving, caps, np.logical_or.reduceat(cut, self.tight.firsts, axis=0)]
        return self._last[1], self._last[2]

    def _levels(self, now: Strengths) -> Floats:
        """Say how far each trade event has gone, [events, members]; 0 where it does not hold."""
        level = now.strength * now.kept
        level[self.cut_offs] *= self.size[self.cut_offs]
        if self.sanctions.size:
            rows = self.sanctions
            since = np.maximum(self.last[rows], now.begin[rows])
            cutting = unit((now.month - since + 1) / now.phase[rows])
            holds = (now.strength[rows] > 0) & (now.kept[rows] > 0)
            # 1 bars new deliveries, what is above cuts contracts
            level[rows] = np.where(holds, 1.0 + self.size[rows] * cutting * now.kept[rows], 0.0)
        if self.leaks.size:
            rows = self.leaks
            passed = (now.month - now.begin[rows]) / np.maximum(now.end[rows] - now.begin[rows], 1)
            left = 1.0 - unit(passed)
            if self.settling.size:
                months = np.maximum(now.month - now.begin[rows[self.settling]], 0).astype(
                    np.float64
                )
                left[self.settling] = np.exp(
                    -divide(months, self.settles[rows[self.settling]], otherwise=np.inf)
                )
            share = self.last[rows] + (self.size[rows] - self.last[rows]) * left
            level[rows] = np.where(now.strength[rows] > 0, share, 0.0)
        return level


@dataclass(frozen=True, eq=False)
class _Bundle:
    """Hold the (event, link) pairs of some trade events, sorted by link."""

    links: Ints
    """[pairs]"""
    owner: Ints
    """[pairs]: row of the event"""
    firsts: Ints
    """First pair of each link touched"""
    touched: Ints
    """The links touched"""
    flow: Floats
    """[pairs, members]: flow in the balanced world"""
    floor: Floats
    """[pairs, members]: what a quota always allows"""
    is_quota: Bools
    """[pairs, 1]"""
    unit: Floats
    """[pairs, members]: what an exception lets through at level 1"""

    @classmethod
    def build(cls, world: World, effects: Sequence[Effect], wanted: tuple[type, ...]) -> _Bundle:
        pairs = sorted(
            (int(link), row)
            for row, each in enumerate(effects)
            if isinstance(each.event, wanted)
            for link in each.rows
        )
        links, owner = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
        touched, firsts = np.unique(links, return_index=True)
        flow = world.links.base_flow[links]
        size = np.array([effects[row].size for row in owner]).reshape(flow.shape)
        own = size * per_link(world, links)
        events = [effects[row].event for row in owner]
        is_quota = np.array([isinstance(event, Quota) for event in events], dtype=np.bool_)[:, None]
        by_cap = np.array(
            [isinstance(event, Exemption) and event.cap is not None for event in events],
            dtype=np.bool_,
        )[:, None]
        by_share = np.array(
            [isinstance(event, Exemption) and event.cap is None for event in events], dtype=np.bool_
        )[:, None]
        unit = np.where(by_cap, own, np.where(by_share, flow * size, flow))
        return cls(
            links, owner, firsts, touched, flow, np.where(is_quota, own, 0.0), is_quota, unit
        )

    def restricted(self, level: Floats, severity: Floats) -> tuple[Floats, Bools]:
        """Return each pair's cap, inf where its event does not hold, and whether it cuts, [pairs,
        members].
        """
        holds, severe = level[self.owner] > 0, severity[self.owner]
        allowed = np.where(
            holds, self.floor + np.maximum(self.flow - self.floor, 0.0) * (1.0 - severe), np.inf
        )
        return allowed, holds & (severe > 0) & (~self.is_quota | (self.floor < self.flow))


def per_link(world: World, rows: Ints) -> Floats:
    """Return each link's part of what is limited per exporter, importer and product, [links, 1]."""
    return 1.0 / world.axes.route_links[rows, None]


def links_between(scenario: Scenario, axes: Axes, event: Trading) -> Ints:
    """Find the links on which a trade event acts; what acts on a leg of a re-export acts on it.

    A state does not embargo itself: `*` against `*` leaves domestic links alone.
    """
    exporters, importers = states_of(event.exporter, scenario), states_of(event.importer, scenario)

    def lead(exporter: Ints, importer: Ints) -> Bools:
        found: Bools = (
            among(exporter, axes.states, exporters)
            & among(importer, axes.states, importers)
            & (exporter != importer)
        )
        return found

    direct, via = axes.link_via < 0, axes.link_via
    found = np.where(
        direct,
        lead(axes.exporter, axes.importer),
        lead(axes.exporter, via) | lead(via, axes.importer),
    )
    return np.flatnonzero(
        found & among(axes.link_product, axes.products, products_of(event.product, scenario))
    )


def among(rows: Ints, names: tuple[str, ...], wanted: Sequence[str]) -> Bools:
    """Tell which of these rows have a name that is wanted."""
    chosen = np.array([name in wanted for name in names], dtype=np.bool_)
    return chosen[rows]

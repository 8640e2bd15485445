"""Turn trade events into caps on links: an embargo is a cap, never a weight. Model specification 2.6.

Restrictions (cut_off, sanction, quota) take the tightest cap; leakage and exemption then let through what they
allow. Shares are shares of the link's flow in the balanced world at the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.kernels.sums import Bools, Floats, Ints, divide
from sim.scenario.event_kinds import CutOff, Event, Exemption, Leakage, Quota, Sanction
from sim.world import World

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
    """Leakage: the share at its end; sanction: the month in which contracts end; licence: the month of the line's qualification"""
    settles: Floats | None = None
    """Leakage: time constant of its fall, months; None: it falls evenly"""


@dataclass(frozen=True, eq=False)
class Now:
    """Say how an event holds in a month, arrays [members]."""

    month: int
    strength: Floats
    """0 before it begins and when it has ended, growing to 1 while it phases in"""
    kept: Floats
    """What liftings and repairs leave of it, 1 to 0"""
    begin: Ints
    end: Ints
    phase: Ints


def level(effect: Effect, now: Now) -> Floats:
    """Say how far a trade event has gone, [members]; 0 where it does not hold. What does not change this changes no cap."""
    if isinstance(effect.event, Leakage):
        left = _unsettled(effect.settles, now) if effect.settles is not None else 1.0 - _elapsed(now)
        return np.where(now.strength > 0, effect.last + (effect.size - effect.last) * left, 0.0)
    if isinstance(effect.event, Sanction):
        cutting = np.clip((now.month - np.maximum(effect.last, now.begin) + 1) / now.phase, 0.0, 1.0)
        # 1 bars new deliveries, what is above cuts contracts
        return np.where((now.strength > 0) & (now.kept > 0), 1.0 + effect.size * cutting * now.kept, 0.0)
    if isinstance(effect.event, CutOff):
        return effect.size * now.strength * now.kept
    return now.strength * now.kept


def _elapsed(now: Now) -> Floats:
    """Return the share of the event's time that has passed."""
    return np.clip((now.month - now.begin) / np.maximum(now.end - now.begin, 1), 0.0, 1.0)


def _unsettled(settles: Floats, now: Now) -> Floats:
    """Return the share of its excess that a leakage keeps, exp(-months / settles); 0 where it settles at once."""
    months = np.maximum(now.month - now.begin, 0)
    left: Floats = np.exp(-divide(months.astype(np.float64), settles, otherwise=np.inf))
    return left


def limit(world: World, effects: Sequence[Effect], levels: Sequence[Floats]) -> None:
    """Set every link's cap, and whether it is restricted or open, from the levels of the trade events."""
    links = world.links
    links.cap[:] = links.base_cap
    links.restricted[:] = False
    for effect, now in zip(effects, levels, strict=True):
        if isinstance(effect.event, RESTRICTIONS):
            allowed, cut = _restriction(world, effect, now)
            links.cap[effect.rows] = np.minimum(links.cap[effect.rows], allowed)
            links.restricted[effect.rows] |= cut
    for effect, now in zip(effects, levels, strict=True):
        if isinstance(effect.event, EXCEPTIONS):
            through = np.minimum(_exception(world, effect, now), links.base_cap[effect.rows])
            links.cap[effect.rows] = np.maximum(links.cap[effect.rows], through)
            if isinstance(effect.event, Exemption):
                links.restricted[effect.rows] &= now <= 0
    links.open[:] = world.open_links()


def _restriction(world: World, effect: Effect, now: Floats) -> tuple[Floats, Bools]:
    """Return a restriction's cap, inf where it does not hold, and where it cuts the starting flow, [links, members]."""
    flow = world.links.base_flow[effect.rows]
    holds = np.broadcast_to(now > 0, flow.shape)
    if isinstance(effect.event, Quota):
        quota = effect.size * per_link(world, effect.rows)
        return np.where(holds, quota + np.maximum(flow - quota, 0.0) * (1.0 - now), np.inf), holds & (quota < flow)
    severity = now - 1.0 if isinstance(effect.event, Sanction) else now
    return np.where(holds, flow * (1.0 - severity), np.inf), holds & (severity > 0)


def _exception(world: World, effect: Effect, now: Floats) -> Floats:
    """Return what a leakage or an exemption lets through, [links, members]."""
    if isinstance(effect.event, Exemption) and effect.event.cap is not None:
        return effect.size * per_link(world, effect.rows) * now
    share = now if isinstance(effect.event, Leakage) else effect.size * now
    return world.links.base_flow[effect.rows] * share


def per_link(world: World, rows: Ints) -> Floats:
    """Return each link's part of what is limited per exporter, importer and product, [links, 1]."""
    return 1.0 / world.axes.route_links[rows, None]

"""Put together what trade rules and events leave: an embargo is a cap, never a weight.

A limit holds for what it names: an exporter, an importer and a product, or several pairs together,
however many lines and needs stand behind them; what one link leaves unused another may use. Of
several restrictions the tightest holds; leakage and exemptions then let through what they allow.
Shares are shares of the flow in the balanced world at the start or, where more would flow without
the event, of that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.events.reexport import Reexport
from sim.events.timeline import Timeline
from sim.events.trade import Moment, Passage, Passes, Restriction, TradeEffect
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.sums import NEVER, Bools, Floats, Ints, some, total
from sim.world.trade_caps import by_route, within_several
from sim.world.world import World

NEARLY = 1.0 - 1e-9
"""A limit above this share of what would flow takes nothing away."""
ANY = 1e300
"""More than anybody could want, units per month."""


@dataclass(eq=False)
class TradeLimits:
    """Hold all that limits trade in a chunk; arrays [groups, members] unless said otherwise.

    A group is what one limit holds for: the links between two states for a product, or all that an
    event or a trade rule names together.
    """

    effects: Sequence[TradeEffect]
    of_effect: Sequence[Ints]
    """[effects]: groups on which each acts, one for each pair of states; if it holds for all
    together, that group is the last"""
    groups: Groups
    limits: Limits
    """What all groups may carry; `update` writes it, re-exports write `most`"""
    lawful: Limits
    """The same without what leaks; it shares the arrays that are alike"""
    reference: Floats
    """Flow at the start or, if greater, just before a restriction that has begun"""
    before: list[Floats]
    """[effects], the same for each effect's groups alone"""
    parts: Sequence[tuple[int, Ints]]
    """(group of several pairs of states, the groups of one pair within it)"""
    size: Ints
    """[groups]: number of links"""
    fixed: Floats
    """What restrictions leave, before exceptions for several pairs of states together"""
    barred: Bools
    """Whether restrictions leave less than the reference; `update` writes it"""
    cache: dict[bytes, Groups] = field(default_factory=dict)
    passing: dict[int, Passes] = field(default_factory=dict)
    """What each passage lets through, by its place among the effects; `update` writes it"""
    shares_move: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    """[groups]: whether the limit is a share of what would flow; `update` writes it, empty before
    that"""

    def __post_init__(self) -> None:
        """Sort the effects by what they do."""
        places = list(enumerate(self.effects))
        self.restrictions = [(at, each) for at, each in places if isinstance(each, Restriction)]
        self.passages = [(at, each) for at, each in places if isinstance(each, Passage)]
        self.reexports = [(at, each) for at, each in places if isinstance(each, Reexport)]

    @classmethod
    def build(cls, world: World, effects: Sequence[TradeEffect]) -> TradeLimits:
        """Group the links by what is limited, with the flows of the balanced world."""
        numbers: dict[bytes, int] = {}
        links: list[Ints] = []

        def group(rows: Ints) -> int:
            if rows.tobytes() not in numbers:
                numbers[rows.tobytes()] = len(links)
                links.append(rows)
            return numbers[rows.tobytes()]

        route = world.axes.route
        capped = [group(rows) for rows in world.trade_caps.links]
        of_effect = []
        for each in effects:
            pairs = [group(rows) for rows in by_route(route, each.rows)]
            whole = [group(each.rows)] if each.together and each.rows.size else []
            of_effect.append(np.array(pairs + whole, dtype=np.int64))
        groups = Groups.build(links, world.axes.link_need)
        base = groups.carried(world.links.base_flow)
        limits = Limits.none(groups, base, len(world.axes.needs))
        np.minimum.at(limits.most, capped, world.trade_caps.most)
        lawful = replace(limits, amount=np.zeros_like(base))
        return cls(
            effects=effects,
            of_effect=of_effect,
            groups=groups,
            limits=limits,
            lawful=lawful,
            reference=base.copy(),
            before=[base[rows] for rows in of_effect],
            parts=within_several(links, route),
            size=np.array([rows.size for rows in links], dtype=np.int64),
            fixed=np.full(base.shape, np.inf),
            barred=np.zeros(base.shape, dtype=np.bool_),
        )

    def update(
        self,
        world: World,
        moment: Callable[[TradeEffect], Moment],
        moving: Collection[int],
        restrictions_move: bool = True,
    ) -> None:
        """Set what events leave this month, from how those hold that are `moving`, rows among the
        scenario's events; the others leave what they did.
        """
        moved = [
            (place, effect)
            for place, effect in self.passages
            if effect.row in moving or place not in self.passing
        ]
        for place, effect in moved:
            base = self.limits.base.take(self.of_effect[place], axis=0)
            self.passing[place] = effect.passes(base, moment(effect))
        if restrictions_move or not self._only_leaks([effect for _, effect in moved]):
            self._update_lawful(world, moment, restrictions_move)
        else:
            self._update_leaks()

    def _only_leaks(self, moved: Sequence[Passage]) -> bool:
        """Return whether passages that have moved change nothing but what leaks."""
        lawful = any(each.is_lawful or each.together for each in moved)
        return not (lawful or self.reexports or self.parts) and bool(self.shares_move.size)

    def _update_leaks(self) -> None:
        """Set what leaks this month, where nothing else has moved."""
        self.limits.amount[:] = self.lawful.amount
        for place, effect in self.passages:
            if not effect.is_lawful and not effect.together:
                self._let_through(effect, place)

    def _update_lawful(
        self, world: World, moment: Callable[[TradeEffect], Moment], restrictions_move: bool
    ) -> None:
        """Set all that events leave this month."""
        # where limits are shares is found anew, once these are set
        self.limits, self.lawful = replace(self.limits), replace(self.lawful)
        limits, lawful = self.limits, self.lawful
        if restrictions_move:
            self._restrict_all(world, [moment(each) for each in self.effects])
        limits.fixed[:], limits.part[:] = self.fixed, 0.0
        limits.amount[:], lawful.amount[:] = 0.0, 0.0
        if self.reexports:
            flow = self.groups.carried(world.links.flow)
        for place, reexport in self.reexports:
            rows = self.of_effect[place]
            limits.most[rows] = reexport.room(flow[rows], moment(reexport))
        for place, effect in self.passages:
            if not effect.together:
                self._let_through(effect, place)
        self._pass_up()
        for place, effect in self.passages:
            if effect.together and effect.rows.size:
                self._exempt_together(self.of_effect[place], self.passing[place])
        self.barred = lawful.left(self.reference) < self.reference * NEARLY
        shares, parts = limits.share, limits.part
        moves = ((shares > 0) & (shares < 1)) | ((parts > 0) & (parts < 1))
        self.shares_move = np.logical_or.reduce(moves, axis=1)

    def _restrict_all(self, world: World, moments: Sequence[Moment]) -> None:
        """Set what restrictions leave, before exceptions."""
        self._remember(world, moments)
        self.limits.fixed[:], self.limits.share[:] = np.inf, 1.0
        for place, effect in self.restrictions:
            self._restrict(effect, place, moments[place])
        self.fixed[:] = self.limits.fixed

    def _remember(self, world: World, moments: Sequence[Moment]) -> None:
        """Note the flow just before restrictions that begin now."""
        flow: Floats | None = None
        for place, _ in self.restrictions:
            begins = moments[place].begin == moments[place].month
            if not some(begins):
                continue
            flow = self.groups.carried(world.links.flow) if flow is None else flow
            rows = self.of_effect[place]
            for known, at in ((self.before[place], slice(None)), (self.reference, rows)):
                known[at] = np.where(begins, np.maximum(known[at], flow[rows]), known[at])

    def _restrict(self, effect: Restriction, place: int, now: Moment) -> None:
        """Leave what a restriction leaves of its groups.

        One that holds for several pairs of states together holds for each of them, too: an
        exemption of one pair is not for the others to use.
        """
        rows = self.of_effect[place]
        own = slice(-1, None) if effect.together else slice(None)
        left = effect.leaves(self.limits.base[rows[own]], self.before[place][own], now)
        fixed, share = self.limits.fixed, self.limits.share
        if left.fixed is not None:
            fixed[rows] = np.minimum(fixed[rows], left.fixed)
        if left.share is not None:
            share[rows] = np.minimum(share[rows], left.share)

    def _let_through(self, effect: Passage, place: int) -> None:
        passing, rows = self.passing[place], self.of_effect[place]
        both = (self.limits, self.lawful) if effect.is_lawful else (self.limits,)
        if passing.amount is not None:
            for each in both:
                each.amount[rows] = np.maximum(each.amount[rows], passing.amount)
        if passing.share is not None:
            self.limits.part[rows] = np.maximum(self.limits.part[rows], passing.share)

    def _pass_up(self) -> None:
        """Let what passes between pairs of states pass a limit over several of them, too."""
        part, base = self.limits.part, self.limits.base
        for whole, pairs in self.parts:
            shares = total(part[pairs] * base[pairs])
            for each in (self.limits, self.lawful):
                each.amount[whole] += total(each.amount[pairs]) + shares

    def _exempt_together(self, rows: Ints, passing: Passes) -> None:
        """Let each pair pass what is exempt, and all together no more than that beside the rest.

        Where one of the pairs is not restricted at all, there is no such sum: each passes it.
        """
        assert passing.amount is not None
        pairs, whole, exempt = rows[:-1], rows[-1], passing.amount[-1]
        limits, lawful = self.limits, self.lawful
        if pairs.size > 1:
            others = total(lawful.left(self.reference)[pairs])
            most = np.where(exempt > 0, exempt + others, np.inf)
            limits.fixed[whole] = np.minimum(limits.fixed[whole], most)
        for each in (limits, lawful):
            each.amount[pairs] = np.maximum(each.amount[pairs], passing.amount[:-1])
            for several, parts in self.parts:
                if np.isin(parts, pairs).any():
                    each.amount[several] += exempt

    def set_caps(self, world: World) -> None:
        """Set each link's cap, and what links may carry together, from the limits of the groups."""
        links, touched = world.links, self.groups.touched
        most = self.limits.at(np.full_like(self.reference, ANY))
        own = np.minimum(links.base_cap.take(touched, axis=0), self.groups.to_links(most))
        links.cap[touched] = own
        active = np.flatnonzero(
            ((self.size > 1) & (most < ANY * 1e-3).any(axis=1)) | self.shares_move
        )
        world.limits = (
            self.limits.only(self._groups(world, active), active) if active.size else None
        )
        world.reopen()

    def _groups(self, world: World, active: Ints) -> Groups:
        key = active.tobytes()
        if key not in self.cache:
            self.cache[key] = self.groups.only(active, world.axes.link_need)
        return self.cache[key]

    def announced(self, world: World, line: Timeline) -> Ints:
        """Return the month from which a restriction is known to bar each need's suppliers.

        [needs, members]; NEVER: not that is known.
        """
        hit = np.full(world.needs.hit.shape, NEVER)
        carried = world.links.base_flow > 0
        for effect, rows in zip(self.effects, self.of_effect, strict=True):
            if not isinstance(effect, Restriction):
                continue
            own = slice(-1, None) if effect.together else slice(None)
            begin, end = line.begin[effect.row], line.end[effect.row]
            months = np.where(
                effect.bars(self.limits.base[rows[own]]) & (begin < end), begin, NEVER
            )
            for group, month in zip(rows[own].tolist(), months, strict=True):
                links = self.groups.link[self.groups.group == group]
                known = np.where(carried[links], month, NEVER)
                np.minimum.at(hit, world.axes.link_need[links], known)
        return hit

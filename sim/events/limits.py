"""Put together what trade rules and events leave: an embargo is a cap, never a weight.

A limit holds for what it names: an exporter, an importer and a product, or several pairs together,
however many lines and needs stand behind them; what one link leaves unused another may use. Of
several restrictions the tightest holds; leakage and exemptions then let through what they allow.
Shares are shares of the flow in the balanced world at the start or, where more would flow without
the event, of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.events.reexport import Reexport
from sim.events.timeline import Timeline
from sim.events.trade import Moment, Passage, Restriction, TradeEffect
from sim.kernels.limits import ANY, Groups, Limits
from sim.kernels.sums import NEVER, Bools, Floats, Ints, total
from sim.world.trade_caps import by_route, within_several
from sim.world.world import World

NEARLY = 1.0 - 1e-9
"""A limit above this share of what would flow takes nothing away."""
NEARLY_NOTHING = 1e-9
"""A want or a supply below this share of what it is a part of counts as none."""


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
    acted: Bools
    """Whether a restriction has ever taken anything away; `observe` writes it"""
    cache: dict[bytes, Groups] = field(default_factory=dict)

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
            acted=np.zeros(base.shape, dtype=np.bool_),
        )

    def update(
        self, world: World, moments: Sequence[Moment], restrictions_move: bool = True
    ) -> None:
        """Set what events leave this month, from how each holds."""
        # where limits are shares is found anew, once these are set
        self.limits, self.lawful = replace(self.limits), replace(self.lawful)
        limits, lawful = self.limits, self.lawful
        if restrictions_move:
            self._restrict_all(world, moments)
        limits.fixed[:], limits.part[:] = self.fixed, 0.0
        limits.amount[:], lawful.amount[:] = 0.0, 0.0
        if self.reexports:
            flow = self.groups.carried(world.links.flow)
        for place, reexport in self.reexports:
            rows = self.of_effect[place]
            limits.most[rows] = reexport.room(flow[rows], moments[place])
        for place, effect in self.passages:
            if not effect.together:
                self._let_through(effect, self.of_effect[place], moments[place])
        self._pass_up()
        for place, effect in self.passages:
            if effect.together and effect.rows.size:
                self._exempt_together(effect, self.of_effect[place], moments[place])
        self.barred = lawful.left(self.reference) < self.reference * NEARLY

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
            if not begins.any():
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

    def _let_through(self, effect: Passage, rows: Ints, now: Moment) -> None:
        passing = effect.passes(self.limits.base[rows], now)
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

    def _exempt_together(self, effect: Passage, rows: Ints, now: Moment) -> None:
        """Let each pair pass what is exempt, and all together no more than that beside the rest.

        Where one of the pairs is not restricted at all, there is no such sum: each passes it.
        """
        passing = effect.passes(self.limits.base[rows], now)
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
        """Set each link's cap, and what links may carry together, from the limits of the groups.

        A link's own is what it shares with no other and what no other limit is over, too; of what
        it shares only a limit of nothing closes it.
        """
        links, groups = world.links, self.groups
        most = self.limits.at(np.full_like(self.reference, ANY))
        parts, shares = self.limits.part, self.limits.share
        moving = (((shares > 0) & (shares < 1)) | ((parts > 0) & (parts < 1))).any(axis=1)
        limited = (most < ANY * 1e-3).any(axis=1)
        shared = (limited & (self.size > 1)) | moving
        holds = shared | (limited & groups.crossing(shared))
        active = np.flatnonzero(holds)
        alone = (self.size == 1) & ~groups.crossing(holds, others=True)
        own = np.where(alone[:, None] | (most <= 0), most, np.inf)
        links.cap[:] = links.base_cap
        links.cap[groups.touched] = np.minimum(links.cap[groups.touched], groups.to_links(own))
        world.limits = (
            self.limits.only(self._groups(world, active), active) if active.size else None
        )
        links.open[:] = world.open_links()

    def _groups(self, world: World, active: Ints) -> Groups:
        key = active.tobytes()
        if key not in self.cache:
            self.cache[key] = self.groups.only(active, world.axes.link_need)
        return self.cache[key]

    def observe(self, world: World) -> None:
        """Note what leaked this month, and which needs a restriction hit for the first time."""
        links, groups, flow = world.links, self.groups, world.links.flow
        needs = world.needs
        backlog, old = (
            each.take(groups.need, axis=0) for each in (needs.backlog, needs.demand - needs.ordered)
        )
        if self.limits.is_share:
            # a share is of all that was not refused before
            of_group = groups.by_need_group.group_of_row
            is_cut = self.limits.odds.take(of_group, axis=0) > 0
            old = np.where(is_cut, self.limits.refused(groups.need, of_group), old)
        needs.passed[:] = self.limits.passing(needs.received, needs.backlog)
        carried = groups.carried(flow)
        wanted = groups.by_need_group(np.maximum(backlog - old, 0.0))
        roundabout = np.flatnonzero(world.axes.is_reexport)
        links.leaking[:] = 0.0
        links.leaking[roundabout] = 1.0
        leaks = self.limits.amount > self.lawful.amount
        if leaks.any():
            lawful = np.where(leaks, self.lawful.at(carried + wanted), np.inf)
            beyond = self.limits.shares_beyond(lawful, flow)
            links.leaking[groups.touched] = np.maximum(links.leaking[groups.touched], beyond)
        if roundabout.size:
            links.acted[roundabout] |= flow[roundabout] > 0
        now = self.barred | self._bars_buyers(world, carried, wanted)
        if now.any():
            self.acted |= now
            self._note_hits(world, now)

    def _bars_buyers(self, world: World, carried: Floats, wanted: Floats) -> Bools:
        """Return where buyers stay short of what a supplier still has and may not deliver."""
        lines, groups = world.lines, self.groups
        spare = lines.offer - lines.output > NEARLY_NOTHING * lines.offer
        spare &= lines.qualified_from <= world.month
        reach = spare.take(world.axes.link_line[groups.link], axis=0)
        reach &= world.links.weight.take(groups.link, axis=0) > 0
        # what a trade rule bars, no restriction does
        would = np.minimum(carried + wanted, self.limits.most)
        # rounding leaves dust of what was ordered and came
        bars: Bools = (
            (wanted > NEARLY_NOTHING * groups.wanted(world.needs.demand))
            & (groups.by_group(reach.astype(np.float64)) > 0)
            & (self.lawful.left(would) < would * NEARLY)
        )
        return bars

    def _note_hits(self, world: World, now: Bools) -> None:
        """Note over which links restrictions act `now`, and the month in which needs are first hit.

        A need may turn to a supplier, or begin, long after a restriction first acted there.
        """
        groups, links, needs = self.groups, world.links, world.needs
        acts = 1.0 - groups.to_links(1.0 - now.astype(np.float64)) > 0
        touched = groups.touched
        links.acted[touched] |= acts
        need = world.axes.link_need[touched]
        short = needs.backlog[need] > NEARLY_NOTHING * needs.demand[need]
        served = (links.base_flow[touched] > 0) | (links.flow[touched] > 0)
        hit = acts & (served | short) & (needs.hit[need] > world.month)
        if hit.any():
            np.minimum.at(needs.hit, need, np.where(hit, world.month, NEVER))

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

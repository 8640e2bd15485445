"""Combine what trade rules and events leave: an embargo is a cap, never a weight.

A limit holds for all links that it names: those of an exporter, an importer and a product, or of
several such pairs together; what one link leaves unused another may use. Of several restrictions
the tightest holds; leakage and exemptions then let through what they allow. A share is a share of
the flow at the start or, where more would flow without the event, of that. Equations 9.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.events.leaks import Leakage, Leaks
from sim.events.numbering import Numbering, wholes
from sim.events.reexport import Reexport
from sim.events.trade import Moment, Moments, Passage, Restriction, TradeEffect
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.own_first import Own
from sim.kernels.sums import but_crumbs, some, total
from sim.world.trade_caps import singles
from sim.world.world import World

NEARLY = 1.0 - 1e-9
"""A limit above this share of what would flow takes nothing away."""
Exempt = dict[int, tuple[Ints, Floats]]
"""Exemptions for several pairs of states together: group of all -> (groups of the pairs, units)"""


@dataclass(eq=False)
class TradeLimits:
    """Hold all that limits trade in a chunk; arrays [groups, members] unless said otherwise.

    A group is what one limit holds for: the links between two states for a product, or all that an
    event or a trade rule names together.
    """

    effects: Sequence[TradeEffect]
    of_effect: Sequence[Ints]
    """[effects]: the groups on which each acts, one for each pair of states; if it holds for all
    pairs together, the group of all is the last"""
    groups: Groups
    limits: Limits
    """What all groups may carry; `update` writes it, re-exports write `most`"""
    lawful: Limits
    """The same without what leaks; arrays that are alike are shared"""
    reference: Floats
    """Flow at the start or, if greater, just before a restriction that leaves less of it"""
    before: list[Floats]
    """[effects]: the flow of each effect's groups at the start or, if greater, just before it"""
    carried: Bools
    """[touched links, members]: whether the link carried goods at the start or just before it was
    restricted"""
    parts: Sequence[tuple[int, Ints]]
    """(group of several pairs of states, the groups of single pairs within it)"""
    wholes: frozenset[int]
    """Groups of several pairs of states that events name together"""
    single: Ints
    """[pairs of link and group]: the group of the link's pair of states, where the group is one of
    these; -1 elsewhere"""
    size: Ints
    """[groups]: number of links"""
    fixed: Floats
    """What restrictions leave, before exceptions for several pairs of states together"""
    barred: Bools
    """Whether restrictions leave less than the reference; `update` writes it"""
    is_set: bool = False
    """Whether all limits have been set once; `update` writes it"""

    def __post_init__(self) -> None:
        """Sort the effects by what they do."""
        places = list(enumerate(self.effects))
        self.restrictions = [(at, each) for at, each in places if isinstance(each, Restriction)]
        self.passages = [(at, each) for at, each in places if isinstance(each, Passage)]
        self.reexports = [(at, each) for at, each in places if isinstance(each, Reexport)]
        self.leaks = Leaks.of(
            [(each, self.of_effect[at]) for at, each in places if isinstance(each, Leakage)]
        )

    @classmethod
    def build(cls, world: World, effects: Sequence[TradeEffect]) -> TradeLimits:
        """Group the links by what is limited, with the flows of the world at rest."""
        effects = [part for each in effects for part in each.by_border(world.axes.route)]
        numbering = Numbering(world.axes.route)
        capped = [numbering.together(rows) for rows in world.trade_caps.links]
        of_effect = [numbering.of(each) for each in effects]
        links, parts = numbering.links, numbering.parts()
        groups = Groups.build(links, world.axes.link_need)
        together = wholes(effects, of_effect) & {whole for whole, _ in parts}
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
            carried=world.links.base_flow.take(groups.touched, axis=0) > 0,
            parts=parts,
            wholes=together,
            single=singles(groups, parts, together),
            size=np.array([rows.size for rows in links], dtype=np.int64),
            fixed=np.full(base.shape, np.inf),
            barred=np.zeros(base.shape, dtype=np.bool_),
        )

    def update(
        self,
        world: World,
        moment: Moments,
        moving: Collection[int],
        restrictions_move: bool = True,
    ) -> None:
        """Set what events leave this month.

        `moment` tells how each event holds, `moving` are the rows of those that move; where no
        restriction is among them, restrictions leave what they left before.
        """
        if restrictions_move or not self._only_leaks(moving):
            self._update_all(world, moment, restrictions_move)
            self.is_set = True
        else:
            self.limits.amount[:] = self.lawful.amount
            self._leak(moment)

    def _only_leaks(self, moving: Collection[int]) -> bool:
        """Return whether these events, none of which is a restriction, change only what leaks."""
        exempts = any(each.row in moving for _, each in self.passages)
        return self.is_set and not (exempts or self.reexports or self.parts)

    def _leak(self, moment: Moments) -> None:
        """Let through what leaks this month."""
        for each in self.leaks:
            each.let_through(self.limits.amount, self.limits.base, moment(each.row))

    def _update_all(self, world: World, moment: Moments, restrictions_move: bool) -> None:
        """Set all that events leave this month, from how each holds."""
        moments = [moment(each.row) for each in self.effects]
        # new objects, since what they keep of where limits are shares must be found anew
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
        self._leak(moment)
        # before what several pairs are exempt from together is added to what each may carry
        left, least = lawful.left(self.reference), lawful.left(np.zeros_like(self.reference))
        exempt = self._exempt(moments)
        apart = self._apart(least, exempt)
        self._pass_up(apart, least, exempt)
        self._exempt_together(exempt, left, apart)
        self._count(apart)
        reference = self._restricted(apart)
        self.barred = self.lawful.left(reference) < reference * NEARLY

    def _restrict_all(self, world: World, moments: Sequence[Moment]) -> None:
        """Set what restrictions leave, before exceptions."""
        self._remember(world, moments)
        self.limits.fixed[:], self.limits.share[:] = np.inf, 1.0
        self.reference[:] = self.limits.base
        for place, effect in self.restrictions:
            self._restrict(effect, place, moments[place])
        self.fixed[:] = self.limits.fixed

    def _remember(self, world: World, moments: Sequence[Moment]) -> None:
        """Note the flow just before restrictions that begin now."""
        now = [moments[place].begin == moments[place].month for place, _ in self.restrictions]
        if not any(map(np.any, now)):
            return
        flow, wanted = world.links.flow, world.needs.demand[world.axes.link_need]
        carried, came = self.groups.carried(flow), but_crumbs(flow, wanted)[self.groups.touched] > 0
        for (place, _), begins in zip(self.restrictions, now, strict=True):
            rows, known = self.of_effect[place], self.before[place]
            np.maximum(known, carried[rows], out=known, where=begins)
            own = self.groups.touching(rows)
            self.carried[own] |= begins & came[own]

    def _restrict(self, effect: Restriction, place: int, now: Moment) -> None:
        """Leave what a restriction leaves of its groups.

        One that holds for several pairs of states together holds for each of them, too: an
        exemption of one pair is not for the others to use.
        """
        rows = self.of_effect[place]
        own = slice(-1, None) if effect.together else slice(None)
        left = effect.leaves(self.before[place][own], now)
        before, least = self.before[place], np.full_like(self.before[place], np.inf)
        fixed, share = self.limits.fixed, self.limits.share
        if left.fixed is not None:
            fixed[rows] = np.minimum(fixed[rows], left.fixed)
            least = np.minimum(least, left.fixed)
        if left.share is not None:
            share[rows] = np.minimum(share[rows], left.share)
            least = np.minimum(least, left.share * before)
        # a restriction that leaves all that flowed before it does not change the reference
        known = np.where(least < before * NEARLY, before, 0.0)
        self.reference[rows] = np.maximum(self.reference[rows], known)

    def _let_through(self, effect: Passage, rows: Ints, now: Moment) -> None:
        passing = effect.passes(self.limits.base[rows], now)
        if passing.amount is not None:
            for each in (self.limits, self.lawful):
                each.amount[rows] = np.maximum(each.amount[rows], passing.amount)
        if passing.share is not None:
            self.limits.part[rows] = np.maximum(self.limits.part[rows], passing.share)

    def _apart(self, least: Floats, exempt: Exempt) -> dict[int, Bools]:
        """Return the pairs of states for which a limit that an event sets for several does not
        hold: group of the limit -> flags [groups, members].

        Nothing restricts these; or the limit is an exemption, and restrictions leave them as much
        anyway, at `least`, as is `exempt`: such a pair takes nothing of it, and lends it nothing.
        """
        apart = {whole: np.isinf(least) for whole, _ in self.parts if whole in self.wholes}
        return apart | {whole: least >= amount for whole, (_, amount) in exempt.items()}

    def _pass_up(self, apart: dict[int, Bools], least: Floats, exempt: Exempt) -> None:
        """Let what is exempt for pairs of states pass the limits for several of them, too.

        Pairs `apart` from it, or free where it is a trade rule's, do not count there. Under a
        limit that an event sets, what is exempt for one pair passes first; under an exemption for
        several, what restrictions leave a pair at `least`.
        """
        if not self.parts:
            return
        part, base = self.limits.part, self.limits.base
        own, left = np.zeros_like(base), np.zeros_like(base)
        for whole, pairs in self.parts:
            counts = ~apart.get(whole, np.isinf(least))[pairs]
            shares = part[pairs] * base[pairs] * counts
            if whole in exempt:
                left[pairs] = np.where(counts, least[pairs], left[pairs])
            elif whole in self.wholes:
                own[pairs] = self.lawful.amount[pairs] * counts + shares
            for each in (self.limits, self.lawful):
                each.amount[whole] += total(each.amount[pairs] * counts) + total(shares)
        groups = np.arange(self.size.size)
        several, exempts = np.isin(groups, list(self.wholes)), np.isin(groups, list(exempt))
        known = Own(own, several, left, exempts) if some(own) or some(left) else None
        self.limits = replace(self.limits, own=known)

    def _exempt_together(self, exempt: Exempt, left: Floats, apart: dict[int, Bools]) -> None:
        """Let each pair of an exemption for several pairs pass all that is exempt, but all of them
        together no more than that beyond what restrictions leave them, `left` [groups, members];
        pairs that are `apart` do not count.
        """
        for whole, (pairs, amount) in exempt.items():
            for each in (self.limits, self.lawful):
                each.amount[pairs] = np.maximum(each.amount[pairs], amount)
                for several, parts in self.parts:
                    if several not in exempt and np.isin(parts, pairs).any():
                        each.amount[several] += amount
            if pairs.size > 1:
                rest = np.where(apart[whole][pairs], 0.0, left[pairs])
                self._share_exemption(whole, pairs, amount, amount + total(rest), apart[whole])

    def _share_exemption(
        self, whole: int, pairs: Ints, exempt: Floats, most: Floats, apart: Bools
    ) -> None:
        """Let pairs together pass `most` where something is `exempt`, both [members]; where they
        are partly cut, what the cut that leaves most leaves of all, if that is more.
        """
        share = self.limits.share[pairs]
        share = np.max(share, axis=0, initial=0.0, where=(share < 1.0) & ~apart[pairs])
        is_part = (exempt > 0) & (share > 0)
        self.limits.share[whole] = np.where(is_part, share, 1.0)
        self.limits.fixed[whole] = np.where((exempt > 0) & ~is_part, most, np.inf)
        for each in (self.limits, self.lawful):
            np.maximum(each.amount[whole], np.where(is_part, most, 0.0), out=each.amount[whole])

    def _exempt(self, moments: Sequence[Moment]) -> Exempt:
        """Return the exemptions for several pairs together, the greatest for the same pairs."""
        found: Exempt = {}
        for place, effect in self.passages:
            rows = self.of_effect[place]
            if effect.together and rows.size:
                amount = effect.passes(self.limits.base[rows[-1:]], moments[place]).amount
                assert amount is not None
                known = found.get(int(rows[-1]), (rows, np.zeros_like(amount[0])))[1]
                found[int(rows[-1])] = rows[:-1], np.maximum(known, amount[0])
        return found

    def _count(self, apart: dict[int, Bools]) -> None:
        """Do not count, in limits for several pairs, those that are `apart`."""
        counted = np.ones((self.single.size, self.reference.shape[1]), dtype=np.bool_)
        for whole, pairs in apart.items():
            rows = np.flatnonzero((self.groups.group == whole) & (self.single >= 0))
            counted[rows] = ~pairs.take(self.single[rows], axis=0)
        marks = None if counted.all() else counted
        self.limits = replace(self.limits, counted=marks)
        self.lawful = replace(self.lawful, counted=marks)

    def _restricted(self, apart: dict[int, Bools]) -> Floats:
        """Return the reference of what counts in each group, [groups, members]."""
        if self.limits.counted is None:
            return self.reference
        reference = self.reference.copy()
        for whole, pairs in self.parts:
            if whole in apart:
                is_some = apart[whole][pairs].any(axis=0)
                counted = total(reference[pairs] * ~apart[whole][pairs])
                reference[whole] = np.where(is_some, counted, reference[whole])
        return reference

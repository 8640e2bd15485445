"""Plan what stocks should hold month by month, for needs with a season, a ceiling or targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.seasons import between, by_whole_months, of_mean, picked, stored, to_date
from sim.scenario.need import MONTHS_OF_YEAR, Need, StockTarget
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.draws import Draws


@dataclass(frozen=True, eq=False)
class TargetPath:
    """Hold the straight lines between the targets of stocks, at the end of each month from the one
    before the run on: arrays [months, needs, members].
    """

    holds: Bools
    """[months, needs, members]: whether targets apply"""
    units: Floats
    """Shares of ceilings"""
    cover: Floats
    """Months of need"""


@dataclass(eq=False)
class StockPlans:
    """Hold the final needs whose orders aim at more than a stock cover, arrays [needs, members] of
    these alone.
    """

    rows: Ints
    """[needs]: rows of the world's needs"""
    first: int
    """The first month of the run: 0 a January, 11 a December"""
    season: Floats
    """[12, needs, members]: a year's months as multiples of their mean"""
    until: Floats
    """[12, needs, members]: needed from January until each month's end, mean months"""
    stored: Floats
    """[12, needs, members]: what the stock holds for the season, mean months"""
    ceiling: Floats
    """Units; inf: none"""
    targets: TargetPath | None
    given: Bools
    """[needs, 1]: whether the scenario gives the cover at the start"""
    use: Floats
    """Need of a mean month, units; month/final_use writes it"""

    def in_season(self, month: int) -> Floats:
        """Return the need of a month of the run as a multiple of that of the mean month, [needs,
        members].
        """
        found: Floats = self.season[(self.first + month) % 12]
        return found

    def held(self, month: Ints, cover: Floats) -> Floats:
        """Return the units to be held at the end of a month of the run, which may differ by need
        and member; `cover` is in months of need.
        """
        units = (cover + picked(self.stored, (self.first + month) % 12)) * self.use
        path = self.targets
        if path is not None:
            at = np.clip(month + 1, 0, len(path.units) - 1)
            aim = picked(path.units, at) + picked(path.cover, at) * self.use
            units = np.where(picked(path.holds, at), aim, units)
        return np.minimum(units, self.ceiling)

    def ahead(self, month: int, lead: Floats, cover: Floats) -> Floats:
        """Return what should come in the month in which this month's orders arrive, `lead` months
        from now, and what stock and orders should hold before they are placed; units, [2, needs,
        members].
        """
        first = self.first

        def told(lead: Ints) -> Floats:
            now = np.full_like(lead, month)
            before, then = now + lead - 1, now + lead
            level = self.held(before, cover)
            needed = between(self.until, first + now, first + before) * self.use
            use = picked(self.season, (first + then) % 12) * self.use
            come = np.maximum(use + self.held(then, cover) - level, 0.0)
            return np.stack((come, level + needed))

        return by_whole_months(told, lead)

    def at_start(self, cover: Floats, use: Floats, lead: Floats) -> Floats:
        """Return the stock when the run begins, units, such that the plan is met once what is in
        transit has come, which is a mean month's need in each month. `cover` is what the scenario
        gives.
        """
        self.use[:] = use

        def told(lead: Ints) -> Floats:
            before, last = np.full_like(lead, self.first - 1), lead - 1
            needed = between(self.until, before, self.first + last)
            return self.held(last, cover) + (needed - lead) * use

        held = np.maximum(by_whole_months(told, lead), 0.0)
        return np.where(self.given, cover * use, held)


def build_stock_plans(
    scenario: Scenario, axes: Axes, draw: Draws, lead: int, cover: Floats
) -> StockPlans | None:
    """Draw the seasons, ceilings and targets of final needs; None where no need has any.

    `lead` is the longest that goods are under way, months; `cover` [needs, members] is the stock
    cover, from which stocks start toward their first target.
    """
    needs = [scenario.needs[state][product] for state, product in axes.needs[: axes.final]]
    rows = [row for row, need in enumerate(needs) if need.has_plan]
    if not rows:
        return None
    planned = [needs[row] for row in rows]
    paths = ["needs.{}.{}".format(*axes.needs[row]) for row in rows]
    season, ceiling = _seasons(planned, paths, draw), _ceilings(planned, paths, draw)
    first, in_store = month_number(scenario.start), stored(season)
    plans = StockPlans(
        rows=np.array(rows, dtype=np.int64),
        first=first % 12,
        season=season,
        until=to_date(season),
        stored=in_store,
        ceiling=ceiling,
        targets=None,
        given=np.array([[need.initial_stock_cover is not None] for need in planned]),
        use=np.zeros_like(ceiling),
    )
    if any(need.targets for need in planned):
        months = scenario.months + lead + 1
        at_first = cover[rows] + in_store[(first - 1) % 12]
        plans.targets = _paths(planned, paths, draw, first, months, ceiling, at_first)
    return plans


def _ceilings(needs: list[Need], paths: list[str], draw: Draws) -> Floats:
    given = zip(needs, paths, strict=True)
    return draw.rows_or([(need.ceiling, f"{path}.ceiling") for need, path in given], np.inf)


def _seasons(needs: list[Need], paths: list[str], draw: Draws) -> Floats:
    """Draw the profiles, [12, needs, members]."""
    weights = np.ones((12, len(needs), draw.width))
    for row, (need, path) in enumerate(zip(needs, paths, strict=True)):
        if need.profile is not None:
            weights[:, row] = draw.rows(
                (each, f"{path}.profile.{place}") for place, each in enumerate(need.profile)
            )
    return of_mean(weights)


def _paths(
    needs: list[Need],
    paths: list[str],
    draw: Draws,
    first: int,
    months: int,
    ceiling: Floats,
    at_first: Floats,
) -> TargetPath:
    """Draw the targets and lay straight lines from one to the next, over so many months."""
    shape = (months, *ceiling.shape)
    holds, units, cover = np.zeros(shape, dtype=np.bool_), np.zeros(shape), np.zeros(shape)
    for row, (need, path) in enumerate(zip(needs, paths, strict=True)):
        nodes = _nodes(need, first, months)
        if nodes and nodes[0][0] > 0:
            nodes.insert(0, (0, "", None))
        known: dict[str, tuple[Floats, Floats]] = {"": (0.0 * at_first[row], at_first[row])}
        for _, name, target in nodes:
            if target is not None and name not in known:
                known[name] = _drawn(target, f"{path}.targets.{name}", ceiling[row], draw)
        for (start, one, _), (end, other, _) in pairwise(nodes):
            for month in range(max(start, 0), min(end + 1, months)):
                part = (month - start) / (end - start)
                holds[month, row] = True
                for line, place in ((units, 0), (cover, 1)):
                    low, high = known[one][place], known[other][place]
                    line[month, row] = low + (high - low) * part
    return TargetPath(holds, units, cover)


def _drawn(target: StockTarget, path: str, ceiling: Floats, draw: Draws) -> tuple[Floats, Floats]:
    """Draw a target: units, and months of need, [members]."""
    if target.share is not None:
        return draw(target.share, f"{path}.share") * ceiling, np.zeros(draw.width)
    assert target.months is not None
    return np.zeros(draw.width), draw(target.months, f"{path}.months")


def _nodes(need: Need, first: int, months: int) -> list[tuple[int, str, StockTarget | None]]:
    """List the months at whose end something is to be held, from the one before the run on, with
    the name of the target.

    Those of every year are listed from the last before the run until the first after it.
    """
    found: dict[int, str] = {}
    for name in need.targets:
        found.update(dict.fromkeys(_months_of(name, first, months), name))
    # a month of its own counts before a month of the year
    found.update({month_number(name) - first: name for name in need.targets if "-" in name})
    return [(month, found[month], need.targets[found[month]]) for month in sorted(found)]


def _months_of(name: str, first: int, months: int) -> Iterator[int]:
    """List the places, among the month ends from that before the run on, of a target of every
    year. What is held when a month begins is held at the end of the month before it.
    """
    if name in MONTHS_OF_YEAR:
        place = (MONTHS_OF_YEAR.index(name) - first) % 12
        yield from range(place - 12, months + 12, 12)

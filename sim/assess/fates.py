"""Say what became of each need that a restriction hit: who took over, what leaked, what was
dropped, what stayed unmet.

Works on records alone, member by member; a probability is a share of the members.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.assess.stories import FATES, Buyer, Ending, Ints, Row, Story, rows_of
from sim.assess.substitution import month_reached, months_by
from sim.records import Floats, Records
from sim.scenario.schema import Scenario

Bools = NDArray[np.bool_]
Column = NDArray[np.float64] | NDArray[np.int64] | list[str]
Route = tuple[str, str, str]
"""(exporter, importer, product)"""

OTHERS = 3
"""Of these groups, the first three are not the old suppliers."""
OLD = FATES.index("old")
_DROPPED, _UNMET = FATES.index("dropped"), FATES.index("unmet")

LEAST_NEED = 0.1
"""A need below this share of its starting level is dropped."""
LEAST_FILL = 0.5
"""A need of which less than this share is met is unmet."""
YEAR = 12
_TINY = 1e-9


def fates(scenario: Scenario, records: Records) -> dict[str, Column]:
    """Tabulate the fates of the needs that a restriction hit, by calendar year from the hit on and
    at the end.

    A need is hit over its own links or those of the inputs of what it buys (`hits`). In a year, and
    at the `end` (the last twelve months), it has exactly one fate in each member:

    - dropped: the need is below a tenth of its mean of the first twelve months of the run;
      otherwise
    - unmet: less than half of it is met in its month; otherwise the group that replaces the old
      suppliers, or goes on, most. Of the units shipped to the state for final use, that is the
      greatest of
    - home: the share of its own factories, less that of the twelve months before the hit, or, of
      a need that is hit in the first month, that at rest;
    - ally, outside: so for other states, of its own bloc or not, which no restriction ever hits;
    - leakage: the share that comes from the suppliers hit while they are restricted, and by
      re-export;
    - old: the share that comes from them unrestricted: not restricted yet, exempt, or no longer
      restricted.

    In members in which no restriction hits the need, all that comes from abroad is the old ones'.
    Where none of these is above nothing (a need hit over inputs alone), it is the group with the
    largest share; where nothing is shipped, and a stock meets the need, the old suppliers, who
    filled it. What comes from abroad is split between allies and outsiders by the year's flows.

    `probability` is the share of the members. The rows of `end` tell, too, when substitution was
    reached, whatever the fate (see `month_reached`): `reached` is the share of the members in which
    it was; `month_p05`, `month_p50`, `month_p95` are the months, YYYY-MM, by which 5, 50, 95 % of
    all members had reached it, `inf` where they never had. Who substituted stands in the row of its
    group, home, ally or outside: `by` is the state of the group that most often gained most in
    share of deliveries against the years before the hit, or in the first year that at rest, in the
    calendar year in which substitution was reached; `by_share` is the share, of the members that
    reached it, in which it was that state.
    """
    past = _Past(scenario, records)
    hit = hits(records)
    stories = [
        past.story(row, hit[buyer]) for row, buyer in enumerate(records.needs) if buyer in hit
    ]
    rows = [row for story in stories for row in rows_of(story)]
    columns: dict[str, Column] = {
        name: [getattr(row, name) for row in rows] for name in Row._fields
    }
    for name in ("probability", "reached", "by_share"):
        columns[name] = np.array(columns[name], dtype=np.float64)
    return columns


def hits(records: Records) -> dict[Buyer, int]:
    """Map each (state, product) that a restriction hit to the first month in which one did.

    In any member, counted from the start of the run; over its own links or those of the inputs of
    what it buys. What was never hit is left out.
    """
    first = records.hit.min(axis=1)
    return {
        buyer: int(month)
        for buyer, month in zip(records.needs, first, strict=True)
        if month < len(records.months)
    }


def restricted_routes(records: Records) -> set[Route]:
    """Return the routes on which a restriction ever took anything away, in any member."""
    acted = np.flatnonzero(records.acted.any(axis=1))
    return {records.routes[row] for row in acted.tolist()}


def settle(shares: Floats, before: Floats, fill: Floats, need: Floats) -> Ints:
    """Settle the fate of a need, as places in FATES, [years, members].

    `shares` [groups, years, members] are the groups' shares of what is shipped, `before` [groups,
    members] those before the hit, of which the old suppliers' do not count; `fill` and `need`
    [years, members] are the share of the need that is met and the need over its starting level.
    """
    gained = shares.copy()
    gained[:OTHERS] -= before[:OTHERS, None]
    largest = np.where(shares.max(axis=0) > 0, _first_of_most(shares), OLD)
    most = np.where(gained.max(axis=0) > _TINY, _first_of_most(gained), largest)
    # half of a need is not less than half for rounding's sake
    dropped, unmet = need < LEAST_NEED - _TINY, fill < LEAST_FILL - _TINY
    settled: Ints = np.where(dropped, _DROPPED, np.where(unmet, _UNMET, most))
    return settled


@dataclass(frozen=True)
class _Past:
    """Look at the records need by need."""

    scenario: Scenario
    records: Records

    @cached_property
    def spans(self) -> list[slice]:
        """The months of each calendar year."""
        labels = [int(month[:4]) for month in self.records.months]
        return [
            slice(labels.index(year), labels.index(year) + labels.count(year))
            for year in self.records.years
        ]

    @cached_property
    def free(self) -> Bools:
        """Which of `routes` are direct, and no restriction ever hits them, [routes, members]."""
        rows, vias = list(self.records.final_routes), self.records.vias
        free: Bools = ~self.records.acted[rows]
        free[[bool(vias and vias[row]) for row in rows]] = False
        return free

    @cached_property
    def routes(self) -> list[Route]:
        """The routes over which goods come for final use."""
        return [self.records.routes[row] for row in self.records.final_routes]

    @cached_property
    def routes_to(self) -> dict[Buyer, list[int]]:
        """All routes to each buyer, re-exports included, places in `routes`."""
        found: dict[Buyer, list[int]] = {buyer: [] for buyer in self.records.needs}
        for place, route in enumerate(self.routes):
            found.setdefault(route[1:], []).append(place)
        return found

    def _free(self, row: int) -> Bools:
        """Which of the routes to a need are no old supplier's, [routes to it, members]: where no
        restriction hits it, all from abroad go on as before.
        """
        home, routes = self.records.needs[row][0], self.routes_to[self.records.needs[row]]
        is_home = np.array([self.routes[each][0] == home for each in routes], dtype=np.bool_)
        free: Bools = self.free[routes] & (is_home[:, None] | self._is_hit(row))
        return free

    def _is_hit(self, row: int) -> Bools:
        """In which members a restriction hits a need, [members]."""
        is_hit: Bools = self.records.hit[row] < len(self.records.months)
        return is_hit

    def story(self, row: int, hit: int) -> Story:
        """Tell what became of a need that was hit in this month."""
        series, months = self.records.series, self.records.months
        need, unmet, groups = series["need"][:, row], series["unmet"][:, row], self._groups(row)
        year = int(months[hit][:4]) - self.records.years[0]
        spans = [*self.spans[year:], slice(-YEAR, None)]
        start = need[:YEAR].mean(axis=0)
        codes = settle(
            np.stack([_shares(groups[:, span].sum(axis=1)) for span in spans], axis=1),
            _shares(groups[:, max(hit - YEAR, 0) : hit].sum(axis=1) if hit else self._rest(row)),
            np.stack(
                [1.0 - _over(unmet[span].sum(axis=0), need[span].sum(axis=0)) for span in spans]
            ),
            np.stack([_over(need[span].mean(axis=0), start, otherwise=1.0) for span in spans]),
        )
        reached = month_reached(groups[:OTHERS].sum(axis=0), need, LEAST_NEED * start, hit)
        labels = [*map(str, self.records.years[year:]), "end"]
        return Story(self.records.needs[row], codes, labels, self._ending(row, reached, year))

    def _groups(self, row: int) -> Floats:
        """Split what is shipped for a need by group of suppliers, [groups, months, members], units
        a month.
        """
        received, imports, legacy, leaked = (
            self.records.series[name][:, row]
            for name in ("received", "imports", "legacy", "leaked")
        )
        legacy = np.where(self._is_hit(row), legacy, imports)
        buyer = self.records.needs[row]
        exporters = {route: self.routes[route][0] for route in self.routes_to[buyer]}
        foreign = [route for route, exporter in exporters.items() if exporter != buyer[0]]
        allied = [each for each in foreign if self._group(buyer[0], exporters[each]) == "ally"]
        flows = self.records.final_flows
        by_year = _over(
            *((flows[:, each] * self.free[each]).sum(axis=1) for each in (allied, foreign))
        )
        allies = np.repeat(by_year, [span.stop - span.start for span in self.spans], axis=0)
        home, abroad = np.maximum(received - imports, 0.0), np.maximum(imports - legacy, 0.0)
        return np.stack(
            (
                home,
                abroad * allies,
                abroad * (1.0 - allies),
                leaked,
                np.maximum(legacy - leaked, 0.0),
            )
        )

    def _rest(self, row: int) -> Floats:
        """Split what is shipped for a need at rest as `_groups` does, [groups, members]."""
        buyer, rest = self.records.needs[row], self.records.final_rest
        groups = np.zeros((OLD + 1, rest.shape[1]))
        for place, free in zip(self.routes_to[buyer], self._free(row), strict=True):
            group = FATES.index(self._group(buyer[0], self.routes[place][0]))
            groups[group] += rest[place] * free
            groups[OLD] += rest[place] * ~free
        return groups

    def _ending(self, row: int, reached: Floats, year: int) -> Ending:
        """Sum up the months [members] in which substitution was reached; `year` is the place of the
        year of the hit.
        """
        share = float(np.isfinite(reached).mean())
        by = self._by(row, reached, year)
        return Ending(share, months_by(reached, self.records.months), by)

    def _by(self, row: int, reached: Floats, year: int) -> dict[str, tuple[str, float]]:
        """Name, for each group that substituted, who did so most often, and in which share of the
        members that reached it.
        """
        doers = self._doers(row, reached, year)
        found: dict[str, tuple[str, float]] = {}
        for state, times in Counter(doers).most_common():
            found.setdefault(
                self._group(self.records.needs[row][0], state), (state, times / len(doers))
            )
        return found

    def _group(self, buyer: str, supplier: str) -> str:
        """Return the fate that stands for a supplier that no restriction hits."""
        if supplier == buyer:
            return "home"
        bloc = self.scenario.states[buyer].bloc
        return "ally" if bloc and self.scenario.states[supplier].bloc == bloc else "outside"

    def _doers(self, row: int, reached: Floats, year: int) -> list[str]:
        """Name, for each member that reached substitution, the state whose share of deliveries
        gained most in that year.
        """
        buyer, flows = self.records.needs[row], self.records.final_flows
        past = flows[:year] if year else self.records.final_rest[None]
        routes, free = self.routes_to[buyer], self._free(row)
        before = _over(past[:, routes].sum(axis=0), past[:, routes].sum(axis=(0, 1)))
        gains = _over(flows[:, routes], flows[:, routes].sum(axis=1, keepdims=True)) - before
        gains = np.where(free, gains, -np.inf)
        members = np.flatnonzero(np.isfinite(reached) & free.any(axis=0)).tolist()
        years = [
            int(self.records.months[int(reached[member])][:4]) - self.records.years[0]
            for member in members
        ]
        return [
            self.routes[routes[int(_first_of_most(gains[then, :, member]))]][0]
            for member, then in zip(members, years, strict=True)
        ]


def _first_of_most(shares: Floats) -> Ints:
    """Return the first row that holds the most, but for rounding."""
    first: Ints = (shares >= shares.max(axis=0) - _TINY).argmax(axis=0)
    return first


def _shares(units: Floats) -> Floats:
    """Return each row's share of the sum over the first axis; 0 where there is nothing."""
    return _over(units, units.sum(axis=0))


def _over(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    """Divide, arrays that broadcast; `otherwise` where the whole is nothing."""
    whole = np.broadcast_to(whole, np.broadcast_shapes(part.shape, whole.shape))
    ratio: Floats = np.divide(part, whole, out=np.full(whole.shape, otherwise), where=whole > 0)
    return ratio

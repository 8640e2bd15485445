"""Warn of needs that go short in season though their suppliers could make enough in a year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import divide, raised
from sim.report.charts.wording import SHORT_OF
from sim.scenario.need import Need
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World

SWING = 1.2
"""A year has a season if its highest month is more than this many times its mean."""
WORTH_NOTING = 0.01
"""A lack of less than this share of a year's need does not count."""
OFTEN = 0.05
"""A run warns of a need that goes short in more than this share of members."""
MOST = 5
"""Most needs that a warning names"""


def seasonal(scenario: Scenario, axes: Axes) -> Ints:
    """List the final needs that have a season, by their central numbers: a profile, or a series
    that rises and falls back every year.
    """
    first = month_number(scenario.start)
    needs = enumerate(scenario.needs[state][product] for state, product in axes.needs[: axes.final])
    rows = [row for row, need in needs if _moves(need) and all(_swings(_years(need, first)))]
    return np.array(rows, dtype=np.int64)


def _moves(need: Need) -> bool:
    """Tell whether a need may change from month to month by its own numbers."""
    return need.profile is not None or need.series is not None


def _years(need: Need, first: int) -> list[Floats]:
    """List the whole calendar years that a need's numbers cover, [12] each; a profile's repeat."""
    if need.profile is not None:
        return [np.array([each.value for each in need.profile])] * 2
    months = np.array([each.value for each in need.series or ()])
    starts = range(-first % 12, len(months) - 11, 12)
    return [months[start : start + 12] for start in starts]


def _swings(years: Sequence[Floats]) -> Iterator[bool]:
    """Tell of each year whether it rises above its mean and whether the next falls back; of fewer
    than two nothing repeats.
    """
    yield len(years) > 1
    for year, following in zip(years, [*years[1:], years[-1]], strict=False):
        yield bool(year.max() > SWING * year.mean() and following.min() < year.mean())


@dataclass(eq=False)
class _Year:
    """Add up the months of a year, units, [needs, members]."""

    months: int
    need: Floats
    short: Floats
    """What was not used in the month in which it was needed"""
    enough: Floats
    """What was used in the year, and what open suppliers had left"""

    @classmethod
    def blank(cls, like: Floats) -> _Year:
        """Begin a year."""
        return cls(0, *(np.zeros_like(like) for _ in range(3)))


class Seasons:
    """Note, year by year, what needs with a season want and lack, and what their suppliers could
    have made in addition.
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        """Find the needs; those without a season cost nothing."""
        self.needs = seasonal(scenario, world.axes)
        self._first = month_number(scenario.start)
        self._years: dict[int, _Year] = {}

    def record(self, world: World) -> None:
        """Note a month's need, what of it was not used, and what open suppliers had left."""
        if not self.needs.size:
            return
        needs, lines, market = world.needs, world.lines, world.axes.market
        spare = market.from_lines(raised(lines.offer - lines.output)) * world.links.open
        need = needs.final[self.needs]
        year = self._years.setdefault((self._first + world.month) // 12, _Year.blank(need))
        year.months += 1
        year.need += need
        used = needs.used[self.needs]
        year.short += raised(need - used)
        year.enough += used + market.by_need(spare)[self.needs]

    def lack(self, members: int) -> Floats:
        """Return the largest share of a whole year's need that was lacking in its month, though
        enough could have been made in the year, [needs, members]; 0 unless it was so in half of the
        years.
        """
        whole = [each for each in self._years.values() if each.months == 12]
        if not whole:
            return np.zeros((self.needs.size, members))
        shares = np.array(
            [divide(each.short, each.need) * (each.enough >= each.need) for each in whole]
        )
        shares[shares < WORTH_NOTING] = 0.0
        is_often = 2 * (shares > 0).sum(axis=0) >= len(whole)
        lack: Floats = shares.max(axis=0) * is_often
        return lack


def season_warnings(scenario: Scenario, axes: Axes, needs: Ints, lack: Floats) -> list[str]:
    """Say which needs go short in season, and what would help; `lack` as `Seasons` gives it."""
    share = (lack > 0).mean(axis=1)
    worst = [
        row
        for row in np.argsort(-lack.max(axis=1, initial=0.0), kind="stable").tolist()
        if share[row] > OFTEN
    ]
    texts = [
        _text(scenario, axes.needs[needs[row]], float(lack[row].max()), float(share[row]))
        for row in worst[:MOST]
    ]
    more = len(worst) - len(texts)
    return texts + (
        [f"so do {more} more need{'s' if more > 1 else ''} in season"] if more > 0 else []
    )


def _text(scenario: Scenario, need: tuple[str, str], lack: float, share: float) -> str:
    state, product = need
    members = "" if share == 1 else f", in {share:.0%} of the members"
    advice = (
        "its ceiling or targets, or the rules by which it orders, keep its stock below what the"
        " season takes"
        if scenario.needs[state][product].profile is not None
        else "its orders follow the month's need; give the season as a profile, or choose the"
        " ordering rule hold_cover with smoothing_months: 12 and a stock_cover of some months"
    )
    return (
        f"{state} goes {SHORT_OF} {product} in season (by up to {lack:.0%} of a year's"
        f" need{members}) though its suppliers could make enough over the year: {advice}"
    )

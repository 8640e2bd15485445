"""Count lead times from a clock: the decision, the cut-off, or a month; the months that have passed
when money comes need not pass again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, some, whole
from sim.scenario.lead_terms import Terms
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes


@dataclass(eq=False)
class Clocks:
    """Hold the projects whose lead time does not count from the month in which money is spent,
    arrays [rows, members].
    """

    rows: Ints
    """[rows]: the projects"""
    programme: Ints
    """[rows]: their programmes"""
    lead: Ints
    """Months from the clock to qualified capacity"""
    least: Ints
    """Months that remain whenever the money comes: those of qualification, one at least"""
    most: int
    """Most months that a project needs to wait: what comes after the run need not be timed"""
    since: Ints
    """Month from which the lead time counts, NEVER: not known yet; month/programmes writes it"""
    decided: Bools
    """[rows, 1]: whether this is the month in which the programme starts"""
    funded: Bools
    """[rows, 1]: whether the programme is active from the start, so that it counts as starting with
    its first money"""
    needs: tuple[Ints, ...]
    """[rows]: the needs whose first hit starts the clock; none if something else does"""
    known: Ints
    """[needs, members]: the hits that are known so far; month/programmes writes it"""

    @classmethod
    def build(
        cls,
        scenario: Scenario,
        axes: Axes,
        terms: Sequence[Terms],
        beneficiary: Bools,
        lead: Floats,
        qualification: Floats,
    ) -> Clocks | None:
        """List the projects that have a clock; None where all count from their money.

        `beneficiary` is [programmes, needs].
        """
        words = [each.counts_from for each in terms]
        rows = np.flatnonzero([word != "money" for word in words])
        if not rows.size:
            return None
        since = np.full((rows.size, lead.shape[1]), NEVER)
        for place, row in enumerate(rows.tolist()):
            since[place] = _known(scenario, words[row])
        product = axes.line_product[axes.project_line]
        active = np.array([scenario.programmes[name].active for name in axes.programmes])
        return cls(
            rows=rows,
            programme=axes.project_programme[rows],
            lead=whole(lead[rows]),
            least=np.maximum(whole(qualification[rows]), 1),
            most=scenario.months + 1,
            since=since,
            known=np.zeros((0, lead.shape[1]), dtype=np.int64),
            decided=(np.array(words) == "decision")[rows, None],
            funded=active[axes.project_programme[rows], None],
            needs=tuple(
                np.flatnonzero(mine) if words[row] == "cut_off" else np.zeros(0, dtype=np.int64)
                for row in rows.tolist()
                for mine in [
                    beneficiary[axes.project_programme[row]] & (axes.need_product == product[row])
                ]
            ),
        )

    @property
    def longest(self) -> int:
        """Return the most months that may pass from money to capacity within the run."""
        to_come = np.maximum(np.where(self.since == NEVER, 0, self.since), 0)
        months = max(int(each.max(initial=0)) for each in (self.lead + to_come, self.least))
        return min(months, self.most)

    def left(self, active: Bools, has_money: Bools, hit: Ints, month: int) -> Ints:
        """Return the months from money that comes this month to qualified capacity, [rows,
        members]; `active` and `has_money` are [programmes, members], `hit` the month in which a
        restriction first hit each need, [needs, members].
        """
        starts = self.decided & active[self.programme]
        starts &= has_money[self.programme] | ~self.funded
        if some(starts):
            self.since[starts & (self.since == NEVER)] = month
        if hit is not self.known:
            self.known = hit
            for place, needs in enumerate(self.needs):
                if needs.size:
                    self.since[place] = np.minimum(self.since[place], hit[needs].min(axis=0))
        # money may also come before a month from which it counts
        waited = np.where(self.since == NEVER, 0, month - self.since)
        left = np.maximum(self.lead - waited, self.least)
        return np.minimum(left, self.most, out=left)


def _known(scenario: Scenario, word: str) -> int:
    """Return the month of a clock, counted from the start, if it is known beforehand; NEVER if only
    the run will tell.
    """
    if word in ("decision", "cut_off"):
        return NEVER
    return month_number(word) - month_number(scenario.start)

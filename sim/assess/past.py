"""Read a run in the terms in which outcomes are written, and what a logistic says of them."""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from sim.assess.fates import Route, hits, restricted_routes
from sim.assess.need_readings import READINGS as OF_BUYERS
from sim.assess.need_readings import of_buyer
from sim.assess.observation import Observation
from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.records import Records
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario

TENTH, HALF = 12.0, 30.0
"""The naive logistic: months after the cut-off in which a tenth and half of the need is made at
home, nine tenths after 48. Half is the middle of the two to three years that officials gave; it is
not fitted to any outcome."""
FULL = 0.9
"""Supply is complete when a year's output is this share of the year's need."""
TAKEN = 0.1
"""An ally has taken over a product when it delivers this share of the old supplies more than at the
start."""
YEAR = 12


def logistic(months: Floats) -> Floats:
    """Return the share made at home so many months after the cut-off, nothing before it.

    Fisher & Pry 1971.
    """
    share = 1.0 / (1.0 + np.exp(-(months - HALF) * math.log(9.0) / (HALF - TENTH)))
    return np.where(months < 0, 0.0, share)


@dataclass(frozen=True)
class Past:
    """Read a run as outcomes are written.

    Of the good units of `products` that lines of `state` make: `year`, those of a calendar year;
    `level`, the rise since the first year, mean of three months, in percent of its need of the
    products `of`; and the months in which first `unit n` had been made, capacity was `ready` for a
    unit a year, supply was `full`: a year's output was nine tenths of a year's need. Where products
    go together into a set, it is the sets that count; putting them together takes no time. `allies`
    counts the products that states of the same bloc took over.
    """

    scenario: Scenario
    records: Records

    def forecast(self, outcome: Observation) -> Floats:
        """Return what the run says of an outcome, [members].

        Raises InputError where the scenario has no such state or need.
        """
        if outcome.state not in self.scenario.states:
            raise InputError(
                f"{outcome.category}.{outcome.metric}: the scenario has no state {outcome.state}"
            )
        if outcome.reading == "allies":
            return self._taken_over(outcome.state)
        if outcome.reading.split()[0] in OF_BUYERS:
            asked = outcome.state, outcome.products, outcome.reading, outcome.date
            return of_buyer(self.records, *asked)
        made = self._made(outcome)
        needed = self._needed(outcome) if outcome.of else np.zeros_like(made)
        return self._read(outcome, made, needed)

    def naive(self, outcome: Observation) -> float:
        """Return what the logistic says; it knows the need at the start and the month of the
        cut-off. NaN: nothing.
        """
        hit = hits(self.records)
        since = min(
            (
                hit[outcome.state, product]
                for product in outcome.of.split()
                if (outcome.state, product) in hit
            ),
            default=None,
        )
        told = outcome.reading.split()[0]
        if told == "allies" or told in OF_BUYERS or since is None:
            return math.nan
        needed = np.full((len(self.records.months), 1), self._needed(outcome)[:YEAR, 0].mean())
        share = logistic(np.arange(len(needed), dtype=np.float64) - since)[:, None]
        return float(self._read(outcome, needed * share, needed)[0])

    def _made(self, outcome: Observation) -> Floats:
        """Return what stands for the outcome, [months, members]: the sum of shares, or as many sets
        as the scarcest product makes.
        """
        source = self.records.usable if outcome.reading == "ready" else self.records.output
        owned = [
            product if state == outcome.state else "" for _, state, product in self.records.lines
        ]
        wanted = outcome.products.split()
        made = np.stack(
            [
                source[:, [row for row, each in enumerate(owned) if each == product]].sum(axis=1)
                for product in wanted
            ]
        )
        if outcome.unit == "%":
            return np.asarray(made.sum(axis=0))
        sets = np.cumsum(made, axis=1).min(axis=0)
        return np.diff(sets, axis=0, prepend=0.0) if len(wanted) > 1 else made[0]

    def _needed(self, outcome: Observation) -> Floats:
        wanted = [(outcome.state, product) for product in outcome.of.split()]
        rows = [row for row, need in enumerate(self.records.needs) if need in wanted]
        if len(rows) < max(len(wanted), 1):
            raise InputError(
                f"{outcome.category}.{outcome.metric}: {outcome.state} does not need all of"
                f" {outcome.of or 'nothing'}"
            )
        return np.asarray(self.records.series["need"][:, rows].sum(axis=1))

    def _read(self, outcome: Observation, made: Floats, needed: Floats) -> Floats:
        """Read an outcome off what is made, both [months, members], units a month."""
        first = month_number(self.records.months[0])
        word, _, amount = outcome.reading.partition(" ")
        if word == "year":
            begin = month_number(f"{outcome.date}-01") - first
            return np.asarray(made[begin : begin + YEAR].sum(axis=0))
        if word == "level":
            at = month_number(outcome.date) - first + 1
            risen = made[at - 3 : at].mean(axis=0) - made[:YEAR].mean(axis=0)
            return np.asarray(100.0 * risen / needed[:YEAR].mean(axis=0))
        done = _reached(word, float(amount or 0.0), made, needed)
        return first + np.where(done.any(axis=0), done.argmax(axis=0), len(made)).astype(np.float64)

    def _taken_over(self, state: str) -> Floats:
        """Count the products of which allies deliver a tenth of the old supplies more in the last
        year than in the first, [members].
        """
        old = {route for route in restricted_routes(self.records) if route[1] == state}
        products = dict.fromkeys(route[2] for route in self.records.routes if route in old)
        count = np.zeros(self.records.flows.shape[-1])
        for product in products:
            count += self._is_taken_over(state, product, old)
        return count

    def _is_taken_over(self, state: str, product: str, old: Set[Route]) -> Bools:
        """Tell whether allies took a product over from the `old` suppliers' routes, [members]."""
        allies = self._allies(state)
        routes = {route for route in self.records.routes if route[1:] == (state, product)}
        before = self._shipped(routes & old)[0]
        allied = self._shipped({route for route in routes - old if route[0] in allies})
        taken: Bools = (before > 0) & (allied[-1] - allied[0] >= TAKEN * before)
        return taken

    def _allies(self, state: str) -> set[str]:
        """Name the other states of its bloc."""
        bloc = self.scenario.states[state].bloc
        return {
            name
            for name, each in self.scenario.states.items()
            if name != state and each.bloc == bloc is not None
        }

    def _shipped(self, routes: Set[Route]) -> Floats:
        """Add up what is shipped over routes, [years, members]."""
        rows = [row for row, route in enumerate(self.records.routes) if route in routes]
        return np.asarray(self.records.flows[:, rows].sum(axis=1))


def _reached(word: str, amount: float, made: Floats, needed: Floats) -> Bools:
    """Tell in which months what a reading waits for is there, [months, members]."""
    if word == "unit":
        return np.cumsum(made, axis=0) >= amount * (1.0 - 1e-9)
    if word == "ready":
        return made >= 1.0 / YEAR
    return _year_sums(made) >= FULL * _year_sums(needed)


def _year_sums(units: Floats) -> Floats:
    """Add up the last twelve months, or as many as there are; [months, members]."""
    sums = np.cumsum(units, axis=0)
    sums[YEAR:] -= sums[:-YEAR].copy()
    return sums

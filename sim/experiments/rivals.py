"""Make the forecasts that a model has to beat: the announced plan, and the plan if everything takes
twice as long.

Simply doubling what was promised reduces its error by a third, so the second is the harder rival.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

from sim.assess.fates import hits
from sim.assess.need_readings import READINGS as OF_BUYERS
from sim.assess.observation import Observation
from sim.assess.past import Past
from sim.scenario.programme import Candidate, Programme
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.world.lead_times import months_announced

TWICE = 2.0


@dataclass(frozen=True)
class Plans:
    """Say what the plans come to: one that was published, or what comes of all taken together."""

    found: Sequence[Observation]
    """All rows of outcomes, published plans among them"""
    planned: Past
    """A run of the plans"""
    doubled: Past
    """The same with every announced month doubled"""

    @cached_property
    def year(self) -> str:
        """Return the last year in which a plan counts as a forecast, since later ones knew more:
        that in which supplies were first restricted, or else of the first event.
        """
        records, scenario = self.planned.records, self.planned.scenario
        first = min(hits(records).values(), default=None)
        if first is not None:
            return records.months[first][:4]
        dated = (str(getattr(each, "date", None) or "") for each in scenario.events.values())
        return min(filter(None, dated), default=scenario.start)[:4]

    def plan(self, outcome: Observation) -> float:
        """Return the plan's number for an outcome."""
        said = self.published(outcome)
        return float(self.planned.forecast(outcome)[0]) if said is None else said.band[1]

    def twice(self, outcome: Observation) -> float:
        """Return what the plan comes to if it takes twice as long.

        For a published date, the time from its statement is doubled. For a published amount, half
        of it is there, as if it grew evenly. A buyer's published share says nothing about time, so
        it is NaN. Everything else is read off the run in which every announced month is doubled.
        """
        said = self.published(outcome)
        if said is None:
            return float(self.doubled.forecast(outcome)[0])
        if said.is_date:
            stated = month_number(f"{said.stated}-06"[:7])
            return stated + TWICE * (said.band[1] - stated)
        return nan if outcome.reading.split()[0] in OF_BUYERS else said.band[1] / TWICE

    def published(self, outcome: Observation) -> Observation | None:
        """Return the last plan for the outcome that was published in time; None: there is none."""
        key = (outcome.category, outcome.metric, outcome.date, outcome.unit)
        said = [
            each
            for each in self.found
            if each.kind == "plan"
            and (each.category, each.metric, each.date, each.unit) == key
            and each.stated[:4] <= self.year
        ]
        return max(said, key=lambda each: each.stated) if said else None


def all_announced(world: Scenario) -> Scenario:
    """Return the scenario in which all that was announced holds: these are the plans where no
    scenario of plans is given.
    """
    return _with_programmes(world, {"lead_times": "announced"})


def twice_as_long(plans: Scenario) -> Scenario:
    """Return the plans with every announced month, and every lead time in numbers, doubled."""
    programmes = {
        name: each.model_copy(
            update={
                "slippage": _doubled(each.slippage),
                "candidates": {key: _late(each, one) for key, one in each.candidates.items()},
            }
        )
        for name, each in plans.programmes.items()
    }
    return plans.model_copy(update={"programmes": programmes})


def _late(programme: Programme, candidate: Candidate) -> Candidate:
    """Return a candidate whose announced months, given or from an announced date, are doubled."""
    said = candidate.announced_months
    lead_time = candidate.lead_time
    if said is None and lead_time is not None and lead_time.announced is not None:
        said = months_announced(lead_time)
    if said is None or programme.lead_times != "announced":
        return candidate
    return candidate.model_copy(update={"announced_months": _doubled(said)})


def _doubled(quantity: Quantity) -> Quantity:
    """Return twice a quantity, its interval with it."""
    numbers: dict[str, object] = {
        key: TWICE * number
        for key in ("value", "low", "high")
        if (number := getattr(quantity, key)) is not None
    }
    if quantity.values is not None:
        numbers["values"] = [TWICE * each for each in quantity.values]
    return quantity.model_copy(update=numbers)


def _with_programmes(world: Scenario, update: dict[str, str]) -> Scenario:
    """Return a world with a key of every programme replaced."""
    programmes = {name: each.model_copy(update=update) for name, each in world.programmes.items()}
    return world.model_copy(update={"programmes": programmes})

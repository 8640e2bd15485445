"""List the kinds of events: what a scenario may say, and what that does to the world.

To add a kind, describe what a scenario says of it in `scenario/event_kinds.py`, if it acts on trade
in `trade_kinds.py`, on plants in `plant_kinds.py`; write what it does as a subclass of `Effect`,
and enter both here. Kinds act in the order of this table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.events.effect import Effect, Scope
from sim.events.funds import Funding, ProgrammeStart, ProgrammeStop, Undoing
from sim.events.leaks import Leakage
from sim.events.plants import Closure, Demand, Licence, Outage, Retool
from sim.events.preference import Preference
from sim.events.reexport import Reexport
from sim.events.thrift import Thrift
from sim.events.trade import CutOff, Exemption, Quota, Sanction, Tariff
from sim.scenario import event_kinds as described
from sim.scenario import plant_kinds as plants
from sim.scenario import trade_kinds as traded
from sim.scenario.event_times import Dated
from sim.scenario.schema import Scenario
from sim.world.axes import Axes

KINDS: Mapping[type[Dated], type[Effect]] = {
    plants.Closure: Closure,
    plants.Retool: Retool,
    described.ProgrammeStart: ProgrammeStart,
    described.Funding: Funding,
    described.ProgrammeStop: ProgrammeStop,
    plants.Licence: Licence,
    traded.CutOff: CutOff,
    traded.Sanction: Sanction,
    traded.Quota: Quota,
    traded.Leakage: Leakage,
    traded.Exemption: Exemption,
    traded.Reexport: Reexport,
    described.Demand: Demand,
    described.Thrift: Thrift,
    plants.Outage: Outage,
    traded.Tariff: Tariff,
    traded.Preference: Preference,
    described.Lifting: Undoing,
    plants.Repair: Undoing,
}
"""What a scenario says of a kind -> what it does."""

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(kind.family for kind in KINDS.values()))
"""Families of kinds, in the order in which they act."""


def compile_effects(scenario: Scenario, axes: Axes, members: Sequence[int]) -> tuple[Effect, ...]:
    """Compile each event once, in the order of the scenario."""
    effects = []
    for row, (name, event) in enumerate(scenario.events.items()):
        scope = Scope(scenario, axes, members, row, name)
        effects.append(KINDS[type(event)].compile(scope, event))
    return tuple(effects)

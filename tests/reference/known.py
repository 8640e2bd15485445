"""What the reference knows of a scenario: what else is given is refused, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario import (
    event_kinds,
    event_times,
    lead_time,
    need,
    plant_kinds,
    programme,
    rule_choices,
    schema,
    trade_kinds,
)
from sim.scenario.provenance import Collection, Source
from sim.scenario.quantity import Quantity

COUNTING = "lead_time clock runs_to ramp"
TERMS = f"{COUNTING} build_months qualification_months ramp_months capital_cost"
DATED = "title date after when until phase_in source note kind"
TRADING = f"{DATED} exporter importer product"

KNOWN: Mapping[type[BaseModel], str] = {
    schema.Scenario: "name title description start months members seed currency rules states"
    " products complexity factories needs trade events programmes sources precedents",
    schema.State: "title bloc affinity rules stock_cover",
    schema.Input: "amount criticality",
    schema.Product: "title unit inputs input_cover complexity learning_rate cancellation",
    schema.Line: "capacity utilisation qualified yield_ unit_cost inputs decay",
    schema.Factory: "title state lines usable_share idle_cost rules note",
    schema.Trade: "exporter importer product user weight cap pairs unit_cost lead_months source"
    " note",
    need.Need: "units by_year series tier stock_cover initial_stock_cover",
    programme.Complexity: TERMS,
    programme.Candidate: f"{TERMS} factory product head_start max_capacity absorption"
    " announced_months note",
    programme.Programme: "title chair beneficiaries budget candidates rule lead_times common_delay"
    " slippage active chair_weight cost_overrun cancelled_share exclusive source note",
    rule_choices.StateRules: "sourcing ordering stockpile",
    rule_choices.FactoryRules: "allocation sourcing ordering production pricing overtime learning",
    rule_choices.Rules: "allocation sourcing ordering stockpile production pricing overtime"
    " learning programme rounds perception_months decisions",
    event_times.After: "event completion months",
    trade_kinds.CutOff: f"{TRADING} share",
    trade_kinds.Sanction: f"{TRADING} share contracts_until",
    trade_kinds.Quota: f"{TRADING} cap pairs",
    trade_kinds.Leakage: f"{TRADING} share end_share settles_months",
    trade_kinds.Exemption: f"{TRADING} cap share pairs",
    event_kinds.Lifting: f"{DATED} lifts share",
    event_kinds.Demand: f"{DATED} state product factor units",
    plant_kinds.Outage: f"{DATED} factory state product share sizes",
    plant_kinds.Repair: f"{DATED} repairs share",
    event_kinds.Thrift: f"{DATED} state product input factor",
    trade_kinds.Tariff: f"{TRADING} rate amount",
    trade_kinds.Preference: f"{TRADING} factor",
    plant_kinds.Licence: f"{DATED} factory product royalty",
    plant_kinds.Retool: f"{DATED} factory from_product to_product share months loss"
    " units_of_new_per_old",
    event_times.When: "metric state product below above for_",
    plant_kinds.Closure: f"{DATED} factory product",
    event_kinds.ProgrammeStart: f"{DATED} programme",
    event_kinds.Funding: f"{DATED} programme amount months",
    event_kinds.ProgrammeStop: f"{DATED} programme",
}
"""Class of what a scenario holds -> the keys that the reference reads, or that change no number"""
WHOLE = (Quantity, Source, Collection, lead_time.LeadTime, lead_time.Ramp, rule_choices.RuleChoice)
"""What is known as a whole: numbers, sources, and what others look into"""


def refuse_unknown(scenario: schema.Scenario) -> None:
    """Raise ValueError, with its place, for the first key that the reference does not know."""
    for place in _unknown(scenario, ""):
        raise ValueError(f"the reference does not know {place}")


def _unknown(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _unknown(each, f"{place}.{name}")
    elif isinstance(value, BaseModel) and not isinstance(value, WHOLE):
        fields = type(value).model_fields
        if type(value) not in KNOWN:
            yield f"{place[1:]}: {getattr(value, 'kind', type(value).__name__)}"
            return
        known = KNOWN[type(value)].split()
        for name in value.model_fields_set:
            given = getattr(value, name)
            if name not in known and given != fields[name].get_default(call_default_factory=True):
                yield f"{place}.{name}"[1:]
            yield from _unknown(given, f"{place}.{name}")

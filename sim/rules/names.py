"""Let parameters of rules name things: states, blocs, other rules."""

from __future__ import annotations

from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from sim.rules import registry
from sim.scenario.wording import unknown


def naming(noun: str, *also: str) -> AfterValidator:
    """Return the mark of a parameter that names something in the scenario, or one of some words of the rule's own.

    It is checked where the scenario's names are known: when a scenario is loaded.
    """

    def check(name: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get(noun)
        if known is not None and name not in (*also, *known):
            raise PydanticCustomError("unknown", "{text}", {"text": unknown(noun, name, [*also, *known])})
        return name

    return AfterValidator(check)


def naming_rule(family: str) -> AfterValidator:
    """Return the mark of a parameter that names a rule of a family, one that needs no parameters."""

    def check(name: str) -> str:
        faults = registry.check(family, name, {})
        if faults:
            raise PydanticCustomError("unknown", "{text}", {"text": faults["rule"]})
        return name

    return AfterValidator(check)

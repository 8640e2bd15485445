"""Check parameters of rules that name something: states and blocs of the scenario, other rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sim.rules import registry
from sim.scenario.suggestions import unknown


@dataclass(frozen=True)
class Named:
    """Mark a parameter that names something: `Annotated[str, Named("state")]`."""

    noun: str
    """state, product, state or bloc, ...: checked where the scenario's names are known, when one is
    loaded"""
    also: tuple[str, ...] = ()
    """Words of the rule's own that may stand instead"""

    @property
    def shown(self) -> str:
        """Write what is allowed, for people."""
        return ", ".join((*self.also, self.noun))

    def fault(self, name: str, known: Any) -> str | None:
        """Say what is wrong with a name, `known` being the scenario's names by noun, or None."""
        names = (known or {}).get(self.noun)
        if names is None or name in (*self.also, *names):
            return None
        return unknown(self.noun, name, [*self.also, *names])

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def _checked(self, name: str, info: ValidationInfo) -> str:
        fault = self.fault(name, info.context)
        if fault:
            raise PydanticCustomError("unknown", "{text}", {"text": fault})
        return name


@dataclass(frozen=True)
class NamedRule(Named):
    """Mark a parameter that names a rule of a family, `noun`, that needs no parameters."""

    @property
    def shown(self) -> str:
        """Write what is allowed, for people."""
        return f"{self.noun} rule"

    def fault(self, name: str, known: Any) -> str | None:
        """Say what is wrong with the rule's name, or None."""
        return registry.check(self.noun, name, {}).get("rule")

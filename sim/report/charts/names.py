"""Give what has a code its title and unit, as a scenario says them or made from the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Names:
    """Hold titles by code; what has none is called by its code in plain letters."""

    states: Mapping[str, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    factories: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    programmes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    """By product"""
    currency: str = "money"
    scenario: Scenario | None = None
    """Tells which events bear on what; without it each bears on all."""

    @classmethod
    def of(cls, scenario: Scenario) -> Names:
        """Take the titles of a scenario; those that several have are told apart by their codes."""
        titles: dict[str, Any] = {
            kind: _distinct(
                {name: _titled(each, name) for name, each in getattr(scenario, kind).items()}
            )
            for kind in ("states", "products", "factories", "events", "programmes")
        }
        units = {name: each.unit for name, each in scenario.products.items()}
        return cls(**titles, units=units, currency=scenario.currency, scenario=scenario)

    def state(self, code: str) -> str:
        """Name a state; a code in capitals without a title stays as it is."""
        return self.states.get(code) or code

    def product(self, code: str) -> str:
        """Name a product."""
        return self.products.get(code) or plain(code)

    def factory(self, code: str) -> str:
        """Name a factory."""
        return self.factories.get(code) or plain(code)

    def event(self, code: str) -> str:
        """Name an event."""
        return self.events.get(code) or plain(code)

    def unit(self, product: str) -> str:
        """Name the unit of a product."""
        return self.units.get(product) or "units"

    def need(self, state: str, product: str) -> str:
        """Name a need: whose, of what."""
        return f"{self.state(state)}: {self.product(product)}"

    def path(self, path: str) -> str:
        """Name a number of the scenario by its path, as in `events.leak.share`: the title, then
        what of it.

        Entities of the scenario are called by their titles; a number in a list of candidates is
        told with its programme.
        """
        kind, _, rest = path.partition(".")
        titles: Mapping[str, Mapping[str, str]] = {
            **{"states": self.states, "products": self.products, "factories": self.factories},
            **{"events": self.events, "programmes": self.programmes},
        }
        entity, _, attribute = rest.partition(".")
        if kind not in titles or not attribute:
            return plain(path.replace(".", ", "))
        title = titles[kind].get(entity) or plain(entity)
        steps = attribute.split(".")
        return f"{title}: {', '.join(map(self._step, steps))}"

    def _step(self, step: str) -> str:
        known = {**self.factories, **self.products, **self.states}
        return known.get(step) or step.replace("_", " ")


def plain(code: str) -> str:
    """Write a code in plain letters: `naval_units` as `Naval units`."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """Add the code to titles that stand more than once: lines of one name would be drawn as one."""
    times = Counter(titles.values())
    return {
        code: f"{title} ({code})" if times[title] > 1 else title for code, title in titles.items()
    }


def _titled(entity: Any, code: str) -> str:
    return getattr(entity, "title", "") or (code if code.isupper() else plain(code))

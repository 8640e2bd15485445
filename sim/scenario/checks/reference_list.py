"""List what refers to a name in a scenario, and to the name of what."""

from __future__ import annotations

from typing import NamedTuple

from sim.scenario.selectors import ALL


class Reference(NamedTuple):
    """Say what a place refers to."""

    pattern: str
    """Path with `*` for any name; `~` at its end stands for the keys."""
    noun: str
    wildcard: str | None = None
    """What stands for all, where that is allowed."""


REFERENCES = (
    Reference("states.*.affinity.~", "state or bloc"),
    Reference("products.*.inputs.~", "product"),
    Reference("products.*.complexity", "complexity class"),
    Reference("factories.*.state", "state"),
    Reference("factories.*.lines.~", "product"),
    Reference("factories.*.lines.*.inputs.~", "product"),
    Reference("needs.~", "state"),
    Reference("needs.*.~", "product"),
    Reference("trade.*.exporter", "state or bloc", ALL),
    Reference("trade.*.importer", "state or bloc", ALL),
    Reference("trade.*.product", "product", ALL),
    Reference("trade.*.user", "factory or product", ALL),
    Reference("events.*.exporter", "state or bloc", ALL),
    Reference("events.*.importer", "state or bloc", ALL),
    Reference("events.*.via", "state"),
    Reference("events.*.state", "state or bloc", ALL),
    Reference("events.*.product", "product", ALL),
    Reference("events.*.factory", "factory", ALL),
    Reference("events.*.sizes.~", "factory, product, state or bloc"),
    Reference("events.*.programme", "programme"),
    Reference("events.*.input", "product", ALL),
    Reference("events.*.from_product", "product"),
    Reference("events.*.to_product", "product"),
    Reference("events.*.when.state", "state"),
    Reference("events.*.when.product", "product"),
    Reference("events.*.after.event", "event"),
    Reference("events.*.after.completion", "programme.candidate"),
    Reference("events.*.lifts", "restriction"),
    Reference("events.*.repairs", "outage"),
    Reference("programmes.*.chair", "state"),
    Reference("programmes.*.beneficiaries", "state", "all"),
    Reference("programmes.*.candidates.*.factory", "factory"),
    Reference("programmes.*.candidates.*.product", "product"),
)

"""Remember the tables that a scenario was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import PrivateAttr

from sim.scenario.quantity import Frozen


@dataclass(frozen=True)
class Origin:
    """Hold where a scenario comes from; what is the same from elsewhere is equal."""

    tables: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Each table file, by the way to it from the scenario's file -> the SHA-256 of its content"""


class Traced(Frozen):
    """Remember an origin that is no part of the content."""

    _origin: Origin = PrivateAttr(default=Origin())

    @property
    def origin(self) -> Origin:
        """Return where this was read from."""
        return self._origin

    def came_from(self, origin: Origin) -> None:
        """Note where this was read from."""
        self._origin = origin

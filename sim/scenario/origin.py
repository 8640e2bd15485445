"""Remember the tables from which a scenario was read, and what is needed to change it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import PrivateAttr

from sim.scenario.quantity import Frozen

T = TypeVar("T")


@dataclass(frozen=True)
class Origin:
    """Hold where a scenario comes from; what is the same from elsewhere is equal."""

    tables: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Each table file, by the way to it from the scenario's file -> the SHA-256 of its content"""


class Traced(Frozen):
    """Remember an origin that is no part of the content."""

    _origin: Origin = PrivateAttr(default=Origin())
    _written: tuple[bytes, Any] | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Origin:
        """Return where this was read from."""
        return self._origin

    def came_from(self, origin: Origin) -> None:
        """Note where this was read from."""
        self._origin = origin

    def written(self, content: bytes, write: Callable[[], T]) -> T:
        """Return what is written of this `content` of it, once for as long as it is the same."""
        if self._written is None or self._written[0] != content:
            self._written = content, write()
        found: T = self._written[1]
        return found

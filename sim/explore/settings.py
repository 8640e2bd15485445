"""Read what was set from an address, and write it as the texts that `--set` takes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sim.errors import InputError
from sim.explore.control import as_set
from sim.explore.menu import Menu
from sim.explore.without import without
from sim.scenario.suggestions import meant

FREE, KEPT = "set", "kept"
"""Keys of an address: any `path=value`, and what goes before the keys of the settings kept."""
FIXED = ("members", "name", "start", "months", "seed")
"""What an address may not set: the explorer runs the same members and months on both sides, with
the same draws."""
MOST_FREE, LONGEST = 40, 1000
CHART = "fill_rate"


@dataclass(frozen=True)
class Settings:
    """Hold what was set: name of a control -> value, and texts `path=value` beside."""

    values: Mapping[str, str] = field(default_factory=dict)
    free: Sequence[str] = ()

    def pairs(self, prefix: str = "") -> list[tuple[str, str]]:
        """Return it as the keys and values of an address."""
        every = [*self.values.items(), *((FREE, text) for text in self.free)]
        return [(f"{prefix}{key}", value) for key, value in every]

    def sets(self, menu: Menu) -> list[str]:
        """Return the texts for `--set`, in the order in which they act: events go last.

        Raises InputError with all that is wrong.
        """
        faults = _free_faults(self.free)
        found = [pair for each in self.values.items() for pair in _written(menu, *each, faults)]
        if faults:
            raise InputError("\n".join(faults))
        gone = [path.partition(".")[2] for path, value in found if value is None]
        kept = [
            as_set(path, value)
            for path, value in found
            if value is not None and not _of_any(path, gone)
        ]
        return [*kept, *self.free, *(as_set(*pair) for pair in without(menu.scenario, gone))]


@dataclass(frozen=True)
class Asked:
    """Hold a whole question: settings, those held beside them, and what is to be shown."""

    now: Settings = Settings()
    kept: Settings | None = None
    chart: str = CHART
    states: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def query(self) -> str:
        """Write it as the query of an address; what is as usual is left out."""
        shown = [
            *([("chart", self.chart)] if self.chart != CHART else []),
            *((key, ",".join(names)) for key, names in self._choices() if names),
        ]
        kept = [] if self.kept is None else [(KEPT, ""), *self.kept.pairs(f"{KEPT}.")]
        return urlencode([*self.now.pairs(), *kept, *shown])

    def _choices(self) -> list[tuple[str, tuple[str, ...]]]:
        return [("states", self.states), ("products", self.products)]


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """Read the keys and values of an address. What they mean to a scenario is not looked at."""
    now, kept = _Sides(), _Sides()
    shown: dict[str, str] = {}
    is_kept = False
    for key, value in pairs:
        if key == KEPT:
            is_kept = True
        elif key.startswith(f"{KEPT}."):
            is_kept = True
            kept.take(key.removeprefix(f"{KEPT}."), value)
        elif key in ("chart", "states", "products"):
            shown[key] = value
        else:
            now.take(key, value)
    return Asked(
        now.settings(),
        kept.settings() if is_kept else None,
        shown.get("chart", CHART),
        *(_listed(shown.get(key, "")) for key in ("states", "products")),
    )


def command(path: str, sets: Sequence[str], members: int) -> str:
    """Write the command that gives the same numbers."""
    words = ["sim", "run", path, *(word for text in sets for word in ("--set", text))]
    return shlex.join([*words, "--members", str(members)])


class _Sides:
    """Collect the settings of one side."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.free: list[str] = []

    def take(self, key: str, value: str) -> None:
        if key == FREE:
            self.free.append(value)
        else:
            self.values[key] = value

    def settings(self) -> Settings:
        return Settings(self.values, tuple(self.free))


def _free_faults(texts: Sequence[str]) -> list[str]:
    """List what is wrong with texts `path=value` before a scenario looks at them."""
    found = []
    if len(texts) > MOST_FREE:
        found.append(f"set: {len(texts)} values are set by path; {MOST_FREE} at most")
    for text in texts[:MOST_FREE]:
        head = text.partition("=")[0].strip().partition(".")[0]
        if len(text) > LONGEST:
            found.append(f"set: a text of {len(text)} letters is too long; {LONGEST} at most")
        elif head in FIXED:
            found.append(f"{head}: stays as the explorer runs it")
    return found


def _written(menu: Menu, key: str, value: str, faults: list[str]) -> list[tuple[str, Any]]:
    """Return what a setting sets; what is wrong with it is added to the faults."""
    known = menu.controls
    try:
        if key not in known:
            raise InputError(f"{key[:80]}: nothing of this name can be set{meant(key, known)}")
        return known[key].written(value)
    except InputError as error:
        faults.append(str(error))
        return []


def _of_any(path: str, gone: Sequence[str]) -> bool:
    """Return whether a path leads to something of an event that is gone."""
    return any(path.startswith(f"events.{name}.") for name in gone)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)

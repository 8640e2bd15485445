"""Hold the errors that `sim` raises on purpose.

`InputError` and its children are the user's to mend (exit code 2); `LedgerError` is ours (exit code
1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Say where in the input something stands; `line` and `column` count from 1, 0 means
    unknown.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, order=True)
class Fault:
    """Hold one fault of an input: where it stands, the dotted path of the value, and what
    is wrong.
    """

    place: Place
    path: str
    message: str

    def __str__(self) -> str:
        where = " ".join(filter(None, (str(self.place), self.path)))
        return f"{where}: {self.message}" if where else self.message


class SimError(Exception):
    """Mark every error that `sim` raises on purpose."""


class InputError(SimError):
    """Report what a user can mend: a file, a flag, a path. Shown without a traceback; exit
    code 2.
    """


class ScenarioError(InputError):
    """Report all faults of a scenario together, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        """Travel between processes as faults, not as text."""
        return type(self), (self.faults,)


class RuleError(InputError):
    """Report a rule from outside `sim` that broke its contract: a wrong shape, NaN, a write to what
    it was given.
    """


class LedgerError(SimError):
    """Report books that do not balance: a fault of the model, never of the user. Exit code 1."""

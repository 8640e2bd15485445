"""Define the types of options that take numbers, with the message when a word is none."""

from __future__ import annotations

import math
from typing import Any

import click

from sim.scenario.suggestions import on_one_line

MOST_SHOWN = 40
"""Letters of a wrong word that a message repeats."""


class _Told:
    """Say of a word that is no such number what was expected and what was found."""

    min: Any
    max: Any
    min_open: bool
    kind: str

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """Return the number. Raises BadParameter where the word is none, or beyond the range."""
        try:
            number = super().convert(value, parameter, context)  # type: ignore[misc]
        except click.BadParameter:
            number = math.nan
        if abs(number) < math.inf:
            return number
        word = on_one_line(str(value))
        word = word if len(word) <= MOST_SHOWN else f"{word[: MOST_SHOWN - 3]}..."
        raise click.BadParameter(
            f"expected {self.kind}{self._allowed()}, found '{word}'", context, parameter
        )

    def _describe_range(self) -> str:
        """Say nothing of the range in the help of an option that takes any number."""
        if self.min is None and self.max is None:
            return ""
        told: str = super()._describe_range()  # type: ignore[misc]
        return told

    def _allowed(self) -> str:
        if self.min is None:
            return ""
        if self.max is None:
            return f" above {self.min}" if self.min_open else f", {self.min} or more"
        return f" from {self.min} to {self.max}"


class Whole(_Told, click.IntRange):
    """Take a whole number of a range."""

    kind = "a whole number"


class Real(_Told, click.FloatRange):
    """Take a finite number of a range."""

    kind = "a number"


COUNT = Whole(min=1)
SEED = Whole(min=0)
YEAR = Whole(1900, 2200)

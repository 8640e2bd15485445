"""Describe numbers with a pedigree and dates by month.

A number in a scenario is bare (`300`) or a quantity (`{value: 300, low: 270, high: 400, source:
...}`). Each physical kind of number has its own name here (`Rate`, `Share`, `Months`, ...), which
knows its unit and bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sim import rng

Confidence = Literal["documented", "estimated", "disputed", "assumed"]
Distribution = Literal["fixed", "triangular", "uniform", "loguniform"]
Floats = NDArray[np.float64]


class Frozen(BaseModel):
    """Refuse unknown keys and later changes; the base of everything in a scenario."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Quantity(Frozen):
    """Hold a number, its interval and where it comes from."""

    value: float = Field(allow_inf_nan=False)
    """The central value, used by member 0."""
    low: float | None = Field(None, allow_inf_nan=False)
    """The lowest value drawn; give `low` and `high` together."""
    high: float | None = Field(None, allow_inf_nan=False)
    """The highest value drawn."""
    dist: Distribution | None = None
    """How members draw between low and high: triangular (with an interval, the default), uniform,
    loguniform, fixed (no draw)."""
    per: Literal["month", "year"] = "month"
    """The time base of a rate, so that a figure per year can stand as its source gives it."""
    source: str | None = None
    """A key of `sources`."""
    confidence: Confidence = "assumed"
    """How well the source supports the number; a number without a source is assumed."""
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_number(cls, data: Any) -> Any:
        return (
            {"value": data}
            if isinstance(data, (int, float)) and not isinstance(data, bool)
            else data
        )

    @model_validator(mode="after")
    def _check_interval(self) -> Quantity:
        if (self.low is None) != (self.high is None):
            raise PydanticCustomError("interval", "give both low and high, or neither")
        if (
            self.low is not None
            and self.high is not None
            and not self.low <= self.value <= self.high
        ):
            raise PydanticCustomError(
                "interval",
                "value {value} is not between low {low} and high {high}",
                {"value": plain(self.value), "low": plain(self.low), "high": plain(self.high)},
            )
        if self.low is None and self.dist not in (None, "fixed"):
            raise PydanticCustomError(
                "interval", "dist: {dist} needs low and high", {"dist": self.dist}
            )
        if self.dist == "loguniform" and self.low is not None and self.low <= 0:
            raise PydanticCustomError("interval", "dist: loguniform needs low above 0")
        if self.confidence != "assumed" and self.source is None:
            raise PydanticCustomError(
                "pedigree",
                "confidence {confidence} needs a source; without one the number is assumed",
                {"confidence": self.confidence},
            )
        return self

    @property
    def is_drawn(self) -> bool:
        """Tell whether members differ in this number."""
        return self.low is not None and self.low != self.high and self.dist != "fixed"

    def draw(self, seed: int, name: str, members: Sequence[int]) -> Floats:
        """Draw this number for each member, shape [members], rates per month; member 0 gets the
        central value.
        """
        drawn: Floats = draw_all([self], seed, [name], members)[0]
        return drawn

    def beside(self, name: str, width: int) -> Floats | None:
        """Return the numbers that stand for this one, [members], where it is not to be drawn."""
        return None


def draw_all(
    quantities: Sequence[Quantity], seed: int, names: Sequence[str], members: Sequence[int]
) -> Floats:
    """Draw numbers for each member, shape [quantities, members]: each as it is drawn alone, all in
    a few operations.
    """
    scale = np.array([[1 / 12 if each.per == "year" else 1.0] for each in quantities])
    value = np.array([[each.value] for each in quantities])
    result = np.repeat(value * scale, len(members), axis=1)
    drawn: dict[Distribution | None, list[int]] = {}
    for row, each in enumerate(quantities):
        given = each.beside(names[row], len(members))
        if given is not None:
            result[row] = given
        elif each.is_drawn:
            drawn.setdefault(each.dist, []).append(row)
    if not any(members):
        return result
    for dist, rows in drawn.items():
        u = rng.rows(seed, [names[row] for row in rows], members)
        low, high = (
            np.array([[getattr(quantities[row], end)] for row in rows]) for end in ("low", "high")
        )
        found = _quantile(dist, u, low, high, value[rows])
        found[:, rng.central(members)] = value[rows]
        result[rows] = found * scale[rows]
    return result


def _quantile(
    dist: Distribution | None, u: Floats, low: Floats, high: Floats, mode: Floats
) -> Floats:
    """Return the quantiles of u [rows, members], given the lowest, highest and central values
    [rows, 1].
    """
    if dist == "uniform":
        return low + (high - low) * u
    if dist == "loguniform":
        # math.exp number by number: numpy may round exp differently at another array width
        spans = [math.log(most / least) for least, most in zip(low.flat, high.flat, strict=True)]
        powers = [
            [math.exp(span * each) for each in row]
            for span, row in zip(spans, u.tolist(), strict=True)
        ]
        exponential: Floats = low * np.array(powers)
        return exponential
    split = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < split, rising, falling)


SMALLEST = 1e-9
"""Numbers nearer to 0 are refused: their quotients would leave the range of floats."""


def plain(number: float) -> str:
    """Write a number as a person would: no trailing `.0`."""
    return f"{number:g}" if abs(number) < 1e6 else repr(number)


@dataclass(frozen=True)
class Within:
    """Check that a quantity and its interval lie within bounds and have a time base that fits."""

    low: float
    high: float
    unit: str
    rate: bool = False
    """Whether the number is per month or per year."""

    def __call__(self, quantity: Quantity) -> Quantity:
        """Return the quantity. Raises PydanticCustomError."""
        for name in ("value", "low", "high"):
            number = getattr(quantity, name)
            if number is None:
                continue
            prefix = "" if name == "value" else f"{name}: "
            if 0 < abs(number) < SMALLEST:
                raise PydanticCustomError(
                    "below",
                    "{text} is nearer to 0 than {bound} ({unit}); write 0",
                    {"text": prefix + plain(number), "bound": plain(SMALLEST), "unit": self.unit},
                )
            if number < self.low:
                raise PydanticCustomError(
                    "below",
                    "{text} is below {bound} ({unit})",
                    {"text": prefix + plain(number), "bound": plain(self.low), "unit": self.unit},
                )
            if number > self.high:
                raise PydanticCustomError(
                    "above",
                    "{text} is above {bound} ({unit})",
                    {"text": prefix + plain(number), "bound": plain(self.high), "unit": self.unit},
                )
        if not self.rate and quantity.per != "month":
            raise PydanticCustomError(
                "per",
                "per: {per} makes sense for rates only, not for {unit}",
                {"per": quantity.per, "unit": self.unit},
            )
        return quantity


_LARGEST = 1e12
Rate = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "units per month", rate=True))]
Units = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "units"))]
Lot = Annotated[Quantity, AfterValidator(Within(0.001, _LARGEST, "units"))]
Share = Annotated[Quantity, AfterValidator(Within(0, 1, "share"))]
Yield = Annotated[Quantity, AfterValidator(Within(0.01, 1, "good units per unit started"))]
Factor = Annotated[Quantity, AfterValidator(Within(0, 1000, "factor"))]
Weight = Annotated[Quantity, AfterValidator(Within(0, 1e6, "weight"))]
Precedence = Annotated[Quantity, AfterValidator(Within(1, 1000, "times"))]
Months = Annotated[Quantity, AfterValidator(Within(0, 600, "months"))]
LeadMonths = Annotated[Quantity, AfterValidator(Within(1, 120, "months"))]
Money = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "money"))]
Level = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "level"))]
Streak = Annotated[Quantity, AfterValidator(Within(1, 600, "months"))]
CapitalCost = Annotated[
    Quantity, AfterValidator(Within(1e-9, _LARGEST, "money per unit per month of capacity"))
]
Coefficient = Annotated[Quantity, AfterValidator(Within(1e-9, 1e6, "units of input per unit"))]

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def _check_month(text: str) -> str:
    if not MONTH.fullmatch(text):
        raise PydanticCustomError(
            "month", "'{text}' is not a month; write YYYY-MM, as in 2014-03", {"text": text}
        )
    return text


Month = Annotated[str, AfterValidator(_check_month)]
"""A calendar month as text, YYYY-MM."""


def month_number(text: str) -> int:
    """Count months since year 0, so that differences are months."""
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


def month_label(number: int) -> str:
    """Write a count of months since year 0 as YYYY-MM."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"

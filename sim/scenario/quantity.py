"""Describe numbers with an interval and a source, and months as dates.

A number in a scenario is bare (`300`) or a quantity (`{value: 300, low: 270, high: 400, source:
...}`). Each physical kind of number has its own type here (`Rate`, `Share`, `Months`, ...), which
knows its unit and bounds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.distributions import MEDIAN, Distribution, Floats, ends, median, weigh
from sim.scenario.drawing import draw_all
from sim.scenario.suggestions import found

Confidence = Literal["documented", "estimated", "disputed", "assumed"]
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)


class Frozen(BaseModel):
    """Refuse unknown keys and later changes; the base of everything in a scenario."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Finite = Annotated[float, Field(allow_inf_nan=False)]
_ALONE = {"value"}
"""The key that most numbers have and no other"""


class Quantity(Frozen):
    """Hold a number, its interval and where it comes from."""

    value: float = Field(allow_inf_nan=False)
    """The central value, which member 0 takes; for normal, lognormal and discrete it may be left
    out, and is then the median."""
    low: float | None = Field(None, allow_inf_nan=False)
    """The lowest value drawn; for normal and lognormal the 5 % point. Give `low` and `high`
    together."""
    high: float | None = Field(None, allow_inf_nan=False)
    """The highest value drawn; for normal and lognormal the 95 % point."""
    dist: Distribution | None = None
    """How members draw between low and high: triangular (with an interval, the default), uniform,
    loguniform, normal, lognormal, fixed (no draw); or discrete, from `values`."""
    values: list[Finite] | None = None
    """The values of a discrete number."""
    chances: list[Finite] | None = None
    """How likely each of them is, in any unit; if not given, all are equally likely."""
    per: Literal["month", "year"] = "month"
    """The time base of a rate, so that a figure per year can be given as in its source."""
    source: str | None = None
    """A key of `sources`."""
    confidence: Confidence = "assumed"
    """How well the source supports the number; a number without a source is assumed."""
    note: str | None = None

    @property
    def scale(self) -> float:
        """Return what the number is multiplied by to be per month."""
        return scale_of(self.per)

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_number(cls, data: Any) -> Any:
        if isinstance(data, (int, float)) and not isinstance(data, bool):
            return {"value": data}
        if isinstance(data, dict) and "value" not in data and _is_numeric(data):
            middle = median(*(data.get(key) for key in DRAWN_BY))
            return data if middle is None else {**data, "value": middle}
        return data

    @model_validator(mode="after")
    def _check_interval(self) -> Quantity:
        if self.model_fields_set == _ALONE:
            return self
        for fault in (self._interval_fault(), self._distribution_fault()):
            if fault:
                raise PydanticCustomError("interval", "{fault}", {"fault": fault})
        if self.confidence != "assumed" and self.source is None:
            raise PydanticCustomError(
                "pedigree",
                "confidence {confidence} needs a source; without one the number is assumed",
                {"confidence": self.confidence},
            )
        return self

    def _interval_fault(self) -> str:
        """Return what is wrong with low and high, or nothing."""
        if (self.low is None) != (self.high is None):
            return "give both low and high, or neither"
        if self.low is None or self.high is None:
            needy = self.dist not in (None, "fixed", "discrete")
            return f"dist: {self.dist} needs low and high" if needy else ""
        if self.dist == "discrete":
            return "dist: discrete takes values, not low and high"
        if not self.low <= self.value <= self.high:
            low, high = plain(self.low), plain(self.high)
            return f"value {plain(self.value)} is not between low {low} and high {high}"
        if self.dist in ("loguniform", "lognormal") and self.low <= 0:
            return f"dist: {self.dist} needs low above 0"
        return ""

    def _distribution_fault(self) -> str:
        """Return what is wrong with a list of values or with the central value, or nothing."""
        if (self.dist == "discrete") != (self.values is not None) or self.values == []:
            return "dist: discrete and values (one at least) go together"
        if self.chances is not None and not weigh(self.values or [], self.chances):
            return "give as many chances as values, none below 0 and one above"
        if self.values is not None and self.value not in self.values:
            listed = ", ".join(map(plain, self.values))
            return f"value {plain(self.value)} is none of the values {listed}"
        return ""

    @property
    def bounds(self) -> list[tuple[str, float]]:
        """Return the central value and what bounds the draws, each with the key that says it."""
        found = [("value", self.value)]
        if self.values is not None:
            return [*found, ("values", min(self.values)), ("values", max(self.values))]
        if self.low is None or self.high is None:
            return found
        lowest, highest = ends(self.dist, self.low, self.high)
        return [*found, ("low", lowest), ("high", highest)]

    @property
    def least(self) -> float:
        """Return the lowest number that it is in any member."""
        return min(number for _, number in self.bounds) if self.is_drawn else self.value

    @property
    def most(self) -> float:
        """Return the highest number that it is in any member."""
        return max(number for _, number in self.bounds) if self.is_drawn else self.value

    @property
    def is_drawn(self) -> bool:
        """Tell whether members differ in this number."""
        if self.values is not None:
            return len(set(self.values)) > 1
        return self.low is not None and self.low != self.high and self.dist != "fixed"

    @property
    def may_differ(self) -> bool:
        """Tell whether members, or the points of a study that run side by side, may differ in this
        number.
        """
        return self.is_drawn

    def draw(self, seed: int, name: str, members: Sequence[int]) -> Floats:
        """Draw this number for each member, shape [members], rates per month; member 0 gets the
        central value.
        """
        drawn: Floats = draw_all([self], seed, [name], members)[0]
        return drawn

    def beside(self, name: str, width: int) -> Floats | None:
        """Return the numbers, [members], that replace this one where it is not to be drawn."""
        return None


def is_quantity(keys: Container[Any]) -> bool:
    """Tell whether a mapping of these keys is a quantity: its value may be left out."""
    return "value" in keys or "dist" in keys


def in_full(data: Any, key: str) -> Any:
    """Return the mapping for which only a number or a quantity is given, which is that of `key`:
    `25` becomes `{units: 25}`.
    """
    is_number = isinstance(data, (int, float)) and not isinstance(data, bool)
    is_short = is_number or (isinstance(data, dict) and is_quantity(data))
    return {key: data} if is_short else data


_SCALES = {"month": 1.0, "year": 1 / 12}
"""What a number with this time base is multiplied by, to be per month."""


def scale_of(per: str) -> float:
    """Return what a number with this time base is multiplied by to be per month."""
    return _SCALES[per]


DRAWN_BY = ("dist", "low", "high", "values", "chances")
"""What a median is made from."""


def _is_numeric(data: dict[Any, Any]) -> bool:
    """Tell whether a median can be computed from this; if not, the schema reports what is wrong."""
    numbers = [data.get(key) for key in ("low", "high")]
    for key in ("values", "chances"):
        numbers += data[key] if isinstance(data.get(key), list) else [data.get(key)]
    is_listed = all(isinstance(data.get(key, []), list) for key in ("values", "chances"))
    return is_listed and all(
        each is None or (isinstance(each, (int, float)) and math.isfinite(each)) for each in numbers
    )


SMALLEST = 1e-9
"""Numbers nearer to 0 are refused: their quotients would leave the range of floats."""


def plain(number: float) -> str:
    """Write a number as a person would: no trailing `.0`."""
    return f"{number:g}" if abs(number) < 1e6 else repr(number).removesuffix(".0")


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
        for name, number in quantity.bounds:
            prefix = "" if name == "value" else f"{name}: "
            if 0 < abs(number) < SMALLEST:
                raise PydanticCustomError(
                    "below",
                    "{text} is nearer to 0 than {bound} ({unit}); write 0",
                    {"text": prefix + plain(number), "bound": plain(SMALLEST), "unit": self.unit},
                )
            if quantity.dist in MEDIAN and name != "value":
                prefix += "draws reach "
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
Overrun = Annotated[Quantity, AfterValidator(Within(1e-9, 1000, "factor"))]
Weight = Annotated[Quantity, AfterValidator(Within(0, 1e6, "weight"))]
Precedence = Annotated[Quantity, AfterValidator(Within(1, 1000, "times"))]
Months = Annotated[Quantity, AfterValidator(Within(0, 600, "months"))]
LeadMonths = Annotated[Quantity, AfterValidator(Within(1, 120, "months"))]
Money = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "money"))]
Level = Annotated[Quantity, AfterValidator(Within(0, _LARGEST, "level"))]
Score = Annotated[Quantity, AfterValidator(Within(-4, 4, "standard normal score"))]
Streak = Annotated[Quantity, AfterValidator(Within(1, 600, "months"))]
CapitalCost = Annotated[
    Quantity, AfterValidator(Within(1e-9, _LARGEST, "money per unit per month of capacity"))
]
Coefficient = Annotated[Quantity, AfterValidator(Within(1e-9, 1e6, "units of input per unit"))]

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def _check_month(text: object) -> str:
    if not isinstance(text, str):
        raise PydanticCustomError(
            "month",
            "expected a month, YYYY-MM as in 2014-03, found {found}",
            {"found": found(text)},
        )
    if not MONTH.fullmatch(text):
        raise PydanticCustomError(
            "month", "'{text}' is not a month; write YYYY-MM, as in 2014-03", {"text": text}
        )
    return text


Month = Annotated[str, BeforeValidator(_check_month)]
"""A calendar month as text, YYYY-MM."""


def month_number(text: str) -> int:
    """Count months since year 0, so that differences are months. Raises ValueError where a text is
    no YYYY-MM.
    """
    year, month = (int(each) for each in text.split("-"))
    if not 1 <= month <= 12:
        raise ValueError(f"{text}: no month")
    return year * 12 + month - 1


def month_label(number: int) -> str:
    """Write a count of months since year 0 as YYYY-MM."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@lru_cache(maxsize=64)
def month_labels(start: str, months: int) -> tuple[str, ...]:
    """List so many months from one on, YYYY-MM."""
    first = month_number(start)
    return tuple(month_label(first + step) for step in range(months))

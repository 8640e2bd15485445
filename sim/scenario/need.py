"""Describe what a state itself needs of a product, and the stock that it keeps of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.quantity import MONTH, Frozen, Months, Rate, Share, Units, Weight, in_full

MONTHS_OF_YEAR = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
FORMS = ("units", "by_year", "series")
"""Ways to say how much is needed, one of which is given."""


def _check_due(text: str) -> str:
    if text not in MONTHS_OF_YEAR and not MONTH.fullmatch(text):
        raise PydanticCustomError(
            "due",
            "'{text}' is neither a month of the year, as november, nor a month, as 2014-11",
            {"text": text},
        )
    return text


Due = Annotated[str, AfterValidator(_check_due)]
"""A month of every year by its name, or one month as YYYY-MM."""


class StockTarget(Frozen):
    """Describe what a stock is to hold when a month begins: exactly one of `share`, `months`."""

    share: Share | None = None
    """Share of the `ceiling`: 0.9 for a store that is filled to nine tenths."""
    months: Months | None = None
    """Months of need; if the need has a `profile`, of the mean month."""

    @model_validator(mode="after")
    def _check_one(self) -> StockTarget:
        if (self.share is None) == (self.months is None):
            raise PydanticCustomError("target", "give exactly one of share, months")
        return self


class Need(Frozen):
    """Describe a state's final use of a product: exactly one of `units`, `by_year`, `series`."""

    units: Rate | None = None
    """Units per month, constant."""
    by_year: dict[int, Units] | None = None
    """Units per calendar year, spread over its months by the `profile` or, without one, evenly; a
    year that is not given takes the last one before it that is, or else the first."""
    series: list[Units] | None = None
    """Units month by month from the start; after the last, the need stays as it is."""
    profile: Annotated[list[Weight], Field(min_length=12, max_length=12)] | None = None
    """How a year's need falls on its months: twelve weights, January first, that repeat every year.
    Only their proportions count, so they may be shares of the year or a year's own months. `units`
    is then the mean month. Buyers know the season: their orders stay level over the year, and the
    stock takes the season up as far as the `ceiling` allows."""
    tier: Annotated[int, Field(ge=0, le=99)] = 0
    """Who is served first: tier 0, then 1, and so on."""
    stock_cover: Months | None = None
    """Months of need to be held in stock; null: the state's `stock_cover`. With a `profile`, mean
    months, and the least that the stock is to hold in a year."""
    initial_stock_cover: Months | None = None
    """Months of need in stock at the start; null: as much as orders aim at."""
    ceiling: Units | None = None
    """The most units in stock at a month's end that orders aim at; null: no limit; 0: nothing can
    be stored. Goods that come unexpectedly may exceed it."""
    targets: dict[Due, StockTarget] = Field(default_factory=dict)
    """What the stock is to hold when a month begins: by month of the year (november) or by a single
    month (2014-11), which takes precedence. Orders aim at a straight line from one target to the
    next; before the first and after the last target, at the cover."""

    @model_validator(mode="before")
    @classmethod
    def _accept_units(cls, data: Any) -> Any:
        return in_full(data, "units")

    @model_validator(mode="after")
    def _check_one_form(self) -> Need:
        given = [name for name in FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "need",
                "give exactly one of units, by_year, series (got {given})",
                {"given": ", ".join(given) or "none"},
            )
        if self.by_year == {} or self.series == []:
            raise PydanticCustomError("need", "{form} is empty", {"form": given[0]})
        return self

    @model_validator(mode="after")
    def _check_season(self) -> Need:
        if self.profile is not None and self.series is not None:
            raise PydanticCustomError(
                "need", "profile does nothing: series says what is needed in each month"
            )
        if self.profile is not None and not any(each.value for each in self.profile):
            raise PydanticCustomError("need", "profile is 0 in all months")
        if self.ceiling is None and any(each.share for each in self.targets.values()):
            raise PydanticCustomError(
                "need", "a target's share is a share of the ceiling; give a ceiling"
            )
        return self

    @property
    def has_plan(self) -> bool:
        """Tell whether orders aim at a stock that is more than a cover."""
        return self.profile is not None or self.ceiling is not None or bool(self.targets)

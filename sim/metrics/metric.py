"""Define the form of an entry in the table of metrics, and find the faults of an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from sim.kernels.arrays import Floats

Kind = Literal["flow", "stock", "share", "time", "price"]
"""What a number counts: a flow in a month, a stock at the end of it, a share of something, a time,
or money per unit."""
Better = Literal["more", "less", ""]
Together = Literal["sum", "mean", ""]

HIT, SUPPLIES = "hit", "supplies"
OF_THE_RUN = (HIT, SUPPLIES)
"""Inputs of a summary that are no series: the month in which each need was first hit [needs,
members], NEVER where it was not; and the units of the last calendar year by exporting state
[suppliers, members], with the sum of each need's suppliers."""
SAME = "same"
"""What is recorded of inputs stands in the array in which it stands of final needs."""
LINKS = ("foreign", "legacy", "leaked")
"""Which deliveries to a need are added up: those from abroad, those over links that a
restriction ever acts on, and those of them that leak."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Describe a number that each final need has in each member; see `MonthlyMetric`, `RunMetric`.

    All members are taken together alike, by their mean and quantiles; a member to whom a metric
    does not apply (NaN) does not count.
    """

    name: str
    title: str
    """In words, as tables and figures show it"""
    unit: str
    """As in "units a month"; a share is "share" """
    kind: Kind
    better: Better
    """Whether more of it is better for the state whose need it is; empty: neither"""
    together: Together = ""
    """How a state's needs are taken together; empty: not at all, since their units differ or it
    may be infinite"""
    text: str
    """What it is, in sentences that a reader of the results understands"""


@dataclass(frozen=True, kw_only=True)
class MonthlyMetric(Metric):
    """Describe what is known of every month. Exactly one of `array`, `links` and `compute` says
    where it comes from: the first two are recorded, the last is derived.

    Over a period a flow is added up, and a stock is what it is at the end; a share says in
    `of_period` how its parts are added up.
    """

    array: str = ""
    """Path of the world's array that is recorded, [needs, members], final needs first"""
    of_inputs: str = SAME
    """Path of the world's array that is recorded of lines' inputs, [inputs, members], where it is
    another than that of final needs; empty: nothing is"""
    links: str = ""
    """Which deliveries are recorded, one of LINKS"""
    derived: tuple[str, ...] = ()
    """Metrics from which it is derived"""
    compute: Callable[..., Floats] | None = None
    """Takes these metrics in this order, arrays of one shape, and returns it in that shape"""
    of_period: Callable[..., Floats] | None = None
    """Takes these metrics in this order, [months, needs, members], and returns it over all these
    months, [needs, members]"""

    @property
    def is_recorded(self) -> bool:
        """Tell whether it is recorded rather than derived."""
        return self.compute is None


@dataclass(frozen=True, kw_only=True)
class RunMetric(Metric):
    """Describe what is known of a whole run."""

    derived: tuple[str, ...]
    """Monthly metrics, and of OF_THE_RUN, from which it is derived"""
    compute: Callable[..., Floats]
    """Takes these in this order, [months, needs, members], and returns it, [needs, members]"""
    censored: bool = False
    """Whether it is a time that may not be reached within the run: inf; tables then show in which
    share of the members that is so"""


_WORDS = ("title", "unit", "text")
_CHOICES = {"kind": get_args(Kind), "better": get_args(Better), "together": get_args(Together)}

M = TypeVar("M", bound=Metric)


def tabled(*entries: M, known: Mapping[str, MonthlyMetric] | None = None) -> dict[str, M]:
    """Return metrics by name, in their order.

    `known` are the monthly metrics from which they may be derived beside those entered before
    them. Raises ValueError with all that is wrong with the entries.
    """
    table: dict[str, M] = {}
    faults: list[str] = []
    for entry in entries:
        inputs = [*(known or ()), *(table if isinstance(entry, MonthlyMetric) else OF_THE_RUN)]
        faults += [f"{entry.name}: {fault}" for fault in _faults(entry, inputs)]
        if entry.name in table:
            faults.append(f"{entry.name}: is entered twice")
        table[entry.name] = entry
    if faults:
        raise ValueError("\n".join(faults))
    return table


def _faults(entry: Metric, inputs: list[str]) -> Iterator[str]:
    """List what is wrong with an entry; `inputs` names what it may be derived from."""
    if not entry.name.isidentifier():
        yield "its name is not one word of letters, digits and underscores"
    yield from (f"has no {key}" for key in _WORDS if not getattr(entry, key).strip())
    for key, allowed in _CHOICES.items():
        if getattr(entry, key) not in allowed:
            yield f"{key}: {getattr(entry, key)!r} is none of {', '.join(map(repr, allowed))}"
    for name in getattr(entry, "derived", ()):
        if name not in inputs:
            yield f"is derived from {name!r}, which is none of {', '.join(inputs)}"
    if isinstance(entry, MonthlyMetric):
        yield from _monthly_faults(entry)
    elif isinstance(entry, RunMetric):
        yield from _run_faults(entry)


def _monthly_faults(entry: MonthlyMetric) -> Iterator[str]:
    origins = sum(map(bool, (entry.array, entry.links, entry.compute)))
    if origins != 1:
        yield "comes from exactly one of array, links and compute"
    if bool(entry.derived) != bool(entry.compute):
        yield "has one of derived and compute without the other"
    if entry.links and entry.links not in LINKS:
        yield f"links: {entry.links!r} is none of {', '.join(LINKS)}"
    if entry.kind not in ("flow", "stock", "share"):
        yield f"a {entry.kind} is not known of every month"
    if (entry.kind == "share") != bool(entry.of_period):
        yield "of_period says how a share is taken over months, and is for shares alone"
    if entry.kind == "share" and entry.together == "sum":
        yield "shares are not summed over needs"


def _run_faults(entry: RunMetric) -> Iterator[str]:
    if not entry.derived:
        yield "is derived from nothing"
    if entry.censored and entry.together:
        yield "may be infinite, and is taken together over needs"

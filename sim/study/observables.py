"""Say what is kept of each run: `fill_rate_after`, or `fill_rate[RUS, helicopter_engines, 2018]`
for one need and one year.

In brackets are a state, a product, and a year YYYY or a month YYYY-MM; any of them may be left out
or `*`. A metric of the summary is for the whole run. A monthly metric can also be kept for a
period: the fill rate over it, units and money added up over it, backlog and stocks at its end.

With a comparison, as in `fill_rate[RUS] >= 0.95`, the number is the month from which it holds to
the end of the run, counted from the first, 0; inf if it does not hold at the end. `capital` does
not belong to needs: it is the money that programmes and factories have invested by the end of the
run, everywhere or, as in `capital[RUS]`, in one state or by one programme.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np

from sim.engine.tape import Tape
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NOTABLY, total
from sim.metrics.derive import (
    by_month,
    over_period,
    recorded_for,
    summary,
    summary_names,
    supplies,
    uncensored_name,
    with_censored,
)
from sim.metrics.table import MONTHLY
from sim.scenario.loading.source_tree import Path
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import meant, unknown
from sim.world.axes import Axes

Need = tuple[str, str]
"""(state, product)"""

ANY = "*"
CAPITAL = "capital"
"""The item of the ledger of money that can be kept; it has no product, and in place of a state none
or a programme."""
COMPARISONS: Mapping[str, Callable[[Floats, float], Bools]] = {
    "<=": lambda values, limit: values <= limit + NOTABLY * abs(limit),
    ">=": lambda values, limit: values >= limit - NOTABLY * abs(limit),
    "<": lambda values, limit: values < limit - NOTABLY * abs(limit),
    ">": lambda values, limit: values > limit + NOTABLY * abs(limit),
}
"""What is as good as the limit neither exceeds it nor falls below it."""
COMPARED = re.compile(r"(.*?)\s*(<=|>=|<|>)\s*(.*)")
"""A metric, how it is compared, and with what."""
_WRITTEN = re.compile(r"\s*(\w+)\s*(?:\[([^\[\]]*)\])?\s*")
PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2]))?")
_MOST_PARTS = 3


class Measure(NamedTuple):
    """Hold a metric as it was asked for."""

    name: str
    state: str
    product: str
    period: str
    sign: str = ""
    """How it is compared, where it is"""
    limit: float = 0.0

    @property
    def label(self) -> str:
        """Name it in tables, where state and product have columns of their own."""
        name = f"{self.name}[{self.period}]" if self.period else self.name
        return f"{name} {self.sign} {self.limit:.15g}" if self.sign else name


class Row(NamedTuple):
    """Hold one number that is kept of each run."""

    metric: str
    state: str
    product: str
    name: str
    period: str
    sign: str = ""
    limit: float = 0.0


def measure_of(text: str) -> Measure | None:
    """Read a metric; None where it is not written as one."""
    compared = COMPARED.fullmatch(text)
    if compared is None:
        return _without_comparison(text)
    measure, limit = _without_comparison(compared[1]), finite(compared[3])
    if measure is None or limit is None:
        return None
    return measure._replace(sign=compared[2], limit=limit)


def _without_comparison(text: str) -> Measure | None:
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    parts = ["" if part.strip() == ANY else part.strip() for part in (written[2] or "").split(",")]
    period = parts.pop() if len(parts) == _MOST_PARTS or PERIOD.fullmatch(parts[-1]) else ""
    if len(parts) >= _MOST_PARTS:
        return None
    state, product = [*parts, "", ""][:2]
    return Measure(written[1], state, product, period)


def finite(text: str) -> float | None:
    """Read a finite number; None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def metric_findings(
    metrics: Sequence[str], scenarios: Sequence[Scenario], needs: Sequence[Need]
) -> Iterator[tuple[Path, str]]:
    """List, as (path, message), what is wrong with the metrics asked for; `needs` are the final
    needs there are.
    """
    if not metrics:
        yield ("metrics",), "names nothing"
    told: set[str] = set()
    for place, text in enumerate(metrics):
        measure, path = measure_of(text), ("metrics", place)
        if measure is None:
            yield path, f"'{text}' is not a metric; write name, or name[state, product, period]"
            continue
        if text in told:
            yield path, f"'{text}' is named twice"
        told.add(text)
        yield from ((path, message) for message in wrong(measure, scenarios, needs))


def wrong(measure: Measure, scenarios: Sequence[Scenario], needs: Sequence[Need]) -> Iterator[str]:
    """List what is wrong with a metric."""
    yield from _wrong_name(measure)
    if measure.period:
        yield from _wrong_period(measure.period, scenarios)
    if measure.name == CAPITAL:
        yield from _wrong_of_capital(measure, scenarios)
    else:
        yield from _wrong_need(measure, needs)


def _wrong_name(measure: Measure) -> Iterator[str]:
    """List why there is no such metric, or not of months."""
    known = list(dict.fromkeys([*summary_names(), *MONTHLY, CAPITAL]))
    if measure.name not in known:
        told = meant(measure.name, known) or f"; known: {', '.join(known)}"
        yield f"unknown metric '{measure.name}'{told}"
    elif measure.name not in MONTHLY and measure.period:
        yield f"{measure.name} is of the whole run; metrics of a period: {', '.join(MONTHLY)}"
    elif measure.name not in MONTHLY and measure.sign:
        yield (
            f"{measure.name} is of the whole run; metrics that can be compared month by month:"
            f" {', '.join(MONTHLY)}"
        )
    elif measure.sign and measure.period:
        yield f"{measure.label}: a comparison looks at all months; leave out the period"


def _wrong_period(period: str, scenarios: Sequence[Scenario]) -> Iterator[str]:
    if not PERIOD.fullmatch(period):
        yield f"'{period}' is not a period; write YYYY or YYYY-MM"
    elif not any(_months(each, period) for each in scenarios):
        labels = scenarios[0].month_labels
        yield f"{period} is outside of the run, {labels[0]} to {labels[-1]}"


def _wrong_of_capital(measure: Measure, scenarios: Sequence[Scenario]) -> Iterator[str]:
    states = list(dict.fromkeys(state for each in scenarios for state in each.states))
    known = dict.fromkeys([*states, *(name for each in scenarios for name in each.programmes)])
    if measure.state and measure.state not in known:
        yield unknown("state or programme", measure.state, known)
    if measure.product:
        yield f"{CAPITAL} belongs to a state, a programme or all; leave out the product"


def _wrong_need(measure: Measure, needs: Sequence[Need]) -> Iterator[str]:
    states, products = (
        list(dict.fromkeys(names)) for names in (zip(*needs, strict=True) if needs else ((), ()))
    )
    if measure.state and measure.state not in states:
        yield unknown("state with needs", measure.state, states)
    elif measure.product and measure.product not in products:
        yield unknown("product that is needed", measure.product, products)
    elif not _chosen(measure, needs):
        yield f"'{measure.state}' has no need of '{measure.product}'"


def rows_of(metrics: Sequence[str], needs: Sequence[Need]) -> tuple[Row, ...]:
    """List the numbers to keep, metric by metric and need by need, each once."""
    measures = [measure for measure in map(measure_of, metrics) if measure]
    found = (
        Row(each.label, *need, each.name, each.period, each.sign, each.limit)
        for each in measures
        for need in _chosen(each, needs)
    )
    return tuple(dict.fromkeys(found))


def _chosen(measure: Measure, needs: Sequence[Need]) -> list[Need]:
    if measure.name == CAPITAL:
        return [(measure.state, "")]
    return [
        (state, product)
        for state, product in needs
        if measure.state in ("", state) and measure.product in ("", product)
    ]


def recorded(rows: Sequence[Row]) -> set[str]:
    """Name what a tape must hold for these rows."""
    names = {row.name for row in rows}
    kept = recorded_for({uncensored_name(name) for name in names - {CAPITAL}})
    return kept | ({"money", "spent"} if CAPITAL in names else set())


def measured(rows: Sequence[Row], scenario: Scenario, axes: Axes, tape: Tape, hit: Ints) -> Floats:
    """Take the rows' numbers from a tape, [columns, rows]; NaN where the scenario has no such need
    or no such month.
    """
    place = {need: each for each, need in enumerate(axes.needs[: axes.final])}
    needs = [place.get((row.state, row.product), -1) for row in rows]
    result = np.full((hit.shape[1], len(rows)), np.nan)
    wanted: dict[Row, list[int]] = defaultdict(list)
    for each, row in enumerate(rows):
        if row.name == CAPITAL:
            result[:, each] = _capital(axes, tape, row.state)
        elif needs[each] >= 0:
            wanted[row._replace(metric="", state="", product="")].append(each)
    whole = _summary({row.name for row in wanted}.difference(MONTHLY), axes, tape, hit)
    for asked, columns in wanted.items():
        values = whole[asked.name] if asked.name in whole else _of_months(asked, scenario, tape)
        if values is not None:
            result[:, columns] = values[np.take(needs, columns)].T
    return result


def _of_months(row: Row, scenario: Scenario, tape: Tape) -> Floats | None:
    """Return a monthly metric over its period, or the month from which it compares as asked, [final
    needs, columns]; None where the run has none of its months.
    """
    if row.sign:
        return _since(COMPARISONS[row.sign](by_month(row.name, tape.series), row.limit))
    months = _months(scenario, row.period) if row.period else range(scenario.months)
    if not months:
        return None
    return over_period(row.name, tape.series, slice(months.start, months.stop))


def _capital(axes: Axes, tape: Tape, whose: str) -> Floats | float:
    """Add up the money invested, [columns], of all, of a state or a programme; a programme's counts
    in its chair's state.

    NaN where there is no such state or programme.
    """
    by_state = total(tape.money[CAPITAL])
    if not whose:
        return total(by_state)
    found: Floats | float = math.nan
    if whose in axes.states:
        found = by_state[axes.states.index(whose)]
    elif whose in axes.programmes:
        found = tape.spent[axes.programmes.index(whose)]
    return found


def _since(held: Bools) -> Floats:
    """Return from which month on it holds to the end, [months, ...] -> [...]; inf: not in the last
    month.
    """
    broken = ~held[::-1]
    months = held.shape[0] - broken.argmax(axis=0)
    since = np.where(broken.any(axis=0), months, 0).astype(np.float64)
    since[broken[0]] = np.inf
    return since


def _summary(names: Set[str], axes: Axes, tape: Tape, hit: Ints) -> dict[str, Floats]:
    """Compute metrics of the whole run: name -> [final needs, columns]."""
    served = (
        supplies(tape.supplies, axes.suppliers[0], range(axes.final))
        if tape.supplies.shape[0]
        else None
    )
    return with_censored(
        summary(tape.series, served, hit, dict.fromkeys(map(uncensored_name, names)))
    )


def _months(scenario: Scenario, period: str) -> range:
    """Give the months of a period that the run has, counted from its start."""
    first = month_number(period if len(period) > 4 else f"{period}-01") - month_number(
        scenario.start
    )
    return range(
        max(first, 0), max(min(first + (1 if len(period) > 4 else 12), scenario.months), 0)
    )

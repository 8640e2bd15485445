"""Say what a run must reach: `fill_rate[RUS, helicopter_engines, 2018] < 0.8`, or `fill_rate[RUS]
>= 0.95 by 2018-12`.

A condition on several needs holds where it holds for all of them, or, as `any fill_rate[RUS] <
0.8`, for one at least; a need that it does not apply to is left out. With `by` it holds from that
month, or the end of that year, to the end of the run. `and` joins several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Bools
from sim.scenario.quantity import month_number
from sim.study.observables import COMPARED, COMPARISONS, PERIOD, Measure, finite, measure_of
from sim.study.study import Study

_WRITTEN = re.compile(r"(?:(all|any)\s+)?(.*?)(?:\s+by\s+(\S+))?")


class Condition(NamedTuple):
    """Hold one comparison."""

    measure: Measure
    """What is compared; with `by`, the month from which it holds"""
    sign: str
    limit: float
    is_any: bool = False
    by: str = ""
    """YYYY-MM"""

    @property
    def metric(self) -> str:
        """Write what a study has to keep for it."""
        name, state, product, period, sign, limit = self.measure
        parts = [state or "*", product or "*", *([period] if period else [])]
        compared = f" {sign} {limit:.15g}" if sign else ""
        return (
            f"{name}[{', '.join(parts)}]{compared}"
            if state or product or period
            else f"{name}{compared}"
        )

    def __str__(self) -> str:
        compared = self.metric if self.by else f"{self.metric} {self.sign} {self.limit:.15g}"
        return f"{'any ' if self.is_any else ''}{compared}{f' by {self.by}' if self.by else ''}"


def conditions_of(text: str, place: str) -> tuple[Condition, ...]:
    """Read conditions joined by `and`. Raises InputError with all that is not one, and the place
    where it was given.
    """
    found, faults = [], []
    for part in re.split(r"\s+and\s+", text.strip()):
        condition = _condition(part)
        if isinstance(condition, str):
            faults.append(f"{place}: {condition}")
        else:
            found.append(condition)
    if faults:
        raise InputError("\n".join(faults))
    return tuple(found)


def _condition(text: str) -> Condition | str:
    """Read one condition; say what is wrong where it is none."""
    written = _WRITTEN.fullmatch(text)
    compared = _compared(written[2]) if written else None
    if written is None or compared is None:
        return (
            f"'{text}' is not a condition; write one as in fill_rate[RUS, helicopter_engines, 2018]"
            " < 0.8"
        )
    measure, is_any, by = compared, written[1] == "any", written[3] or ""
    if not by:
        return Condition(measure._replace(sign="", limit=0.0), measure.sign, measure.limit, is_any)
    if not PERIOD.fullmatch(by):
        return f"'{by}' is not a month; write YYYY or YYYY-MM"
    return Condition(measure, "<=", 0.0, is_any, by if len(by) > 4 else f"{by}-12")


def _compared(text: str) -> Measure | None:
    """Read what is compared with what; None where it is not written as that."""
    compared = COMPARED.fullmatch(text)
    measure = measure_of(compared[1]) if compared else None
    limit = finite(compared[3]) if compared else None
    if compared is None or measure is None or limit is None:
        return None
    return measure._replace(sign=compared[2], limit=limit)


def held(study: Study, conditions: Sequence[Condition]) -> tuple[Bools, Bools]:
    """Tell in which runs all the conditions hold, and of which that is known at all, both [points,
    members].

    It is not known of runs that failed, nor of those that a condition does not apply to. Raises
    InputError with all that the study does not keep.
    """
    if wrong := unknowns(study, conditions):
        raise InputError("\n".join(wrong))
    shape = study.store.status.shape
    holds, known = np.ones(shape, dtype=np.bool_), np.ones(shape, dtype=np.bool_)
    for condition in conditions:
        each = [
            _one(study, condition, state, product)
            for _, state, product in study.chosen(condition.measure)
        ]
        applies = np.array([is_known for _, is_known in each])
        found = np.array([holding for holding, _ in each])
        holds &= (
            (found & applies).any(axis=0) if condition.is_any else (found | ~applies).all(axis=0)
        )
        known &= applies.any(axis=0)
    return holds & known, known


def unknowns(study: Study, conditions: Sequence[Condition]) -> list[str]:
    """List what a study does not keep of what is compared."""
    found = (study.unkept(condition.measure) for condition in conditions)
    return list(dict.fromkeys(f"{study.folder}: {fault}" for fault in found if fault))


def _one(study: Study, condition: Condition, state: str, product: str) -> tuple[Bools, Bools]:
    """Tell in which runs a condition holds for one need, and in which it applies to it."""
    values = study.values(condition.measure.label, state, product)
    limit = (
        float(month_number(condition.by) - month_number(study.start))
        if condition.by
        else condition.limit
    )
    return COMPARISONS[condition.sign](values, limit), ~np.isnan(values)

"""How output rose from the first units to the full rate: months to half and nine tenths, and its
shape.

A curve is a series of `ramps.csv`: points of one rate, from the first that is known. The share of
the way from that first rate to the highest counts; where output went on to rise after the last
point, the full rate was higher and the months are too few.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.precedents.collection import Collection
from sim.precedents.columns import CLASSES, point_in_time
from sim.precedents.durations import LEAST, rows_of
from sim.precedents.fit import Fit, Prior, fit
from sim.precedents.mixture import Mixture, total
from sim.precedents.tails import STUDENT, Floats

if TYPE_CHECKING:
    import pandas as pd

HALF, NINE_TENTHS = 0.5, 0.9
EFFECTS = ("all", *CLASSES, "no class", "nine tenths")
PRIOR = Prior(
    centre=np.array([math.log(12.0)] + [0.0] * (len(EFFECTS) - 2) + [math.log(1.5)]),
    spread=np.array([1.0] + [0.7] * (len(EFFECTS) - 2) + [0.3]),
    own=(math.log(0.4), 0.5),
    shared=(math.log(0.6), 0.5),
)
"""Assumed, and wide: a year to half of the full rate, within 2 and 90 months; a class makes a
factor of a quarter to four; nine tenths take 0.8 to 2.7 times as long as half."""
POINTS, SHAPE_POINTS = 3, 4
"""Points that a curve needs at least to have a time, and to have a shape."""

SHAPES: dict[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: np.minimum(x, 1.0),
    "s_curve": lambda x: np.minimum(x, 1.0) ** 2 * (3 - 2 * np.minimum(x, 1.0)),
    "exponential": lambda x: 1 - np.exp(-3 * x),
}
"""Shares of the full rate after a share x of the ramp; each has one free time."""


@dataclass(frozen=True)
class Ramps:
    """The fit of ramps: ask it for a `Mixture` of months from the first unit."""

    fitted: Fit

    def months(self, kind: str = "", share: float = HALF) -> Mixture:
        """Return months from the first unit until half (0.5) or nine tenths (0.9) of the full rate.

        Raises ValueError for another share.
        """
        if share not in (HALF, NINE_TENTHS):
            raise ValueError(f"share {share}: give {HALF} or {NINE_TENTHS}")
        return total(self.fitted, covariates(kind, share))


def covariates(kind: str, share: float) -> Floats:
    """Return a row of the design [effects]."""
    named = {"all", kind or "no class"} | ({"nine tenths"} if share == NINE_TENTHS else set())
    return np.array([float(effect in named) for effect in EFFECTS])


def curves(collection: Collection) -> dict[str, tuple[str, Floats, Floats]]:
    """Return by series: its class, months since the first point, and shares of the way to the
    highest.
    """
    classes = dict(zip(collection.cases["case"], collection.cases["complexity"], strict=True))
    found = {}
    points = collection.ramps[collection.ramps["series"] != ""]
    for name, rows in points.groupby("series", sort=False):
        times = np.array([point_in_time(each) for each in rows["year"]])
        rates = rows["value"].to_numpy(dtype=np.float64)[np.argsort(times, kind="stable")]
        times = np.sort(times)
        if len(rows) >= POINTS and rates.max() > rates[0]:
            first = rows.iloc[0]
            kind = first["class"] or classes.get(first["case"], "")
            shares = (rates - rates[0]) / (rates.max() - rates[0])
            found[str(name)] = (str(kind), times - times[0], shares)
    return found


def months_to(share: float, months: Floats, shares: Floats) -> float:
    """Return when a curve first reaches a share, between points in a straight line."""
    at = int(np.argmax(shares >= share))
    if at == 0:
        return float(months[0])
    step = (share - shares[at - 1]) / (shares[at] - shares[at - 1])
    return float(months[at - 1] + step * (months[at] - months[at - 1]))


def ramp_table(collection: Collection) -> pd.DataFrame:
    """Return a row for each curve and share, half and nine tenths: `class`, `months`."""
    import pandas as pd

    lines = []
    for name, (kind, months, shares) in curves(collection).items():
        for share in (HALF, NINE_TENTHS):
            took = max(months_to(share, months, shares), LEAST)
            line = {"case": name, "cluster": name, "milestone": str(share), "class": kind}
            lines.append(line | {"share": share, "months": took, "open": False})
    columns = ["case", "cluster", "milestone", "class", "share", "months", "open"]
    return pd.DataFrame(lines, columns=columns)


def fit_ramps(collection: Collection) -> Ramps:
    """Fit the ramps of a collection by class; without any it is the prior."""
    table = ramp_table(collection)
    design = [covariates(*key) for key in zip(table["class"], table["share"], strict=True)]
    rows = rows_of(table, design, table["months"].to_numpy(dtype=np.float64), len(EFFECTS))
    return Ramps(fit(rows, PRIOR, STUDENT))


def shape_table(collection: Collection) -> pd.DataFrame:
    """Return a row for each curve of four points or more: the root mean square error of each shape.

    Each shape's one time is fitted by least squares; `best` and `worst` name the smallest and the
    largest error.
    """
    import pandas as pd

    lines = []
    for name, (kind, months, shares) in curves(collection).items():
        if months.size >= SHAPE_POINTS:
            errors = {shape: misfit(shape, months, shares) for shape in SHAPES}
            line = {"series": name, "class": kind, "points": months.size} | errors
            line["best"] = min(errors, key=lambda shape: errors[shape])
            line["worst"] = max(errors, key=lambda shape: errors[shape])
            lines.append(line)
    return pd.DataFrame(lines, columns=["series", "class", "points", *SHAPES, "best", "worst"])


def misfit(shape: str, months: Floats, shares: Floats) -> float:
    """Return the root mean square error of the best curve of a shape, over all lengths."""
    lengths = months[-1] * np.geomspace(0.05, 20.0, 400)
    told = SHAPES[shape](months / lengths[:, None])
    errors = np.sqrt(((told - shares) ** 2).mean(axis=1))
    return float(errors.min())

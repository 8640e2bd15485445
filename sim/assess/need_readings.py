"""Read outcomes of buyers off a run: what they bought, from whom, and how much of their need was
met.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.records import Records

READINGS = ("bought", "from", "met")
"""`bought`: units of `products` that reached `state` in a calendar year, `bought XXX` those that
came from a state; `from XXX`: percent of what it imported of them in that year that came from a
state; `met`: percent of its need of them that was used in that year."""
YEAR = 12


def of_buyer(records: Records, state: str, products: str, reading: str, date: str) -> Floats:
    """Return what a run says of a buyer's outcome in a calendar year, [members].

    Raises InputError where the run has no such year, buyer or supplier.
    """
    word, _, seller = reading.partition(" ")
    year = _year(records, f"{reading} of {state}", date)
    goods = products.split()
    if word == "met":
        return _met(records, state, goods, year)
    bought = [
        (route, row) for row, route in enumerate(records.routes) if _is_of(route, state, goods)
    ]
    flows = records.flows[year]
    every = _some(bought, f"{state} buys none of {products}")
    fault = f"{state} buys none of {products} from {seller or 'nobody'}"
    if word == "from":
        return _share(records, flows, every, _Seller(state, seller, fault))
    if seller:
        every = _some([each for each in bought if each[0][0] == seller], fault)
    return np.asarray(flows[every].sum(axis=0))


def _year(records: Records, asked: str, date: str) -> int:
    """Return which year of the run a date lies in. Raises InputError where it is no whole one."""
    year = int(date[:4]) - int(records.months[0][:4])
    if records.months[0][5:] != "01" or not 0 <= year < len(records.months) // YEAR:
        raise InputError(f"{asked} in {date}: not a whole year of the run")
    return year


class _Seller(NamedTuple):
    """Name a buyer and whose part of its imports is asked."""

    buyer: str
    name: str
    fault: str
    """What to say where it sells nothing"""


def _share(records: Records, flows: Floats, rows: list[int], asked: _Seller) -> Floats:
    """Return the percent of the imports on routes that come from a seller, [members]."""
    abroad = [row for row in rows if records.routes[row][0] != asked.buyer]
    sold = [row for row in abroad if records.routes[row][0] == asked.name]
    if not sold:
        raise InputError(asked.fault)
    whole = flows[abroad].sum(axis=0)
    none = np.zeros_like(whole)
    return np.asarray(100 * np.divide(flows[sold].sum(axis=0), whole, out=none, where=whole > 0))


def _is_of(route: tuple[str, str, str], state: str, goods: list[str]) -> bool:
    return route[1] == state and route[2] in goods


def _some(found: list[tuple[tuple[str, str, str], int]], fault: str) -> list[int]:
    """Return the rows of routes. Raises InputError where there is none."""
    if not found:
        raise InputError(fault)
    return [row for _, row in found]


def _met(records: Records, state: str, goods: list[str], year: int) -> Floats:
    rows = [records.needs.index((state, good)) for good in goods if (state, good) in records.needs]
    if not rows:
        raise InputError(f"{state} needs none of {', '.join(goods)}")
    months = slice(year * YEAR, (year + 1) * YEAR)
    used, need = (
        records.series[name][months][:, rows].sum(axis=(0, 1)) for name in ("used", "need")
    )
    return np.asarray(100 * np.divide(used, need, out=np.ones_like(used), where=need > 0))

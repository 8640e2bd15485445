"""Check a summary against the series that it sums up; of one member."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isnan, nan

from tests.accountant.books import Books, Break, Need
from tests.accountant.limits import ways
from tests.accountant.world import RESTRICTIONS

YEAR = 12
STAY = 3
TOLERANCE = 1e-6
"""Ratios of numbers of ten digits, of which some are differences."""


def check(books: Books) -> Iterator[Break]:
    """Check each need's row of the summary."""
    begins = _begins(books)
    for need, said in books.summary.items():
        for name, value in _plain(books, need).items():
            if _differs(said[name], value):
                yield Break(name, str(need), "", said[name], value)
        yield from _from_a_hit(books, need, said, (_first(books, need), *begins, None))


def _from_a_hit(
    books: Books, need: Need, said: dict[str, float], months: tuple[int | None, ...]
) -> Iterator[Break]:
    """What depends on the month of the hit is right for one month: a restriction may first act
    long after it begins, when buyers turn to whom it bars.
    """
    told: dict[int | None, dict[str, float]] = {}
    wrong: dict[int | None, list[str]] = {}
    for month in (*months, *range(len(books.months))):
        if month not in told:
            told[month] = _hit(books, need, month)
            wrong[month] = _wrong(said, told[month])
        if not wrong[month]:
            return
    best = min(wrong, key=lambda month: len(wrong[month]))
    for name in wrong[best]:
        yield Break(name, str(need), f"hit {best}", said[name], told[best][name])


def _wrong(said: dict[str, float], told: dict[str, float]) -> list[str]:
    """List the metrics in which two rows of a summary differ."""
    return [name for name in told if _differs(said[name], told[name])]


def _differs(found: float, expected: float) -> bool:
    if isnan(expected) or isnan(found):
        return isnan(expected) != isnan(found)
    if expected in (inf, -inf) or found in (inf, -inf):
        return expected != found
    return abs(found - expected) > TOLERANCE * (1 + abs(expected))


def _begins(books: Books) -> list[int]:
    """List the months in which restrictions begin."""
    names = [name for name, _ in books.world.of_kinds(*RESTRICTIONS)]
    months = {books.world.begins[name] for name in names}
    return sorted({max(int(month), 0) for month in months if month < len(books.months)})


def _first(books: Books, need: Need) -> int | None:
    """Return the month in which a restriction first acts on a need's own supply."""
    found = []
    for pair, way in ways(books).items():
        if pair[1:] == need and way.rest > 0:
            held = (month for month, left in enumerate(way.restricted) if left < way.rest)
            found += list(held)[:1]
    return min(found, default=None)


def _plain(books: Books, need: Need) -> dict[str, float]:
    """Sum up what does not depend on when the need was hit."""
    own = {name: books.series[name][need] for name in books.series}
    needed, used = sum(own["need"]), sum(map(min, own["used"], own["need"]))
    recent, imports = sum(own["received"][-YEAR:]), sum(own["imports"][-YEAR:])
    shares: dict[str, float] = {}
    for flow in books.to_need.get((books.years[-1], need), []):
        shares[flow.exporter] = shares.get(flow.exporter, 0.0) + flow.units
    whole = sum(shares.values())
    found = {
        "fill_rate": used / needed if needed else 1.0,
        "unmet": sum(own["unmet"]),
        "backlog_end": own["backlog"][-1],
        "import_dependence": imports / recent if recent else nan,
        "leaked": sum(own["leaked"]),
        "spending": sum(own["spending"]),
    }
    # flows do not tell what is shipped to lines from what the state uses itself
    if not books.world.is_input(*need):
        found["hhi"] = sum((100 * each / whole) ** 2 for each in shares.values()) if whole else nan
    return found


def _hit(books: Books, need: Need, hit: int | None) -> dict[str, float]:
    """Sum up what depends on when the need was hit; None: it was not."""
    own = {name: books.series[name][need] for name in books.series}
    fill, after = own["fill_rate"], slice(hit or 0, None)
    needed, met = sum(own["need"][after]), sum(map(min, own["used"][after], own["need"][after]))
    usual = sum(fill[:hit]) / hit if hit else 1.0
    found = {
        "fill_rate_after": met / needed if needed else 1.0,
        "resilience_loss": sum(max(usual - each, 0.0) for each in fill[after]),
        "T50": nan,
        "T90": nan,
        "substitution_ratio": nan,
        "substitution_cost": nan,
    }
    if hit is None:
        return found
    found["T50"], found["T90"] = (_recovery(fill[hit:], usual, share) for share in (0.5, 0.9))
    before = slice(max(hit - YEAR, 0), hit)
    others = [all_ - old for all_, old in zip(own["received"], own["legacy"], strict=True)]
    old, once, now = own["legacy"][before], others[before], others[-YEAR:]
    if old and sum(old) > 0:
        gained = sum(now) / len(now) - sum(once) / len(once)
        found["substitution_ratio"] = gained / (sum(old) / len(old))
    first, last = sum(own["received"][before]), sum(own["received"][-YEAR:])
    if first > 0 and last > 0:
        price = sum(own["spending"][before]) / first
        found["substitution_cost"] = sum(own["spending"][-YEAR:]) / last - price
    return found


def _recovery(fill: list[float], usual: float, share: float) -> float:
    """Return the months until a share of what was lost is regained and stays so for three months.

    What was lost is told from the lowest point before the usual level is regained: what happens
    after that is another story.
    """
    fallen = next((month for month, each in enumerate(fill) if each < usual - 1e-9), None)
    if fallen is None:
        return nan
    again = _since(fill, usual - 1e-9, fallen)
    lowest = min(range(fallen, len(fill) if again is None else again), key=fill.__getitem__)
    goal = fill[lowest] + share * (usual - fill[lowest])
    month = _since(fill, goal - 1e-9, lowest)
    if month is None:
        return inf
    step = fill[month] - fill[month - 1]
    return month - ((fill[month] - goal) / step if step > 0 else 0.0)


def _since(fill: list[float], goal: float, first: int) -> int | None:
    """Return the month, not before `first`, from which a level is reached for three months."""
    for month in range(first, len(fill) - STAY + 1):
        if min(fill[month : month + STAY]) >= goal:
            return month
    return None

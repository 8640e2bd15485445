"""Answer the question in words that fit a terminal: what stays uncovered, how soon it is regained,
who supplies, at what cost, and what binds. The closing lines of the command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np

from sim.records import Records
from sim.report.binding import binding_first, held_lines
from sim.report.charts.wording import (
    ABROAD,
    FULL,
    by_whom,
    counted,
    listed,
    months,
    none_short,
    number,
    percent,
)
from sim.report.result import Result
from sim.report.shortened import note
from sim.report.statistics import spread, typical
from sim.report.tables import Table
from sim.scenario.schema import Scenario

WIDTH = 80
MOST_ROWS, MOST_LINES, MOST_PAYERS = 12, 10, 3
LEAST_PAID = 0.05
"""A state that pays less than this share of what the one pays that pays most is not named."""
NO_HIT = (
    "How soon, and who supplies: no restriction hit a need. What follows an outage or a rise of"
    " need stands in the tables alone."
)
FATES = {
    "home": "made at home",
    "ally": "supplied by allies",
    "outside": "supplied by others",
    "leakage": "supplied by leakage",
    "old": "supplied by the old supplier",
    "dropped": "no longer needed",
    "unmet": "unmet",
}
"""What becomes of a need, in a sentence."""
Need = tuple[str, str]


class End(NamedTuple):
    """Hold what most likely becomes of a need that was hit."""

    fate: str
    share: float
    """Of the members"""
    by: str
    """The state abroad that most often took over; empty: none did"""


Ends = dict[Need, End]


def overview(result: Result) -> str:
    """Write a heading, the four answers for the needs that were short, worst first, and what held
    lines back; of needs that were hit and none of which was short, by whom and at what cost. No
    line is wider than WIDTH.
    """
    records = result.records
    heading = (
        f"{result.scenario.title}\n{counted(len(records.members), 'member')}, {records.months[0]}"
        f" to {records.months[-1]}, {result.wall_seconds:.1f} s"
    )
    fill = spread(records.summary["fill_rate_after"], records.members, (5, 50))
    order = np.argsort(fill["p50"], kind="stable").tolist()
    short = [need for need in order if fill["p05"][need] < FULL]
    parts = [
        heading,
        *(_of_short(result, short) if short else _of_none(result)),
        f"In short: {note(records)}." if result.is_short else "",
    ]
    return "\n\n".join(_filled(part) for part in parts if part) + "\n"


def _of_short(result: Result, short: Sequence[int]) -> Iterator[str]:
    """Answer for needs that were short."""
    records, ends = result.records, _ends(result.table("fates"))
    yield _uncovered(records, short, ends)
    yield _rows(records, short[:MOST_ROWS], ends)
    yield from (_soon(records, short), _who(ends)) if ends else (NO_HIT,)
    yield from _paid(result)
    yield from _binding(result.table("bottlenecks"), [records.needs[need][1] for need in short])


def _of_none(result: Result) -> Iterator[str]:
    """Answer where no need was short."""
    records, ends = result.records, _ends(result.table("fates"))
    before = spread(records.summary["fill_rate"], records.members, (5,))["p05"] < FULL
    members = len(records.members)
    yield none_short(len(records.needs), int(before.sum()), records.warnings, members)
    if ends:
        yield _who(ends)
        yield from _paid(result)


def _paid(result: Result) -> Iterator[str]:
    """Write at what cost, and what became of the programmes' candidates."""
    yield from _cost(result.scenario, result.records)
    yield from _programmes(result.table("programmes"))


def _filled(text: str) -> str:
    """Break lines that are too wide; those of tables are made to fit."""
    return "\n".join(
        piece
        for line in text.split("\n")
        for piece in (wrap(line, WIDTH, break_long_words=False) if len(line) > WIDTH else [line])
    )


def _uncovered(records: Records, short: Sequence[int], ends: Ends) -> str:
    was, them = ("was", "it") if len(short) == 1 else ("were", "them")
    told = (
        f"What stays uncovered: {len(short):,} of {counted(len(records.needs), 'need')} {was} short"
    )
    hit = sum(records.needs[need] in ends for need in short)
    if hit:
        told += f" since a restriction hit {them}" + (", where one did" if hit < len(short) else "")
    if len(short) > MOST_ROWS:
        told += f"; the {MOST_ROWS} least covered"
    if len(records.members) > 1:
        told += "; the median, and 5 to 95 % of the members in brackets"
    return told + ":"


def _rows(records: Records, shown: Sequence[int], ends: Ends) -> str:
    """Tabulate needs: what is met, when nine tenths are regained, what becomes of it."""
    metrics = (("fill_rate_after", _share), ("T90", months))
    columns = [
        ["need", *(" ".join(records.needs[need]) for need in shown)],
        *(
            [name, *_cells(records, metric, write, shown)]
            for name, (metric, write) in zip(("% met", "months to 90 %"), metrics, strict=True)
        ),
        ["at the end", *(_end(ends.get(records.needs[need])) for need in shown)],
    ]
    widths = [max(map(len, column)) for column in columns]
    # a name may be long; the numbers are what the table is for
    widths[0] = max(min(widths[0], WIDTH - sum(widths[1:]) - 2 * len(widths[1:])), 12)
    rows = [_row(row, widths) for row in zip(*columns, strict=True)]
    return "\n".join([rows[0], _row(["-" * width for width in widths], widths), *rows[1:]])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 2] + ".."
    return "  ".join(
        cell.ljust(width) for cell, width in zip((first, *cells[1:]), widths, strict=True)
    ).rstrip()


def _cells(records: Records, metric: str, write: Any, shown: Sequence[int]) -> Iterator[str]:
    found = typical(records.summary[metric][list(shown)], records.members, (5, 50, 95))
    levels = (found[level].tolist() for level in ("p05", "p50", "p95"))
    for low, middle, high in zip(*levels, strict=True):
        ends = write(low), write(high)
        yield write(middle) + (f" ({ends[0]}..{ends[1]})" if ends[0] != ends[1] else "")


def _ends(fates: Table) -> Ends:
    """Return the most likely fate of each need that was hit, at the end."""
    found: Ends = {}
    rows = zip(*(fates[name] for name in _OF_FATES), strict=True)
    for state, product, year, fate, share, by in rows:
        known = found.get((state, product))
        if year == "end" and share > (known.share if known else 0.0):
            found[state, product] = End(fate, float(share), by if fate in ABROAD else "")
    return found


_OF_FATES = ("state", "product", "year", "fate", "probability", "by")


def _end(end: End | None) -> str:
    return f"{end.fate} {percent(end.share)}" if end else "-"


def _soon(records: Records, short: Sequence[int]) -> str:
    """Write how many regain nine tenths of what they lost, in the median member."""
    times = records.summary["T90"][list(short)]
    middle = typical(times, records.members, (50,))["p50"]
    lost = middle[~np.isnan(middle)]
    if not lost.size:
        return "How soon: most likely none of them lost supply against what it had before."
    back = np.sort(lost[np.isfinite(lost)])
    whole = "the need" if lost.size == 1 else f"{back.size or 'none'} of the {lost.size} needs"
    verb = "regains" if back.size <= 1 else "regain"
    if lost.size == 1 and not back.size:
        verb = "does not regain"
    loss = "what it lost" if back.size <= 1 else "what they lost"
    told = f"How soon: {whole} that lost supply {verb} nine tenths of {loss} within the run"
    if not back.size:
        return f"{told}."
    ends = dict.fromkeys((months(float(back[0])), months(float(back[-1]))))
    return f"{told}, after {' to '.join(ends)} months (medians)."


def _who(ends: Ends) -> str:
    if len(ends) == 1:
        [only] = ends.values()
        by = by_whom([only.by])
        return f"Who supplies: at the end the one need hit is most likely {FATES[only.fate]}{by}."
    said = []
    for fate, words in FATES.items():
        mine = [end for end in ends.values() if end.fate == fate]
        if mine:
            said.append(f"{len(mine)} {words}{by_whom([end.by for end in mine])}")
    return (
        f"Who supplies: of the {counted(len(ends), 'need')} hit, at the end most likely"
        f" {listed(said)}."
    )


def _cost(scenario: Scenario, records: Records) -> Iterator[str]:
    """Write what the states that pay most invest, and pay more for the goods hit, over the run."""
    if not records.money:
        return
    capital, extra = (
        records.money[item][:, :-1].sum(axis=0)
        if item in records.money
        else np.zeros((len(records.purses) - 1, len(records.members)))
        for item in ("capital", "extra")
    )
    paid = np.abs(capital).mean(axis=1) + np.abs(extra).mean(axis=1)
    said = [
        f"{records.purses[row]} {_sum(records, capital[row])} for capacity, and for the goods hit,"
        f" beyond what they cost at the start, {_sum(records, extra[row])}"
        for row in np.argsort(-paid, kind="stable")[:MOST_PAYERS].tolist()
        if paid[row] > LEAST_PAID * paid.max()
    ]
    if said:
        several = len(records.members) > 1
        of = "; the mean, and 5 to 95 % of the members in brackets" if several else ""
        yield f"At what cost over the run ({scenario.currency}{of}): {'; '.join(said)}."


def _sum(records: Records, values: Any) -> str:
    found = spread(values, records.members, (5, 95))
    low, mean, high = (number(float(found[level])) for level in ("p05", "mean", "p95"))
    return mean + (f" ({low} to {high})" if low != high else "")


def _programmes(programmes: Table) -> Iterator[str]:
    dates = [month for month in programmes["qualified_p50"] if month != "inf"]
    funded = sum(month != "inf" for month in programmes["funded_p50"])
    total = len(programmes["qualified_p50"])
    if total:
        get = "gets" if funded == 1 else "get"
        qualify = "qualifies" if len(dates) == 1 else "qualify"
        told = f"Programmes: of {counted(total, 'candidate')}, {funded} most likely {get} money and"
        yield f"{told} {len(dates)} {qualify} within the run{_when(sorted(dates))}."


def _when(dates: Sequence[str]) -> str:
    if not dates:
        return ""
    first, last = dates[0], dates[-1]
    return f", in {first}" if first == last else f", from {first} to {last}"


def _binding(bottlenecks: Table, products: Sequence[str]) -> Iterator[str]:
    """List, for each of `products`, the line that lost most units, each with what most often held
    it back, year by year; where that was an input, next the line of the input.
    """
    lines = held_lines(bottlenecks)
    shown = binding_first(lines, products)[:MOST_LINES]
    if not shown:
        return
    told = ["What binds, at the line that lost most of each product: what did so most often"]
    told[0] += " in a year, and the units lost in the run (mean):"
    for factory, product in shown:
        line = lines[factory, product]
        text = f"{product}, {factory}: {_years(line.shares)}; {number(line.lost)} lost"
        told += wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ")
    yield "\n".join(told)


def _years(by_year: dict[int, dict[str, float]]) -> str:
    """Write what bound most often, years that are alike together."""
    most = [(year, max(by, key=lambda bound: by[bound])) for year, by in sorted(by_year.items())]
    # a year in which nothing bound breaks a span
    spans = groupby(enumerate(most), key=lambda each: (each[1][1], each[1][0] - each[0]))
    said = []
    for (bound, _), years in spans:
        first, *rest = (year for _, (year, _) in years)
        said.append(f"{bound.replace(':', ' ')} {first}" + (f"-{rest[-1]}" if rest else ""))
    return ", ".join(said)


def _share(share: float) -> str:
    return percent(share).removesuffix(" %")

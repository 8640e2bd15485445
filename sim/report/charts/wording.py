"""Write numbers, months and lists as charts and the page say them."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

FULL = 0.995
"""A need counts as covered when 19 members of 20 get at least this share of it."""
SHORT_OF = "short of"
"""Stands in each warning that somebody lacks something."""
ABROAD = ("ally", "outside")
"""Fates of which it is told by whom."""
MOST_NAMED = 3
"""Who took over is named so often for one fate."""
TINY = 0.001
"""Numbers below are not told in digits."""


def percent(share: float) -> str:
    """Write a share in whole per cent; one that is neither nothing nor all never as 0 or 100."""
    if math.isnan(share):
        return "-"
    rounded = math.floor(100 * share + 0.5)
    if rounded == 0 and share > 0.0005:
        return "under 1 %"
    return "over 99 %" if rounded == 100 and share < 0.9995 else f"{rounded} %"


def short_percent(share: float) -> str:
    """Write a share as `percent` does, in signs where the words would not fit beside a line."""
    return percent(share).replace("over ", "> ").replace("under ", "< ")


def none_short(
    needs: int, before: int, warnings: Iterable[str], members: int, kind: str = ""
) -> str:
    """Write that no need is short, so that it agrees with what is warned of; `before` counts those
    that were short until a restriction hit them, `kind` says which needs are meant where not all.
    """
    every = f"The only need{kind} is" if needs == 1 else f"All {needs:,} needs{kind} are"
    told = f"{every} met in full" + (" in at least 19 members of 20" if members > 1 else "")
    if before:
        were = "it was short" if needs == 1 else f"{counted(before, 'need')} fell short"
        return f"{told} since the supply was first restricted; before that, {were}."
    if any(SHORT_OF in each for each in warnings):
        return f"{told}: stocks or other suppliers made up for what is warned of as short."
    return f"{told}."


def by_whom(states: Sequence[str]) -> str:
    """Write who took over these needs, in brackets, most often first; empty where nobody is known.

    `states` holds one for each need, empty where none is known.
    """
    counts = Counter(filter(None, states))
    if not counts:
        return ""
    named = counts.most_common(MOST_NAMED)
    said = [state if len(states) == 1 else f"{state} {count}" for state, count in named]
    others = counts.total() - sum(count for _, count in named)
    return f" (taken over by {', '.join(said)}{f', others {others}' if others else ''})"


def unbroken(text: str) -> str:
    """Let no line end between a number and its per cent sign."""
    return text.replace(" %", "\u00a0%")


def number(value: float) -> str:
    """Write a number with three digits, thousands apart; a large one whole."""
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never"
    if 0 < abs(value) < TINY:
        return "near 0"
    return f"{math.floor(value + 0.5):,}" if abs(value) >= 100 else f"{value:.3g}"


def points(share: float) -> str:
    """Write a difference of shares in percentage points, with its sign."""
    value = 100 * share
    shown = f"{value:+.0f}" if abs(value) >= 10 else f"{value:+.1f}"
    return "0 points" if float(shown) == 0 else f"{shown} points"


def months(count: float) -> str:
    """Write a number of months, half a month as one; `never` where it is infinite."""
    if math.isnan(count):
        return "-"
    return "never" if math.isinf(count) else f"{math.floor(count + 0.5)}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def selected(shown: int, total: int, noun: str, order: str, plural: str = "") -> str:
    """Write which of how many are shown, as in `12 of 60 needs, worst first`."""
    which = (
        counted(total, noun, plural)
        if shown == total
        else f"{shown:,} of {counted(total, noun, plural)}"
    )
    return f"{which}, {order}" if shown > 1 else which


def sampled(every: int) -> str:
    """Write that not all months are drawn, where that is so."""
    return "" if every == 1 else "; every third month"


def listed(texts: Sequence[str]) -> str:
    """Join texts as one does in a sentence."""
    return (
        texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}" if texts else ""
    )


def width(text: str) -> float:
    """Estimate how wide a text is, in widths of a Latin letter: those of East Asia take two."""
    return sum(1.8 if unicodedata.east_asian_width(letter) in "WF" else 1.0 for letter in text)


def wrapped(text: str, letters: int) -> list[str]:
    """Break a text into lines of about so many Latin letters; nothing is cut."""
    wide = width(text) / max(len(text), 1) or 1.0
    return textwrap.wrap(text, max(int(letters / wide), 8), break_long_words=True) or [""]

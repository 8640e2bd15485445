"""Write lists of outputs so that they keep to a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.analysis.outputs import Output

MOST_OUTPUTS, MOST_ALIKE = 8, 3
"""Of many, how many outputs are shown, and how many of those left out for the same reason."""


def counted(count: int, noun: str) -> str:
    """Write so many of something."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def left_out(reasons: Mapping[Output, str]) -> Iterator[str]:
    """Say what was left out, outputs with the same reason together."""
    together: dict[str, list[str]] = {}
    for output, reason in reasons.items():
        together.setdefault(reason, []).append(str(output))
    for reason, names in together.items():
        more = f" and {len(names) - MOST_ALIKE} more" if len(names) > MOST_ALIKE else ""
        yield f"left out: {'; '.join(names[:MOST_ALIKE])}{more}: {reason}"


def first(lines: Sequence[str], file: str) -> Iterator[str]:
    """List the first of many lines, and how many more a file has."""
    yield from lines[:MOST_OUTPUTS]
    yield from more(len(lines) - MOST_OUTPUTS, file)


def more(left: int, file: str) -> list[str]:
    """Write that a file has more, where it does."""
    return [f"  and {left} more, see {file}"] if left > 0 else []

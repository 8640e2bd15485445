"""Go through the rows of long arrays a block at a time: what comes in between then stays in the
processor's cache, and takes no memory from the system.
"""

from __future__ import annotations

SIZE = 2**15
"""Numbers of an array in a block."""


def blocks(rows: slice, width: int) -> list[slice]:
    """Part a run of rows, of `width` members each, into blocks; what is not much longer than one
    stays whole.
    """
    step = max(SIZE // max(width, 1), 1)
    if rows.stop - rows.start <= 2 * step:
        return [rows]
    starts = range(rows.start, rows.stop, step)
    return [slice(start, min(start + step, rows.stop)) for start in starts]

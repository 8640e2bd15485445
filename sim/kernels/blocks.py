"""Go through the rows of long arrays a block at a time: what comes in between then stays in the
processor's cache, and takes no memory from the system.
"""

from __future__ import annotations

from functools import lru_cache

SIZE = 2**16
"""Numbers of an array in a block. Where other work fills the cache as well, smaller ones save less
than more calls cost."""


@lru_cache(maxsize=256)
def blocks(rows: int, width: int = 1, first: int = 0) -> tuple[slice, ...]:
    """Part so many rows from the `first` on, of `width` members each, into blocks; what is not much
    longer than one stays whole.
    """
    step, stop = max(SIZE // max(width, 1), 1), first + rows
    if rows <= 2 * step:
        return (slice(first, stop),)
    return tuple(slice(start, min(start + step, stop)) for start in range(first, stop, step))

"""Put off Python's search for cyclic garbage while something large is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Put off the search for cyclic garbage until the end of the block, or of the function
    decorated.

    Python looks through all objects whenever their number has grown by a quarter, which costs more
    than to make them. For what makes many objects that stay, none of which is garbage.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Have the C library keep the memory that a month frees, since the next line asks for it again."""

from __future__ import annotations

from functools import cache

import numpy as np

BLOCK = 2**25 - 2**16
"""Bytes: a little less than the largest block by which glibc sets its thresholds"""


@cache
def keep_memory() -> None:
    """Free one large block, once in a process.

    glibc takes memory for arrays of a chunk from the system, and gives it back as soon as they are
    freed, until it has seen a larger block freed; then it keeps as much as twice that at hand. A
    month of the baseline at 128 members takes a tenth less time for it. Elsewhere nothing comes of
    this: the block is never touched.
    """
    np.empty(BLOCK, dtype=np.uint8)

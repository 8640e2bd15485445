"""Draw random numbers that depend on (seed, name, member) and on nothing else.

Common random numbers: a quantity keeps its draws whatever else stands in the scenario, whoever else is
simulated in the same chunk, and whatever ran before. Members are drawn in blocks of a fixed width so that
member k costs the same anywhere; member 0 is the central case and takes no draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLOCK = 256
"""Members per block. Part of the definition of every draw: changing it changes all numbers."""


def uniforms(seed: int, name: str, members: Sequence[int], size: int = 1) -> NDArray[np.float64]:
    """Draw numbers in [0, 1) for a named quantity, shape [size, members].

    Row i of a longer draw equals row i of a shorter one, so a horizon may grow without shifting a draw.
    """
    wanted = np.asarray(members, dtype=np.int64)
    result = np.empty((size, wanted.size))
    blocks = wanted // BLOCK
    for block in dict.fromkeys(blocks.tolist()):
        columns = blocks == block
        result[:, columns] = _block(seed, name, block, size)[:, wanted[columns] % BLOCK]
    return result


def _block(seed: int, name: str, block: int, size: int) -> NDArray[np.float64]:
    """Draw a block of members: the extendable hash of what names it, cut into numbers of 53 bits."""
    text = f"{seed}\0{name}\0{block}".encode()
    words = np.frombuffer(hashlib.shake_128(text).digest(8 * BLOCK * size), dtype="<u8")
    return np.asarray((words >> np.uint64(11)) * 2.0**-53, dtype=np.float64).reshape(size, BLOCK)

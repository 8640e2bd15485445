"""Draw random numbers that depend on (seed, name, member) and on nothing else.

Common random numbers: a quantity keeps its draws whatever else stands in the scenario, whoever else
is simulated in the same chunk, and whatever ran before. Members are drawn in blocks of a fixed
width so that member k costs the same anywhere; member 0 is the central case and takes no draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

BLOCK = 256
"""Members per block. Part of the definition of every draw: changing it changes all numbers."""


def uniforms(seed: int, name: str, members: Sequence[int], size: int = 1) -> NDArray[np.float64]:
    """Draw numbers in [0, 1) for a named quantity, shape [size, members].

    Row i of a longer draw equals row i of a shorter one, so a horizon may grow without shifting a
    draw.
    """
    result = np.empty((size, len(members)))
    draw = _first_row if size == 1 else _block
    for block, columns, places in _blocks(
        members if isinstance(members, range) else tuple(members)
    ):
        result[:, columns] = draw(seed, name, block, size)[:, places]
    return result


def rows(seed: int, names: Sequence[str], members: Sequence[int]) -> NDArray[np.float64]:
    """Draw a number in [0, 1) for each of these quantities, shape [names, members]: the same as
    `uniforms` draws for each.
    """
    result = np.empty((len(names), len(members)))
    for block, columns, places in _blocks(
        members if isinstance(members, range) else tuple(members)
    ):
        every = np.concatenate([_first_row(seed, name, block, 1) for name in names])
        result[:, columns] = every.take(places, axis=1)
    return result


def central(members: Sequence[int]) -> Places:
    """Return the columns of member 0."""
    return _central(members if isinstance(members, range) else tuple(members))


@lru_cache(maxsize=8)
def _central(members: Sequence[int]) -> Places:
    return np.flatnonzero(np.asarray(members, dtype=np.int64) == 0)


@lru_cache(maxsize=8)
def _blocks(members: Sequence[int]) -> list[tuple[int, Places | slice, Places]]:
    """Say which columns of these members belong to which block, and to which of its places."""
    wanted = np.asarray(members, dtype=np.int64)
    blocks, places = wanted // BLOCK, wanted % BLOCK
    numbers = list(dict.fromkeys(blocks.tolist()))
    if len(numbers) == 1:
        return [(numbers[0], slice(None), places)]
    return [
        (number, columns, places[columns])
        for number in numbers
        for columns in [np.flatnonzero(blocks == number)]
    ]


def _block(seed: int, name: str, block: int, size: int) -> NDArray[np.float64]:
    """Draw a block of members: the extendable hash of what names it, cut into numbers of 53
    bits.
    """
    text = f"{seed}\0{name}\0{block}".encode()
    words = np.frombuffer(hashlib.shake_128(text).digest(8 * BLOCK * size), dtype="<u8")
    return np.asarray((words >> np.uint64(11)) * 2.0**-53, dtype=np.float64).reshape(size, BLOCK)


_first_row = lru_cache(maxsize=4096)(_block)
"""Draws of single numbers, which the points of a study have in common"""

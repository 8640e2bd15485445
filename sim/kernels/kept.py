"""Keep what is worked out from arrays that seldom change, until one of them does.

Such an array is read-only: who changes it puts a new one in its place, so that whether it is still
the same one says whether it has changed, and nothing kept can be out of date unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import is_
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.sums import some

T = TypeVar("T")
Key = TypeVar("Key", bound=Hashable)
Kind = TypeVar("Kind", bound=np.generic)


def renewed(values: NDArray[Kind], old: NDArray[Kind] | None = None) -> NDArray[Kind]:
    """Return `values`, read-only from now on; the `old` array, of the same shape, where that holds
    the same.
    """
    if old is not None and not (old.flags.writeable or some(values != old)):
        return old
    values.flags.writeable = False
    return values


MOST_KEPT = 1000
"""Results that `remembered` keeps under their keys; more would be a market that never looks the
same twice."""


def remembered(known: dict[Key, T], key: Key, work: Callable[[], T]) -> T:
    """Return what is known under a key, or work it out and keep it; what is known is forgotten
    where it has grown too much.
    """
    if key not in known:
        if len(known) >= MOST_KEPT:
            known.clear()
        known[key] = work()
    return known[key]


class Kept(Generic[T]):
    """Hold a function of read-only arrays, and what it gave for those that it was last called
    with.
    """

    def __init__(self, work: Callable[..., T]) -> None:
        self._work = work
        self._known: tuple[tuple[NDArray[Any], ...], T] | None = None

    def __call__(self, *sources: NDArray[Any]) -> T:
        """Return what the function gives for these arrays; raises ValueError where one of them
        may be changed in place.
        """
        if self._known is not None and all(map(is_, sources, self._known[0])):
            return self._known[1]
        if any(each.flags.writeable for each in sources):
            raise ValueError("an array that may change in place tells nobody when it does")
        self._known = sources, self._work(*sources)
        return self._known[1]

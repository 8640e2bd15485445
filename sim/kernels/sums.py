"""Add up rows by group, in a fixed order and at any number of members with the same bits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property, lru_cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints

Kind = TypeVar("Kind", bound=np.generic)

NEVER = 1_000_000
"""A month after every horizon."""
NO_MONTH = 1e-9
"""Less than this many months is rounding error."""

NOTHING = 1e-290
"""A denominator up to this counts as 0: amounts that shrink by a factor a month for years leave
it."""

NOTABLY = 1e-9
"""A smaller excess over a level, as a share of the level, is rounding error."""


MANY = 10_000
"""From this many rows on the sparse product is faster even for one member, and so is repeating the
groups' values instead of looking them up."""

MANY_NUMBERS = 2_000
"""Values from which on it is faster to compare them with 0 first than to count those that are not.
"""


@cache
def _products() -> Any:
    """Load only the compiled module that scipy's sparse products call; all of `scipy.sparse` takes
    a hundred times as long to load. None where scipy no longer has it.
    """
    import scipy

    found = PathFinder.find_spec("_sparsetools", [f"{path}/sparse" for path in scipy.__path__])
    if found is None or found.loader is None:
        return None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@cache
def _product(name: str) -> Any:
    """Return the compiled function that a sparse matrix's `@` calls, without checks that take more
    time than the sums of a small world; None where scipy no longer has it: then `@` is used, which
    gives the same bits.
    """
    return getattr(_products(), name, None)


_ONE = np.ones(1)


class GroupSum:
    """Sum the rows of an array [rows, members] that belong to one group into [groups, members].

    A sparse product adds each group's rows one after the other, member by member, so a member's sum
    does not depend on who else is in the chunk; numpy's own sums along the first axis do at one
    member.
    """

    def __init__(self, group_of_row: Ints, groups: int, rows: Ints | None = None) -> None:
        """Sum rows by their group; `rows` says which these are where arrays to be summed have
        others, too.
        """
        self.group_of_row = group_of_row
        self.groups = groups
        self.rows = rows
        self._sizes: dict[tuple[int, int], tuple[slice, Ints]] = {}
        """The groups of the rows from one to another, and how many of these each has"""

    @cached_property
    def _parts(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """Return the sparse product's first place of each group, rows in their order, and ones; a
        member alone does without.
        """
        starts = np.zeros(self.groups + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.group_of_row, minlength=self.groups), out=starts[1:])
        return starts, self._placed(self._order).astype(np.int32), np.ones(self._order.size)

    @cached_property
    def _order(self) -> Ints:
        """Return the rows in the order of their groups."""
        return np.argsort(self.group_of_row, kind="stable")

    def _placed(self, rows: Ints) -> Ints:
        """Return where these rows stand in what is summed."""
        return rows if self.rows is None else self.rows[rows]

    def __call__(self, values: Floats) -> Floats:
        """Return the sums, shape [groups, members], in the unit of `values` [rows, members]."""
        rows, width = values.shape
        if not rows:
            return np.zeros((self.groups, width))
        if width == 1:
            alone: Any = values.ravel()
            if self.rows is not None:
                alone = alone.take(self.rows)
            sums: Any = self._long(alone) if alone.size >= MANY else None
            if sums is None:
                sums = np.bincount(self.group_of_row, alone, self.groups)
            return sums.reshape(-1, 1)  # type: ignore[no-any-return]
        starts, places, ones = self._parts
        sum_rows = _product("csr_matvecs")
        if sum_rows is None or not values.flags.c_contiguous:
            from scipy import sparse

            incidence = sparse.csr_array((ones, places, starts), shape=(self.groups, rows))
            return np.asarray(incidence @ values, dtype=np.float64)
        result = np.zeros((self.groups, width))
        sum_rows(self.groups, rows, width, starts, places, ones, values.ravel(), result.ravel())
        return result

    def _long(self, values: Floats) -> Floats | None:
        """Return the sums of many rows of one member, [groups], by the same additions in the same
        order as `bincount`; None where scipy's function is missing and `bincount` must do it.
        """
        name, starts, places = self._column
        multiply = _product(name)
        if multiply is None:
            return None
        result = np.zeros(self.groups)
        multiply(self.groups, 1, starts, places, values, _ONE, result)
        return result

    @cached_property
    def _column(self) -> tuple[str, NDArray[np.int32], NDArray[np.int32]]:
        """Return the name of the product that sums one member, and the two index arrays of the
        sparse matrix that it multiplies by 1: by rows where the rows of a group stand together, so
        that additions need not wait for one another; else as a single column.
        """
        group = self.group_of_row
        if self._is_long and group.size >= 4 * self.groups:
            starts = np.searchsorted(group, np.arange(self.groups + 1))
            return "csr_matvec", starts.astype(np.int32), np.zeros(group.size, dtype=np.int32)
        return "csc_matvec", np.array([0, group.size], dtype=np.int32), group.astype(np.int32)

    def to_rows(self, values: NDArray[Kind], rows: slice | None = None) -> NDArray[Kind]:
        """Give each row, or some of them, what its group has, [groups, members] -> [rows,
        members].
        """
        own = self.group_of_row if rows is None else self.group_of_row[rows]
        if own.size < MANY or not self._is_long:
            return values.take(own, axis=0)
        key = (0, own.size) if rows is None else (rows.start, rows.stop)
        if key not in self._sizes:
            first, last = int(own[0]), int(own[-1])
            self._sizes[key] = slice(first, last + 1), np.bincount(own - first)
        groups, sizes = self._sizes[key]
        # faster than `take`: two fifths of the time
        return values[groups].repeat(sizes, axis=0)

    @cached_property
    def _is_long(self) -> bool:
        """Return whether there are many rows, and those of a group stand together."""
        group = self.group_of_row
        return bool(group.size >= MANY and (group[1:] >= group[:-1]).all())

    @cached_property
    def firsts(self) -> Ints:
        """Return the first row of each run of rows of one group."""
        return np.flatnonzero(np.diff(self.group_of_row, prepend=-1))

    @cached_property
    def _is_single(self) -> bool:
        """Return whether no group has two rows."""
        return int(np.bincount(self.group_of_row, minlength=1).max()) <= 1

    def repeated(self, times: int) -> GroupSum:
        """Return the GroupSum of `times` such arrays below one another, each with groups of its
        own.
        """
        first = self.groups * np.arange(times)[:, None]
        return GroupSum((first + self.group_of_row).ravel(), self.groups * times)

    def any(self, flags: Bools) -> Bools:
        """Return which groups have a row that is marked, [rows, members] -> [groups, members]."""
        if not self._is_single:
            marked: Bools = self(flags.astype(np.float64)) > 0
            return marked
        found = np.zeros((self.groups, flags.shape[1]), dtype=np.bool_)
        found[self.group_of_row] = flags if self.rows is None else flags.take(self.rows, axis=0)
        return found


@lru_cache(maxsize=256)
def _level(shape: tuple[int, ...], value: float) -> Floats:
    level = np.full(shape, value)
    level.flags.writeable = False
    return level


@lru_cache(maxsize=256)
def everywhere(shape: tuple[int, ...], value: float) -> Floats:
    """Return an array of one value that takes no memory, read-only."""
    return np.broadcast_to(np.float64(value), shape)


def levelled(values: Floats) -> Floats:
    """Return an array whose values are all alike as one that takes no memory, read-only, and any
    other array as it is: the former is read much faster.
    """
    first = values[:1, :1]
    is_level = values.size and np.count_nonzero(values == first) == values.size
    return everywhere(values.shape, float(first.item())) if is_level else values


def raised(values: Floats, least: float = 0.0) -> Floats:
    """Raise what is below `least` to it, in place, and return it.

    In place, to ask for no more memory; against an array, since `np.maximum` takes three times as
    long against a number.
    """
    return np.maximum(values, _level(values.shape, least), out=values)


def some(values: NDArray[Any]) -> bool:
    """Tell whether any value is not 0; of small arrays in a third of the time that `any` takes, and
    of many numbers, which are counted slowly, in half of it.
    """
    if values.size >= MANY_NUMBERS and values.dtype != np.bool_:
        values = values != 0
    return bool(np.count_nonzero(values))


def but_crumbs(flow: Floats, wanted: Floats) -> Floats:
    """Return what flows, 0 where that is no more than 1e-9 of what is `wanted`: buyers who prefer
    others a million million times ask for a crumb, which is no trade.
    """
    return kept_where(flow > 1e-9 * wanted, flow)


def kept_where(marked: Bools, values: Floats) -> Floats:
    """Return the values where they are `marked`, and 0 elsewhere; arrays of one shape.

    Flags are turned into numbers first: their product with numbers would take twice as long.
    """
    kept: Floats = marked.astype(np.float64)
    kept *= values
    return kept


def whole(months: Floats) -> Ints:
    """Round to whole months, halves up, so that 2.5 and 3.5 months are a month apart.

    A number counts as a half if it is one up to rounding error, so that the mean of 1 and 2 months
    is 1.5 in whatever order it is added up.
    """
    return np.floor(months + (0.5 + NO_MONTH)).astype(np.int64)


def unit(values: Floats) -> Floats:
    """Bring what is below 0 or above 1 to the nearer of them, in place, and return it; `np.clip`
    takes three times as long.
    """
    return np.minimum(raised(values), _level(values.shape, 1.0), out=values)


def total(
    values: Floats | Bools | Iterable[Floats], shape: tuple[int, ...] | None = None
) -> Floats:
    """Sum over the first axis, one after the other: the same bits at any number of members, unlike
    `values.sum(axis=0)`.

    An iterable of arrays must give their `shape`, in case it is empty.
    """
    result = np.zeros(values.shape[1:] if isinstance(values, np.ndarray) else shape or ())
    for each in values:
        result += each
    return result


def divide(numerator: Floats, denominator: Floats, otherwise: float = 0.0) -> Floats:
    """Divide elementwise, with `otherwise` where the denominator is 0, or so near that a quotient
    could overflow.
    """
    is_number = denominator > NOTHING
    if np.count_nonzero(is_number) == is_number.size:
        # takes a third of the time of the general case
        quotient: Floats = numerator / denominator
        return quotient
    shape = (
        numerator.shape
        if numerator.shape == denominator.shape
        else np.broadcast_shapes(numerator.shape, denominator.shape)
    )
    result = np.full(shape, otherwise) if otherwise else np.zeros(shape)
    np.divide(numerator, denominator, out=result, where=is_number)
    return result

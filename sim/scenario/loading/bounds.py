"""Bound what all files of a scenario may hold together: more is a mistake, or meant to do harm.

What is counted are single values, with every alias as often as it is used: a scenario that was put
together from several files has no more of them when it is written out as one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sim.errors import Fault, Place, ScenarioError
from sim.files.disk import opened

MOST_BYTES = 256 * 1024**2
"""Bytes of all files together."""
MOST_VALUES = 2_000_000
"""Single values of all files together: texts, numbers, and lists and mappings without members."""
TOO_MANY = f"more than {MOST_VALUES:,} values in all files together, with aliases written out"
MOST_CELLS = 50_000_000
"""Cells of all tables together that are kept as columns; one takes some bytes, where a single value
takes hundreds."""
TOO_MANY_CELLS = f"more than {MOST_CELLS:,} cells in all tables together"


@dataclass
class Bounds:
    """Count what has been read of a scenario so far."""

    size: int = 0
    values: int = 0
    cells: int = 0

    def read(self, file: str) -> bytes:
        """Read a file. Raises OSError, and ScenarioError where that is too much."""
        left = MOST_BYTES - self.size
        try:
            with opened(file) as stream:
                known = os.fstat(stream.fileno()).st_size
                # to ask for all that there is room for takes as long again as to read what is there
                data = stream.read(known) + stream.read(left + 1 - known) if known <= left else b""
        except ValueError as error:
            raise OSError(str(error)) from error
        if max(known, len(data)) > left:
            message = f"larger than {MOST_BYTES // 1024**2} MB, with the files read before it"
            raise ScenarioError([Fault(Place(file), "", message)])
        self.size += len(data)
        return data

    def add(self, values: int) -> bool:
        """Count values that were read, and return whether there is room for them."""
        self.values += values
        return self.values <= MOST_VALUES

    def add_rows(self, sizes: Sequence[int]) -> int | None:
        """Count the cells of rows of tables that were read, some in each; return the place of the
        first row for which there is no room.
        """
        left = MOST_CELLS - self.cells
        self.cells += sum(sizes)
        if self.cells <= MOST_CELLS:
            return None
        return next(place for place, cells in enumerate(accumulate(sizes)) if cells > left)

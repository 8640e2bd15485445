"""Say how many members are simulated side by side: as many as are fast and fit into memory."""

from __future__ import annotations

from sim.world.axes import Axes

CHUNK = 128
"""Members side by side; 64 to 256 are about equally fast, more leave the processor's cache."""
MEMORY = 2**30
"""Bytes that the world of a chunk may take."""
ROW = 740
"""Bytes that a member takes for each link, need and line: what was counted in the baseline, beside
the tape, where all is recorded; large worlds take less."""


def chunk_for(axes: Axes) -> int:
    """Return how many members to simulate side by side in a world of this size, at least 1."""
    rows = len(axes.link_line) + len(axes.needs) + len(axes.lines)
    return max(1, min(CHUNK, MEMORY // (ROW * max(rows, 1))))

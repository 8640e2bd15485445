"""Hold what cuts have kept away in a month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints


class KeptAway(NamedTuple):
    """Hold what cuts kept away in a month, where lines were short or other limits held."""

    links: Ints
    """Links that are cut in part, ascending"""
    held: Floats
    """What each would have carried beyond what it did, [of them, members]"""
    members: Bools
    """Where some line was short, or another limit held, so that this was less than was asked,
    [members]"""

    def over(self, links: Ints) -> Floats:
        """Return what was kept away over some links, [of them, members]."""
        place = np.searchsorted(self.links, links)
        known = self.links.take(place, mode="clip") == links
        kept: Floats = self.held.take(place, axis=0, mode="clip")
        kept *= known[:, None]
        return kept

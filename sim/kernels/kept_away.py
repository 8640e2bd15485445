"""Hold what cuts have kept away in a month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints


class KeptAway(NamedTuple):
    """Hold what cuts in part kept away in a month."""

    links: Ints
    """Links that are cut in part, ascending"""
    held: Floats
    """What each would have carried beyond what it did, [of them, members]"""

    def over(self, links: Ints) -> Floats:
        """Return what was kept away over some links, [of them, members]."""
        place = np.searchsorted(self.links, links)
        known = self.links.take(place, mode="clip") == links
        kept: Floats = self.held.take(place, axis=0, mode="clip")
        kept *= known[:, None]
        return kept

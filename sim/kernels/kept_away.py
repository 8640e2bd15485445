"""Hold what partial cuts have kept away in a month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints


class KeptAway(NamedTuple):
    """Hold what partial cuts kept away in a month, where lines were short or other limits held."""

    links: Ints
    """Links that are partly cut, ascending"""
    held: Floats
    """What each would have carried beyond what it did, units, [of them, members]"""
    members: Bools
    """In which members a line was short, or another limit held, so that this is less than all that
    was asked for and did not come, [members]"""

    def over(self, links: Ints) -> Floats:
        """Return what was kept away over some `links`, [of them, members]."""
        place = np.searchsorted(self.links, links)
        known = self.links.take(place, mode="clip") == links
        kept: Floats = self.held.take(place, axis=0, mode="clip")
        kept *= known[:, None]
        return kept

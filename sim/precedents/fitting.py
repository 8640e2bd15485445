"""Make both fits of a collection, and the fits without a cluster that the backtest needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.precedents.durations import Durations, fit_durations
from sim.precedents.ratios import Ratios, fit_ratios

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Fits:
    """Durations where nothing is announced, ratios where something is."""

    durations: Durations
    ratios: Ratios


def fits(milestones: pd.DataFrame, without: str = "") -> Fits:
    """Fit a frame of milestones, a cluster left out; a second at most.

    The result depends on the rows that are kept and on nothing else: what happened in the cluster
    that is left out cannot move a bit of it.
    """
    kept = milestones[milestones["cluster"] != without] if without else milestones
    return Fits(fit_durations(kept), fit_ratios(kept))

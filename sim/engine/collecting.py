"""Define what Mesa's DataCollector collects after each month unless other reporters are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.metrics.derive import by_month

if TYPE_CHECKING:
    from sim.engine.model import SupplyModel


def month(model: SupplyModel) -> str:
    """Return the month that has just passed, YYYY-MM."""
    return model.case.month_labels[model.world.month - 1]


def fill_rate(model: SupplyModel) -> float:
    """Return the share of its need that a state gets of a product, averaged over final needs and
    members; a need of 0 counts as met.
    """
    return float(_shares(model).mean())


def lowest_fill_rate(model: SupplyModel) -> float:
    """Return the fill rate of the need with the lowest one, averaged over the members."""
    return float(_shares(model).mean(axis=1).min())


def needs_short(model: SupplyModel) -> float:
    """Return the number of needs of which less than nine tenths were met, averaged over the
    members.
    """
    return float((_shares(model) < SHORT).sum(axis=0).mean())


SHORT = 0.9
REPORTERS: Mapping[str, Callable[[SupplyModel], Any]] = {
    each.__name__: each for each in (month, fill_rate, lowest_fill_rate, needs_short)
}
"""What is collected where nothing else is asked for."""


def _shares(model: SupplyModel) -> Any:
    """Return the fill rate of the month, [final needs, members]."""
    series = model.recorder.tape.series
    row = model.world.month - 1
    return by_month("fill_rate", {name: each[row : row + 1] for name, each in series.items()})[0]

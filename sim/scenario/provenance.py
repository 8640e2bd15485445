"""Describe where a scenario's numbers come from: sources, and precedents of its own case.

The text under a field is its documentation.
"""

from __future__ import annotations

from sim.scenario.quantity import Frozen


class Collection(Frozen):
    """Name the shipped precedents that are about the scenario's own case."""

    clusters: list[str] = []
    """Clusters of precedents, as in `sim precedents`."""
    left_out: bool = False
    """Whether fits leave these precedents out, as a forecast must; `sim backtest` does so."""


class Source(Frozen):
    """Say where a number or a fact was published."""

    title: str
    publisher: str | None = None
    """Who published it."""
    date: str | None = None
    """When, as text."""
    address: str | None = None
    """Where it can be read."""

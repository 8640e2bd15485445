"""The beer distribution game, by the engine's own ordering, stock and transit: Sterman's benchmark
costs, and the bullwhip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.scenario.schema import Scenario

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["beer_game"]
EXAMPLE = Path(__file__).parent.parent / "scenarios" / "examples" / "beer_game.yaml"
FIRST_WEEK = (4, 2, 1, 0)
"""The month that stands for week 1 of the retailer, the wholesaler, the distributor and the
factory."""


def game(**parameters: Any) -> Scenario:
    """Load the example, with other parameters of every player's rule."""
    data = sim.load(EXAMPLE).model_dump(by_alias=True, exclude_unset=True)
    for rules in (
        data["rules"],
        *(data["factories"][name]["rules"] for name in ("wholesaler", "distributor", "factory")),
    ):
        rules["ordering"]["parameters"] = {**rules["ordering"]["parameters"], **parameters}
    return Scenario.model_validate(data)


def costs(scenario: Scenario) -> list[float]:
    """Play the game and return what each player's stock and backlog cost in 36 weeks."""
    model = SupplyModel(scenario, (0,))
    needs, weekly = model.world.needs, []
    for _ in range(scenario.months):
        model.step()
        # what a player owes is what the next one down waits for, the retailer's customers first
        owed = np.concatenate((needs.deferred, needs.backlog[:-1]))
        weekly.append((EXPECTED["holding"] * needs.stock + EXPECTED["backlog"] * owed)[:, 0])
    model.books.audit(model.world)
    played = np.array(weekly)
    return [
        float(played[first : first + EXPECTED["weeks"], player].sum())
        for player, first in enumerate(FIRST_WEEK)
    ]


def test_benchmark_costs() -> None:
    """46, 50, 54 and 54, in all 204."""
    found = costs(game())
    np.testing.assert_allclose(found, EXPECTED["cost"], rtol=0, atol=1e-9)
    assert sum(found) == pytest.approx(EXPECTED["total"])


def test_benchmark_without_the_four_fixed_weeks() -> None:
    """Players who may order from the first week on build their stocks sooner: 36, 44, 52, 48, as in
    the paper's model."""
    scenario = game()
    data = scenario.model_dump(by_alias=True, exclude_unset=True)
    for rules in (
        data["rules"],
        *(data["factories"][name]["rules"] for name in ("wholesaler", "distributor", "factory")),
    ):
        rules["ordering"]["parameters"]["steady_months"] -= 4
    np.testing.assert_allclose(
        costs(Scenario.model_validate(data)), [36, 44, 52, 48], rtol=0, atol=1e-9
    )


def test_ignoring_what_is_on_order_is_the_bullwhip() -> None:
    """Players who count a third of it, as Sterman's did, pay several times as much, and are warned;
    the benchmark is not."""
    people = game(line_share=0.34, gap_share=0.26, forecast_share=0.36)
    assert sum(costs(people)) > 2 * EXPECTED["total"]
    assert run(game()).records.warnings == []
    assert [text[:36] for text in run(people).records.warnings] == [
        "orders of BAR for beer swing while d"
    ]

"""Models of others, said as scenarios, give their numbers, step by step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

import sim

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "examples" / "peers"
EXPECTED = json.loads((ROOT / "tests" / "peers" / "outputs.json").read_text(encoding="utf-8"))


def output(name: str) -> np.ndarray:
    """Return the total output of a peer's scenario, step by step."""
    records = sim.run(sim.load(PEERS / f"{name}.yaml", members=1)).records
    assert max(records.residuals.values()) <= 64
    return np.asarray(records.output[:, :, 0].sum(axis=1))


def test_ario_with_fixed_shares() -> None:
    """All 400 steps, as shares of the first, down to a fiftieth of it."""
    found = output("ario_fixed")
    np.testing.assert_allclose(found / found[0], EXPECTED["ario_fixed"], rtol=1e-9)


def test_ario_with_orders_that_follow_capacity() -> None:
    """Steps that were noted of BoARIO's order type alt: 10, 50, the lowest, the last."""
    found = output("ario_adaptive")
    ratio = found / found[0]
    assert ratio[[10, 50]] == pytest.approx([0.8059, 0.7590], abs=5e-5)
    assert int(ratio.argmin()) == 67
    assert ratio.min() == pytest.approx(0.72666, abs=5e-6)
    assert ratio[-1] == pytest.approx(0.99997, abs=5e-6)


def test_inoue_and_todos_firms() -> None:
    np.testing.assert_allclose(
        output("inoue_todo_proportional"), EXPECTED["inoue_todo_proportional"], rtol=1e-9
    )


def test_inoue_and_todos_firms_that_serve_final_use_last() -> None:
    assert output("inoue_todo_final_last")[-1] == pytest.approx(370.0292, abs=5e-5)


def test_inoue_and_todos_firms_with_equal_awards() -> None:
    found = output("inoue_todo_equal_awards")
    assert found[[2, 3]] == pytest.approx([303.8889, 251.8519], abs=5e-5)
    assert found[-1] == pytest.approx(373.2169, abs=5e-5)


PLANTS, CITIES = (35, 50, 40), (45, 20, 30, 30)
COSTS = np.array([[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]], dtype=float)
SHIPPED = np.array([[0, 10, 25, 0], [45, 0, 5, 0], [0, 10, 0, 30]], dtype=float)
"""Winston's answer; the only one of least cost."""


def shipped(*sets: str) -> np.ndarray:
    """Return what each plant ships to each city a month, by the result's tables."""
    result = sim.run(sim.load(PEERS / "transport.yaml", sets, members=1))
    flows = result.flows.pivot(index="exporter", columns="importer", values="central") / 12
    output = result.capacity.pivot(index="month", columns="factory", values="output_central")
    for month in output.index:
        made = output.loc[month, ["first_plant", "second_plant", "third_plant"]]
        np.testing.assert_allclose(made, PLANTS, rtol=1e-9)
    np.testing.assert_allclose(flows.sum(axis=0), CITIES, rtol=1e-9)
    return flows.to_numpy()


def test_the_transportation_problem() -> None:
    """Shipments are those of the book and those of a linear programme made here."""
    np.testing.assert_allclose(shipped(), SHIPPED, rtol=1e-9, atol=1e-9)
    rows = np.concatenate((np.kron(np.eye(3), np.ones(4)), np.kron(np.ones(3), np.eye(4))))
    best = linprog(COSTS.ravel(), A_eq=rows, b_eq=[*PLANTS, *CITIES])
    np.testing.assert_allclose(best.x.reshape(3, 4), SHIPPED, atol=1e-9)
    assert (COSTS * SHIPPED).sum() == pytest.approx(best.fun) == 1020


def test_a_rule_that_does_not_look_at_cost_pays_more() -> None:
    assert (COSTS * shipped("rules.allocation=proportional")).sum() > 1.1 * 1020

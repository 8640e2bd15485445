"""The systemic risk index against the numbers of its authors' code, and cases worked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.kernels.systemic import esri, losses

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["esri"]


def network(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return supplier, buyer, volume and industry of a published network."""
    edges = np.array(EXPECTED[name]["edges_1based"]) - 1
    return edges[:, 0], edges[:, 1], np.ones(len(edges)), np.array(EXPECTED[name]["p"])


@pytest.mark.parametrize("inputs", ["linear", "leontief"])
def test_example_data(inputs: str) -> None:
    """Eleven firms, ten links, weighted by what they sell."""
    found = esri(*network("example_data"), inputs=inputs, tolerance=EXPECTED["example_data"]["eps"])
    np.testing.assert_allclose(
        found, EXPECTED["example_data"]["ESRI"][f"{inputs}_nomarket"], atol=1e-14
    )


@pytest.mark.parametrize("inputs", ["linear", "leontief"])
def test_figure_1(inputs: str) -> None:
    """Weighted by the larger of what firms buy and sell."""
    supplier, buyer, volume, industry = network("fig1")
    weight = np.maximum(np.bincount(supplier, minlength=11), np.bincount(buyer, minlength=11))
    found = esri(supplier, buyer, volume, industry, weight, inputs=inputs)
    np.testing.assert_allclose(found, EXPECTED["fig1"][f"ESRI_{inputs}"], atol=1e-14)


def test_losses_downstream() -> None:
    """When firm 3 fails, its buyer loses half and that firm's buyers a quarter."""
    down, _ = losses(*network("fig1"), 2, inputs="linear")
    np.testing.assert_allclose(
        down, EXPECTED["fig1"]["hd_loss_when_firm3_fails_linear"], atol=1e-14
    )


def test_a_rival_softens_the_blow() -> None:
    """Two makers of the same, one buyer each: with a market the rival can stand in for part."""
    supplier, buyer, volume, industry = (
        np.array([0, 1]),
        np.array([2, 3]),
        np.ones(2),
        np.array([0, 0, 1, 1]),
    )
    weight = np.ones(4)
    without = esri(supplier, buyer, volume, industry, weight)
    with_market = esri(supplier, buyer, volume, industry, weight, market=True)
    np.testing.assert_allclose(without[:2], 0.5)
    assert (with_market <= without).all()

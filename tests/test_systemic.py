"""The systemic risk index against the numbers of its authors' code, and cases worked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.kernels import systemic
from sim.kernels.systemic import ESSENTIAL, NEGLIGIBLE, NON_ESSENTIAL, Network, esri, losses

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["esri"]
KINDS = {"linear": NON_ESSENTIAL, "leontief": ESSENTIAL}


def network(name: str, inputs: str) -> Network:
    """Return a published network, with all its links of one class."""
    supplier, buyer = np.array(EXPECTED[name]["edges_1based"]).T - 1
    kind = np.full(supplier.size, KINDS[inputs])
    return Network(supplier, buyer, np.ones(supplier.size), np.array(EXPECTED[name]["p"]), kind)


def made_up(*links: tuple[int, int, float, int], industry: list[int]) -> Network:
    """Make a network of links: supplier, buyer, amount, class."""
    supplier, buyer, amount, kind = (np.array(each) for each in zip(*links, strict=True))
    return Network(supplier, buyer, amount.astype(float), np.array(industry), kind)


def alone(firm: int) -> list[np.ndarray]:
    return [np.array([firm])]


@pytest.mark.parametrize("inputs", KINDS)
def test_example_data(inputs: str) -> None:
    """Eleven firms, ten links, weighted by what they sell."""
    found = esri(network("example_data", inputs), tolerance=EXPECTED["example_data"]["eps"])
    np.testing.assert_allclose(
        found.whole, EXPECTED["example_data"]["ESRI"][f"{inputs}_nomarket"], atol=1e-14
    )
    assert (found.whole >= np.maximum(found.downstream, found.upstream) - 1e-15).all()


@pytest.mark.parametrize("inputs", KINDS)
def test_figure_1(inputs: str) -> None:
    """Weighted by the larger of what firms buy and sell."""
    firms = network("fig1", inputs)
    weight = np.maximum(
        np.bincount(firms.supplier, minlength=11), np.bincount(firms.buyer, minlength=11)
    )
    found = esri(firms, weight=weight)
    np.testing.assert_allclose(found.whole, EXPECTED["fig1"][f"ESRI_{inputs}"], atol=1e-14)


def test_losses_downstream() -> None:
    """When firm 3 fails, its buyer loses half and that firm's buyers a quarter."""
    down, _ = losses(network("fig1", "linear"), alone(2))
    np.testing.assert_allclose(
        down[:, 0], EXPECTED["fig1"]["hd_loss_when_firm3_fails_linear"], atol=1e-14
    )


MIXED = made_up(
    (0, 4, 3, ESSENTIAL), (1, 4, 1, ESSENTIAL), (2, 4, 4, NON_ESSENTIAL), (3, 4, 2, NEGLIGIBLE),
    (4, 5, 6, ESSENTIAL), industry=[0, 0, 1, 2, 3, 4],
)  # fmt: skip


@pytest.mark.parametrize(
    ("firm", "lost"),
    [(0, 3 / 4), (1, 1 / 4), (2, 4 / 10), (3, 0), (4, 1), (5, 0)],
)
def test_one_buyer_with_inputs_of_all_classes(firm: int, lost: float) -> None:
    """Of an essential input its own share counts, of another its share in all that is bought."""
    down, _ = losses(MIXED, alone(firm))
    assert down[4, 0] == pytest.approx(lost)
    assert down[5, 0] == pytest.approx(1 if firm == 5 else lost)


def test_a_failing_buyer_is_missed_by_its_suppliers() -> None:
    """Firm 4 buys all that firms 0 to 3 sell."""
    index = esri(MIXED)
    assert index.upstream[4] == pytest.approx(1)
    assert index.upstream[3] == pytest.approx(2 / 16)
    assert index.downstream == pytest.approx(np.array([3 + 4.5, 1 + 1.5, 4 + 2.4, 2, 6, 0]) / 16)


def test_several_fail_together() -> None:
    """Both makers of an essential input: their buyer stands still."""
    assert losses(MIXED, [np.array([0, 1])])[0][4, 0] == 1
    whole = esri(MIXED, [np.array([0, 1]), np.array([], dtype=int)]).whole
    assert whole == pytest.approx([10 / 16, 0])


def test_a_rival_softens_the_blow() -> None:
    """Two makers of the same, one buyer each. Alone in its industry, a failing firm is missed in
    full; beside a rival three times its size, by a third of that."""
    firms = made_up((0, 2, 1, ESSENTIAL), (1, 3, 3, ESSENTIAL), industry=[0, 0, 1, 1])
    assert losses(firms, alone(0))[0][2, 0] == 1
    # its rival sells 3 of the 3 that are left, and it is missed by 1 of 3
    assert losses(firms, alone(0), market=True)[0][2, 0] == pytest.approx(1 / 3)
    # the larger one sold more than all that is left
    assert losses(firms, alone(1), market=True)[0][3, 0] == 1
    both = [np.array([0, 1])]
    assert losses(firms, both, market=True)[0][2:, 0] == pytest.approx([1, 1])


def test_a_shock_goes_on_until_no_firm_falls_by_more_than_the_tolerance() -> None:
    """A chain in which each firm makes a tenth of what the next one takes: 0.1, then 0.01."""
    chain = made_up(
        *[(firm, firm + 1, 1, NON_ESSENTIAL) for firm in range(3)],
        *[(4, firm + 1, 9, NON_ESSENTIAL) for firm in range(3)],
        industry=[0, 1, 2, 3, 4],
    )
    assert losses(chain, alone(0), tolerance=0.05)[0][1:4, 0] == pytest.approx([0.1, 0.01, 0])
    assert losses(chain, alone(0), tolerance=0)[0][1:4, 0] == pytest.approx([0.1, 0.01, 0.001])


@pytest.mark.parametrize("market", [False, True])
def test_failures_side_by_side_are_as_each_alone(
    market: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit, whatever is worked out together, though they come to rest at different steps."""
    random = np.random.Generator(np.random.PCG64(1))
    pairs = np.unique(random.integers(0, 40, (200, 2)), axis=0)
    industry = random.integers(0, 6, 40)
    kind = random.integers(0, 3, (6, 40))[industry[pairs[:, 0]], pairs[:, 1]]
    firms = Network(pairs[:, 0], pairs[:, 1], random.exponential(size=len(pairs)), industry, kind)
    together = esri(firms, market=market)
    assert np.unique(together.whole).size > 20
    for width in (1, 7):
        monkeypatch.setattr(systemic, "WIDTH", 40 * width)
        for one, other in zip(esri(firms, market=market), together, strict=True):
            assert np.array_equal(one, other)

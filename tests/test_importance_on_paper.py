"""What makes numbers spread, and how it is told, on fits made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.assess.drawn import Drawn
from sim.assess.evidence import Number
from sim.assess.importance import SHOWN, Importance, described
from sim.assess.regression import Fit
from sim.scenario.quantity import Quantity

A, B, C, D = (
    Number(path, Quantity.model_validate({"value": 1} | known))
    for path, known in (
        ("yard.cost", {}),
        ("ban.share", {"confidence": "estimated", "source": "book"}),
        ("delay", {"confidence": "disputed", "source": "book"}),
        ("need", {"confidence": "documented", "source": "book"}),
    )
)


def fit(members: int, remark: str = "", **found: tuple[float, float]) -> Fit:
    """Return a fit: input -> (coefficient, share)."""
    coefficients, shares = (np.array([each[place] for each in found.values()]) for place in (0, 1))
    return Fit(members, [int(name[1:]) for name in found], coefficients, shares, remark)


def found() -> Importance:
    """Return two needs of AAA, that spread by 3 and by 1, and their mean; delay is drawn twice."""
    return Importance(
        [Drawn("a", A), Drawn("b", B), Drawn("c1", C), Drawn("c2", C), Drawn("d", D)],
        [("AAA", "x"), ("AAA", "y"), ("AAA", "*")],
        np.array([3.0, 1.0, 99.0]),
        [
            fit(40, i0=(0.6, 0.5), i2=(-0.5, 0.15), i3=(0.2, 0.05)),
            fit(38, i3=(-0.4, 0.15), i1=(0.3, 0.05), i4=(0.9, 0.6)),
            fit(39, i0=(0.3, 0.1)),
        ],
    )


def test_what_is_explained_by_inputs_of_which_confidence() -> None:
    """0.5 + 0.15 + 0.05 of the first, 0.15 + 0.05 + 0.6 of the second."""
    table = {name: np.asarray(column).tolist() for name, column in found().metrics.items()}
    assert table["r2"] == pytest.approx([0.7, 0.8, 0.1])
    assert table["unexplained"] == pytest.approx([0.3, 0.2, 0.9])
    assert table["assumed"] == pytest.approx([0.5, 0, 0.1])
    assert table["disputed"] == pytest.approx([0.2, 0.15, 0])
    assert table["estimated"] == pytest.approx([0, 0.05, 0])
    assert table["documented"] == pytest.approx([0, 0.6, 0])
    assert table["n"] == [40, 38, 39]


def test_what_to_research_next() -> None:
    """By three quarters of the first need and a quarter of the second: 0.375, 0.15 + 0.0375, and
    0.0125; what is documented is known, and means are not counted again."""
    table = {name: np.asarray(column).tolist() for name, column in found().ranking.items()}
    assert table["path"] == ["yard.cost", "delay", "ban.share"]
    assert table["share"] == pytest.approx([0.375, 0.1875, 0.0125])
    assert table["product"] == ["x", "x", "y"]
    assert table["there"] == pytest.approx([0.5, 0.2, 0.05])
    assert table["coefficient"] == pytest.approx([0.6, -0.5, 0.3])


def test_how_it_is_told() -> None:
    """Known for sure, what explains 0.375 leaves a spread of sqrt(0.625) = 0.79, what explains a
    half 0.71."""
    assert described(found()) == "\n".join(
        [
            "What makes fill_rate_after spread, by rank regression over 40 members",
            (
                "(shares of the variance of ranks: explained, and by confidence of the inputs that"
                " explain it)"
            ),
            "",
            "state  product  explained  documented  estimated  disputed  assumed",
            "AAA    x        70 %       0 %         0 %        20 %      50 %",
            "AAA    y        80 %       60 %        5 %        15 %      0 %",
            "AAA    *        10 %       0 %         0 %        0 %       10 %",
            "",
            (
                "To research next (share of all needs' variance, and of the need that it explains"
                " most, with its rank coefficient)"
            ),
            "",
            "share  number     confidence  most for  there",
            "38 %   yard.cost  assumed     AAA x     50 % (+0.60)",
            "19 %   delay      disputed    AAA x     20 % (-0.50)",
            "1 %    ban.share  estimated   AAA y     5 % (+0.30)",
            "",
            (
                "What would narrow the answer most is to observe yard.cost: known for sure, it"
                " takes 21 % off the spread of all needs together, and 29 % off that of AAA x."
            ),
        ]
    )


def test_a_need_that_could_not_be_explained_says_why() -> None:
    """Its row ends with the remark; nothing is ranked, and nothing would narrow the answer."""
    constant = Importance([], [("AAA", "x")], np.zeros(1), [fit(30, "constant")])
    lines = described(constant).splitlines()
    assert lines[0].endswith("over 30 members")
    assert lines[4] == "AAA    x        constant"
    assert lines[-1] == "share  number  confidence  most for  there"
    assert all(math.isnan(constant.metrics[name][0]) for name in ("r2", "assumed", "unexplained"))


@pytest.mark.parametrize("more", [0, 1])
def test_only_the_first_are_shown(more: int) -> None:
    """Of sixteen the first fifteen; of fifteen all."""
    count = SHOWN + more
    inputs = [Drawn(f"n{each}", Number(f"n{each}", A.quantity)) for each in range(count)]
    shares = {f"i{each}": (0.1, 0.04 - each / 1000) for each in range(count)}
    text = described(Importance(inputs, [("AAA", "x")], np.ones(1), [fit(99, **shares)]))
    assert SHOWN == 15
    assert ("next, the first 15 of 16 (" in text) == bool(more)
    assert ("n14 " in text, "n15 " in text) == (True, False)

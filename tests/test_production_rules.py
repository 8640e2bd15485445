"""How scarce inputs limit a line: published values, and the same in a running world."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.run import run
from sim.kernels.sums import GroupSum
from sim.rules import find
from sim.rules.production import (
    InputStock,
    ario_psi,
    half_critical,
    leontief,
    linear,
    strongly_critical,
    weakly_critical,
)
from sim.scenario.schema import Scenario
from tests.company import assert_rests, assert_same_in_any_company
from tests.worlds import propulsion_world

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["production_functions"]
CRITICALITY = {1: "critical", 0.5: "important", 0: "minor"}
RULES = ("leontief", "strongly_critical", "half_critical", "weakly_critical", "linear")


def pantry(stock: list[float], amount: list[float] | None = None, cover: float = 0.0) -> InputStock:
    """Return one line's inputs, the first critical, the second important, the third minor."""
    line = np.zeros(len(stock), dtype=np.int64)
    column = np.array(stock)[:, None]
    kinds = [CRITICALITY[each] for each in EXPECTED["criticality"]]
    return InputStock(
        stock=column,
        amount=np.array(amount)[:, None] if amount else np.ones_like(column),
        line=line,
        by_line=GroupSum(line, 1),
        critical=np.array([kind == "critical" for kind in kinds]),
        important=np.array([kind == "important" for kind in kinds]),
        usual=np.full((1, 1), float(EXPECTED["baseline_output"])),
        cover=np.full_like(column, cover),
    )


@pytest.mark.parametrize("name", RULES)
def test_published_values(name: str) -> None:
    """Inputs over coefficients of 5, 2 and 6, critical, important and minor, and a usual output of
    10.

    For the linear value, 24 / 7, stocks of 10, 8 and 6 and coefficients of 2, 4 and 1 stand behind
    them.
    """
    amount = [2.0, 4.0, 1.0]
    stock = [
        starts * each
        for starts, each in zip(EXPECTED["inputs_over_coefficients"], amount, strict=True)
    ]
    assert find("production", name).function(pantry(stock, amount))[0, 0] == pytest.approx(
        EXPECTED[name], abs=5e-5
    )


def assembly(stock: list[float], rule: Any, **changes: Any) -> Scenario:
    """Return a yard that makes 10 hulls a month from an engine, optics and paint, of which no more
    than `stock` come from June on."""
    parts = dict(zip(("engines", "optics", "paint"), CRITICALITY.values(), strict=True))
    inputs = {name: {"amount": 1, "criticality": kind} for name, kind in parts.items()}
    events = {
        name: {
            "kind": "quota",
            "date": "2014-06",
            "exporter": "BBB",
            "importer": "AAA",
            "product": name,
            "cap": cap,
        }
        for name, cap in zip(parts, stock, strict=True)
    }
    return Scenario.model_validate(
        {
            "name": "assembly",
            "title": "A yard and its parts",
            "start": "2014-01",
            "months": 24,
            "states": {"AAA": {"title": "Yard's"}, "BBB": {"title": "Parts'"}},
            "products": {
                **{name: {"title": name, "unit": "sets"} for name in parts},
                "hulls": {"title": "Hulls", "unit": "hulls", "inputs": inputs},
            },
            "factories": {
                "yard": {
                    "title": "Yard",
                    "state": "AAA",
                    "lines": {"hulls": 10},
                    "rules": {"production": rule},
                },
                "maker": {"title": "Maker", "state": "BBB", "lines": dict.fromkeys(parts, 100)},
            },
            "needs": {"AAA": {"hulls": 10}},
            "trade": {"parts": {"exporter": "BBB", "importer": "AAA", "product": "*"}},
            "events": events,
            **changes,
        }
    )


@pytest.mark.parametrize(
    "name", ["leontief", "strongly_critical", "half_critical", "weakly_critical"]
)
def test_published_values_in_a_world(name: str) -> None:
    """When 5, 2 and 6 of the inputs arrive each month, the yard settles at the published output,
    the limiting input used up."""
    stock = [float(each) for each in EXPECTED["inputs_over_coefficients"]]
    records = run(assembly(stock, name)).records
    output = records.output[:, 0, 0]
    np.testing.assert_allclose(output[:6], 10)
    # half critical: the important input runs out at (2 + 10) / 2 = 6, so that the critical one
    # limits, at 5
    np.testing.assert_allclose(output[-6:], EXPECTED[name], rtol=1e-9)


def test_linear_in_a_world() -> None:
    """(5 + 2 + 6) / 3 in the first short month: every part stands for every other; then what was
    not used is left over."""
    output = run(assembly([5.0, 2.0, 6.0], "linear")).records.output[:, 0, 0]
    assert output[6] == pytest.approx(13 / 3)


def test_half_critical_keeps_half_of_the_usual_output() -> None:
    """Without any of the important input, with all of the critical one."""
    records = run(assembly([10.0, 0.0, 10.0], "half_critical")).records
    np.testing.assert_allclose(records.output[-6:, 0, 0], 5)


def test_ario_psi_by_hand() -> None:
    """With a reference of 3 months and psi 0.8 an input is short below 2.4 months of use: x =
    min(x_opt, I / 2.4)."""
    assert ario_psi(pantry([12.0, 30, 30], cover=3.0))[0, 0] == pytest.approx(12 / 2.4)
    assert ario_psi(pantry([12.0, 30, 30], amount=[2, 1, 1], cover=3.0))[0, 0] == pytest.approx(
        12 / 2 / 2.4
    )
    assert ario_psi(pantry([12.0, 30, 30], cover=3.0), psi=0.5, cover_months=4)[
        0, 0
    ] == pytest.approx(12 / 2)


def test_ario_psi_never_starts_more_than_the_stock_allows() -> None:
    """Below a month of reference it is Leontief's."""
    short = pantry([5.0, 2, 6])
    assert ario_psi(short) == leontief(short)
    assert ario_psi(pantry([5.0, 2, 6], cover=1.0)) == leontief(short)


@given(
    x_opt=st.floats(0.1, 100),
    stock=st.lists(st.floats(0, 1000), min_size=3, max_size=3),
    psi=st.floats(0.4, 1),
    cover=st.floats(3, 24),
)
def test_ario_psi_is_the_published_equation(
    x_opt: float, stock: list[float], psi: float, cover: float
) -> None:
    """x_opt min_p(1, I_p / (psi s_p a_p x_opt)), with the line's capacity as its optimum."""
    amount = [1.0, 2.0, 0.5]
    published = x_opt * min(
        1.0, *(each / (psi * cover * a * x_opt) for each, a in zip(stock, amount, strict=True))
    )
    ours = min(x_opt, ario_psi(pantry(stock, amount, cover), psi=psi)[0, 0])
    assert ours == pytest.approx(published, rel=1e-12, abs=1e-12)


def test_ario_psi_slows_down_where_leontief_runs_into_the_wall() -> None:
    """With three months in stock and half of the engines cut, output falls before the stock is
    gone, and engines last longer."""
    changes = {
        "products": assembly([0] * 3, "leontief").model_dump(by_alias=True, exclude_unset=True)[
            "products"
        ]
    }
    changes["products"]["hulls"]["input_cover"] = 3
    rules: tuple[Any, ...] = ("leontief", {"rule": "ario_psi", "psi": 1.0})
    wall, slow = (
        run(assembly([5.0, 10, 10], rule, **changes)).records.output[:, 0, 0] for rule in rules
    )
    np.testing.assert_allclose(wall[6:11], 10)
    assert np.argmax(slow < 10 - 1e-9) < np.argmax(wall < 10 - 1e-9)
    assert (np.diff(slow[5:18]) <= 1e-9).all()
    assert slow[-1] == pytest.approx(5, rel=0.05)


@given(st.lists(st.floats(0, 100), min_size=3, max_size=3), st.floats(0, 50))
def test_rules_are_ordered(stock: list[float], more: float) -> None:
    """Leontief <= strongly <= half <= weakly critical where output is within its usual, and no rule
    falls when a stock grows."""
    before = pantry(stock)
    outputs = [
        rule(before)[0, 0] for rule in (leontief, strongly_critical, half_critical, weakly_critical)
    ]
    if outputs[1] <= EXPECTED["baseline_output"]:
        assert outputs == sorted(outputs)
    for rule in (leontief, strongly_critical, half_critical, weakly_critical, linear, ario_psi):
        assert rule(pantry([stock[0] + more, *stock[1:]]))[0, 0] >= rule(before)[0, 0]


def test_a_world_at_rest_stays_at_rest() -> None:
    assert_rests(propulsion_world(rules={"production": "ario_psi"}))


@pytest.mark.parametrize("rule", [*RULES, {"rule": "ario_psi", "psi": 0.9, "cover_months": 6.0}])
def test_company_changes_no_bit(rule: Any) -> None:
    assert_same_in_any_company(propulsion_world(months=36, rules={"production": rule}))


def test_psi_and_cover_change_the_outcome() -> None:
    """A larger psi or reference slows down earlier."""
    products = assembly([0] * 3, "leontief").model_dump(by_alias=True, exclude_unset=True)[
        "products"
    ]
    products["hulls"]["input_cover"] = 3

    def total(**parameters: float) -> float:
        return float(
            run(assembly([5.0, 10, 10], {"rule": "ario_psi", **parameters}, products=products))
            .records.output[:12, 0]
            .sum()
        )

    assert total(psi=1.0) < total(psi=0.5)
    assert total(cover_months=6.0) < total()


@pytest.mark.parametrize("rule", [*RULES, "ario_psi"])
def test_thrift_may_end_the_use_of_an_input(rule: str) -> None:
    """Hulls that need no paint any more are made as before."""
    event = {"kind": "thrift", "date": "2014-03", "state": "AAA", "product": "hulls"}
    events = {"no_paint": event | {"input": "paint", "factor": 0}}
    output = run(assembly([10.0, 10, 10], rule, events=events)).records.output
    np.testing.assert_allclose(output[:12, 0], 10)

"""Lines that run beyond their capacity when they are short."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.rules.overtime import Effort, ario, none
from tests.company import assert_rests, assert_same_in_any_company
from tests.worlds import old_supplier, propulsion_world, world

MOST, MONTHS, SHORT, AFTER, EXPECTED = 1.25, 12, 0.3, 24, 1.1138396
"""The closed form of `expected.json`: alpha_max 1.25, tau 12 months, constant shortfall 0.3 ->
1.1138396 after 24 months."""


def lost_sales(
    needs: list[float], rule: Any = "ario", months: int = 24, **changes: Any
) -> np.ndarray:
    """Run a home plant of 70 whose buyer needs these units and waits for none, and return its
    usable capacity."""
    plants = {"home_plant": {"title": "Home", "state": "AAA", "lines": {"engines": 70}}}
    products = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}
    need = {"AAA": {"engines": {"series": needs}}}
    scenario = world(
        months=months,
        factories=plants,
        products=products,
        needs=need,
        rules={"overtime": rule},
        **changes,
    )
    return run(scenario).records.usable[:, 0, 0]


def effort(overtime: float, asked: float, output: float) -> Effort:
    one = np.ones((1, 1))
    return Effort(overtime * one, asked * one, output * one)


def test_expected_closed_form() -> None:
    """alpha_n = alpha_max - (alpha_max - 1) (1 - zeta / tau)^n."""
    alpha = 1.0
    for _ in range(AFTER):
        alpha = float(ario(effort(alpha, 100, 70))[0, 0])
    assert alpha == pytest.approx(EXPECTED, abs=5e-8)
    assert alpha == pytest.approx(MOST - (MOST - 1) * (1 - SHORT / MONTHS) ** AFTER, rel=1e-12)


def test_closed_form_in_a_world() -> None:
    """When need grows with the plant, so that it is always 30 % short, capacity follows the closed
    form to the month."""
    alpha = MOST - (MOST - 1) * (1 - SHORT / MONTHS) ** np.arange(25)
    needs = (70 * alpha / (1 - SHORT)).tolist()
    np.testing.assert_allclose(lost_sales(needs, months=25), 70 * alpha, rtol=1e-12)
    np.testing.assert_allclose(lost_sales(needs, months=25)[AFTER] / 70, EXPECTED, rtol=1e-7)


def test_overtime_decays_when_nothing_is_missing() -> None:
    """By a twelfth of what is left each month; a plant that is exactly asked for what it makes is
    not short."""
    capacity = lost_sales([100.0] * 6 + [70.0]) / 70
    assert (np.diff(capacity[:7]) > 0).all()
    np.testing.assert_allclose(
        capacity[7:] - 1, (capacity[6] - 1) * (11 / 12) ** np.arange(1, 18), rtol=1e-9
    )


def test_parameters_say_how_far_and_how_fast() -> None:
    """With `most` of 1 there is no overtime; with `months` of 1 a shortage of 30 % is answered at
    once by 30 % of the way."""
    assert (lost_sales([100.0], {"rule": "ario", "most": 1.0}) == 70).all()
    assert lost_sales([100.0], {"rule": "ario", "months": 1.0})[1] == pytest.approx(
        70 * (1 + 0.25 * 0.3)
    )
    assert (lost_sales([100.0], "none") == 70).all()


def test_without_the_rule_there_is_no_overtime_in_the_world() -> None:
    """The array is there only when somebody works overtime; a factory may choose alone."""
    assert SupplyModel(world(), (0,)).world.lines.overtime is None
    plants = old_supplier()["factories"]
    plants["home_plant"]["rules"] = {"overtime": "ario"}
    ban = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
    records = run(world(factories=plants, events={"ban": ban})).records
    assert records.usable[-1, :, 0].tolist()[0] == 200
    assert records.usable[-1, 1, 0] > 20
    assert records.series["received"][-1, 0, 0] == pytest.approx(records.usable[-1, 1, 0])


def test_a_line_that_is_out_works_no_overtime() -> None:
    """Nothing times anything is nothing."""
    outage = {"kind": "outage", "date": "2014-06", "factory": "home_plant"}
    capacity = lost_sales([100.0], events={"fire": outage})
    assert capacity[4] > 70
    assert (capacity[5:] == 0).all()


@given(st.floats(1, 1.25), st.floats(0, 1e6), st.floats(0, 1e6))
def test_overtime_stays_between_none_and_the_most(
    overtime: float, asked: float, output: float
) -> None:
    assert 1 <= ario(effort(overtime, asked, min(asked, output)))[0, 0] <= MOST + 1e-12
    assert none(effort(overtime, asked, output))[0, 0] == 1


def test_a_world_at_rest_stays_at_rest() -> None:
    """Where no line is asked for more than it makes; one that is asked for more works overtime
    though others help out."""
    assert_rests(world(rules={"overtime": "ario"}))
    trade = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    assert run(world(trade=trade, rules={"overtime": "ario"})).records.usable[-1, 1, 0] > 20


def test_company_changes_no_bit() -> None:
    assert_same_in_any_company(propulsion_world(rules={"overtime": "ario"}))


def test_a_crumb_that_nobody_wants_is_no_shortage() -> None:
    """Home makes all 100 engines. The old plant is asked for a million millionth of as many, for
    which no blade is at hand: that makes it neither larger nor dearer."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"] = {"engines": 200}
    engines = {"capacity": 2000, "inputs": {"blades": 1}, "unit_cost": 2}
    plants["old_plant"]["lines"] = {"engines": engines, "blades": 200}
    products = {name: {"title": name, "unit": "sets"} for name in ("engines", "blades")}
    rules = {"sourcing": "home_first", "overtime": "ario", "pricing": "scarcity"}
    model = SupplyModel(world(factories=plants, products=products, rules=rules), (0,))
    for _ in range(7):
        model.step()
    lines = model.world.lines
    assert lines.output[:, 0] == pytest.approx([0, 0, 100], abs=1e-9)
    assert (lines.usable[0, 0], lines.price[0, 0]) == (2000, 2)

"""Rank regression by hand and on noise, and worlds in which it is known which number decides."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.assess.drawn import Drawn
from sim.assess.evidence import Number
from sim.assess.importance import ALL, Importance, _narrowing, described, importance
from sim.assess.regression import LEAST_MEMBERS, Fit, rank_regression
from sim.engine.run import run
from sim.errors import InputError
from sim.records import Records
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier


def chance(*shape: int) -> np.ndarray:
    """Give the same random numbers in [0, 1) each time."""
    return np.random.default_rng(20150130).random(shape)


def ban_world(share: str = "assumed", need: str = "documented", **changes: Any) -> Scenario:
    """Make a world in which the wide share of a ban decides, and a narrow need hardly matters; with
    their confidences."""
    source = {"source": "report"}
    parts = old_supplier()
    parts |= {
        "members": 41,
        "needs": {
            "AAA": {"engines": {"value": 100, "low": 98, "high": 102, "confidence": need, **source}}
        },
        "events": {
            "ban": {
                "kind": "cut_off",
                "date": "2014-07",
                "exporter": "BBB",
                "importer": "AAA",
                "share": {"value": 0.5, "low": 0.1, "high": 0.9, "confidence": share, **source},
            }
        },
        "sources": {"report": {"title": "A report"}},
    }
    return Scenario.model_validate({**parts, **changes})


def ran(scenario: Scenario) -> tuple[Scenario, Records]:
    result = run(scenario)
    return result.scenario, result.records


@pytest.fixture(scope="module")
def found() -> Importance:
    return importance(*ran(ban_world()))


def test_a_monotonous_input_explains_all() -> None:
    """Ranks follow exactly, whatever the curve: coefficient 1, R squared 1; falling it is -1."""
    x = np.linspace(1, 3, 30)
    for values, coefficient in ((np.exp(x), 1.0), (-(x**5), -1.0)):
        fit = rank_regression(np.array([np.cos(40 * x), x]), values)
        assert fit.inputs == [1]
        assert (fit.coefficients[0], fit.shares[0], fit.r2) == pytest.approx((coefficient, 1, 1))


def test_shares_follow_the_variances() -> None:
    """y = 3 a + 1 b of independent inputs: nine tenths and one tenth, with the sign of the
    coefficient told apart."""
    a, b = chance(2, 2000)
    fit = rank_regression(np.array([b, a]), 3 * a - b)
    assert fit.inputs == [1, 0]
    assert fit.shares == pytest.approx([0.9, 0.1], abs=0.03)
    assert fit.coefficients[1] < 0
    assert fit.r2 == pytest.approx(fit.shares.sum()) == pytest.approx(1, abs=0.03)


def test_noise_explains_nothing() -> None:
    """Of four hundred inputs that have nothing to do with it, none comes in by chance."""
    *inputs, values = chance(401, 60)
    fit = rank_regression(np.array(inputs), values)
    assert (fit.inputs, fit.r2, fit.remark) == ([], 0.0, "")


def test_a_weak_input_is_found_behind_a_strong_one() -> None:
    """It explains too little of the whole to be seen among so many, and enough of what the strong
    one leaves."""
    *several, noise = chance(301, 100)
    inputs = np.array(several)
    assert rank_regression(inputs, inputs[7] + 0.2 * inputs[9]).inputs[:2] == [7, 9]
    assert rank_regression(inputs, noise + 0.2 * inputs[9]).inputs == []


def test_no_more_inputs_come_in_than_members_bear() -> None:
    inputs = chance(8, 30)
    assert len(rank_regression(inputs, inputs.sum(axis=0)).inputs) <= 30 // 5


def test_constants_are_not_explained() -> None:
    """Neither a constant metric, nor by a constant input."""
    inputs = np.array([np.arange(30.0), np.zeros(30)])
    fit = rank_regression(inputs, np.ones(30))
    assert (fit.inputs, fit.remark) == ([], "constant")
    assert np.isnan(fit.r2)
    assert rank_regression(inputs, np.arange(30.0) ** 2).inputs == [0]
    assert rank_regression(np.zeros((0, 30)), np.arange(30.0)).r2 == 0


def test_members_to_whom_it_does_not_apply_are_left_out_and_never_ranks_last() -> None:
    """NaN does not count; inf, a time that never comes, is later than all."""
    x = np.arange(40.0)
    values = np.where(x > 30, np.inf, x)
    values[::5] = np.nan
    fit = rank_regression(x[None], values)
    assert (fit.members, fit.inputs) == (32, [0])
    assert fit.r2 > 0.9
    values[3:] = np.nan
    assert rank_regression(x[None], values).remark == "applies to 2 members only"


def test_the_number_that_decides_comes_first(found: Importance) -> None:
    """The share of the ban spreads over 80 points, the need over 4 percent."""
    assert found.ranking["path"][0] == "events.ban.share"
    assert found.ranking["share"][0] > 0.9
    assert found.ranking["coefficient"][0] < -0.9
    assert (found.ranking["state"][0], found.ranking["product"][0]) == ("AAA", "engines")
    assert found.metrics["assumed"][0] > 0.9
    assert found.metrics["r2"][0] == pytest.approx(
        found.metrics["assumed"][0] + found.metrics["documented"][0]
    )


def test_a_documented_number_is_nothing_to_research() -> None:
    """With the confidences changed over, the same variance is documented and the ranking does
    without it."""
    found = importance(*ran(ban_world(share="documented", need="estimated")))
    assert found.metrics["documented"][0] > 0.9
    assert found.metrics["assumed"][0] == 0
    assert "events.ban.share" not in found.ranking["path"]


def guess(path: str) -> Drawn:
    """Make an assumed number that members draw."""
    return Drawn(path, Number(path, Quantity(value=1, low=0, high=2)))


def test_all_that_is_drawn_from_one_number_counts_for_it() -> None:
    """Two draws of a class, each a quarter of the variance, make half of it; the stronger says
    which way."""
    months = guess("complexity.hard.build_months")
    fit = Fit(40, [0, 1], np.array([0.4, -0.5]), np.array([0.25, 0.25]))
    found = Importance(
        [months, months._replace(name="another")], [("AAA", "engines")], np.array([0.04]), [fit]
    )
    assert found.ranking["path"] == ["complexity.hard.build_months"]
    assert (found.ranking["share"].tolist(), found.ranking["coefficient"].tolist()) == (
        [0.5],
        [-0.5],
    )


def test_needs_that_spread_more_weigh_more() -> None:
    """The ranking weighs needs by their variance; a state's mean does not count again."""
    fits = [Fit(40, [row], np.ones(1), np.ones(1)) for row in (0, 1, 1)]
    targets = [("AAA", "engines"), ("AAA", "rotors"), ("AAA", ALL)]
    found = Importance([guess("one"), guess("other")], targets, np.array([0.03, 0.01, 0.5]), fits)
    assert found.ranking["path"] == ["one", "other"]
    assert found.ranking["share"].tolist() == pytest.approx([0.75, 0.25])


def test_a_state_with_several_needs_has_a_row_of_its_own() -> None:
    """Engines and rotors of AAA are hit: each has a row, and so has their mean; what is not hit has
    none."""
    parts = old_supplier()
    parts["products"]["rotors"] = {"title": "Rotors", "unit": "rotors"}
    parts["factories"]["old_plant"]["lines"]["rotors"] = 50
    parts["trade"]["rotors"] = {"exporter": "BBB", "importer": "AAA", "product": "rotors"}
    needs = {
        "AAA": {"engines": {"value": 100, "low": 90, "high": 110}, "rotors": 10},
        "BBB": {"rotors": 5},
    }
    found = importance(
        *ran(
            ban_world(
                **{key: parts[key] for key in ("products", "factories", "trade")}, needs=needs
            )
        )
    )
    assert found.targets == [("AAA", "engines"), ("AAA", "rotors"), ("AAA", ALL)]
    assert found.metrics["product"] == ["engines", "rotors", "*"]


def test_a_constant_metric_says_so() -> None:
    """Nothing is drawn: the fill rate is the same in all members, and nobody can say what rests on
    what."""
    result = run(
        ban_world(
            needs={"AAA": {"engines": 100}},
            events={"ban": {**ban_world().model_dump()["events"]["ban"], "share": 0.5}},
        )
    )
    found = importance(result.scenario, result.records)
    assert found.metrics["remark"] == ["constant"]
    assert np.isnan(found.metrics["r2"]).all()
    assert found.ranking["path"] == []


def test_too_few_members_are_refused() -> None:
    result = run(ban_world(), members=LEAST_MEMBERS)
    with pytest.raises(InputError, match=r"members: 20 is too few .* give 21 or more"):
        importance(result.scenario, result.records)
    assert importance(*ran(ban_world(members=LEAST_MEMBERS + 1))).fits[0].members == LEAST_MEMBERS


def test_the_description_says_how_it_was_found(found: Importance) -> None:
    text = described(found)
    assert "by rank regression over 40 members" in text
    assert any(
        line.startswith("AAA") and "engines" in line and "%" in line for line in text.splitlines()
    )
    assert any(
        "events.ban.share" in line and "assumed" in line and "AAA engines" in line
        for line in text.splitlines()
    )
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_where_no_restriction_hits_there_is_nothing_to_explain() -> None:
    told = described(importance(*ran(ban_world(events={}))))
    assert told == "No restriction hit a need: there is no fill_rate_after whose spread to explain."


def test_the_observation_that_narrows_the_answer_most_is_named() -> None:
    """What explains 64 % of a variance leaves sqrt(0.36) = 0.6 of the spread."""
    told = _narrowing((0.64, "events.ban.share", "assumed", "AAA", "engines", 0.75, -0.9))
    assert "to observe events.ban.share" in told
    assert "40 % off the spread of all needs together, and 50 % off that of AAA engines" in told


def test_what_explains_all_leaves_nothing() -> None:
    """Sums of shares may round to a hair above 1."""
    above = math.nextafter(1.0, 2.0)
    told = _narrowing((above, "events.ban.share", "assumed", "AAA", "engines", above, -0.9))
    assert told.count(" 100 % off") == 2


def test_a_remark_widens_no_column() -> None:
    """It stands in place of the shares, and the columns after it are as wide as their heads and the
    other rows ask for."""
    fits = [
        Fit(40, [0], np.array([0.8]), np.array([0.64])),
        Fit(4, [], np.zeros(0), np.zeros(0), "too few members in which this is a number at all"),
    ]
    targets = [("AAA", "engines"), ("AAA", "rotors")]
    lines = described(Importance([guess("one")], targets, np.ones(2), fits)).splitlines()
    head = next(row for row, line in enumerate(lines) if line.startswith("state"))
    assert lines[head : head + 3] == [
        "state  product  explained  documented  estimated  disputed  assumed",
        "AAA    engines  64 %       0 %         0 %        0 %       64 %",
        "AAA    rotors   too few members in which this is a number at all",
    ]

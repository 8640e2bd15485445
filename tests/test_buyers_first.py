"""Priority by buyer when goods are short: final use, a factory, the makers of a product; on paper.

A mill makes 60 plates. AAA asks 60 for itself, its yard 30 for ships, BBB's yard 30 for ships, and
BBB's press 40 for cars.
"""

from __future__ import annotations

from typing import Any

import pytest

import sim
from sim.engine.run import run
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from tests.company import assert_same_in_any_company

FIRE = {"kind": "outage", "date": "2014-02", "factory": "mill", "share": 0.625}
BUYERS = ("AAA", "yard", "dock", "press")


def mill(allocation: Any, capacity: Any = 160) -> Scenario:
    """Return the world, in which half of the mill is out from the second month on."""
    plant = {"title": "Plant"}
    return parse(
        {
            "name": "mill",
            "title": "A mill and its buyers",
            "start": "2014-01",
            "months": 3,
            "rules": {"allocation": allocation},
            "states": {"AAA": {"title": "A"}, "BBB": {"title": "B"}},
            "products": {
                "plates": {"title": "Plates", "unit": "plates", "cancellation": 1},
                "ships": {"title": "Ships", "unit": "ships", "inputs": {"plates": 3}},
                "cars": {"title": "Cars", "unit": "cars", "inputs": {"plates": 1}},
            },
            "factories": {
                "mill": {**plant, "state": "AAA", "lines": {"plates": capacity}},
                "yard": {**plant, "state": "AAA", "lines": {"ships": 10}},
                "dock": {**plant, "state": "BBB", "lines": {"ships": 10}},
                "press": {**plant, "state": "BBB", "lines": {"cars": 40}},
            },
            "needs": {"AAA": {"plates": 60, "ships": 10}, "BBB": {"ships": 10, "cars": 40}},
            "trade": {"plates": {"exporter": "AAA", "importer": "BBB", "product": "plates"}},
            "events": {"fire": FIRE},
        }
    )  # fmt: skip


def granted(allocation: Any) -> dict[str, float]:
    """Return what each buyer of plates is sent in the month of the fire."""
    model = sim.SupplyModel(mill(allocation), 1)
    model.step()
    model.step()
    axes, received = model.world.axes, model.world.needs.received[:, 0]
    found = {}
    for row, (state, product) in enumerate(axes.needs):
        if product == "plates":
            line = int(axes.need_line[row])
            found[state if line < 0 else axes.lines[line][0]] = float(received[row])
    return found


@pytest.mark.parametrize(
    ("allocation", "sent"),
    [
        # 60 of 160 for everybody
        ("proportional", (22.5, 11.25, 11.25, 15)),
        ({"rule": "tiers", "order": ["final"]}, (60, 0, 0, 0)),
        ({"rule": "tiers", "order": ["ships", "press"]}, (0, 30, 30, 0)),
        ({"rule": "tiers", "order": ["press", "ships", "final"]}, (0, 10, 10, 40)),
        ({"rule": "tiers", "order": ["dock", "BBB"]}, (0, 0, 30, 30)),
        # 60 of 60 + 3 * 60 + 40 = 280 weighted, three times that for ships
        ({"rule": "proportional", "weights": {"ships": 3}},
         (60 * 60 / 280, 90 * 60 / 280, 90 * 60 / 280, 40 * 60 / 280)),
        # the press gets all that it ordered, and leaves 20 of 120 to the others
        ({"rule": "proportional", "weights": {"press": 100}}, (10, 5, 5, 40)),
        # the first group that fits counts: the dock is BBB's, but weighs 1
        ({"rule": "proportional", "weights": {"dock": 1, "BBB": 2}},
         (60 * 60 / 200, 30 * 60 / 200, 30 * 60 / 200, 80 * 60 / 200)),
    ],
)  # fmt: skip
def test_who_gets_what(allocation: Any, sent: tuple[float, ...]) -> None:
    assert granted(allocation) == pytest.approx(dict(zip(BUYERS, sent, strict=True)))


def test_company_changes_no_bit() -> None:
    rule = {"rule": "proportional", "weights": {"press": 2, "final": 0.5}}
    assert_same_in_any_company(mill(rule, {"value": 160, "low": 100, "high": 200}))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"rule": "tiers", "order": ["press", "shps"]}, "did you mean 'ships'"),
        ({"rule": "proportional", "weights": {"pres": 2}}, "did you mean 'press'"),
        ({"rule": "proportional", "weights": {}}, "at least 1 item"),
        ({"rule": "proportional", "weights": {"press": 0}}, "greater than or equal to 0"),
    ],
)
def test_faults_are_told(rule: dict[str, Any], message: str) -> None:
    tree = mill("proportional").model_dump(by_alias=True, exclude_unset=True)
    with pytest.raises(sim.ScenarioError, match=message):
        sim.parse({**tree, "rules": {"allocation": rule}})


def test_weights_of_one_are_none() -> None:
    """To rounding: the same shares by another way."""
    plain, weighed = (
        run(mill(rule)).records.series["received"]
        for rule in ("proportional", {"rule": "proportional", "weights": {"final": 1.0}})
    )
    assert weighed == pytest.approx(plain, rel=1e-12)

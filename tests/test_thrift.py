"""Thrift: makers use less of an input for a unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from tests.plants import faults


def chips(**changes: Any) -> Scenario:
    """Make a world in which 10 chips a month take 2 of gas each, bought abroad, three months in
    store; the gas ends in March 2014, and a half of it returns by a quota of 10."""
    cut = {"kind": "quota", "date": "2014-03", "exporter": "BBB", "importer": "AAA", "cap": 10}
    return parse(
        {
            "name": "chips",
            "title": "Chips and gas",
            "start": "2014-01",
            "months": 24,
            "states": {"AAA": {"title": "Maker"}, "BBB": {"title": "Supplier"}},
            "products": {
                "chips": {
                    "title": "Chips",
                    "unit": "chips",
                    "inputs": {"gas": 2},
                    "input_cover": 3,
                },
                "gas": {"title": "Gas", "unit": "litres"},
            },
            "factories": {
                "fab": {"title": "Fab", "state": "AAA", "lines": {"chips": 20}},
                "steel": {"title": "Steel works", "state": "BBB", "lines": {"gas": 100}},
            },
            "needs": {"AAA": {"chips": 10}},
            "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
            "events": {"cut": {**cut, "product": "gas"}, **changes},
        }
    )


def used(scenario: Scenario) -> np.ndarray:
    """Return the chips used month by month."""
    records = run(scenario).records
    assert max(records.residuals.values()) <= 64
    return records.series["used"][:, records.needs.index(("AAA", "chips")), 0]


THRIFT = {"kind": "thrift", "state": "AAA", "product": "chips", "input": "gas", "factor": 0.5}


def test_with_half_of_the_gas_a_chip_half_of_the_gas_makes_all_chips() -> None:
    """10 litres make 5 chips at 2 each, and 10 at 1 each."""
    assert used(chips())[-1] == pytest.approx(5)
    thrifty = used(chips(thrift={**THRIFT, "date": "2014-06"}))
    np.testing.assert_allclose(thrifty[:2], 10)
    np.testing.assert_allclose(thrifty[-6:], 10)


def test_thrift_that_phases_in_is_there_bit_by_bit() -> None:
    """Half of it makes 10 / 1.5 chips."""
    slow = used(chips(thrift={**THRIFT, "date": "2014-06", "phase_in": 36}))
    assert slow[-1] == pytest.approx(10 / (2 * (1 - 0.5 * 19 / 36)), rel=0.05)


def test_thrift_may_wait_until_the_input_is_short() -> None:
    """The same as ever, where nothing is short."""
    when = {"state": "AAA", "product": "chips", "metric": "fill_rate", "below": 0.9}
    late = used(chips(thrift={**THRIFT, "when": when}))
    assert late.min() < 9
    np.testing.assert_allclose(late[-6:], 10)


def test_thrift_that_acts_on_nothing_is_refused() -> None:
    """Nothing goes into engines."""
    event = {**THRIFT, "date": "2014-06", "product": "engines", "input": "engines"}
    assert faults(events={"thrift": event}) == [
        "events.thrift: acts on nothing: no such maker uses any of these inputs"
    ]

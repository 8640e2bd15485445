"""Outages by factory, state, bloc and product, of a size each, on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from sim.scenario.selectors import lines_hit

WORKS = {
    "port": ("AAA", {"chips": 10, "cars": 20}),
    "hill": ("AAA", {"chips": 30}),
    "isle": ("BBB", {"cars": 40}),
    "cape": ("CCC", {"chips": 50}),
}


def struck(**quake: Any) -> Scenario:
    """Return a world of four factories in which an outage holds in March."""
    event = {"kind": "outage", "date": "2014-03", "until": "2014-04", **quake}
    return parse(
        {
            "name": "struck",
            "title": "An earthquake",
            "start": "2014-01",
            "months": 4,
            "states": {
                "AAA": {"title": "A", "bloc": "rim"},
                "BBB": {"title": "B", "bloc": "rim"},
                "CCC": {"title": "C"},
            },
            "products": {
                "chips": {"title": "Chips", "unit": "chips"},
                "cars": {"title": "Cars", "unit": "cars"},
            },
            "factories": {
                name: {"title": name, "state": state, "lines": lines}
                for name, (state, lines) in WORKS.items()
            },
            "needs": {"CCC": {"chips": 1, "cars": 1}},
            "trade": {"any": {"exporter": "*", "importer": "*", "product": "*"}},
            "events": {"quake": event},
        }
    )


def out(**quake: Any) -> dict[str, float]:
    """Return the share of each line that is out in March, where any is."""
    records = run(struck(**quake)).records
    before, during, after = records.usable[1:4, :, 0]
    assert after == pytest.approx(before)
    shares = (1 - during / before).round(9).tolist()
    lines = [f"{factory}.{product}" for factory, _, product in records.lines]
    return {line: share for line, share in zip(lines, shares, strict=True) if share}


@pytest.mark.parametrize(
    ("quake", "found"),
    [
        ({"state": "BBB"}, {"isle.cars": 1}),
        ({"state": "rim", "product": "cars", "share": 0.5}, {"port.cars": 0.5, "isle.cars": 0.5}),
        ({"product": "chips", "state": ["AAA", "CCC"], "factory": ["hill", "cape"], "share": 0.1},
         {"hill.chips": 0.1, "cape.chips": 0.1}),
        ({"sizes": {"hill": 0.3, "isle": 0.2}}, {"hill.chips": 0.3, "isle.cars": 0.2}),
        # the factory before the product, that before the state, that before the bloc
        ({"sizes": {"rim": 0.1, "AAA": 0.2, "chips": 0.3, "hill": 0.4}},
         {"port.chips": 0.3, "port.cars": 0.2, "hill.chips": 0.4, "isle.cars": 0.1,
          "cape.chips": 0.3}),
        ({"state": "rim", "share": 0.6, "sizes": {"hill": 0.9}},
         {"port.chips": 0.6, "port.cars": 0.6, "hill.chips": 0.9, "isle.cars": 0.6}),
    ],
)  # fmt: skip
def test_who_is_hit_and_how_hard(quake: dict[str, Any], found: dict[str, float]) -> None:
    assert out(**quake) == pytest.approx(found)


def test_sizes_are_drawn_for_each_member() -> None:
    drawn = {"value": 0.5, "low": 0.2, "high": 0.8}
    scenario = struck(state="AAA", share=0.1, sizes={"hill": drawn, "chips": drawn})
    usable = run(scenario, members=30).records.usable[2]
    assert usable[2, 0] == pytest.approx(15)
    assert len(np.unique(usable[2])) == 30
    # one number for each name, the same for all lines that it is for
    assert usable[1] == pytest.approx(18)
    assert not np.allclose(usable[2] / 30, usable[0] / 10)


@pytest.mark.parametrize(
    ("quake", "message"),
    [
        ({}, "give at least one of factory, state, product, sizes"),
        ({"share": 0.5, "sizes": {"hill": 1}}, "share does nothing: without factory, state or"),
        ({"factory": "isle", "state": "AAA"}, "acts on nothing: no line of these factories"),
        ({"state": "CCC", "product": "cars"}, "acts on nothing: no line of these factories"),
        ({"state": "AAA", "sizes": {"isle": 0.5}}, "sizes.isle: acts on nothing: no line that is"),
        ({"factory": "isle", "product": "cars", "state": "AAA"}, "acts on nothing: no line of"),
        ({"sizes": {"hil": 0.5}}, "did you mean 'hill'"),
        ({"factory": "isle", "product": "chips"}, "factory 'isle' has no line of 'chips'"),
        ({"state": "DDD"}, "DDD"),
    ],
)
def test_faults_are_told(quake: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        struck(**quake)


def test_lines_are_looked_up_as_charts_need_them() -> None:
    scenario = struck(state="rim", sizes={"cars": 0.2})
    quake: Any = scenario.events["quake"]
    assert lines_hit(quake, scenario) == {
        ("port", "chips"): None,
        ("port", "cars"): "cars",
        ("hill", "chips"): None,
        ("isle", "cars"): "cars",
    }

"""Preference: buyers who turn away from a supplier of their own accord, or to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.run import run
from sim.records import Records
from sim.scenario.loading.load import parse
from tests.company import assert_same_in_any_company
from tests.plants import faults
from tests.worlds import old_supplier

EXAMPLES = Path(__file__).parent.parent / "scenarios/examples"
AWAY = {"kind": "preference", "exporter": "BBB", "importer": "AAA"}


def ran(rule: str = "fixed", room: float = 100, **events: dict[str, Any]) -> Records:
    """Run a world in which AAA asks 90 of BBB and 10 of CCC, which could deliver `room`."""
    seller = {"state": "BBB", "title": "Seller", "lines": {"engines": 100}}
    other = {"state": "CCC", "title": "Other", "lines": {"engines": room}}
    records = run(
        parse(
            {
                "name": "wary",
                "title": "Wary buyers",
                "start": "2014-01",
                "months": 48,
                "states": {name * 3: {"title": name} for name in "ABC"},
                "products": {"engines": {"title": "Engines", "unit": "engines"}},
                "factories": {"seller": seller, "other": other},
                "needs": {"AAA": {"engines": 100}},
                "trade": {
                    "usual": {"exporter": "BBB", "importer": "AAA", "weight": 90, "product": "*"},
                    "other": {"exporter": "CCC", "importer": "AAA", "weight": 10, "product": "*"},
                },
                "rules": {"sourcing": {"rule": rule}},
                "events": events,
            }
        )
    ).records
    assert max(records.residuals.values()) <= 64
    assert records.series["used"].sum() == pytest.approx(4800)
    return records


def bought(records: Records, seller: str) -> np.ndarray:
    """Return the units bought of a seller in each year."""
    return np.asarray(records.flows[:, records.routes.index((seller, "AAA", "engines")), 0])


def test_a_weight_that_does_not_move_keeps_its_last_bit() -> None:
    """Buyers turn away over 0 to 6 months, and each learns from what it gets: what the months of
    other members would round off, its own company must not show."""
    away = {**AWAY, "date": "2014-03", "factor": 0.3, "phase_in": {"value": 2, "low": 0, "high": 6}}
    rules = {"sourcing": {"rule": "satisfaction_adjusted", "speed": 0.3}}
    data = {**old_supplier(), "members": 6, "rules": rules, "events": {"wary": away}}
    data["factories"]["home_plant"]["lines"]["engines"] = 200
    assert_same_in_any_company(parse(data))


def test_half_the_weight_of_nine_in_ten_leaves_nine_in_eleven() -> None:
    """From its month on, and the rest comes from the other; nobody is short."""
    records = ran(wary={**AWAY, "date": "2015-01", "factor": 0.5})
    np.testing.assert_allclose(bought(records, "BBB"), [1080, *[1200 * 45 / 55] * 3])
    np.testing.assert_allclose(bought(records, "CCC"), [120, *[1200 * 10 / 55] * 3])


def test_what_others_cannot_deliver_is_still_bought() -> None:
    """Though nobody likes to: the other has room for 15 a month."""
    records = ran(room=15, wary={**AWAY, "date": "2015-01", "factor": 0})
    np.testing.assert_allclose(bought(records, "CCC"), [120, 180, 180, 180])


def test_it_phases_in_ends_and_multiplies() -> None:
    """Two halves make a quarter; with the end of one a half is left, with that of both nothing."""
    half = {**AWAY, "date": "2015-01", "factor": 0.5}
    records = ran(one={**half, "until": "2017-01"}, two={**half, "until": "2016-01"})
    expected = [1080, 1200 * 22.5 / 32.5, 1200 * 45 / 55, 1080]
    np.testing.assert_allclose(bought(records, "BBB"), expected)
    slow = ran(wary={**half, "phase_in": 12})
    weights = 90 * (1 - 0.5 * np.arange(1, 13) / 12)
    assert bought(slow, "BBB")[1] == pytest.approx((100 * weights / (weights + 10)).sum())


def test_sourcing_rules_go_on_from_the_changed_weights() -> None:
    """Where all suppliers satisfy, they keep what they are given; in the end all comes back."""
    for rule in ("capacity_adjusted", "satisfaction_adjusted"):
        away = {**AWAY, "date": "2015-01", "until": "2017-01", "factor": 0.5}
        records = ran(rule, wary=away)
        expected = [1080, 1200 * 45 / 55, 1200 * 45 / 55, 1080]
        np.testing.assert_allclose(bought(records, "BBB"), expected, rtol=1e-9)


@pytest.mark.parametrize("rule", ["fixed", "satisfaction_adjusted"])
def test_who_decides_before_events_turns_away_a_month_later(rule: str) -> None:
    """AAA asks 100 of each of two who could deliver it all, and in April and May 160 and 40: what
    is asked comes, so nobody is judged by less."""
    sellers = {"usual": "BBB", "other": "CCC"}
    data = {
        **old_supplier(),
        "states": {name * 3: {"title": name} for name in "ABC"},
        "factories": {
            name: {"title": name, "state": state, "lines": {"engines": 200}}
            for name, state in sellers.items()
        },
        "needs": {"AAA": {"engines": 200}},
        "trade": {
            name: {"exporter": state, "importer": "AAA", "product": "*"}
            for name, state in sellers.items()
        },
        "rules": {"decisions": "before_events", "sourcing": {"rule": rule}},
        "events": {"wary": {**AWAY, "date": "2014-03", "until": "2014-05", "factor": 4}},
    }
    made = run(parse(data)).records.output[:6, 0, 0]
    np.testing.assert_allclose(made, [100, 100, 100, 160, 160, 100])


def test_in_the_example_nobody_is_short() -> None:
    """And the other seller sells half as much again in the middle member, all it has in some."""
    records = run(sim.load(EXAMPLES / "preference.yaml")).records
    assert records.series["used"].min() == pytest.approx(100)
    other = records.flows[:, records.routes.index(("CCC", "AAA", "resist"))]
    assert np.median(other[-1]) > 1.5 * np.median(other[0])
    assert other.max() <= 360 * (1 + 1e-9)


def test_a_preference_that_acts_on_nothing_is_refused() -> None:
    """Nobody buys there."""
    event = {**AWAY, "date": "2014-06", "exporter": "AAA", "importer": "AAA", "factor": 0.5}
    (fault,) = faults(events={"wary": event})
    assert fault.startswith("events.wary: acts on nothing")

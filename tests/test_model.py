"""What the engine promises of whole runs: balance, books, the same bits always, common random
numbers."""

from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.agents import CommissionAgent, FactoryAgent, StateAgent
from sim.engine.model import SupplyModel
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.random_worlds import random_scenario
from tests.worlds import propulsion_world, world

pytestmark = pytest.mark.untraced

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["cutoff_closed_form"]


def drawn(**changes: Any) -> Scenario:
    """Return a world whose numbers differ by member."""
    return propulsion_world(members=12, **changes)


def everything(scenario: Scenario, members: list[int]) -> dict[str, np.ndarray]:
    """Run these members as one chunk and return all that was recorded."""
    axes = number(scenario)
    tape = Tape.blank(scenario, axes, len(members))
    run_chunk(scenario, members, axes, tape)
    return {
        **tape.series,
        "usable": tape.usable,
        "capacity": tape.capacity,
        "output": tape.output,
        "flows": tape.flows,
    }


def closed_form_scenario(*, cancellation: float) -> Scenario:
    """Return spec 2.9's toy: 100 a month, 80 % from the old supplier, 10 % of that leaks, 2 units a
    month are built each month."""
    months = range(72)
    budget = {f"{2014 + month // 12}-{month % 12 + 1:02d}": 2.0 for month in months}
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 12,
        "qualification_months": 6,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    return world(
        months=len(months),
        products={"engines": {"title": "Engines", "unit": "engines", "cancellation": cancellation}},
        events={
            "ban": {"kind": "cut_off", "date": "2014-01", "exporter": "BBB", "importer": "AAA"},
            "leak": {
                "kind": "leakage",
                "date": "2014-01",
                "exporter": "BBB",
                "importer": "AAA",
                "share": EXPECTED["leakage"],
            },
        },
        programmes={
            "build": {
                "title": "Build",
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "budget": budget,
                "candidates": {"home": home},
            }
        },
    )


def test_closed_form_of_a_cut_off_with_lost_sales() -> None:
    """Deliveries follow the published closed form month by month; final use follows a month
    later.
    """
    result = run(closed_form_scenario(cancellation=1)).records
    fill = result.series["received"][:, 0, 0] / EXPECTED["demand_per_month"]
    month = np.arange(fill.size)
    ramp = EXPECTED["fill_months_0_to_17"] + EXPECTED["then_per_month"] * np.maximum(
        month - EXPECTED["lead_months"] + 1, 0
    )
    np.testing.assert_allclose(fill, np.minimum(ramp, 1.0), rtol=1e-12)
    np.testing.assert_allclose(result.series["fill_rate"][1:, 0, 0], fill[:-1], rtol=1e-12)
    assert np.argmax(fill > 1 - 1e-12) == EXPECTED["first_full_month"]
    assert (1 - fill).sum() == pytest.approx(EXPECTED["sum_of_one_minus_fill"], rel=1e-12)


def test_closed_form_of_a_cut_off_with_backlog() -> None:
    """With nothing cancelled the orders that wait add up to what was missed."""
    result = run(closed_form_scenario(cancellation=0)).records
    assert result.series["backlog"][EXPECTED["first_full_month"], 0, 0] == pytest.approx(
        EXPECTED["with_backlog_the_backlog_at_month_53"], rel=1e-12
    )


def test_closed_form_recovery() -> None:
    """T50 and T90 are those of the closed form, from the month in which the first use falls."""
    summary = run(closed_form_scenario(cancellation=1)).records.summary
    assert summary["T50"][0, 0] - 1 == pytest.approx(EXPECTED["T50_months"], abs=1e-9)
    assert summary["T90"][0, 0] - 1 == pytest.approx(EXPECTED["T90_months"], abs=1e-9)


def test_nothing_changes_without_events() -> None:
    """A world at rest stays at rest: every series is constant to 1e-12 for 120 months, in every
    member."""
    scenario = drawn(months=120, events={}, programmes={})
    for name, values in everything(scenario, list(range(12))).items():
        if name != "flows":
            np.testing.assert_allclose(
                values,
                np.broadcast_to(values[:1], values.shape),
                rtol=1e-12,
                atol=1e-12,
                err_msg=name,
            )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100_000))
def test_books_balance_in_random_worlds(seed: int) -> None:
    """Goods, backlog, capacity, work in progress and money close to 64 eps of gross volume in every
    month and member."""
    result = run(random_scenario(seed), members=5)
    assert max(result.records.residuals.values()) <= 64
    assert result.records.series["need"].sum() > 0


@pytest.mark.parametrize("seed", [None, 1, 4])
def test_members_do_not_depend_on_their_company(seed: int | None) -> None:
    """Member k has the same bits alone, in chunks of any width, in any order, and whatever ran
    before."""
    scenario = drawn() if seed is None else random_scenario(seed)
    together = everything(scenario, list(range(12)))
    for company in ([0], [7], [3, 7], [7, 3, 11], list(range(8)), list(range(11, -1, -1))):
        part = everything(scenario, company)
        for name, values in part.items():
            assert np.array_equal(values, together[name][..., company]), (name, company)


def test_chunks_change_nothing() -> None:
    """A run in chunks of any width equals a run in one."""
    whole = run(drawn(), chunk=100).records
    for width in (1, 2, 5):
        part = run(drawn(), chunk=width).records
        assert np.array_equal(part.series["fill_rate"], whole.series["fill_rate"])
        assert np.array_equal(part.flows, whole.flows)
        assert part.events == whole.events
        assert all(
            np.array_equal(part.summary[name], whole.summary[name], equal_nan=True)
            for name in whole.summary
        )


def test_a_counterfactual_equals_the_baseline_until_it_differs() -> None:
    """Bit for bit in every month before the first difference, and not after it."""
    baseline = drawn()
    events = {name: each for name, each in baseline.events.items() if name != "ban"}
    base, other = (
        everything(baseline, list(range(6))),
        everything(baseline.model_copy(update={"events": events}), list(range(6))),
    )
    ban = baseline.month_labels.index(baseline.events["ban"].date or "")
    for name in ("received", "used", "output", "usable", "capacity", "spending"):
        assert np.array_equal(base[name][:ban], other[name][:ban]), name
    assert not np.array_equal(base["received"][ban:], other["received"][ban:])


def test_an_unrelated_factory_shifts_no_draw() -> None:
    """Adding a factory, a product and an event elsewhere leaves every need's series bit for bit."""
    scenario = drawn()
    more = scenario.model_dump(by_alias=True, exclude_unset=True)
    more["products"] = {"boots": {"title": "Boots", "unit": "pairs"}, **more["products"]}
    more["factories"] = {
        "cobbler": {
            "title": "Cobbler",
            "state": "CCC",
            "lines": {"boots": {"capacity": {"value": 5, "low": 4, "high": 9}}},
        },
        **more["factories"],
    }
    more["needs"]["CCC"] |= {"boots": {"units": {"value": 3, "low": 2, "high": 4}}}
    more["events"] = {
        "strike": {"kind": "outage", "date": "2012-05", "factory": "cobbler"},
        **more["events"],
    }
    base, other = run(scenario).records, run(Scenario.model_validate(more)).records
    rows = [other.needs.index(need) for need in base.needs]
    for name, values in base.series.items():
        assert np.array_equal(values, other.series[name][:, rows]), name


def test_agents_show_the_world() -> None:
    """Agents are registered by type, their attributes are views of their rows, and two models do
    not mix."""
    first, second = SupplyModel(drawn(), (0, 1)), SupplyModel(drawn(seed=9), (3,))
    assert {kind.__name__: len(agents) for kind, agents in first.agents_by_type.items()} == {
        "StateAgent": 3,
        "FactoryAgent": 5,
        "CommissionAgent": 1,
    }
    state = next(agent for agent in first.agents_by_type[StateAgent] if agent.name == "AAA")
    assert state.products == ("propulsion_units", "optics")
    assert np.shares_memory(state.stock, first.world.needs.stock)
    factory = next(iter(first.agents_by_type[FactoryAgent]))
    before = factory.output.copy()
    for _ in range(40):
        first.step()
    assert not np.array_equal(factory.output, before)
    assert next(iter(second.agents_by_type[FactoryAgent])).output.shape == (1, 1)
    commission = next(iter(first.agents_by_type[CommissionAgent]))
    assert np.shares_memory(commission.treasury, first.world.programmes.treasury)
    assert repr(commission) == "CommissionAgent('build')"


def test_models_are_freed() -> None:
    """A released model does not stay alive."""
    model = SupplyModel(world(), (0,))
    model.release()
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None


def test_books_bear_what_shrinks_for_ever() -> None:
    """Remnants that shrink by a factor every month end as subnormal numbers; that is no broken
    book."""
    scenario = world(
        months=60,
        products={
            "p": {"title": "P", "unit": "e"},
            "q": {"title": "Q", "unit": "e"},
            "units": {
                "title": "U",
                "unit": "u",
                "inputs": {"p": 0.7, "q": 2.7},
                "input_cover": 0.5,
            },
        },
        factories={
            "yard": {
                "title": "Y",
                "state": "AAA",
                "lines": {"units": {"capacity": 200, "yield": 0.77}},
            },
            "old": {"title": "O", "state": "BBB", "lines": {"p": 900, "q": 900}},
        },
        needs={"AAA": {"units": 100}},
        trade={"any": {"exporter": "*", "importer": "*", "product": "*"}},
        events={
            "ban": {"kind": "cut_off", "date": "2014-03", "exporter": "BBB", "importer": "AAA"}
        },
    )
    assert max(run(scenario).records.residuals.values()) <= 64


def test_a_gap_is_closed_in_good_units() -> None:
    """Where half of what is started is good, twice the capacity is built, at once."""
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 1,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    factories = {
        "old_plant": {"title": "Old plant", "state": "BBB", "lines": {"engines": 200}},
        "home_plant": {
            "title": "Home plant",
            "state": "AAA",
            "lines": {"engines": {"capacity": 40, "yield": 0.5}},
        },
    }
    scenario = world(
        factories=factories,
        products={"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}},
        events={
            "ban": {"kind": "cut_off", "date": "2014-03", "exporter": "BBB", "importer": "AAA"}
        },
        programmes={
            "build": {
                "title": "B",
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "budget": {"2014-03": 1000},
                "candidates": {"home": home},
            }
        },
    )
    records = run(scenario).records
    received = records.series["received"][:, 0, 0]
    np.testing.assert_allclose(received[2:5], [20, 100, 100])


def test_members_can_be_run_alone() -> None:
    """Each with its own numbers, and nobody else."""
    whole, part = run(drawn(), members=6).records, run(drawn(), members=6, only=[4, 2]).records
    assert part.members == (4, 2)
    assert np.array_equal(part.series["received"], whole.series["received"][..., [4, 2]])

"""Mesa's own tools take the model: it ends, takes keywords, and tells a DataCollector."""

from __future__ import annotations

import gc
import runpy
import weakref
from pathlib import Path

import mesa
import pytest

import sim
from sim.engine.agents import StateAgent

ROOT = Path(__file__).parent.parent
FIRST = "examples/first"


def test_run_model_ends_with_the_last_month() -> None:
    model = sim.SupplyModel(FIRST, months=7)
    model.run_model()
    assert not model.running
    assert model.world.month == 7
    with pytest.raises(sim.InputError, match="the run has ended: 2014-07 was its last month"):
        model.step()


def test_what_is_collected_is_what_a_run_gives() -> None:
    model = sim.SupplyModel(FIRST, members=4)
    model.run_model()
    frame = model.datacollector.get_model_vars_dataframe()
    result = sim.run(sim.load(FIRST), members=4)
    fill = result.records.series["fill_rate"]
    assert frame["month"].tolist() == list(result.records.months)
    assert frame["fill_rate"].to_numpy() == pytest.approx(fill.mean(axis=(1, 2)))
    assert frame["lowest_fill_rate"].to_numpy() == pytest.approx(fill.mean(axis=2).min(axis=1))
    assert frame["needs_short"].to_numpy() == pytest.approx((fill < 0.9).sum(axis=1).mean(axis=1))


def test_own_reporters_and_none() -> None:
    own = sim.SupplyModel(FIRST, months=3, reporters={"stock": stock_of_the_buyer})
    own.run_model()
    assert own.datacollector.model_vars["stock"][0] > 0
    assert list(own.datacollector.model_vars) == ["stock"]
    none = sim.SupplyModel(FIRST, months=3, reporters={})
    none.run_model()
    assert none.datacollector.model_vars == {}


def stock_of_the_buyer(model: sim.SupplyModel) -> float:
    return float(next(iter(model.agents_by_type[StateAgent])).stock.sum())


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_batch_run_takes_scenarios_keys_and_paths() -> None:
    parameters = {
        "scenario": FIRST,
        "members": [[0], [1]],
        "months": 30,
        "events.leak.share": [0.1, 0.5],
    }
    rows = mesa.batch_run(sim.SupplyModel, parameters, display_progress=False)
    assert len(rows) == 4
    for row in rows:
        changes = {"events.leak.share": row["events.leak.share"], "months": 30}
        result = sim.run(sim.load(FIRST, **changes), only=row["members"])
        assert row["fill_rate"] == pytest.approx(result.records.series["fill_rate"][-1].mean())
        assert row["month"] == "2016-06"
    assert len({row["fill_rate"] for row in rows}) > 1


def test_mesas_rng_is_the_scenarios_seed() -> None:
    """As `batch_run` gives it from Mesa 3.5 on, None where nobody asks for one."""
    own, seed, rng = (
        sim.SupplyModel(FIRST, members=2, **words)
        for words in ({"rng": None}, {"seed": 7}, {"rng": 7})
    )
    assert own.case.seed == sim.load(FIRST).seed
    assert rng.case.seed == seed.case.seed == 7


def test_a_loaded_scenario_is_changed_by_keywords() -> None:
    loaded = sim.load(FIRST)
    assert sim.SupplyModel(loaded).case is loaded
    other = sim.SupplyModel(loaded, **{"events.leak.share": 0.9, "seed": 7})
    assert (other.case.seed, other.case.events["leak"].share.value) == (7, 0.9)
    with pytest.raises(sim.ScenarioError, match=r"unknown key; did you mean 'months'"):
        sim.SupplyModel(loaded, month=3)
    with pytest.raises(sim.InputError, match="no shipped scenario"):
        sim.SupplyModel("frist")
    with pytest.raises(sim.InputError, match="names no member"):
        sim.SupplyModel(loaded, members=0)


def test_a_model_that_ran_is_freed() -> None:
    """Without `release`, for which nobody who uses Mesa would look."""
    model = sim.SupplyModel(FIRST, months=2)
    model.run_model()
    kept = weakref.ref(model)
    del model
    gc.collect()
    assert kept() is None


@pytest.mark.filterwarnings("ignore")
def test_the_solara_page_draws() -> None:
    """Where Mesa's own dependencies are there, which warn of themselves."""
    reason = "the page needs Mesa's extra: pip install 'mesa[viz]'"
    solara = pytest.importorskip("solara", reason=reason)
    widgets = pytest.importorskip("ipyvuetify", reason=reason)
    if not hasattr(widgets, "TabsItems"):
        pytest.skip("Mesa's pages need ipyvuetify 1: pip install 'mesa[viz]' 'ipyvuetify<2'")
    names = runpy.run_path(str(ROOT / "examples" / "solara_page.py"))
    box, context = solara.render(names["page"], handle_error=False)
    assert box.children
    assert context.find(widgets.Tab)
    context.close()

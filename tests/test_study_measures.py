"""Say what is kept of each run: by name, by need, by period."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.kernels.arrays import Floats
from sim.metrics.derive import summary_names
from sim.records import Records
from sim.scenario.loading.dump import dump
from sim.study.experiment import prepared
from sim.study.observables import Measure, measure_of
from sim.study.spec import ask
from tests.worlds import propulsion_world

YEAR_2014, MARCH = slice(24, 36), slice(26, 27)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("T50", Measure("T50", "", "", "")),
        (" unmet [ 2014 ] ", Measure("unmet", "", "", "2014")),
        ("unmet[AAA]", Measure("unmet", "AAA", "", "")),
        ("unmet[*, optics]", Measure("unmet", "", "optics", "")),
        ("unmet[AAA, 2014-03]", Measure("unmet", "AAA", "", "2014-03")),
        ("unmet[AAA, optics, *]", Measure("unmet", "AAA", "optics", "")),
        ("unmet[]", Measure("unmet", "", "", "")),
        ("fill_rate[AAA] >= 0.95", Measure("fill_rate", "AAA", "", "", ">=", 0.95)),
        ("backlog<1e1", Measure("backlog", "", "", "", "<", 10.0)),
        ("fill_rate >= much", None),
        ("fill_rate >= inf", None),
        ("fill_rate > 0.1 > 0.2", None),
        ("unmet[a, b, c, d]", None),
        ("unmet[a", None),
        ("", None),
    ],
)
def test_a_metric_is_read(text: str, measure: Measure | None) -> None:
    assert measure_of(text) == measure


def kept(metric: str) -> tuple[list[tuple[str, str, str]], Floats, Records]:
    """Keep one metric of the propulsion world: what rows there are, their numbers [members, rows],
    and the run itself."""
    scenario = propulsion_world()
    experiment = prepared(
        ask({"factors": {"events.ban.until": ["2016-01"]}, "metrics": [metric]}), [scenario]
    )
    (task,) = experiment.tasks(np.ones((1, 4), dtype=np.bool_))
    return [row[:3] for row in experiment.rows], task.run(), run(experiment.scenario(0)).records


def test_every_metric_of_a_summary_is_kept_by_default() -> None:
    """With the share that is censored, as in the summary of a run."""
    scenario = propulsion_world()
    experiment = prepared(ask({"factors": {"events.ban.until": ["2016-01"]}}), [scenario])
    records = run(scenario, months=2).records
    names = list(dict.fromkeys(row.metric for row in experiment.rows))
    assert [name for name in names if not name.endswith("_censored")] == list(records.summary)
    assert [name for name in names if name.endswith("_censored")] == [
        "T50_censored",
        "T90_censored",
    ]
    assert names == summary_names()


def test_what_never_comes_is_told() -> None:
    """Censored is 1 where a time is infinite, 0 where it is not, and nothing where there is
    none.
    """
    _, values, records = kept("T90_censored")
    expected = np.where(np.isnan(records.summary["T90"]), np.nan, np.isinf(records.summary["T90"]))
    assert np.array_equal(values, expected.T, equal_nan=True)
    assert np.isnan(values).any()
    assert (values == 0).any()


def test_one_need_alone() -> None:
    rows, values, records = kept("hhi[AAA, optics]")
    assert rows == [("hhi", "AAA", "optics")]
    assert np.array_equal(
        values[:, 0], records.summary["hhi"][records.needs.index(("AAA", "optics"))]
    )


@pytest.mark.parametrize(("period", "months"), [("2014", YEAR_2014), ("2014-03", MARCH)])
def test_a_period_is_added_up_averaged_or_seen_at_its_end(period: str, months: slice) -> None:
    """Units are added up, the fill rate is that of all the period's need, a stock is that at its
    end."""
    rows, unmet, records = kept(f"unmet[{period}]")
    series = records.series
    assert rows == [(f"unmet[{period}]", state, product) for state, product in records.needs]
    np.testing.assert_allclose(unmet.T, series["unmet"][months].sum(axis=0), rtol=1e-14)
    np.testing.assert_allclose(
        kept(f"need[{period}]")[1].T, series["need"][months].sum(axis=0), rtol=1e-14
    )
    met, need = (np.minimum(series["used"], series["need"]), series["need"])
    np.testing.assert_allclose(
        kept(f"fill_rate[{period}]")[1].T,
        met[months].sum(axis=0) / need[months].sum(axis=0),
        rtol=1e-14,
    )
    assert np.array_equal(kept(f"stock[{period}]")[1].T, series["stock"][months.stop - 1])


@pytest.mark.parametrize(
    "metric", ["fill_rate >= 0.6", "backlog <= 3", "unmet > 0", "fill_rate >= 0"]
)
def test_a_comparison_gives_the_month_from_which_it_holds_for_good(metric: str) -> None:
    """Counted by hand, month by month from the last one back."""
    rows, since, records = kept(metric)
    name, sign, limit = metric.split()
    assert rows == [(metric, state, product) for state, product in records.needs]
    series = (
        records.series[name]
        if name in records.series
        else records.series["need"] - records.series["used"]
    )
    for need, member in np.ndindex(series.shape[1:]):
        month = len(series)
        while month and eval(
            f"number {sign} {limit}", {"number": float(series[month - 1, need, member])}
        ):
            month -= 1
        assert since[member, need] == (np.inf if month == len(series) else month)


def test_needs_and_months_that_a_point_does_not_have_are_empty() -> None:
    """A structure without a need, or a shorter run, leaves the numbers of the others alone."""
    factors = {"needs.CCC.optics": [None, 4], "months": [24, 48]}
    experiment = prepared(
        ask({"factors": factors, "members": 1, "metrics": ["unmet[2015]", "unmet"]}),
        [propulsion_world()],
    )
    values = np.empty((4, len(experiment.rows)))
    for task in experiment.tasks(np.ones((4, 1), dtype=np.bool_)):
        values[list(task.points)] = task.run()
    empty = {
        row[:3]: np.isnan(column).tolist()
        for row, column in zip(experiment.rows, values.T, strict=True)
    }
    assert empty["unmet[2015]", "AAA", "optics"] == [True, False, True, False]
    assert empty["unmet[2015]", "CCC", "optics"] == [True, True, True, False]
    assert empty["unmet", "CCC", "optics"] == [True, True, False, False]


def test_capital_is_what_programmes_and_factories_invest() -> None:
    """Of all, and of one state: a programme's in its chair's, as in the ledger of money; the rows
    have no product."""
    rows, everywhere, records = kept("capital")
    assert rows == [("capital", "", "")]
    ledger = records.money["capital"].sum(axis=0)
    np.testing.assert_allclose(
        everywhere[:, 0], ledger[list(records.purses).index("all")], rtol=1e-14
    )
    assert everywhere.min() > 0
    rows, chair, _ = kept("capital[AAA]")
    assert rows == [("capital", "AAA", "")]
    assert np.array_equal(chair, everywhere)
    assert not kept("capital[BBB]")[1].any()
    rows, programme, _ = kept("capital[build]")
    assert rows == [("capital", "build", "")]
    np.testing.assert_allclose(programme, everywhere, rtol=1e-14)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("capital[AAB]", "unknown state or programme 'AAB'; did you mean 'AAA'?"),
        (
            "capital[AAA, optics]",
            "capital belongs to a state, a programme or all; leave out the product",
        ),
        ("capital[2014]", "capital is of the whole run; metrics of a period:"),
        ("capital >= 3", "capital is of the whole run; metrics that can be compared"),
        ("capita", "did you mean 'capital'?"),
    ],
)
def test_capital_has_no_product_and_no_period(metric: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        prepared(
            ask({"factors": {"events.ban.share": [1]}, "metrics": [metric]}), [propulsion_world()]
        )


def test_capital_of_a_state_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Of two scenarios, one has a state more."""
    states = propulsion_world().model_dump(exclude_unset=True)["states"] | {
        "DDD": {"title": "Another"}
    }
    for name, scenario in (
        ("three", propulsion_world()),
        ("four", propulsion_world(states=states)),
    ):
        (tmp_path / f"{name}.yaml").write_text(dump(scenario), encoding="utf-8")
    files = [str(tmp_path / f"{name}.yaml") for name in ("three", "four")]
    experiment = prepared(
        ask({"factors": {"scenario": files}, "members": 1, "metrics": ["capital[DDD]"]})
    )
    found = {
        task.points[0]: task.run()[0, 0]
        for task in experiment.tasks(np.ones((2, 1), dtype=np.bool_))
    }
    assert np.isnan(found[0])
    assert found[1] == 0

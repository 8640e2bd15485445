"""Every metric of the table stands wherever metrics are shown, and a wrong entry fails loudly."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from operator import attrgetter

import numpy as np
import pytest

from sim.assess.fates import FATES, Row
from sim.engine.ledger import TEXTS
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.engine.tape import Tape
from sim.experiments.compare import compare
from sim.experiments.differences import ALL
from sim.metrics.derive import by_month, censored_name, over_period, recorded_for, summary_names
from sim.metrics.metric import LINKS, Metric, MonthlyMetric, RunMetric, tabled
from sim.metrics.table import MONTHLY, SUMMARY
from sim.records import Records
from sim.report import tables
from sim.study.experiment import Experiment, prepared
from sim.study.spec import ask
from sim.world.numbering import number
from tests.golden.metrics import PAGE, page
from tests.worlds import propulsion_world

pytestmark = pytest.mark.untraced

GUIDE = PAGE.parents[1] / "CONTRIBUTING.md"
MONTHS = slice(24, 36)
FLOW = replace(MONTHLY["need"], name="extra")
DERIVED = replace(MONTHLY["unmet"], name="extra")
SHARE = replace(MONTHLY["fill_rate"], name="extra")
OF_A_RUN = replace(SUMMARY["T50"], name="extra")


@pytest.fixture(scope="module")
def records() -> Records:
    return run(experiment("need").scenario(0)).records


def experiment(metric: str) -> Experiment:
    """Prepare a study of one point that keeps one metric."""
    asked = {"factors": {"events.ban.until": ["2016-01"]}, "metrics": [metric]}
    return prepared(ask(asked), [propulsion_world()])


def kept(metric: str) -> tuple[list[tuple[str, str, str]], np.ndarray]:
    """Keep one metric in a study: its rows, and their numbers [members, rows]."""
    study = experiment(metric)
    (task,) = study.tasks(np.ones((1, 4), dtype=np.bool_))
    return [row[:3] for row in study.rows], task.run()


def test_a_run_records_and_derives_what_the_table_says(records: Records) -> None:
    scenario = propulsion_world()
    tape = Tape.blank(scenario, number(scenario), 1)
    assert list(tape.series) == [name for name, each in MONTHLY.items() if each.is_recorded]
    assert list(records.series) == list(MONTHLY)
    assert list(records.summary) == list(SUMMARY)


@pytest.mark.parametrize("name", MONTHLY)
def test_a_monthly_metric_stands_in_tables_and_studies(name: str, records: Records) -> None:
    """And a study finds of a year what the series give: sums, ends, shares of sums."""
    table = tables.series(records)
    known = len(records.inputs) if MONTHLY[name].of_inputs else 0
    size = len(records.months) * (len(records.needs) + known)
    assert list(table["metric"]).count(name) == size
    rows, numbers = kept(f"{name}[2014]")
    assert rows == [(f"{name}[2014]", *need) for need in records.needs]
    np.testing.assert_array_equal(numbers.T, over_period(name, records.series, MONTHS))
    series, kind = records.series[name][MONTHS], MONTHLY[name].kind
    if kind != "share":
        by_hand = series[-1] if kind == "stock" else series.sum(axis=0)
        np.testing.assert_allclose(numbers.T, by_hand, rtol=1e-12)
    rows, since = kept(f"{name} >= 0")
    assert rows == [(f"{name} >= 0", *need) for need in records.needs]
    assert (since == 0).all()


@pytest.mark.parametrize("name", SUMMARY)
def test_a_metric_of_the_run_stands_in_tables_studies_and_comparisons(
    name: str, records: Records
) -> None:
    table = tables.summary(records)
    names = [name, *([censored_name(name)] if SUMMARY[name].censored else [])]
    assert list(dict.fromkeys(table["metric"])) == summary_names()
    for each in names:
        assert list(table["metric"]).count(each) == len(records.needs) + len(records.inputs)
        rows, numbers = kept(each)
        assert rows == [(each, *need) for need in records.needs]
        assert each != name or np.array_equal(numbers.T, records.summary[name], equal_nan=True)
    if name in MONTHLY:
        np.testing.assert_array_equal(records.summary[name], over_period(name, records.series))


@pytest.mark.parametrize("name", SUMMARY)
def test_a_comparison_follows_the_table(name: str) -> None:
    """Every metric is there, and a state's needs together where the table says how."""
    world = propulsion_world(months=30)
    found = compare(world, propulsion_world(months=30)).columns
    rows = [
        product
        for metric, product in zip(found["metric"], found["product"], strict=True)
        if metric == name
    ]
    assert (ALL in rows) == bool(SUMMARY[name].together)
    assert rows.count("optics") > 0


def test_the_docs_have_the_table() -> None:
    """Renew it with `python -m tests.golden.metrics`."""
    assert PAGE.read_text(encoding="utf-8") == page()
    assert all(f"| `{name}` |" in page() for name in (*MONTHLY, *SUMMARY))


def test_the_docs_have_the_items_of_money_and_the_columns_of_fates(records: Records) -> None:
    assert list(records.money) == list(TEXTS)
    assert all(f"| `{item}` | {text} |" in page() for item, text in TEXTS.items())
    columns = [*FATES, "probability", *Row._fields[5:]]
    assert all(f"`{name}`" in page().partition("## Fates")[2] for name in columns)


def test_what_is_recorded_is_in_the_world() -> None:
    """Each array has final needs first; a path that leads nowhere ends the run."""
    model = SupplyModel(propulsion_world())
    for metric in MONTHLY.values():
        if metric.array:
            assert len(attrgetter(metric.array)(model.world)) >= model.world.axes.final
    model.release()
    assert {metric.links for metric in MONTHLY.values() if metric.links} == set(LINKS)


def test_a_path_that_leads_nowhere_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(MONTHLY["need"], array="needs.finale")
    monkeypatch.setitem(MONTHLY, "need", wrong)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="finale"):
        run(propulsion_world(), months=1)


def test_the_walk_of_contributing_adds_a_metric(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entry is recorded, tabled, kept by studies and described, by that alone."""
    walk = GUIDE.read_text(encoding="utf-8").partition("## Add a metric")[2].partition("\n## ")[0]
    code = textwrap.dedent(walk.partition("```python\n")[2].partition("   ```")[0])
    entry = eval(code, {"MonthlyMetric": MonthlyMetric})
    assert entry.name not in MONTHLY
    assert list(tabled(*MONTHLY.values(), entry))[-1] == entry.name
    monkeypatch.setitem(MONTHLY, entry.name, entry)  # type: ignore[arg-type]
    records = run(experiment("need").scenario(0)).records
    assert records.series[entry.name].any()
    assert list(tables.series(records)["metric"]).count(entry.name) > 0
    _, numbers = kept(f"{entry.name}[2014]")
    np.testing.assert_array_equal(numbers.T, over_period(entry.name, records.series, MONTHS))
    assert f"| `{entry.name}` | {entry.title} |" in page()


def test_nothing_is_recorded_for_a_study_that_does_not_need_it() -> None:
    assert recorded_for({"T50"}) == {"need", "used"}
    assert recorded_for({"hhi"}) == {"supplies", "received"}
    assert recorded_for({"substitution_ratio"}) == {"received", "legacy"}
    assert recorded_for(set()) == set()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (replace(FLOW, name="two words"), "its name is not one word"),
        (replace(FLOW, title=" "), "has no title"),
        (replace(FLOW, unit=""), "has no unit"),
        (replace(FLOW, text=""), "has no text"),
        (replace(FLOW, kind="pile"), "kind: 'pile' is none of"),
        (replace(FLOW, kind="time"), "a time is not known of every month"),
        (replace(FLOW, kind="share"), "of_period says how a share is taken over months"),
        (replace(FLOW, better="higher"), "better: 'higher' is none of"),
        (replace(FLOW, together="max"), "together: 'max' is none of"),
        (replace(FLOW, links="foreign"), "comes from exactly one of array, links and compute"),
        (replace(FLOW, array=""), "comes from exactly one of array, links and compute"),
        (replace(FLOW, array="", links="home"), "links: 'home' is none of"),
        (replace(DERIVED, derived=()), "has one of derived and compute without the other"),
        (replace(DERIVED, derived=("used", "ned")), "is derived from 'ned', which is none of need"),
        (replace(SHARE, of_period=None), "of_period says how a share is taken over months"),
        (replace(SHARE, together="sum"), "shares are not summed over needs"),
        (replace(OF_A_RUN, derived=()), "is derived from nothing"),
        (replace(OF_A_RUN, derived=("T50",)), "is derived from 'T50', which is none of"),
        (replace(OF_A_RUN, together="mean"), "may be infinite, and is taken together over needs"),
    ],
)
def test_a_wrong_entry_is_refused(entry: Metric, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^extra: {fault}|^two words: {fault}"):
        tabled(*MONTHLY.values(), entry) if isinstance(entry, MonthlyMetric) else tabled(
            entry, known=MONTHLY
        )


def test_all_faults_are_told_at_once_and_nothing_is_entered_twice() -> None:
    with pytest.raises(ValueError, match=r"(?s)extra: has no title.*need: is entered twice"):
        tabled(MONTHLY["need"], replace(FLOW, title=""), MONTHLY["need"])


def test_a_derived_stock_is_that_of_the_last_month() -> None:
    """And a derived flow is added up."""
    stock, need = np.array([[[1.0]], [[2.0]]]), np.array([[[4.0]], [[8.0]]])
    told = {"stock": stock, "need": need, "used": need - 1}
    assert over_period("stock", told).item() == 2
    assert over_period("unmet", told).item() == 2
    assert by_month("unmet", told).ravel().tolist() == [1, 1]


def test_entries_of_runs_take_what_they_are_derived_from() -> None:
    """The names of the inputs are those of the table, in the order of the function's arguments."""
    entry = RunMetric(
        name="last",
        title="last need",
        unit="units",
        kind="flow",
        better="",
        derived=("need",),
        compute=lambda need: need[-1],
        text="The need of the last month.",
    )
    assert list(tabled(entry, known=MONTHLY)) == ["last"]

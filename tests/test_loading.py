"""What a scenario file means: `extends`, `null` and `--set`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.errors import ScenarioError
from sim.scenario.loading.load import load, parse
from sim.scenario.need import Need
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Input, Scenario
from sim.scenario.trade_kinds import CutOff, Sanction
from tests.tiny_scenario import data, python, write


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


def extended(*lines: str) -> Scenario:
    """Load a file that extends the tiny scenario by these lines."""
    write(Path(), "\n".join(["extends: tiny.yaml", *lines, ""]), "child.yaml")
    return load("child.yaml")


def test_a_child_keeps_what_it_does_not_change() -> None:
    child = extended("name: child", "months: 12")
    assert child == load("tiny.yaml").model_copy(update={"name": "child", "months": 12})


def test_entities_merge_by_name_and_key() -> None:
    child = extended("states: {UKR: {bloc: CIS}, KAZ: {title: Kazakhstan}}")
    assert list(child.states) == ["RUS", "BLR", "UKR", "KAZ"]
    assert (child.states["UKR"].title, child.states["UKR"].bloc) == ("Ukraine", "CIS")


def test_lists_replace() -> None:
    assert extended("programmes: {csto: {beneficiaries: [BLR]}}").programmes[
        "csto"
    ].beneficiaries == ["BLR"]


def test_null_takes_away_an_entity() -> None:
    assert list(extended("events: {money: null, slump: null}").events) == [
        "ban",
        "relief",
        "fire",
        "rebuilt",
    ]


def test_null_takes_a_field_back_to_its_default() -> None:
    assert (
        extended("trade: {ukrainian_engines: {cap: null}}").trade["ukrainian_engines"].cap is None
    )


def test_an_explicit_null_may_stand_where_nothing_was_inherited() -> None:
    assert extended("rules: {rounds: null}").rules.rounds is None


@pytest.mark.parametrize("share", ["0.5", "{value: 0.5}"])
def test_a_quantity_replaces_whole(share: str) -> None:
    ban: Any = extended(f"events: {{ban: {{share: {share}}}}}").events["ban"]
    assert ban.share == Quantity(value=0.5)


def test_a_rule_choice_replaces_whole() -> None:
    assert extended("rules: {allocation: {rule: even}}").rules.allocation.parameters == {}


def test_a_budget_merges_month_by_month() -> None:
    budget = extended("programmes: {csto: {budget: {2015-02: 50}}}").programmes["csto"].budget
    assert {month: money.value for month, money in budget.items()} == {
        "2014-07": 100,
        "2015-02": 50,
    }


def test_a_table_of_years_replaces_whole() -> None:
    """A year not given takes the last before it, so half of two tables would say what
    nobody wrote.
    """
    by_year = (
        extended("needs: {BLR: {helicopters: {by_year: {2015: 6}}}}")
        .needs["BLR"]["helicopters"]
        .by_year
    )
    assert by_year is not None
    assert list(by_year) == [2015]


@pytest.mark.parametrize("need", ["5", "{value: 5}", "{units: 5}"])
def test_another_form_of_a_need_drops_the_inherited_one(need: str) -> None:
    assert extended(f"needs: {{BLR: {{helicopters: {need}}}}}").needs["BLR"]["helicopters"] == Need(
        units=Quantity(value=5)
    )


def test_a_key_joins_an_inherited_shorthand() -> None:
    assert extended("needs: {RUS: {helicopters: {tier: 2}}}").needs["RUS"]["helicopters"] == Need(
        units=Quantity(value=8), tier=2
    )


def test_an_event_of_another_kind_replaces_the_event() -> None:
    ban = extended(
        "events: {ban: {kind: sanction, date: 2015-01, exporter: UKR, importer: RUS}}"
    ).events["ban"]
    assert ban == Sanction(kind="sanction", date="2015-01", exporter="UKR", importer="RUS")


def test_an_event_of_the_same_kind_is_changed() -> None:
    ban = extended("events: {ban: {kind: cut_off, date: 2015-01}}").events["ban"]
    assert isinstance(ban, CutOff)
    assert (ban.date, ban.share.value) == ("2015-01", 0.9)


def test_a_date_drops_what_the_event_followed() -> None:
    relief = extended("events: {relief: {date: 2015-06}}").events["relief"]
    assert (relief.date, relief.after) == ("2015-06", None)


def test_years_are_what_they_are_however_a_change_is_written() -> None:
    """Keywords, and the values of a study, go by JSON, whose keys are texts."""
    years = {2014: 120, 2015: 180}
    needs = {"BLR": {"helicopters": {"by_year": years}}}
    for changed in (
        sim.load("tiny.yaml", needs=needs, events={}),
        load("tiny.yaml", ['needs.BLR.helicopters={by_year: {"2014": 120, 2015: 180}}']),
        parse(json.loads(json.dumps({**data(), "needs": needs, "events": {}}))),
    ):
        need = changed.needs["BLR"]["helicopters"]
        assert need.by_year is not None
        assert {year: each.value for year, each in need.by_year.items()} == years
    with pytest.raises(ScenarioError, match=r"by_year\.2014: expected a year, found text '2014'"):
        load("tiny.yaml", ['needs.BLR.helicopters={by_year: {2014: 5, "2014": 6}}'])


def test_several_files_merge_from_left_to_right() -> None:
    write(Path(), "months: 12\nseed: 1\n", "a.yaml")
    write(Path(), "months: 18\n", "b.yaml")
    write(Path(), "extends: [tiny.yaml, a.yaml, b.yaml]\nmembers: 2\n", "child.yaml")
    child = load("child.yaml")
    assert (child.months, child.seed, child.members) == (18, 1, 2)


def test_a_common_base_counts_once() -> None:
    """Two variants of one base combine: the base under the second does not undo the first."""
    write(Path(), "extends: tiny.yaml\nmonths: 12\nevents: {slump: null}\n", "a.yaml")
    write(Path(), "extends: ./tiny.yaml\nseed: 5\n", "b.yaml")
    write(Path(), "extends: [a.yaml, b.yaml]\n", "child.yaml")
    child = load("child.yaml")
    assert (child.months, child.seed, "slump" in child.events) == (12, 5, False)


def test_paths_count_from_the_file_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    write(tmp_path / "cases", "extends: ../tiny.yaml\nname: child\n", "child.yaml")
    assert (
        load("cases/child.yaml").title
        == load(tmp_path / "cases" / "child.yaml").title
        == "Two suppliers of engines"
    )


MINOR = Input(amount=Quantity(value=2), criticality="minor")


@pytest.mark.parametrize(
    ("sets", "read_back", "value"),
    [
        (["months=12"], lambda s: s.months, 12),
        (["months=12", "months=6"], lambda s: s.months, 6),
        (["title='a: b'"], lambda s: s.title, "a: b"),
        (["rules.rounds=1"], lambda s: s.rules.rounds, 1),
        (["rules.rounds=1", "rules.rounds=null"], lambda s: s.rules.rounds, None),
        (["rules.sourcing.speed=2"], lambda s: (s.rules.sourcing.rule, s.rules.sourcing.parameters), ("fixed", {"speed": 2})),
        (["rules.allocation.order.0=UKR"], lambda s: s.rules.allocation.parameters["order"], ["UKR", "BLR"]),
        (["rules.allocation=even"], lambda s: (s.rules.allocation.rule, s.rules.allocation.parameters), ("even", {})),
        (["states.UKR.rules.ordering=lean"], lambda s: s.states["UKR"].rules.ordering.rule, "lean"),
        (["events.ban.share=0.5"], lambda s: s.events["ban"].share, Quantity(value=0.5)),
        (["events.ban.share.high=0.95"], lambda s: s.events["ban"].share, Quantity(value=0.9, low=0.8, high=0.95)),
        (["events.ban.share.low=null", "events.ban.share.high=null"], lambda s: s.events["ban"].share, Quantity(value=0.9)),
        (["events.slump.factor.low=0.4", "events.slump.factor.high=1"], lambda s: s.events["slump"].factor.low, 0.4),
        (["events.relief.date=2015-06"], lambda s: (s.events["relief"].date, s.events["relief"].after), ("2015-06", None)),
        (["events.ban.importer=[RUS, CSTO]"], lambda s: s.events["ban"].importer, ["RUS", "CSTO"]),
        (["events.slump=null"], lambda s: "slump" in s.events, False),
        (["events.slump={kind: closure, date: 2015-01, factory: sich}"], lambda s: s.events["slump"].kind, "closure"),
        (["needs.RUS.helicopters=30"], lambda s: s.needs["RUS"]["helicopters"], Need(units=Quantity(value=30))),
        (["needs.RUS.helicopters.tier=1"], lambda s: s.needs["RUS"]["helicopters"], Need(units=Quantity(value=8), tier=1)),
        (["needs.RUS.helicopters.value=9"], lambda s: s.needs["RUS"]["helicopters"], Need(units=Quantity(value=9))),
        (["needs.RUS.helicopters.by_year={2014: 3}"], lambda s: s.needs["RUS"]["helicopters"].units, None),
        (["needs.BLR.helicopters.units=30"], lambda s: s.needs["BLR"]["helicopters"], Need(units=Quantity(value=30))),
        (["needs.BLR.helicopters.by_year.2015=6"], lambda s: [q.value for q in s.needs["BLR"]["helicopters"].by_year.values()], [12, 6]),
        (["needs.UKR.helicopters=3"], lambda s: s.needs["UKR"]["helicopters"].units.value, 3),
        (["products.helicopters.inputs.engines.criticality=minor"], lambda s: s.products["helicopters"].inputs, {"engines": MINOR}),
        (["factories.sich.lines.engines.yield=0.8"], lambda s: s.factories["sich"].lines["engines"].yield_.value, 0.8),
        (["programmes.csto.budget.2015-02=100"], lambda s: list(s.programmes["csto"].budget), ["2014-07", "2015-02"]),
        (["programmes.csto.budget.2014-07=null"], lambda s: s.programmes["csto"].budget, {}),
        (["programmes.csto.beneficiaries.1=UKR"], lambda s: s.programmes["csto"].beneficiaries, ["RUS", "UKR"]),
        (["programmes.csto.beneficiaries.0=null"], lambda s: s.programmes["csto"].beneficiaries, ["BLR"]),
        (["trade.ukrainian_engines.product='*'"], lambda s: s.trade["ukrainian_engines"].product, "*"),
    ],
)  # fmt: skip
def test_a_value_is_set(sets: list[str], read_back: Any, value: object) -> None:
    assert read_back(load("tiny.yaml", sets)) == value


def test_a_number_that_is_set_has_not_the_source_of_the_one_it_replaces() -> None:
    """One that is set to what it was keeps it, and so does one whose source is set, too."""
    extended(
        "sources: {book: {title: Book}, paper: {title: Paper}}",
        "needs:",
        "  RUS:",
        "    helicopters: {units: {value: 20, low: 10, high: 30, source: book,"
        " confidence: documented, note: p. 7}}",
    )
    units = "needs.RUS.helicopters.units"

    def told(*sets: str) -> tuple[str | None, str, str | None]:
        found = load("child.yaml", [f"{units}.{each}" for each in sets])
        quantity = found.needs["RUS"]["helicopters"].units
        assert quantity is not None
        return quantity.source, quantity.confidence, quantity.note

    assert told("value=20") == ("book", "documented", "p. 7")
    assert told("value=25") == (None, "assumed", None)
    assert told("low=5", "high=50") == (None, "assumed", None)
    assert told("source=paper", "value=25") == ("paper", "assumed", None)
    assert told("value=25", "source=paper", "confidence=disputed") == ("paper", "disputed", None)


def test_a_shortened_run_may_end_before_its_events() -> None:
    assert load("tiny.yaml", ["months=1"]).months == 1


def test_products_may_be_made_of_one_another_if_something_is_left() -> None:
    """Two engines a helicopter and 0.4 helicopters an engine leave something over, even at a yield
    of 0.9; 0.5 would not."""
    assert (
        "helicopters"
        in load("tiny.yaml", ["products.engines.inputs={helicopters: 0.4}"])
        .products["engines"]
        .inputs
    )


def test_loading_needs_no_heavy_library() -> None:
    code = (
        "import sys; from sim.scenario.loading.load import load; load('tiny.yaml'); print({'mesa', 'pandas',"
        " 'altair', 'scipy'} & set(sys.modules))"
    )
    assert python(code) == "set()"


def test_a_large_scenario_is_read_whole() -> None:
    """A real case has some 1500 values; here are ten times as many."""
    changed = data()
    line = {
        "capacity": {
            "value": 4,
            "low": 2,
            "high": 5,
            "source": "report",
            "confidence": "estimated",
        },
        "yield": 0.9,
        "unit_cost": 3,
    }
    changed["factories"] |= {
        f"plant{each}": {
            "title": f"Plant {each}",
            "state": "RUS",
            "lines": {"engines": line, "helicopters": line},
        }
        for each in range(700)
    }
    write(Path(), yaml.safe_dump(changed, sort_keys=False), "large.yaml")
    scenario = load("large.yaml")
    assert len(scenario.factories) == 703

"""What a scenario file means: YAML 1.2, `extends`, `null`, `--set`, and writing it out again."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Place
from sim.scenario import Scenario, digest, dump, load, parse, yaml_marks
from sim.scenario.event_kinds import CutOff, Sanction
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Input, Need
from sim.scenario.written import bare
from sim.scenario.yaml_marks import read, scalar
from tests.tiny_scenario import TEXT, data, edited, write


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


def extended(*lines: str) -> Scenario:
    """Load a file that extends the tiny scenario by these lines."""
    write(Path(), "\n".join(["extends: tiny.yaml", *lines, ""]), "child.yaml")
    return load("child.yaml")


# ------------------------------------------------------------------ YAML


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("Off", "Off"),
        ("true", True), ("TRUE", True), ("False", False), ("tRUE", "tRUE"),
        ("null", None), ("~", None), ("", None), ("nULL", "nULL"),
        ("12", 12), ("+12", 12), ("-12", -12), ("010", 10), ("0o10", 8), ("0x1F", 31), ("1_000", "1_000"), ("0b1", "0b1"),
        ("1e3", 1000.0), ("1E+3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-1.5e-3", -0.0015), ("1e", "1e"), (".", "."), ("1:30", "1:30"),
        (".inf", math.inf), ("-.INF", -math.inf), ("inf", "inf"), ("nan", "nan"),
        ("2014-03", "2014-03"), ("2024-01-05", "2024-01-05"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_nan_is_a_number() -> None:
    """It is refused as one later, with a message of its own."""
    value = scalar(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


def test_quoted_scalars_are_text() -> None:
    written = read(b"- \"1e3\"\n- 'true'\n- ''\n- ! 5\n- |\n  12\n", "x.yaml")
    assert written is not None
    assert bare(written) == ["1e3", "true", "", "5", "12\n"]


@pytest.mark.parametrize("parser", [yaml_marks._Loader, yaml.SafeLoader])
def test_every_key_and_value_keeps_its_place(parser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where PyYAML comes without its C parser."""
    monkeypatch.setattr(yaml_marks, "_Loader", parser)
    written = read("# é\na: {b: [1, x]}\nc:\n  d: 2\n".encode(), "x.yaml")
    assert written is not None
    a, c = written.members["a"], written.members["c"]
    assert (written.key_place("a"), a.place) == (Place("x.yaml", 2, 1), Place("x.yaml", 2, 4))
    assert (a.key_place("b"), a.members["b"].members[1].place) == (Place("x.yaml", 2, 5), Place("x.yaml", 2, 12))
    assert (c.key_place("d"), c.members["d"].place) == (Place("x.yaml", 4, 3), Place("x.yaml", 4, 6))


def test_a_block_stands_where_its_key_stands() -> None:
    """Its own mark would be that of its first member, a line too low."""
    written = read(b"c:\n  d: 2\n", "x.yaml")
    assert written is not None
    assert written.members["c"].place == Place("x.yaml", 1, 1)


def test_shared_anchors_are_values_like_others() -> None:
    write(
        Path(),
        edited(
            ("share: {value: 0.9, low: 0.8, high: 1}", "share: &half {value: 0.5, low: 0.4, high: 0.6}"), ("factor: 0.5", "factor: *half")
        ),
    )
    events: Any = load("tiny.yaml").events
    assert events["slump"].factor == events["ban"].share == Quantity(value=0.5, low=0.4, high=0.6)


def test_a_byte_order_mark_is_no_part_of_the_name() -> None:
    Path("tiny.yaml").write_text("\ufeff" + TEXT, encoding="utf-8")
    assert load("tiny.yaml").name == "tiny"


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load("tiny.yaml")
    monkeypatch.setattr(yaml_marks, "_Loader", yaml.SafeLoader)
    assert load("tiny.yaml") == fast


def test_plain_data_loads_like_the_file() -> None:
    """YAML 1.1 reads the tiny scenario alike, so its own loader gives the data."""
    assert parse(data()) == load("tiny.yaml")


# --------------------------------------------------------------- extends


def test_a_child_keeps_what_it_does_not_change() -> None:
    child = extended("name: child", "months: 12")
    assert child == load("tiny.yaml").model_copy(update={"name": "child", "months": 12})


def test_entities_merge_by_name_and_key() -> None:
    child = extended("states: {UKR: {bloc: CIS}, KAZ: {title: Kazakhstan}}")
    assert list(child.states) == ["RUS", "BLR", "UKR", "KAZ"]
    assert (child.states["UKR"].title, child.states["UKR"].bloc) == ("Ukraine", "CIS")


def test_lists_replace() -> None:
    assert extended("programmes: {csto: {beneficiaries: [BLR]}}").programmes["csto"].beneficiaries == ["BLR"]


def test_null_takes_away_an_entity() -> None:
    assert list(extended("events: {money: null, slump: null}").events) == ["ban", "relief", "fire", "rebuilt"]


def test_null_takes_a_field_back_to_its_default() -> None:
    assert extended("trade: {ukrainian_engines: {cap: null}}").trade["ukrainian_engines"].cap is None


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
    assert {month: money.value for month, money in budget.items()} == {"2014-07": 100, "2015-02": 50}


def test_a_table_of_years_replaces_whole() -> None:
    """A year not given takes the last before it, so half of two tables would say what nobody wrote."""
    by_year = extended("needs: {BLR: {helicopters: {by_year: {2015: 6}}}}").needs["BLR"]["helicopters"].by_year
    assert by_year is not None
    assert list(by_year) == [2015]


@pytest.mark.parametrize("need", ["5", "{value: 5}", "{units: 5}"])
def test_another_form_of_a_need_drops_the_inherited_one(need: str) -> None:
    assert extended(f"needs: {{BLR: {{helicopters: {need}}}}}").needs["BLR"]["helicopters"] == Need(units=Quantity(value=5))


def test_a_key_joins_an_inherited_shorthand() -> None:
    assert extended("needs: {RUS: {helicopters: {tier: 2}}}").needs["RUS"]["helicopters"] == Need(units=Quantity(value=8), tier=2)


def test_an_event_of_another_kind_replaces_the_event() -> None:
    ban = extended("events: {ban: {kind: sanction, date: 2015-01, exporter: UKR, importer: RUS}}").events["ban"]
    assert ban == Sanction(kind="sanction", date="2015-01", exporter="UKR", importer="RUS")


def test_an_event_of_the_same_kind_is_changed() -> None:
    ban = extended("events: {ban: {kind: cut_off, date: 2015-01}}").events["ban"]
    assert isinstance(ban, CutOff)
    assert (ban.date, ban.share.value) == ("2015-01", 0.9)


def test_a_date_drops_what_the_event_followed() -> None:
    relief = extended("events: {relief: {date: 2015-06}}").events["relief"]
    assert (relief.date, relief.after) == ("2015-06", None)


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
    assert load("cases/child.yaml").title == load(tmp_path / "cases" / "child.yaml").title == "Two suppliers of engines"


# ----------------------------------------------------------------- --set

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


def test_a_shortened_run_may_end_before_its_events() -> None:
    assert load("tiny.yaml", ["months=1"]).months == 1


def test_products_may_be_made_of_one_another_if_something_is_left() -> None:
    """Two engines a helicopter and 0.4 helicopters an engine leave something over, even at a yield of 0.9; 0.5 would not."""
    assert "helicopters" in load("tiny.yaml", ["products.engines.inputs={helicopters: 0.4}"]).products["engines"].inputs


# ---------------------------------------------------------- dump, digest


def test_a_dump_loads_to_an_equal_scenario() -> None:
    scenario = extended("name: child", "events: {money: null}")
    write(Path(), dump(scenario), "again.yaml")
    again = load("again.yaml")
    assert (again, digest(again), dump(again)) == (scenario, digest(scenario), dump(scenario))


def test_a_dump_stands_alone_and_says_no_more_than_was_said() -> None:
    child = load("tiny.yaml", ["months=12"])
    data = yaml.safe_load(dump(child))
    assert list(data)[:6] == ["name", "title", "start", "months", "members", "rules"]
    assert (data["months"], data["factories"]["klimov"]["lines"]["engines"]["yield"]) == (12, 0.9)
    assert "seed" not in data


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "1e3",
        "NO",
        "0o17",
        "1_000",
        "2014-03",
        "null",
        "~",
        "",
        "<<",
        "=",
        ".inf",
        ".5",
        "5.",
        "0x1F",
        "- a",
        "a: b",
        "*",
        "&a",
        "!t",
        "#",
        " x ",
        "a\nb",
        "+1",
    ]
)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
PARAMETERS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
QUANTITIES = (
    st.tuples(*(st.floats(0, 1e12) for _ in range(3))).map(sorted).map(lambda x: {"low": x[0], "value": x[1], "high": x[2], "per": "year"})
)


@settings(max_examples=60, deadline=None)
@given(
    title=TEXTS,
    parameters=st.dictionaries(TEXTS, PARAMETERS, max_size=3),
    quantity=QUANTITIES | st.floats(0, 1e12) | st.integers(0, 10**12),
)
def test_whatever_is_written_is_read_again(title: str, parameters: dict[str, Any], quantity: Any) -> None:
    changed = data()
    changed["title"] = changed["states"]["RUS"]["title"] = title
    changed["rules"]["sourcing"] = {"rule": "fixed", "parameters": parameters}
    changed["trade"]["any"]["cap"] = changed["needs"]["RUS"]["helicopters"] = quantity
    changed["needs"]["BLR"]["helicopters"] = {"series": [{"value": 3, "note": title}, 1]}
    scenario = parse(changed)
    Path("again.yaml").write_text(dump(scenario), encoding="utf-8")
    again = load("again.yaml")
    assert again == scenario
    assert digest(again) == digest(scenario)


def test_the_digest_knows_content_and_not_form() -> None:
    write(
        Path(),
        "# a comment\n"
        + edited(
            ("helicopters: 8", "helicopters: {units: {value: 8.0}}"), ("name: tiny", "name: 'tiny'"), ("members: 8", "members: 8\nseed: 0")
        ),
        "same.yaml",
    )
    assert digest(load("same.yaml")) == digest(load("tiny.yaml"))


@pytest.mark.parametrize(
    "change", ["months=23", "needs.RUS.helicopters=8.5", "events.ban.share.high=0.99", "events.slump=null", "title=Other", "rules.rounds=1"]
)
def test_the_digest_knows_every_change(change: str) -> None:
    assert digest(load("tiny.yaml", [change])) != digest(load("tiny.yaml"))


def python(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and give what it prints."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=variables).stdout.strip()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_digest_is_the_same_in_every_process(seed: str) -> None:
    code = "from sim.scenario import digest, load; print(digest(load('tiny.yaml')))"
    assert python(code, PYTHONHASHSEED=seed) == digest(load("tiny.yaml"))


def test_loading_needs_no_heavy_library() -> None:
    code = "import sys, sim.scenario; sim.scenario.load('tiny.yaml'); print({'mesa', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules))"
    assert python(code) == "set()"


def test_a_large_scenario_loads_fast() -> None:
    """A real case has some 1500 values; ten times as many still take no time to speak of."""
    changed = data()
    line = {"capacity": {"value": 4, "low": 2, "high": 5, "source": "report", "confidence": "estimated"}, "yield": 0.9, "unit_cost": 3}
    changed["factories"] |= {
        f"plant{each}": {"title": f"Plant {each}", "state": "RUS", "lines": {"engines": line, "helicopters": line}} for each in range(700)
    }
    write(Path(), yaml.safe_dump(changed, sort_keys=False), "large.yaml")
    before = time.process_time()
    scenario = load("large.yaml")
    assert len(scenario.factories) == 703
    assert time.process_time() - before < 3

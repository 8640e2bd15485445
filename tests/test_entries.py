"""Every rule, kind of event and metric stands wherever its kin do: in the reference, in the marks
of the charts, in the tests of laws and examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.generated import events as described_events
from docs.generated import rules as described_rules
from docs.generated import scenario as described_keys
from sim import rules
from sim.events.kinds import KINDS
from sim.metrics.table import MONTHLY, SUMMARY
from sim.report.charts.relevance import bearing_on_capacity, bearing_on_need
from sim.scenario.loading.schema_walk import KINDS as NAMES
from tests.whole_world import whole, whole_world

ROOT = Path(__file__).parent.parent
METRICS = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
TESTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "tests").rglob("*.py")
    if path != Path(__file__)
}
LAWS = "".join(TESTS.values())
WORLD = whole_world()
OWN_TESTS = {
    "tariff": "test_tariff.py",
    "preference": "test_preference.py",
    "reexport": "test_evasion.py",
    "thrift": "test_thrift.py",
    "retool": "test_investment.py",
    "licence": "test_evasion.py",
}
"""Kinds that random worlds do not have: this list only shrinks."""
RULES = [f"{rule.family}.{rule.name}" for rule in rules.rules()]


def test_every_kind_that_may_be_written_does_something() -> None:
    assert set(KINDS) == set(NAMES.values())


@pytest.mark.parametrize("kind", NAMES)
def test_a_kind_is_in_the_reference_and_in_the_whole_world(kind: str) -> None:
    """The tests of captions and of keys go by that world; so do the marks below."""
    assert f"## `{kind}`" in described_events()
    assert kind in {event["kind"] for event in whole()["events"].values()}


@pytest.mark.parametrize("kind", NAMES)
def test_a_kind_is_in_the_tests_of_laws(kind: str) -> None:
    """In random worlds, or, where these do not have it, in a file of tests of its own."""
    files = ["random_worlds.py"] if kind not in OWN_TESTS else [OWN_TESTS[kind]]
    assert all(f'"{kind}"' in TESTS[file] for file in files)


def test_what_random_worlds_have_needs_no_file_of_its_own() -> None:
    assert not [kind for kind in OWN_TESTS if f'"{kind}"' in TESTS["random_worlds.py"]]


@pytest.mark.parametrize("kind", NAMES)
def test_a_kind_is_marked_on_the_charts_that_it_bears_on(kind: str) -> None:
    """Of a need or of capacity: whatever an event acts on, somebody sees it."""
    marked: set[str] = set()
    for state, needs in WORLD.needs.items():
        for product in needs:
            marked |= bearing_on_need(WORLD, state, product)
    for product in WORLD.products:
        marked |= bearing_on_capacity(WORLD, product)
    of_kind = {name for name, event in WORLD.events.items() if isinstance(event, NAMES[kind])}
    assert of_kind
    assert of_kind <= marked


def test_what_changes_lines_is_marked_on_their_charts() -> None:
    """All of it, on the lines that it names and on no others."""
    on_lines = {name for name, event in WORLD.events.items() if event.acts_on == "lines"}
    shown = {product: bearing_on_capacity(WORLD, product) for product in WORLD.products}
    assert on_lines == {"fire", "end", "turned", "permit"}
    assert set.union(*shown.values()) >= on_lines
    assert {product for product in shown if "turned" in shown[product]} == {"sets", "meters"}
    assert {product for product in shown if "permit" in shown[product]} == {"sets"}
    assert "turned" in bearing_on_need(WORLD, "AAA", "vessels")
    assert "permit" not in bearing_on_need(WORLD, "AAA", "meters")


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_in_the_reference_and_in_tests(name: str) -> None:
    rule = name.partition(".")[2]
    assert f"### `{rule}`" in described_rules()
    assert f'"{rule}"' in LAWS or f"rule: {rule}" in LAWS


@pytest.mark.parametrize("metric", dict.fromkeys((*MONTHLY, *SUMMARY)))
def test_a_metric_is_on_its_page_and_in_tests(metric: str) -> None:
    assert f"| `{metric}` |" in METRICS
    assert metric in LAWS


def test_signs_and_blanks_that_may_be_chosen_can_be_seen() -> None:
    told = described_keys()
    assert '`","`, `";"`, `"\\t"`, `"\\|"`' in told
    assert '`""`, `","`' in told

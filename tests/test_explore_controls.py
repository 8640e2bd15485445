"""Test the controls of the explorer: made from what a scenario says, each of effect."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.load import load_often
from sim.errors import InputError
from sim.explore.control import Control, Range
from sim.explore.menu import Menu, menu
from sim.explore.ranges import stepped
from sim.explore.settings import Asked, Settings, command, read
from sim.explore.without import without
from sim.report.page import asset
from sim.scenario.schema import Scenario
from tests.explored import written

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "baseline.yaml"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("explored"))


@pytest.fixture(scope="module")
def found(small: Path) -> Menu:
    return menu(sim.load(small))


def test_the_numbers_that_matter_most_stand_first(small: Path) -> None:
    ranked = menu(sim.load(small), ["needs.AAA.engines.units", "no.such.path", "events.ban.share"])
    first, events, *_ = ranked.groups
    assert [each.id for each in first.controls] == ["needs.AAA.engines.units", "events.ban.share"]
    assert "events.ban.share" not in [each.id for each in events.controls]
    assert len(ranked.controls) == sum(len(group.controls) for group in ranked.groups)


def test_each_kind_of_control_is_made(found: Menu) -> None:
    kinds = {each.id: each.kind for each in found.controls.values()}
    assert kinds["events.ban"] == kinds["programmes.help.active"] == "switch"
    assert kinds["events.ban.date"] == kinds["events.surge.until"] == "month"
    assert kinds["programmes.help.budget"] == "scale"
    assert kinds["programmes.help.beneficiaries"] == "states"
    assert kinds["rules.sourcing"] == "choice"
    for path in (
        "complexity.hard.build_months",
        "rules.sourcing.sensitivity",
        "trade.engines.weight",
    ):
        assert kinds.get(path, "number") == "number"
    assert "programmes.help.budget.2014-02" not in kinds
    assert "programmes.help.chair_weight" not in kinds  # it serves nobody else


def test_sliders_hold_what_is_known(found: Menu) -> None:
    ranges = {each.id: each.range for each in found.controls.values()}
    assert ranges["events.ban.share"] == Range(0.0, 1.0, 0.01)
    assert ranges["needs.AAA.engines.units"] == Range(7.5, 13.5, 0.1)
    assert ranges["states.AAA.stock_cover"] == Range(0.0, 2.0, 0.02)
    assert ranges["events.echo.factor"] == Range(0.0, 2.4, 0.05)
    assert ranges["rules.sourcing.sensitivity"] == Range(0.0, 4.0, 0.05)
    ends = [each[0] for each in found.controls["events.surge.date"].options]
    assert ends == ["2013-01", "2014-09"]
    assert stepped(3.0, 3.0) == Range(3.0, 4.0, 0.01)


@pytest.mark.parametrize(
    "name", ["first", "expand_when_pressed", "forgetting", "lots", "leontief", "search_gravity"]
)
def test_no_end_of_a_slider_is_refused(name: str) -> None:
    """A cost is above 0, a share below 1, a number of months whole."""
    assert ends_are_allowed(f"examples/{name}.yaml") > 5


def test_a_score_among_precedents_ends_at_4() -> None:
    """Whether the candidate gives its terms or their class does."""
    assert ends_are_allowed("cases/neon_2022.yaml") > 20


def test_the_example_of_a_value_by_its_path_can_be_set(found: Menu) -> None:
    (shown,) = re.findall(r'placeholder="(\S+=\S+)"', asset("explore.html.j2", "sim.explore"))
    assert Settings(free=(shown,)).sets(found) == [shown]
    sim.load(ROOT / "scenarios" / "examples" / "first.yaml", [shown])


def ends_are_allowed(name: str) -> int:
    """Load a scenario with each slider at its ends and a step within, and return at how many."""
    scenario = sim.load(ROOT / "scenarios" / name)
    found, again = menu(scenario), load_often(str(ROOT / "scenarios" / name))
    numbers = [each for each in found.controls.values() if each.kind == "number"]
    for each in numbers:
        assert each.range
        low, high, step = each.range.low, each.range.high, each.range.step
        for value in (low, low + step, high - step, high):
            again(tuple(Settings({each.id: f"{value:.12g}"}).sets(found)))
    return len(numbers)


def test_ends_are_moved_within_what_is_allowed() -> None:
    forgets = sim.load(ROOT / "scenarios" / "examples" / "forgetting.yaml")
    ends = menu(forgets).controls["factories.first_plant.rules.learning.forgetting"].range
    assert ends == Range(0.0, 0.99, 0.01)
    first = menu(sim.load(ROOT / "scenarios" / "examples" / "first.yaml"))
    cost = first.controls["programmes.build.candidates.home.capital_cost"].range
    assert cost == Range(0.2, 20.0, 0.2)
    presses = menu(sim.load(ROOT / "scenarios" / "examples" / "expand_when_pressed.yaml"))
    months = presses.controls["factories.home_plant.rules.investment.for_months"].range
    assert months == Range(1.0, 12.0, 1.0)


def test_texts_say_what_a_number_is_and_how_sure(found: Menu) -> None:
    text = found.controls["events.ban.share"].text
    assert text.startswith("Share of the deliveries that is cut")
    assert text.endswith("In the file: 0.8, drawn between 0.6 and 1 (assumed).")
    assert found.controls["events.ban"].text == "Without it there is no Echo either."
    assert found.controls["events.ban.share"].label == "share"


def test_numbers_stand_as_people_write_them_and_say_what_time_they_are_of() -> None:
    need = {"value": 25000, "low": 23000, "high": 28000, "per": "year"}
    path = ROOT / "scenarios" / "examples" / "first.yaml"
    found = menu(sim.load(path, needs={"AAA": {"engines": need}}))
    assert found.controls["needs.AAA.engines.units"].text == (
        "Units per month, constant. Here a year, as in the file: 25000, drawn between 23000 and"
        " 28000 (assumed)."
    )


def values(found: Menu) -> dict[str, str]:
    """Give every control another value than it has."""
    changed = {"switch": {"on": "off", "off": "on"}, "scale": {"1": "0.5"}}
    given = {}
    for each in found.controls.values():
        if each.kind in changed:
            given[each.id] = changed[each.kind][each.value]
        elif each.kind == "number":
            assert each.range
            given[each.id] = f"{(float(each.value) + each.range.low) / 2:g}"
        elif each.kind == "month":
            given[each.id] = each.options[0][0]
    given["rules.sourcing"] = "fixed"
    given["programmes.help.beneficiaries"] = "AAA,CCC"
    return given


def changes(scenario: Scenario, path: Path, sets: list[str]) -> bool:
    """Tell whether something that a run records differs."""
    one = sim.run(scenario).records
    other = sim.run(sim.load(path, sets, members=scenario.members)).records
    return any(
        not np.array_equal(values, other.series[name], equal_nan=True)
        for name, values in one.series.items()
    )


def test_every_control_changes_what_comes_out(small: Path, found: Menu) -> None:
    base = sim.load(small, members=2)
    idle = [
        key
        for key, value in values(found).items()
        if not changes(base, small, Settings({key: value}).sets(found))
    ]
    assert idle == []


def test_all_controls_of_the_baseline_can_be_set_together() -> None:
    """To what they are: the scenario stays in its central case as it is."""
    scenario = sim.load(BASELINE, members=1)
    whole = menu(scenario)
    same = {each.id: each.value for each in whole.controls.values() if each.kind != "switch"}
    held = sim.load(BASELINE, Settings(same).sets(whole), members=1, months=36)
    before, after = (
        sim.run(each).records.series["received"]
        for each in (sim.load(BASELINE, members=1, months=36), held)
    )
    assert np.array_equal(before, after)
    off = Settings({f"events.{name}": "off" for name in scenario.events})
    assert not sim.load(BASELINE, off.sets(whole)).events


def test_a_score_that_its_class_gives_acts(found: Menu) -> None:
    """A ramp's place among precedents, where the class says which: its terms are set beside it."""
    scenario = sim.load(BASELINE, members=1)
    path = "programmes.russian_programme.candidates.salyut_parts.ramp"
    sets = Settings({f"{path}.own": "1.5"}).sets(menu(scenario))
    shape = json.dumps({"precedents": "deep", "shape": "s_curve"})
    assert sets == [f"{path}={shape}", f"{path}.own=1.5"]


def test_an_event_goes_with_what_hangs_on_it(small: Path) -> None:
    scenario = sim.load(small)
    assert without(scenario, ["ban"]) == [
        ("events.thaw.lifts", ["second"]),
        ("events.ban", None),
        ("events.echo", None),
    ]
    gone = [path for path, value in without(scenario, ["ban", "second"]) if value is None]
    assert gone == ["events.ban", "events.second", "events.thaw", "events.echo"]


def test_what_is_set_of_an_event_that_is_off_is_left_out(found: Menu) -> None:
    sets = Settings({"events.surge.factor": "3", "events.surge": "off"}).sets(found)
    assert sets == ["events.surge=null"]


def test_a_budget_is_multiplied_with_its_interval(small: Path, found: Menu) -> None:
    sets = Settings({"programmes.help.budget": "0.5"}).sets(found)
    budget = sim.load(small, sets).programmes["help"].budget
    assert [(each.value, each.low, each.high) for each in budget.values()] == [
        (10, 8, 12),
        (2, None, None),
    ]
    nothing = sim.load(small, Settings({"programmes.help.budget": "0"}).sets(found))
    assert [each.value for each in nothing.programmes["help"].budget.values()] == [0, 0]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("events.ban.share", "much", "'much' is not a number"),
        ("events.ban.share", "1e999", "is not a number"),
        ("events.ban.share", "nan", "is not a number"),
        ("events.ban.share", "0.5, name: x", "is not a number"),
        ("events.ban.date", "2014", "is not a month"),
        ("events.ban", "perhaps", "neither on nor off"),
        ("rules.sourcing", "dearest", "there are bloc_first"),
        ("programmes.help.beneficiaries", "AAA,XXX", "unknown 'XXX'"),
        ("programmes.help.beneficiaries", ",", "names no state"),
        ("programmes.help.budget", "-1", "below 0"),
        ("events.bann", "off", "did you mean 'events.ban'"),
        ("events.ban.share", "9" * 999, "longer than any value"),
    ],
)
def test_wrong_values_are_named(found: Menu, key: str, value: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Settings({key: value}).sets(found)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("members=999999",), "members: stays"),
        (("start=1990-01",), "start: stays"),
        (("months=24",), "months: stays"),
        (("seed=3",), "seed: stays"),
        (tuple(f"months={each}" for each in range(41)), "40 at most"),
        (("title=" + 2000 * "x",), "too long"),
    ],
)
def test_what_an_address_may_not_set(found: Menu, texts: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Settings({}, texts).sets(found)


def test_faults_are_told_together(found: Menu) -> None:
    with pytest.raises(InputError) as told:
        Settings({"events.ban.share": "x", "events.ban.date": "y"}, ("members=1",)).sets(found)
    assert len(str(told.value).splitlines()) == 3


def test_an_address_is_read_as_it_was_written() -> None:
    from urllib.parse import parse_qsl

    asked = Asked(
        Settings({"events.ban.share": "0.5", "events.a b": "<&=>"}, ("months=12", "seed=3")),
        Settings({"events.ban": "off"}, ("months=24",)),
        "cost",
        ("AAA",),
        ("engines", "turbines"),
    )
    pairs = parse_qsl(asked.query(), keep_blank_values=True)
    assert read(pairs) == asked
    assert Asked().query() == ""
    assert read([("kept", "")]).kept == Settings()


def test_the_command_can_be_pasted() -> None:
    assert command("a b.yaml", ["events.x=null", "rules.sourcing=fixed"], 64) == (
        "sim run 'a b.yaml' --set events.x=null --set rules.sourcing=fixed --members 64"
    )


def test_a_control_without_an_entity_keeps_its_title() -> None:
    assert Control("a.b", "number", "A: b", "1").label == "A: b"

"""How events join up: they begin when something has come about, and after one another; narrow trade
rules beat wide ones."""

from __future__ import annotations

import re
from typing import Any, get_args

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.errors import ScenarioError
from sim.events.triggers import METRICS, Watched
from sim.scenario.event_times import When
from sim.scenario.loading.dump import dump
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.plants import programme
from tests.worlds import old_supplier, propulsion_world, world

BAN = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA", "share": 0.5}
ENGINES = {"state": "AAA", "product": "engines"}
SHORT = {"metric": "fill_rate", "below": 0.5, "for": 4}
"""From June on, of the ban of May: known in October"""


def begins(scenario: Scenario, event: str = "then") -> list[tuple[str, float]]:
    """Run and list the months in which an event begins, with the share of members."""
    return [
        (row.month, row.members)
        for row in run(scenario).records.events
        if (row.event, row.action) == (event, "begins")
    ]


def answered(when: dict[str, Any], **keys: Any) -> Scenario:
    """Return the old supplier's world with half of the deliveries banned in May 2014, and an event
    that waits for something."""
    lifting = {"kind": "lifting", "lifts": ["ban"], "when": ENGINES | when}
    return world(events={"ban": BAN, "then": lifting | keys})


@pytest.mark.parametrize(
    ("when", "month"),
    [
        # the ban of May bites in June, when what was shipped in May is used
        ({"metric": "fill_rate", "below": 0.7}, "2014-07"),
        ({"metric": "fill_rate", "below": 0.7, "for": 4}, "2014-10"),
        ({"metric": "fill_rate", "below": 0.5}, None),
        ({"metric": "fill_rate", "above": 0.99, "for": 3}, "2014-04"),
        ({"metric": "unmet", "above": 39}, "2014-07"),
        ({"metric": "backlog", "above": 39}, "2014-06"),
        ({"metric": "backlog", "above": 41}, "2014-07"),
        ({"metric": "backlog_months", "above": 0.39}, "2014-06"),
        ({"metric": "stock", "below": 1, "for": 2}, "2014-03"),
        ({"metric": "import_share", "below": 0.7}, "2014-06"),
        ({"metric": "leaked_share", "above": 0}, None),
    ],
)
def test_an_event_begins_when_its_condition_has_held(
    when: dict[str, Any], month: str | None
) -> None:
    """In the month after it has held for so many months, once."""
    assert begins(answered(when)) == ([(month, 1.0)] if month else [])


@pytest.mark.parametrize(
    "when",
    [
        {"metric": "fill_rate", "below": 0.7},
        {"metric": "unmet", "above": 39},
        {"metric": "backlog", "above": 41},
        {"metric": "import_share", "below": 0.7},
    ],
)
def test_a_month_is_looked_at_when_it_has_passed(when: dict[str, Any]) -> None:
    """Also where its events come after its decisions: 60 of 100 are shipped in May, used in June,
    and known in July; 40 wait after May, and are known in June."""
    late = {"decisions": "before_events"}
    scenario = answered(when)
    decided = scenario.model_copy(update={"rules": world(rules=late).rules})
    assert begins(decided) == begins(scenario)


@pytest.mark.parametrize(
    ("when", "month"),
    [
        ({"metric": "fill_rate", "above": 0.999}, "2014-02"),
        ({"metric": "fill_rate", "above": 1}, None),
        ({"metric": "fill_rate", "below": 1}, None),
        ({"metric": "unmet", "above": 0}, None),
        ({"metric": "backlog_months", "below": 1}, None),
        ({"metric": "stock_months", "above": 0}, None),
        ({"metric": "import_share", "below": 1}, None),
        ({"metric": "leaked_share", "below": 1}, None),
    ],
)
def test_a_need_of_nothing_is_met_in_full(when: dict[str, Any], month: str | None) -> None:
    """It is filled to 1, no less and no more; months and shares of nothing are no numbers."""
    needs = {"AAA": {"engines": 0}}
    lifting = {"kind": "lifting", "lifts": ["ban"], "when": ENGINES | when}
    found = begins(world(needs=needs, events={"ban": BAN, "then": lifting}))
    assert found == ([(month, 1.0)] if month else [])


def test_a_stock_that_runs_down_brings_an_event() -> None:
    """Three months of stock, 40 of 100 a month missing: below half a month after the seventh month
    of drawing it down."""
    states = {"AAA": {"title": "Buyer", "stock_cover": 3}, "BBB": {"title": "Old supplier"}}
    scenario = answered({"metric": "stock_months", "below": 0.5})
    records = run(scenario.model_copy(update={"states": world(states=states).states})).records
    stock = records.series["stock"][:, 0, 0] / 100
    [begin] = [row.month for row in records.events if row.event == "then"]
    assert begin == records.months[int(np.argmax(stock < 0.5)) + 1]
    assert stock[5] > 0.5


def test_what_begins_acts_from_that_month_on() -> None:
    """The ban is lifted in July; deliveries are back; without it they are not."""
    flow = run(answered({"metric": "fill_rate", "below": 0.7})).records.series["imports"][:, 0, 0]
    np.testing.assert_allclose(flow[4:6], 40)
    assert (flow[6:] >= 80).all()
    never = run(answered({"metric": "fill_rate", "below": 0.5})).records.series["imports"][:, 0, 0]
    np.testing.assert_allclose(never[4:], 40)


def test_a_condition_that_is_interrupted_counts_anew() -> None:
    """Deliveries fail in every other month: never two months in a row."""
    strikes = {
        f"strike_{month}": {
            "kind": "outage",
            "date": f"2014-{month:02d}",
            "until": f"2014-{month + 1:02d}",
            "factory": "old_plant",
        }
        for month in (3, 5, 7, 9)
    }
    lost = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}

    def found(months: int) -> list[tuple[str, float]]:
        then = {
            "kind": "demand",
            "state": "AAA",
            "factor": 2,
            "when": ENGINES | {"metric": "unmet", "above": 50, "for": months},
        }
        return begins(world(products=lost, events=strikes | {"then": then}))

    assert found(1) == [("2014-05", 1.0)]
    assert found(2) == []


def test_followers_follow_what_is_triggered() -> None:
    """Some months after it, in each member; and what has ended before it could begin never does."""
    fire = {"kind": "outage", "factory": "home_plant", "after": {"event": "then", "months": 2}}
    scenario = answered({"metric": "fill_rate", "below": 0.7})
    events = scenario.model_dump(by_alias=True, exclude_unset=True)["events"]
    assert begins(world(events=events | {"fire": fire}), "fire") == [("2014-09", 1.0)]
    assert begins(answered({"metric": "fill_rate", "below": 0.7}, until="2014-06")) == []
    assert begins(answered({"metric": "fill_rate", "below": 0.7}, until="2014-08")) == [
        ("2014-07", 1.0)
    ]


def test_a_chain_of_events() -> None:
    """A ban; a programme that starts when stocks fall; its first plant; the ban's end after that;
    demand after all."""
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 5,
        "qualification_months": 1,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    build = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-01": 20},
        "active": False,
        "candidates": {"home": home},
    }
    events = {
        "ban": BAN,
        "then": {
            "kind": "programme_start",
            "programme": "build",
            "when": ENGINES | {"metric": "fill_rate", "below": 0.7, "for": 2},
        },
        "lift": {
            "kind": "lifting",
            "lifts": ["ban"],
            "after": {"completion": "build.home", "months": 1},
        },
        "boom": {
            "kind": "demand",
            "state": "AAA",
            "factor": 1.1,
            "after": {"event": "lift", "months": 3},
        },
    }
    scenario = world(events=events, programmes={"build": build})
    assert [begins(scenario, name) for name in events] == [
        [("2014-05", 1)],
        [("2014-08", 1)],
        [("2015-03", 1)],
        [("2015-06", 1)],
    ]
    records = run(scenario).records
    np.testing.assert_allclose(records.series["need"][[16, 17], 0, 0], [100, 110])


def watching() -> Scenario:
    """Return a world in which each member's event begins in another month, or never."""
    when = {
        "metric": "fill_rate",
        "state": "AAA",
        "product": "propulsion_units",
        "below": {"value": 0.6, "low": 0.1, "high": 0.99},
        "for": {"value": 3, "low": 1, "high": 12},
    }
    events = propulsion_world().model_dump(by_alias=True, exclude_unset=True)["events"]
    lifting = {"kind": "lifting", "lifts": ["ban"], "share": 0.5, "phase_in": 2, "when": when}
    fire = {
        "kind": "outage",
        "factory": "lens_maker",
        "after": {"event": "then", "months": {"value": 4, "low": 0, "high": 9}},
    }
    return propulsion_world(members=12, events=events | {"then": lifting, "fire": fire})


@pytest.mark.parametrize("company", [[0], [7], [3, 11], [9, 2, 5]])
def test_members_begin_each_in_their_own_month(company: list[int]) -> None:
    """Whoever else is in the chunk; the levels and the months are drawn."""
    scenario = watching()
    axes = number(scenario)

    def taped(members: list[int]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        tape = Tape.blank(scenario, axes, len(members))
        return run_chunk(scenario, members, axes, tape).timeline.begin, tape.series

    (begin, series), (part, some) = taped(list(range(12))), taped(company)
    assert len(set(begin[2].tolist())) > 4
    assert np.array_equal(part, begin[:, company])
    for name, values in some.items():
        assert np.array_equal(values, series[name][..., company]), name


def test_every_metric_is_known_and_measured() -> None:
    """The names that the schema allows are those that can be measured."""
    assert set(get_args(When.model_fields["metric"].annotation)) == set(METRICS)
    model = SupplyModel(world(events={"ban": BAN}))
    for _ in range(6):
        model.step()
    need = Watched(model.world, 0, np.arange(2))
    values = {name: float(measure(need)[0]) for name, measure in METRICS.items()}
    assert values["fill_rate"] == pytest.approx(0.6)
    assert values["unmet"] == pytest.approx(40)
    assert values["import_share"] == pytest.approx(2 / 3)
    assert values["leaked_share"] == 0


def test_conditions_are_written_as_they_are_read() -> None:
    scenario = answered({"metric": "fill_rate", "below": 0.7, "for": 4})
    assert "for: 4" in dump(scenario)


def faults(when: dict[str, Any] | None, **keys: Any) -> list[str]:
    """Return what the door says of an event that waits for something."""
    event = {"kind": "lifting", "lifts": ["ban"]} | ({"when": when} if when else {}) | keys
    with pytest.raises(ScenarioError) as caught:
        parse({**old_supplier(), "events": {"ban": BAN, "then": event}})
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


FILL = ENGINES | {"metric": "fill_rate", "below": 0.7}


@pytest.mark.parametrize(
    ("when", "message"),
    [
        (
            FILL | {"metric": "fillrate"},
            (
                "metric: expected fill_rate, unmet, .* or leaked_share, found text 'fillrate'; did"
                " you mean 'fill_rate'"
            ),
        ),
        (FILL | {"state": "AAB"}, "state: unknown state 'AAB'; did you mean 'AAA'"),
        (FILL | {"product": "engine"}, "product: unknown product 'engine'; did you mean 'engines'"),
        (FILL | {"state": "BBB"}, "when: watches nothing: 'BBB' has no need of 'engines'"),
        (FILL | {"above": 0.9}, "when: give exactly one of below, above"),
        (ENGINES | {"metric": "fill_rate"}, "when: give exactly one of below, above"),
        (FILL | {"for": 0}, r"for: 0 is below 1"),
        (
            FILL | {"months": 3},
            "months: unknown key; allowed: metric, state, product, below, above, for",
        ),
    ],
)
def test_a_condition_that_cannot_be_is_refused(when: dict[str, Any], message: str) -> None:
    [fault] = faults(when)
    assert re.search(rf"^events\.then\.(when\.)?{message}", fault), fault


def test_an_event_begins_in_one_way() -> None:
    assert (
        faults(FILL, date="2014-07")
        == faults(None)
        == ["events.then: give exactly one of date, after, when"]
    )


# --- trade rules
# -------------------------------------------------------------------------------------------------


def trading(**trade: Any) -> dict[tuple[str, str], float]:
    """Return what AAA and CCC, who each need 30 engines, buy a month from BBB and DDD in a world
    with these trade rules."""
    states = {
        name: {"title": name, "bloc": bloc}
        for name, bloc in (("AAA", "west"), ("BBB", "east"), ("CCC", "west"), ("DDD", "east"))
    }
    factories = {
        name.lower(): {"title": name, "state": name, "lines": {"engines": 300}}
        for name in ("BBB", "DDD")
    }
    records = run(
        world(
            months=12,
            states=states,
            factories=factories,
            needs={"AAA": {"engines": 30}, "CCC": {"engines": 30}},
            trade=trade,
        )
    ).records
    return {
        route[:2][::-1]: round(float(flow), 9) / 12
        for route, flow in zip(records.routes, records.flows[0, :, 0], strict=True)
    }


def test_a_star_permits_all_and_narrower_rules_stand_in_its_place() -> None:
    """`*` throughout; a bloc beats it; a state beats the bloc; the narrowest holds alone, for
    weight, cap and all else."""
    everyone = {"exporter": "*", "importer": "*", "product": "*"}
    bloc = {"exporter": "east", "importer": "west", "product": "*", "weight": 2}
    state = {"exporter": "DDD", "importer": "west", "product": "*", "weight": 4}
    route = {"exporter": "DDD", "importer": "CCC", "product": "engines", "weight": 2, "cap": 6}
    even = {("AAA", "BBB"): 15, ("AAA", "DDD"): 15, ("CCC", "BBB"): 15, ("CCC", "DDD"): 15}
    assert trading(everyone=everyone) == even
    assert trading(everyone=everyone, bloc=bloc) == even
    two_thirds = {("AAA", "BBB"): 10, ("AAA", "DDD"): 20, ("CCC", "BBB"): 10, ("CCC", "DDD"): 20}
    assert trading(everyone=everyone, bloc=bloc, state=state) == two_thirds
    assert trading(everyone=everyone, bloc=bloc, state=state, route=route) == two_thirds | {
        ("CCC", "BBB"): 24,
        ("CCC", "DDD"): 6,
    }
    closed = route | {"weight": 0}
    assert trading(everyone=everyone, bloc=bloc, state=state, route=closed) == {
        ("AAA", "BBB"): 10,
        ("AAA", "DDD"): 20,
        ("CCC", "BBB"): 30,
    }


@pytest.mark.parametrize("how", [{"date": "2014-10"}, {"when": {**ENGINES, **SHORT}}])
def test_what_closes_in_the_month_of_its_completion_is_not_completed(how: dict[str, Any]) -> None:
    """June's money is qualified in October, in which the plant closes: nothing follows it, though
    the ban would be lifted in December. A month later it had been there."""
    lifting = {"kind": "lifting", "lifts": ["ban"]}
    events = {
        "ban": {**BAN, "share": 1},
        "close": {"kind": "closure", "factory": "home_plant", **how},
        "then": {**lifting, "after": {"completion": "build.home", "months": 2}},
    }
    programmes = {"build": programme({"build_months": 4})}
    assert begins(world(events=events, programmes=programmes)) == []
    events["close"] = {**events["close"], "date": "2014-11"}
    events["close"].pop("when", None)
    assert begins(world(events=events, programmes=programmes)) == [("2014-12", 1.0)]

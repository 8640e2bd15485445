"""What events do month by month, on paper: what runs of whole worlds would not show."""

from __future__ import annotations

import itertools

import numpy as np

from sim.engine.model import SupplyModel
from sim.engine.run import run
from tests import wrong_numbers
from tests.test_events import event, programme, received
from tests.worlds import old_supplier, world
from tests.wrong_numbers import data, series


def test_events_that_follow_one_another_may_stand_in_any_order() -> None:
    """The third of a chain begins after the second, though the file names it first."""
    chain = {
        "third": event("cut_off") | {"after": {"event": "second", "months": 2}},
        "second": event("cut_off") | {"after": {"event": "first", "months": 1}},
        "first": event("cut_off"),
    }
    del chain["third"]["date"], chain["second"]["date"]
    events = run(world(events=chain)).records.events
    begun = {each.event: each.month for each in events if each.action == "begins"}
    assert begun == {"first": "2014-05", "second": "2014-06", "third": "2014-08"}


def test_funding_reaches_each_member_in_its_own_months() -> None:
    """24 in three parts, from a month on that is drawn: 8 a month for three months, no more."""
    more = {
        "kind": "funding",
        "programme": "build",
        "amount": 24,
        "months": 3,
        "after": {"event": "ban", "months": {"value": 4, "low": 0, "high": 9}},
    }
    scenario = world(
        members=8,
        events={"ban": event("cut_off"), "more": more},
        programmes={"build": programme(budget={})},
    )
    model = SupplyModel(scenario, range(8))
    paid = np.zeros((24, 8))
    for month in range(24):
        model.step()
        paid[month] = model.world.programmes.appropriated[0]
    begin = model.events.timeline.begin[1]
    assert len(set(begin.tolist())) > 3
    months = np.arange(24)[:, None]
    np.testing.assert_allclose(
        paid, np.where((months >= begin) & (months < begin + 3), 8.0, 0.0), atol=1e-12
    )


def test_closing_a_plant_leaves_others_what_comes_back() -> None:
    """Home output fails in March 2015 and 20 a month are called back at the old plant, each two
    months later; in between another resting plant is closed for good.
    """
    plants = old_supplier()["factories"]
    resting = {"after_months": 6, "return_months": 2}
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200, "mothball": resting}
    plants["spare"] = {
        "title": "Spare",
        "state": "BBB",
        "lines": {"gears": {"capacity": 5, "mothball": resting}},
    }
    products = old_supplier()["products"] | {"gears": {"title": "Gears", "unit": "gears"}}
    fire = {"kind": "outage", "date": "2015-03", "factory": "home_plant"}
    end = {"kind": "closure", "date": "2015-05", "factory": "spare"}
    found = run(
        world(factories=plants, products=products, events={"fire": fire, "end": end})
    ).records
    old, spare = (
        next(row for row, line in enumerate(found.lines) if line[0] == name)
        for name in ("old_plant", "spare")
    )
    np.testing.assert_allclose(found.capacity[13:19, old, 0], [80, 80, 80, 100, 120, 140])
    np.testing.assert_allclose(found.capacity[[0, 12, 18], spare, 0], [5, 0, 0])


def test_an_event_holds_in_full_when_it_has_phased_in() -> None:
    """Over six months, a sixth of it at once, all of it in the sixth."""
    records = run(world(months=24, events={"ban": event("cut_off", phase_in=6)})).records
    begin = next(row.month for row in records.events if row.action == "begins")
    full = next(row.month for row in records.events if row.action == "holds in full")
    months = list(records.months)
    assert months.index(full) - months.index(begin) == 5


def test_a_royalty_is_charged_once_in_each_members_own_month() -> None:
    """A tenth of 5, from a month on that is drawn, whoever else begins later."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "unit_cost": 5}
    licence = {
        "kind": "licence",
        "factory": "home_plant",
        "product": "engines",
        "royalty": 0.1,
        "after": {"event": "ban", "months": {"value": 4, "low": 0, "high": 9}},
    }
    events = {"ban": event("cut_off"), "licence": licence}
    records = run(world(members=8, factories=plants, events=events)).records
    made = records.output[:, [line[0] for line in records.lines].index("home_plant")]
    assert len(set((made > 0).argmax(axis=0).tolist())) > 3
    np.testing.assert_allclose(records.series["spending"][4:, 0], 5.5 * made[4:])


def test_a_leak_that_settles_at_once_leaks_nothing_before() -> None:
    """80 come before the ban of May; from July on half of it leaks, and a month later a tenth,
    though e to the power of months / 0.001 is beyond all numbers a month before."""
    leak = event("leakage", share=0.5, end_share=0.1, settles_months=0.001) | {"date": "2014-07"}
    flow = received(ban=event("cut_off"), leak=leak)
    np.testing.assert_allclose(flow[2:10], [80, 80, 0, 0, 40, 8, 8, 8], atol=1e-12)


def test_the_order_of_states_changes_no_reexport() -> None:
    """The transit state may stand first: what is cut from BBB to AAA is not what goes by CCC."""
    scenario = data("reexport_leg_cut_slightly")
    for order in itertools.permutations(("AAA", "BBB", "CCC")):
        scenario["states"] = {name: {"title": name} for name in order}
        found = series(wrong_numbers.run(scenario), "received")
        np.testing.assert_allclose(found, [50] * 2 + [20] * 5 + [19.8] * 5)

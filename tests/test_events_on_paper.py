"""What events do month by month, on paper: what runs of whole worlds would not show."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.sums import NEVER
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


def came(**events: Any) -> np.ndarray:
    """Return what arrives from abroad month by month where buyers do not wait."""
    lost = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}
    return run(world(events=events, products=lost)).records.series["imports"][:, 0, 0]


@pytest.mark.parametrize(
    ("lifted", "share", "left"),
    [("2014-04", 1, 0), ("2014-05", 1, 80), ("2014-07", 1, 80), ("2014-07", 0.25, 20)],
)
def test_a_lifting_undoes_what_has_begun(lifted: str, share: float, left: float) -> None:
    """The ban of May takes all 80: one lifted in April has not begun, one lifted in May never takes
    anything, and of a quarter a quarter is back."""
    lift = {"kind": "lifting", "date": lifted, "lifts": ["ban"], "share": share}
    flow = came(ban=event("cut_off"), lift=lift)
    np.testing.assert_allclose(flow[[3, 7]], [80, left], atol=1e-9)
    before = 80 if lifted == "2014-05" else 0
    np.testing.assert_allclose(flow[[4, 5]], before, atol=1e-9)


def test_two_liftings_leave_what_neither_lifts() -> None:
    """Half, and half of the rest in July, when the second has half phased in: 0.75 of 0.5 are left;
    from August on a quarter. What is over by 2014-10 comes back."""
    lift = {"kind": "lifting", "date": "2014-06", "lifts": ["ban"], "share": 0.5}
    second = lift | {"date": "2014-07", "phase_in": 2}
    ban = event("cut_off", until="2014-10")
    flow = came(ban=ban, one=lift, two=second)
    np.testing.assert_allclose(flow[4:10], [0, 40, 80 * 0.625, 60, 60, 80], atol=1e-9)


def test_a_repair_mends_a_part_of_an_outage() -> None:
    """Three quarters of 200 are out from May on; a third of that is mended in July: half is out."""
    fire = {"kind": "outage", "date": "2014-05", "factory": "old_plant", "share": 0.75}
    repair = {"kind": "repair", "date": "2014-07", "repairs": ["fire"], "share": 1 / 3}
    records = run(world(events={"fire": fire, "mend": repair})).records
    old = [line[0] for line in records.lines].index("old_plant")
    np.testing.assert_allclose(records.usable[3:9, old, 0], [200, 50, 50, 100, 100, 100])


def test_events_of_the_first_month_hold_in_it() -> None:
    """A ban, an outage, more need and money, all in January 2014; and money in the last month."""
    events = {
        "ban": event("cut_off") | {"date": "2014-01"},
        "fire": {"kind": "outage", "date": "2014-01", "factory": "home_plant", "share": 0.25},
        "more": {"kind": "demand", "date": "2014-01", "state": "AAA", "units": 7},
    }
    build = programme(budget={"2014-01": 3, "2015-12": 5})
    model = SupplyModel(world(events=events, programmes={"build": build}))
    paid = []
    for _ in range(24):
        model.step()
        paid.append(float(model.world.programmes.appropriated[0, 0]))
        if model.world.month == 1:
            own = model.world.axes.exporter != model.world.axes.importer
            assert model.world.links.flow[own].sum() == 0
            assert model.world.lines.usable[:, 0].tolist() == [200, 15]
            assert model.world.needs.final.tolist() == [[107]]
    assert paid == [3] + [0] * 22 + [5]


@pytest.mark.parametrize("unit", [1, 0.01])
def test_who_buys_what_is_made_of_what_is_cut_is_hit_too(unit: float) -> None:
    """AAA and CCC buy ships of the yard of CCC, which needs engines of BBB, cut in May; DDD makes
    its own of what it makes itself. In units and in hundreds."""
    data = old_supplier()
    data["states"] |= {name: {"title": name} for name in ("CCC", "DDD")}
    data["products"]["ships"] = {"title": "S", "unit": "ships", "inputs": {"engines": 2}}
    data["factories"] |= {
        "yard": {"title": "Y", "state": "CCC", "lines": {"ships": 3 * unit}},
        "docks": {"title": "D", "state": "DDD", "lines": {"ships": 3 * unit, "engines": 9 * unit}},
    }
    data["needs"] = {name: {"ships": unit} for name in ("AAA", "CCC", "DDD")}
    data["trade"] = {
        "ships": {"exporter": "CCC", "importer": ["AAA", "CCC"], "product": "ships"},
        "own": {"exporter": "DDD", "importer": "DDD", "product": "*"},
        "engines": {"exporter": "BBB", "importer": "CCC", "product": "engines"},
    }
    ban = event("cut_off") | {"importer": "CCC", "product": "engines"}
    records = run(world(**data | {"events": {"ban": ban}})).records
    hit = dict(zip((need[0] for need in records.needs), records.hit[:, 0].tolist(), strict=True))
    assert hit["AAA"] == hit["CCC"] < 12
    assert hit["DDD"] == NEVER


def test_a_link_that_may_carry_nothing_is_asked_for_nothing() -> None:
    """Half of what would flow is cut from May on, and from July on all is under a quota of none:
    the buyer turns to its own plant for the whole 100."""
    half, none = event("cut_off", share=0.5), event("quota", cap=0) | {"date": "2014-07"}
    lost = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}
    model = SupplyModel(world(events={"half": half, "none": none}, products=lost))
    asked = []
    for _ in range(8):
        model.step()
        asked.append(model.world.lines.asked[:, 0].tolist())
    assert asked[3] == [80, 20]
    assert asked[6] == [0, 100]
    assert asked[7] == [0, 100]

"""A plant that wants to catch up for what cuts refused orders nothing new by that."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.kernels.catching_up import Customers, extra_use
from tests.on_paper import column
from tests.test_partial_cuts import CUT, one_supplier
from tests.test_reference import assert_same
from tests.worlds import world as small_world
from tests.wrong_numbers import run, series

Tree = dict[str, Any]
approx = pytest.approx
BEFORE = 6


def yard(capacity: float, cancellation: float, *, cover: float = 1, share: float = 0.5) -> Tree:
    """Make a world in which a yard of this capacity builds 30 boats a month of two engines each,
    a share of which is cut from July on; it holds engines for a month."""
    world = one_supplier({"AAA": 60}, cut={**CUT, "share": share})
    world["factories"]["fb"]["lines"]["x"] = 1000
    world["states"]["AAA"]["stock_cover"] = cover
    world["products"]["x"]["cancellation"] = cancellation
    world["products"]["boats"] = {
        "title": "Boats",
        "unit": "boats",
        "cancellation": cancellation,
        "inputs": {"x": 2},
        "input_cover": 1,
    }
    lines = {"boats": {"capacity": capacity, "unit_cost": 1}}
    world["factories"]["yard"] = {"title": "Yard", "state": "AAA", "lines": lines}
    world["needs"] = {"AAA": {"boats": 30}}
    world["trade"]["home"] = {"exporter": "AAA", "importer": "AAA", "product": "boats"}
    return world


def engines(world: Tree) -> list[float]:
    """Run it and tell how many engines come in each year."""
    flows = run(world).flows
    found: list[float] = flows[flows["product"] == "x"].groupby("year").central.sum().tolist()
    return found


@pytest.mark.parametrize("capacity", [36, 60, 300])
@pytest.mark.parametrize("cancellation", [0, 0.02, 0.3, 1])
@pytest.mark.parametrize("cover", [0, 1, 5])
def test_a_cut_of_inputs_takes_its_share_however_much_capacity_there_is(
    capacity: float, cancellation: float, cover: float
) -> None:
    """Its customers wait for 15 boats more each month, which it might build in one: no engine comes
    for them that would not without the cut."""
    world = yard(capacity, cancellation, cover=cover)
    assert engines(world) == approx([60 * 6 + 30 * 6, 30 * 12, 30 * 12])
    assert series(run(world), "received", product="boats")[-12:] == approx([15.0] * 12)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_of_any_share(share: float) -> None:
    left = 60 * (1 - share)
    assert engines(yard(300, 0.02, share=share)) == approx([60 * 6 + left * 6, *[left * 12] * 2])


def test_more_need_is_no_catching_up() -> None:
    """From 2015 on 45 boats are needed, and what comes for those is new: half of what would."""
    world = yard(300, 0.02)
    world["events"]["more"] = {
        "kind": "demand",
        "date": "2015-01",
        "state": "AAA",
        "product": "boats",
        "factor": 1.5,
    }
    free = {**world, "events": {"more": world["events"]["more"]}}
    assert engines(world)[1:] == approx([each / 2 for each in engines(free)[1:]], rel=0.02)


@pytest.mark.parametrize("cancellation", [0, 0.1])
def test_when_the_cut_takes_next_to_nothing_any_more_all_is_caught_up_for(
    cancellation: float,
) -> None:
    """Nine tenths until July 2015, and then a millionth: like none."""
    ends = yard(300, cancellation, share=0.9)
    ends["events"]["cut"]["until"] = "2015-07"
    later = {**CUT, "date": "2015-07", "share": 1e-6}
    lightens = {**ends, "events": {**ends["events"], "later": later}}
    assert engines(lightens) == approx(engines(ends), rel=0.01, abs=7)
    lightens["events"]["later"] = {**later, "share": 0.5}
    assert sum(engines(lightens)) < 0.8 * sum(engines(ends))


def test_an_outage_of_another_input_is_caught_up_for() -> None:
    """Where no cut refused anything, who catches up wants more: with all engines away for three
    months, and no cut, all boats are built in the end."""
    world = yard(300, 0)
    world["events"] = {
        "out": {"kind": "outage", "date": "2014-07", "until": "2014-10", "factory": "fb"}
    }
    assert sum(engines(world)) == approx(60 * 36, rel=0.03)


@pytest.mark.parametrize(("capacity", "cancellation"), [(36, 0.02), (300, 0.02), (300, 0.6)])
def test_as_the_reference(capacity: float, cancellation: float) -> None:
    assert_same(sim.parse(yard(capacity, cancellation)))


# --- the kernel, on paper
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caught", "most", "extra"),
    [(20, 100, 20), (20, 60, 0), (60, 70, 50), (90, 100, 80), (0, 90, 0)],
)
def test_what_of_the_use_expected_is_for_that(caught: float, most: float, extra: float) -> None:
    """Of 80 perceived, as far as there is capacity for."""
    found = extra_use(column(min(80, most)), column(80), column(caught), column(most))
    assert found.tolist() == [[extra]]


def test_who_waits_for_what_a_line_lost() -> None:
    """A line that would have made 6 more leaves them to its customers by what it did not send: 4
    and 8 of 12; one that made 3 more than it would have sent them by what came, 1 and 2."""
    line, need = np.array([0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2])
    own = Customers.of(line, need, np.array([1, 2]), np.arange(3), 3)
    assert own.links.tolist() == [1, 2, 3, 4]
    assert own.lines[own.line].tolist() == [1, 1, 2, 2]
    more, came = own.waiting(column(6, -3), column(10, 20, 5, 5), column(6, 12, 1, 2))
    assert more[:, 0].tolist() == [2, 4, -1, -2]
    assert came[:, 0].tolist() == approx([18 / 3, 18 * 2 / 3, 0, 0])


def test_who_got_all_but_a_hair_waits_for_nothing() -> None:
    """It is never counted among those who wait since a line lacks inputs."""
    own = Customers.of(np.array([0, 0]), np.array([0, 1]), np.array([0]), np.arange(1), 2)
    more, came = own.waiting(column(4), column(0.3, 9), column(0.3 - 6e-17, 1))
    assert more[:, 0].tolist() == [0, 4]
    assert came[0, 0] == 0


def test_who_waits_for_two_lines_waits_still_in_proportion() -> None:
    """30 for one of which a half is lifted, and 10 for one that lacks as much as before."""
    line, need = np.array([0, 1, 1]), np.array([0, 0, 1])
    own = Customers.of(line, need, np.array([0, 1]), np.arange(2), 3)
    assert own.of_others(column(30, 10, 0))[:, 0].tolist() == [0.25, 0.75, 1]
    both = Customers.of(line, need, np.array([0, 1]), np.array([4, 4]), 3)
    assert both.of_others(column(30, 10, 5))[:, 0].tolist() == [0, 0, 0]
    lighter = own.lighter(column(30, 10, 0), column(0.5, 1))
    assert own.needs.tolist() == [0, 1]
    assert lighter[:, 0].tolist() == [0.625, 1]


@pytest.mark.parametrize("rule", [{"rule": "anchored", "line_share": each} for each in (0, 0.34)])
@pytest.mark.parametrize("cancellation", [0, 0.3, 1])
@pytest.mark.parametrize("cover", [0.5, 5])
def test_who_forgets_what_is_on_order_asks_twice_for_no_new_goods(
    rule: Tree, cancellation: float, cover: float
) -> None:
    world = one_supplier({"AAA": 60}, cut={**CUT, "share": 0.5})
    world["states"]["AAA"]["stock_cover"] = cover
    world["products"]["x"]["cancellation"] = cancellation
    world["factories"]["fb"]["lines"]["x"] = 1000
    world["rules"] = {"ordering": rule}
    assert series(run(world), "received") == approx([60.0] * BEFORE + [30.0] * 30)


def test_a_cut_that_refuses_nobody_anything_lightens_no_other() -> None:
    """Of the gears that AAA's yard takes half is cut, so CCC gets 30 of 60 units. DDD's plant, too,
    may supply CCC, but has burnt down: what a cut of its gears would take is nothing to anybody."""
    cut = {"kind": "cut_off", "date": "2014-06", "exporter": "BBB", "product": "gears"}
    small = {"small": {**cut, "importer": "DDD", "date": "2014-07", "share": 0.1}}
    received = []
    for more in ({}, small):
        lines = {"AAA": {"units": 100}, "BBB": {"gears": 200}, "DDD": {"units": 50}}
        units = {"title": "Units", "unit": "units", "inputs": {"gears": 1}, "input_cover": 1}
        gears = {"title": "Gears", "unit": "sets"}
        trade = {"exporter": "*", "importer": "*", "product": "*"}
        scenario = small_world(
            states={name: {"title": name} for name in ("AAA", "BBB", "CCC", "DDD")},
            products={"gears": gears, "units": units},
            factories={
                f"in_{state}": {"title": state, "state": state, "lines": own}
                for state, own in lines.items()
            },
            needs={"CCC": {"units": 60}},
            trade={
                "all": trade,
                "few": {**trade, "exporter": "DDD", "product": "units", "weight": 0.0001},
            },
            events={
                "ban": {**cut, "importer": "AAA", "share": 0.5},
                "fire": {"kind": "outage", "date": "2014-02", "factory": "in_DDD"},
                **more,
            },
        )
        received.append(sim.run(scenario).records.series["received"][:, 0, 0])
    assert received[0][-12:] == pytest.approx([30] * 12, rel=1e-3)
    assert received[1] == pytest.approx(received[0], rel=1e-12)


def test_who_lacks_use_alone_is_asked_too() -> None:
    """A buyer cancels all, holds nothing, and lacks but last month's use, as much as came: it
    would replace that, and 1.3 thirds more for its cover, and lacks this beside what waits now."""
    scenario = small_world(
        months=7,
        states={
            "AAA": {"title": "A", "stock_cover": 1.3, "rules": {"ordering": "replace_use"}},
            "BBB": {"title": "B"},
        },
        products={"engines": {"title": "Engines", "unit": "sets", "cancellation": 1}},
        factories={"plant": {"title": "Plant", "state": "BBB", "lines": {"engines": 20}}},
        needs={"AAA": {"engines": 6}, "BBB": {"engines": 16}},
        trade={"any": {"exporter": "*", "importer": "*", "product": "*"}},
        events={
            "cut": {**CUT, "date": "2014-06", "share": 0.5},
            "quake": {"kind": "outage", "date": "2014-02", "state": "BBB", "share": 0.59},
        },
    )
    model = sim.SupplyModel(scenario)
    model.run_model()
    refusals = model.world.needs.refusals
    assert refusals is not None
    lost, waiting = refusals.lost[0, 0], refusals.waiting[0, 0]
    assert waiting == approx(model.world.needs.received[0, 0])
    assert lost > waiting > 0.1
    assert refusals.lacked[0, 0] == approx(waiting + (1 + 1.3 / 3) * lost)

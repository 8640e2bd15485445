"""Right numbers where plant is laid up and something else happens to it, worked out on paper.

BBB has a line of 100, or of 50, and AAA needs 50 a month.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.model import SupplyModel
from sim.scenario.loading.load import parse
from tests.test_where_features_meet import ENDS, HALF_CUT, RESTING, small
from tests.whole_world import whole
from tests.wrong_numbers import capital, run, series

Tree = dict[str, Any]
approx = pytest.approx
CUT = {**HALF_CUT, "share": 1}
TERMS = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 10}


def looking(share: float, **trade: Any) -> Tree:
    """Let AAA, cut off from BBB in July, look for a supplier: CCC has a plant of 80 that nobody has
    ever bought from, of which so much works when it is called back."""
    search = {"rule": "gravity", "probability": 1, "patience": 1, "qualification_months": 2}
    world = small(100, 50, events={"cut": CUT}, rules={"search": search})
    world["states"]["CCC"] = {"title": "C"}
    rests = {"after_months": 2, "return_share": share}
    far = {"title": "F", "state": "CCC", "lines": {"x": {"capacity": 80, "mothball": rests}}}
    world["factories"]["far"] = far
    return world


def test_search_finds_a_plant_that_is_all_laid_up() -> None:
    """It has been at rest since March. AAA looks in July; what it finds may ship two months later,
    is asked in September, and what is missing comes back in October."""
    received = series(run(looking(1)), "received")
    assert received == approx([50.0] * 6 + [0.0] * 3 + [50.0] * 15)


def test_search_finds_no_plant_of_which_nothing_works_any_more() -> None:
    assert series(run(looking(0)), "received") == approx([50.0] * 6 + [0.0] * 18)


def turned(share: float, **keys: Any) -> list[list[float]]:
    """Turn so much of BBB's line, 60 of 100 of which have been laid up since April, to y in July;
    only 20 are needed then, and 100 from September on. Return what both lines have."""
    line = {"capacity": 100, "mothball": {"after_months": 3, **keys}}
    world = small(line, {"series": [40] * 6 + [20] * 2 + [100]}, months=14)
    world["factories"]["plant"]["lines"]["y"] = 0
    world["products"]["y"] = {"title": "Y", "unit": "u"}
    ends = {"factory": "plant", "from_product": "x", "to_product": "y", "months": 2}
    world["events"]["turn"] = {"kind": "retool", "date": "2014-07", "share": share, **ends}
    frame = run(world).capacity
    frame = frame[frame.factory == "plant"].set_index("product")
    return [frame.capacity_central[product].tolist() for product in ("x", "y")]


def test_a_retool_of_the_whole_line_turns_what_is_laid_up_as_well() -> None:
    old, new = turned(1)
    assert old == approx([100.0] * 2 + [40.0] * 4 + [0.0] * 8)
    assert new == approx([0.0] * 8 + [100.0] * 6)


def test_a_retool_of_half_a_line_turns_half_of_what_is_laid_up() -> None:
    """20 of the 40 and 30 of the 60; the other 30 come back when 100 are asked for."""
    old, new = turned(0.5)
    assert old == approx([100.0] * 2 + [40.0] * 4 + [20.0] * 2 + [50.0] * 6)
    assert new == approx([0.0] * 8 + [50.0] * 6)


def test_a_retool_turns_no_more_of_what_is_laid_up_than_works() -> None:
    """A third of 60; half of the line is 20 in use and 10 that work; of the rest as much."""
    old, new = turned(0.5, return_share=1 / 3)
    assert old == approx([100.0] * 2 + [40.0] * 4 + [20.0] * 2 + [30.0] * 6)
    assert new == approx([0.0] * 8 + [30.0] * 6)


def test_what_is_laid_up_while_half_of_a_line_is_out_leaves_as_much_as_is_used() -> None:
    """Half of 100 is out of use and 40 are wanted: 20 are laid up after two months, for half of the
    other 80 is enough. When all is in order and 100 are wanted, they are called back."""
    fire = {"kind": "outage", "date": "2014-02", "until": "2014-09", "factory": "plant"}
    line = {"capacity": 100, "mothball": {"after_months": 2}}
    world = small(line, {"series": [40] * 8 + [100]}, months=12)
    world["events"]["fire"] = {**fire, "share": 0.5}
    result = run(world)
    # 60 stand idle in January, 10 of 50 in February
    assert result.capacity.capacity_central.tolist() == approx([100.0] + [80.0] * 7 + [100.0] * 4)
    assert series(result, "received") == approx([40.0] * 8 + [80.0] + [100.0] * 3)


def test_what_is_called_back_is_enough_though_half_of_it_is_out_of_use() -> None:
    """60 of 100 are laid up; half of the 40 is out of use, and 10 more are wanted than the 20: 20
    are called, of which 10 work."""
    fire = {"kind": "outage", "date": "2014-07", "factory": "plant", "share": 0.5}
    line = {"capacity": 100, "mothball": {"after_months": 2}}
    world = small(line, {"series": [40] * 6 + [30]}, months=12, events={"fire": fire})
    result = run(world)
    assert series(result, "received")[8:] == approx([30.0] * 4)
    assert result.capacity.capacity_central.tolist()[8:] == approx([60.0] * 4)


def beside(line: Any = RESTING, **events: Tree) -> Tree:
    """Cut BBB off for half of a year, in which its 50 are laid up; a programme gets money to build
    in CCC in the month in which goods may flow again."""
    world = small(line, 50, events={"cut": {**CUT, "until": "2015-01"}, **events})
    world["states"]["CCC"] = {"title": "C"}
    world["factories"]["site"] = {"title": "S", "state": "CCC", "lines": {"x": 0}}
    world["trade"]["t"]["exporter"] = "*"
    site = {"factory": "site", "product": "x", **TERMS}
    build: Tree = {"title": "B", "chair": "AAA", "beneficiaries": ["AAA"]}
    build |= {"candidates": {"site": site}, "budget": {"2015-01": 10_000}}
    return world | {"programmes": {"build": build}}


def test_a_programme_does_not_build_beside_what_is_called_back() -> None:
    """All 50 are asked for in January, and there in February."""
    result = run(beside())
    assert series(result, "received") == approx([50.0] * 6 + [0.0] * 7 + [50.0] * 11)
    assert capital(result) == 0


def test_a_programme_counts_of_what_is_called_back_what_works() -> None:
    """20 of 50: 30 are built for 300."""
    result = run(beside({"capacity": 50, "mothball": {"after_months": 2, "return_share": 0.4}}))
    assert series(result, "received")[13:] == approx([50.0] * 11)
    assert capital(result) == approx(300)


def test_a_programme_counts_of_what_is_called_back_what_may_pass() -> None:
    """A quota lets 15 through: 35 are built for 350."""
    quota = {"kind": "quota", "date": "2015-01", "cap": 15, **ENDS}
    result = run(beside(quota=quota))
    assert series(result, "received")[13:] == approx([50.0] * 11)
    assert capital(result) == approx(350)


def test_a_programme_does_not_wait_for_what_is_laid_up_and_may_not_pass() -> None:
    """BBB stays cut off: all 50 are built."""
    result = run(beside(still={**CUT, "date": "2015-01"}))
    assert series(result, "received")[13:] == approx([50.0] * 11)
    assert capital(result) == approx(500)


def test_a_programme_does_not_build_beside_a_line_that_is_turned_to_its_product() -> None:
    """The 50 that are turned to x in January are there in March."""
    world = beside({"capacity": 50}, close={"kind": "closure", "date": "2014-12", **PLANT})
    world["factories"]["other"] = {"title": "O", "state": "CCC", "lines": {"x": 0, "y": 50}}
    world["products"]["y"] = {"title": "Y", "unit": "u"}
    ends = {"factory": "other", "from_product": "y", "to_product": "x", "months": 2}
    world["events"]["turn"] = {"kind": "retool", "date": "2015-01", **ends}
    result = run(world)
    assert series(result, "received")[14:] == approx([50.0] * 10)
    assert capital(result) == 0


PLANT = {"factory": "plant"}


@pytest.mark.parametrize("plants", [1, 2])
@pytest.mark.parametrize("limit", ["quota", "cap"])
def test_all_that_a_full_supplier_may_not_deliver_is_called_back(limit: str, plants: int) -> None:
    """BBB and CCC deliver 20 each, and BBB lays up 80 of 100. From July on 100 are wanted, of which
    40 may come of CCC: the other 40 that lack are asked of BBB, however many plants CCC has."""
    line = {"capacity": 100, "mothball": {"after_months": 2}}
    world = small(line, {"series": [40] * 6 + [100]}, months=12)
    world["states"]["CCC"] = {"title": "C"}
    for place in range(plants):
        plant = {"title": "F", "state": "CCC", "lines": {"x": 100 / plants}}
        world["factories"][f"far_{place}"] = plant
    world["trade"]["t"]["exporter"] = "*"
    route = {"exporter": "CCC", "importer": "AAA", "product": "x", "cap": 40}
    if limit == "cap":
        world["trade"]["far"] = route
    else:
        world["events"]["quota"] = {"kind": "quota", "date": "2014-07", **route}
    assert series(run(world), "received") == approx([40.0] * 6 + [60.0] + [100.0] * 5)


def test_of_a_plant_that_is_all_back_nothing_is_laid_up() -> None:
    """The far works lay up all of their 9, and call them back in two parts, of which four fifths
    work: 7.2 in use from October on, and nothing laid up, not even what rounding left."""
    tree = whole()
    tree["rules"]["ordering"] = {"rule": "replace_use"}
    model = SupplyModel(parse(tree), 1)
    line = model.world.axes.lines.index(("far_works", "sets"))
    place = model.world.upkeep.resting.tolist().index(line)
    for _ in range(9):
        model.step()
    assert model.world.lines.capacity[line].tolist() == pytest.approx([7.2])
    assert model.world.lines.mothballed[line].tolist() == [0]
    assert model.world.upkeep.coming[place].tolist() == [0]

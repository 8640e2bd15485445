"""Right numbers where two features meet, worked out on paper.

BBB has a line of 100 and AAA needs 50 a month, unless the world says otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.wrong_numbers import capital, data, run, series, shipped, summary

Tree = dict[str, Any]
approx = pytest.approx
ENDS = {"exporter": "BBB", "importer": "AAA"}
HALF_CUT = {"kind": "cut_off", "date": "2014-07", "share": 0.5, **ENDS}


def small(line: Any, need: Any, **more: Any) -> Tree:
    """Make a world of one line and one need, whose unmet part is given up at once."""
    world = data("quota_two_lines")
    world["factories"] = {"plant": {"title": "P", "state": "BBB", "lines": {"x": line}}}
    world["needs"] = {"AAA": {"x": need}}
    world["products"]["x"]["cancellation"] = 1
    return world | {"events": {}} | more


def usable(world: Tree) -> list[float]:
    """Run a world and tell what its plant could make of x, month by month."""
    frame = run(world).capacity
    chosen = (frame.factory == "plant") & (frame["product"] == "x")
    found: list[float] = frame[chosen].usable_central.tolist()
    return found


@pytest.mark.parametrize("allocation", ["proportional", "optimal"])
def test_a_share_of_what_a_cap_lets_pass_is_taken_once(allocation: str) -> None:
    """Nothing is needed until the cut; then 50 are wanted, 40 may pass, and half of these do."""
    world = small(100, {"series": [0] * 8 + [50]}, events={"cut": HALF_CUT})
    world["trade"]["t"]["cap"] = 40
    world["rules"] = {"allocation": allocation}
    assert series(run(world), "received") == approx([0.0] * 8 + [20.0] * 16)


@pytest.mark.parametrize("allocation", ["proportional", "optimal"])
def test_an_exempt_share_of_what_a_cap_lets_pass_is_let_through(allocation: str) -> None:
    """Three tenths of the 40 that may pass."""
    free = {**HALF_CUT, "kind": "exemption", "share": 0.3}
    events = {"ban": {**HALF_CUT, "share": 1}, "free": free}
    world = small(100, {"series": [0] * 8 + [50]}, events=events)
    world["trade"]["t"]["cap"] = 40
    world["rules"] = {"allocation": allocation}
    assert series(run(world), "received") == approx([0.0] * 8 + [12.0] * 16)


@pytest.mark.parametrize("allocation", ["proportional", "optimal"])
def test_half_of_a_reexport_is_cut_once(allocation: str) -> None:
    """20 pass through CCC, and 10 when half of what leaves it is cut."""
    passing = {"kind": "reexport", "date": "2014-07", **ENDS, "via": "CCC", "capacity": 20}
    cut = {**HALF_CUT, "exporter": "CCC", "date": "2014-10"}
    world = small(100, 50, events={"ban": {**HALF_CUT, "share": 1}, "way": passing, "cut": cut})
    world["states"]["CCC"] = {"title": "C"}
    world["rules"] = {"allocation": allocation}
    assert series(run(world), "received") == approx([50.0] * 6 + [20.0] * 3 + [10.0] * 15)


@pytest.mark.parametrize(
    "rules",
    [{"allocation": "optimal"}, {"sourcing": {"rule": "cheapest", "sensitivity": 30}}],
    ids=["optimal", "cheapest"],
)
def test_buyers_look_at_what_they_pay_and_not_at_what_it_costs_to_make(rules: Tree) -> None:
    """BBB makes at 1 and asks 2, CCC makes at 1.5 and asks that: 50 at 1.5 are 75 a month, and of
    what is a third dearer the share is exp(-10)."""
    world = small({"capacity": 100, "unit_cost": 1}, 50, rules=rules)
    world["states"]["CCC"] = {"title": "C"}
    other = {"title": "O", "state": "CCC", "lines": {"x": {"capacity": 100, "unit_cost": 1.5}}}
    world["factories"]["other"] = other
    world["factories"]["plant"]["rules"] = {"pricing": {"rule": "mark_up", "share": 1}}
    world["trade"]["t"]["exporter"] = "*"
    result = run(world)
    assert shipped(result, 2014, "BBB", "AAA", "x") == approx(0, abs=0.05)
    money = result.money[(result.money.item == "purchases") & (result.money.state == "AAA")]
    assert money.central.tolist() == approx([12 * 75] * 2, rel=1e-3)


PASSING = {"kind": "reexport", "date": "2014-03", **ENDS, "via": "CCC", "capacity": 20}
SECOND_LEG = {"exporter": "CCC", "importer": "AAA", "date": "2014-07"}
ON_SECOND_LEG: dict[str, tuple[Tree, float]] = {
    "quota": ({"q": {"kind": "quota", "cap": 10, **SECOND_LEG}}, 10),
    "exemption": (
        {
            "ban_2": {"kind": "cut_off", **SECOND_LEG},
            "free": {"kind": "exemption", "cap": 5, **SECOND_LEG},
        },
        5,
    ),
    "quota together": (
        {"q": {"kind": "quota", "cap": 9, "pairs": "together", **SECOND_LEG, "exporter": "*"}},
        9,
    ),
}


@pytest.mark.parametrize("allocation", ["proportional", "optimal"])
@pytest.mark.parametrize("limit", ON_SECOND_LEG)
def test_a_border_has_one_limit_for_its_own_goods_and_for_those_that_pass(
    limit: str, allocation: str
) -> None:
    """AAA gets 20 that CCC makes and 20 of BBB by way of CCC: 40 over one border."""
    events, left = ON_SECOND_LEG[limit]
    ban = {**HALF_CUT, "share": 1, "date": "2014-02"}
    world = small(100, 40, events={"ban": ban, "way": PASSING, **events})
    world["states"]["CCC"] = {"title": "C"}
    world["factories"]["other"] = {"title": "O", "state": "CCC", "lines": {"x": 20}}
    world["trade"]["t"]["exporter"] = "*"
    world["rules"] = {"allocation": allocation}
    assert series(run(world), "received")[2:] == approx([40.0] * 4 + [left] * 18)


def test_a_quota_on_the_first_leg_is_for_the_transit_state_and_for_what_passes() -> None:
    """20 for CCC itself and 20 that pass: 30 by the quota, by what is asked."""
    quota = {"kind": "quota", "date": "2014-07", "exporter": "BBB", "importer": "CCC", "cap": 30}
    ban = {**HALF_CUT, "share": 1, "date": "2014-02"}
    world = small(100, 20, events={"ban": ban, "way": PASSING, "quota": quota})
    world["states"]["CCC"] = {"title": "C"}
    world["needs"]["CCC"] = {"x": 20}
    world["trade"]["t"]["importer"] = "*"
    result = run(world)
    home, abroad = (series(result, "received", state=state)[6:] for state in ("CCC", "AAA"))
    assert [one + other for one, other in zip(home, abroad, strict=True)] == approx([30.0] * 18)
    assert min(home + abroad) > 10


@pytest.mark.parametrize("idle", [{}, {"kind": "quota", "date": "2014-05", "cap": 1e6, **ENDS}])
def test_a_quota_above_all_flow_does_not_say_when_a_sanction_hits(idle: Tree) -> None:
    """60 flow when the quota begins, and 50 when the sanction does, which leaves these until
    contracts end: it takes something away from September on, in both worlds."""
    contracts = {"contracts_until": "2014-09", "share": 0.5}
    sanction = {"kind": "sanction", "date": "2014-07", **contracts, **ENDS}
    events = {"sanction": sanction, **({"idle": idle} if idle else {})}
    world = small(100, {"series": [50] * 2 + [60] * 2 + [50]}, events=events)
    assert run(world).records.hit[0, 0] == 8


def test_a_reexporter_marks_up_what_it_paid() -> None:
    """BBB makes at 10 and asks 15; CCC sells on for a fifth more."""
    way = {"kind": "reexport", "date": "2014-07", **ENDS, "via": "CCC", "capacity": 50}
    ban = {**HALF_CUT, "share": 1}
    world = small({"capacity": 100, "unit_cost": 10}, 50, events={"ban": ban})
    world["events"]["way"] = {**way, "mark_up": 0.2}
    world["states"]["CCC"] = {"title": "C"}
    world["rules"] = {"pricing": {"rule": "mark_up", "share": 0.5}}
    money = run(world).money
    paid = money[(money.item == "delivery") & (money.state == "AAA") & (money.year == 2015)]
    assert paid.central.tolist() == approx([12 * 50 * 3])


def test_a_reexporter_marks_up_what_it_paid_in_the_month() -> None:
    """BBB makes 40 and asks ever more, since ever more is ordered; whatever the month's price, a
    fifth of it is CCC's: a sixth of what AAA pays."""
    way = {"kind": "reexport", "date": "2014-02", **ENDS, "via": "CCC", "capacity": 200}
    ban = {**HALF_CUT, "share": 1, "date": "2014-02"}
    needs = {"series": [50 + 2 * month for month in range(24)]}
    world = small({"capacity": 40, "unit_cost": 10}, needs, events={"ban": ban})
    world["events"]["way"] = {**way, "mark_up": 0.2}
    world["states"]["CCC"] = {"title": "C"}
    world["rules"] = {"pricing": "scarcity"}
    money = run(world).money.query("state == 'AAA' and year == 2015").set_index("item").central
    assert money["purchases"] > 12 * 40 * 12
    assert money["delivery"] == approx(money["purchases"] / 6)


OVERTIME = {"overtime": {"rule": "ario", "most": 1.5, "months": 1}}
PEAK = {"series": [100, 200, 110]}
"""Asked for 200 and making 100, the line may make 125 in the third month, of which 110 are wanted;
then it is back at 100, is asked for 110, and may make half of the missing eleventh more."""


def test_hours_beyond_capacity_do_not_stand_idle() -> None:
    """All of the 100 works in the third month: nothing is laid up."""
    line = {"capacity": 100, "mothball": {"after_months": 1}}
    found = usable(small(line, PEAK, rules=OVERTIME))
    assert found[:5] == approx([100, 100, 125, 100, 100 * (1 + 0.5 / 11)])


def test_hours_beyond_capacity_cost_nothing_when_they_are_not_worked() -> None:
    """Half of the unit cost of 10 for the 100 that stand idle in the fourth month, and nothing in
    the third, in which 110 of 125 are made."""
    world = small({"capacity": 100, "unit_cost": 10}, {"series": [100, 200, 110, 0]})
    world |= {"months": 4, "rules": OVERTIME}
    world["factories"]["plant"]["idle_cost"] = 0.5
    money = run(world).money
    idle = money[(money.item == "idle") & (money.state == "BBB")]
    assert idle.central.sum() == approx(100 * 10 * 0.5)


@pytest.mark.parametrize(("after", "made"), [(3, 10), (4, 70)])
def test_a_factory_turns_what_stands_idle_and_was_not_laid_up(after: int, made: float) -> None:
    """60 of 100 stand idle beside a line of 10 of which 110 are wanted. After three months they are
    turned to it, or laid up if that is due by then; the 40 that work go on in any case."""
    line = {"capacity": 100, "unit_cost": 1, "mothball": {"after_months": after}}
    world = small(line, 40, months=12)
    world["factories"]["plant"]["lines"]["y"] = {"capacity": 10, "unit_cost": 1}
    world["needs"]["AAA"]["y"] = 110
    terms = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    world["complexity"] = {"easy": {**terms, "retool_months": 1, "retool_cost": 0.001}}
    goods = {"unit": "u", "complexity": "easy", "cancellation": 1}
    world["products"] = {name: {"title": name, **goods} for name in ("x", "y")}
    world["trade"]["t"]["product"] = "*"
    rule = {"rule": "retool_when_idle", "idle_months": 3, "idle_share": 0.5}
    world["rules"] = {"investment": rule}
    result = run(world)
    assert series(result, "received", product="x") == approx([40.0] * 12)
    assert series(result, "received", product="y") == approx([10.0] * 3 + [made] * 9)


def test_lots_in_work_outlast_a_line_that_is_laid_up() -> None:
    """10 a month come in lots of 4, and 2 are in work when nothing is needed any more. All of the
    line is laid up; it is called back, and makes three lots of these 2 and 10 new ones."""
    line = {"capacity": 10, "mothball": {"after_months": 3}}
    world = small(line, {"series": [10] * 6 + [0] * 6 + [10]})
    world["products"]["x"] = {"title": "X", "unit": "u", "lot": 4}
    received = series(run(world), "received")
    assert received[4:8] == approx([12.0, 8.0, 0.0, 0.0])
    assert received[12:15] == approx([0.0, 12.0, 8.0])


def two_sites(*sites: str, **events: Tree) -> Tree:
    """Make a world in which BBB is cut off, and a programme may build in a line of each of these
    states for the 50 that AAA misses."""
    world = small(100, 50, events={"ban": {**HALF_CUT, "share": 1}, **events})
    terms = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 10}
    candidates = {}
    for state in sites:
        name = f"site_{state}"
        world["states"].setdefault(state, {"title": state})
        world["factories"][name] = {"title": name, "state": state, "lines": {"x": 0}}
        candidates[name] = {"factory": name, "product": "x", **terms}
    world["states"]["DDD"] = {"title": "D"}
    world["trade"] = {"all": {"exporter": "*", "importer": "*", "product": "*"}}
    build = {"title": "B", "chair": "AAA", "beneficiaries": ["AAA"], "candidates": candidates}
    return world | {"programmes": {"build": {**build, "budget": {"2014-08": 10_000}}}}


@pytest.mark.parametrize(("production", "there"), [("leontief", 0), ("linear", 25)])
def test_nothing_is_built_where_nobody_may_deliver_an_input(production: str, there: float) -> None:
    """x is made of steel of BBB, which CCC no longer gets, and of coal of its own. All 50 are built
    in EEE, unless coal can stand in for steel."""
    events = {"steel": {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", **TO_CCC}}
    world = two_sites("CCC", "EEE", **events)
    goods = {"title": "S", "unit": "u", "cancellation": 1}
    world["products"] |= {"steel": goods, "coal": goods}
    world["products"]["x"]["inputs"] = {"steel": 1, "coal": 1}
    world["factories"]["mill"] = {"title": "M", "state": "BBB", "lines": {"steel": 1000}}
    for state in "BBB", "CCC", "EEE":
        pit = {"title": "P", "state": state, "lines": {"coal": 1000}}
        world["factories"][f"pit_{state}"] = pit
    world["rules"] = {"production": production}
    result = run(world)
    assert capital(result) == approx(500)
    frame = result.capacity[result.capacity.month == "2015-12"]
    frame = frame[frame["product"] == "x"].set_index("factory")
    assert frame.usable_central["site_CCC"] == approx(there)
    assert frame.usable_central["site_EEE"] == approx(50 - there)


TO_CCC = {"importer": "CCC", "product": "steel"}
SITE = {"exporter": "CCC", "importer": "AAA"}
LIMITS: dict[str, Tree] = {
    "quota": {"kind": "quota", "cap": 10, **SITE},
    "half cut": {"kind": "cut_off", "share": 0.5, **SITE},
}


@pytest.mark.parametrize(
    ("limit", "passes"), [("cap", 10), ("quota", 10), ("half cut", 12.5)], ids=str
)
def test_what_a_limit_keeps_from_those_who_wait_is_not_idle_for_them(
    limit: str, passes: float
) -> None:
    """CCC and EEE get 25 each; of the 25 of CCC so much may come. What lacks is then built in EEE
    alone, not waited for in CCC."""
    events = {} if limit == "cap" else {"limit": {**LIMITS[limit], "date": "2014-07"}}
    world = two_sites("CCC", "EEE", **events)
    if limit == "cap":
        world["trade"]["c"] = {**SITE, "product": "x", "cap": 10}
    result = run(world)
    received = [50.0] * 6 + [0.0] * 2 + [25 + passes] + [50.0] * 15
    assert series(result, "received") == approx(received)
    frame = result.capacity[result.capacity.month == "2015-12"].set_index("factory")
    assert frame.usable_central["site_CCC"] == approx(25)
    assert frame.usable_central["site_EEE"] == approx(50 - passes)


def test_what_only_a_reexport_brings_is_not_idle_for_those_who_wait() -> None:
    """25 are built in BBB, which is cut off; of these 1 comes through DDD. Then 49 come from CCC,
    and what leaks is made there as well."""
    way = {"kind": "reexport", "date": "2014-07", **ENDS, "via": "DDD", "lead_months": 1}
    way["capacity"] = 1
    result = run(two_sites("BBB", "CCC", way=way))
    received = series(result, "received")
    assert received[8:10] == approx([26.0, 50.0])
    frame = result.capacity[result.capacity.month == "2015-12"].set_index("factory")
    assert frame.usable_central["site_BBB"] == approx(25)
    assert frame.usable_central["site_CCC"] == approx(50)


RESTING = {"capacity": 50, "mothball": {"after_months": 2}}


@pytest.mark.parametrize("sourcing", ["fixed", "capacity_adjusted"])
def test_a_plant_that_is_laid_up_is_called_back_however_buyers_weigh(sourcing: str) -> None:
    """BBB is cut off for half a year, in which all of its plant is laid up and CCC delivers 20.
    Then half of the 30 that are lacking are asked of BBB, and half of what still lacks each
    month."""
    cut = {**HALF_CUT, "share": 1, "until": "2015-01"}
    world = small(RESTING, 50, events={"cut": cut}, rules={"sourcing": sourcing})
    world["states"]["CCC"] = {"title": "C"}
    world["factories"]["other"] = {"title": "O", "state": "CCC", "lines": {"x": 20}}
    world["trade"]["t"]["exporter"] = "*"
    back = [50 - 30 * 0.5**month for month in range(1, 12)]
    assert series(run(world), "received") == approx([50.0] * 6 + [20.0] * 7 + back)


@pytest.mark.parametrize("use", ["final", "input"])
def test_who_supplies_lines_is_no_supplier_of_the_state(use: str) -> None:
    """BBB makes all that AAA uses itself, CCC all that AAA's yard puts into y: each has one."""
    world = small(100, 50)
    world["states"]["CCC"] = {"title": "C"}
    world["products"]["y"] = {"title": "Y", "unit": "y", "inputs": {"x": 1}}
    world["factories"]["other"] = {"title": "O", "state": "CCC", "lines": {"x": 40}}
    world["factories"]["yard"] = {"title": "Y", "state": "AAA", "lines": {"y": 30}}
    world["needs"]["AAA"]["y"] = 30
    way = {"importer": "AAA", "product": "x"}
    world["trade"] = {
        "final": {"exporter": "BBB", **way, "user": "final"},
        "input": {"exporter": "CCC", **way, "user": "yard"},
        "y": {"exporter": "AAA", "importer": "AAA", "product": "y"},
    }
    found = run(world).summary.query("metric == 'hhi' and product == 'x' and use == @use")
    assert found.central.tolist() == approx([10_000])


def test_goods_in_lots_are_billed_when_they_leave() -> None:
    """A unit costs 10 whoever makes it, and one a month leaves in lots of 5: each lot is 50 in the
    month in which it leaves, and nothing becomes dearer."""
    one = {"capacity": 1, "unit_cost": 10}
    world = small(one, 1, events={"ban": {**HALF_CUT, "share": 1, "date": "2015-01"}}, months=36)
    world["products"]["x"] |= {"lot": 5, "cancellation": 0}
    world["factories"]["home"] = {"title": "H", "state": "AAA", "lines": {"x": one}}
    world["trade"]["t"]["exporter"] = "*"
    result = run(world)
    received, spending = series(result, "received"), series(result, "spending")
    assert set(received) == {0, 5, 10}
    assert spending == approx([10 * each for each in received])
    assert summary(result, "substitution_cost") == approx(0)
    by_year = result.money[result.money.state == "all"].set_index(["item", "year"]).central
    assert by_year["sales"].tolist() == approx(by_year["purchases"].tolist())
    assert by_year["extra"].tolist() == approx([0, 0, 0])

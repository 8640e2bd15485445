"""Whom a restriction has hit, and when, on paper: at the edges where it just takes nothing away."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.model import SupplyModel
from sim.kernels.sums import NEVER
from sim.scenario.loading.load import parse
from tests.wrong_numbers import data, fates, run, series

Tree = dict[str, Any]
TOGETHER = {"pairs": "together"}


def buyers(needs: Tree, capacity: float = 100, **events: Tree) -> Tree:
    """Make a world in which BBB sells to all that need something, events from 2014-07 on."""
    world = data("quota_two_lines")
    world["states"] |= {name: {"title": name} for name in needs}
    world["factories"] = {"fb": {"title": "P", "state": "BBB", "lines": {"x": capacity}}}
    world["needs"] = {name: {"x": need} for name, need in needs.items()}
    world["trade"]["t"] |= {"importer": "*"}
    ends = {"exporter": "BBB", "importer": list(needs)}
    own = {"outage": {"factory": "fb"}, "demand": {"state": "*", "product": "x"}}
    world["events"] = {
        name: {"date": "2014-07", **own.get(event["kind"], ends), **event}
        for name, event in events.items()
    }
    return world


def hits(world: Tree) -> dict[str, int]:
    """Run a world, and tell the months in which needs are hit, counted from the start."""
    records = run(world).records
    found = zip(records.needs, records.hit[:, 0].tolist(), strict=True)
    return {state: month for (state, _), month in found if month < NEVER}


def quota(cap: float, **more: Any) -> Tree:
    """Limit all buyers together."""
    return {"kind": "quota", "cap": cap, **TOGETHER, **more}


@pytest.mark.parametrize(("spare", "hit"), [(0, {}), (1, {"AAA": 9})])
def test_a_quota_keeps_from_buyers_what_the_supplier_has(spare: float, hit: dict[str, int]) -> None:
    """50 may come as before. When 100 are needed from 2014-10 on the quota keeps back what the
    line can make above 50, if that is anything: else it is the line that is too small."""
    more = {"kind": "demand", "date": "2014-10", "factor": 2}
    world = buyers({"AAA": 50}, 50 + spare, limit=quota(50), more=more)
    assert hits(world) == hit
    assert series(run(world), "received") == pytest.approx([50] * 24)


def test_who_catches_up_hides_nobody_who_stays_short() -> None:
    """AAA and CCC wait for 30 and 1 of June. Of a quota of 31 for both AAA, served first, takes 30
    and one of the old ones; CCC gets none of its 1. It waits because of the quota: what AAA takes
    more than it orders is not the less that CCC wants."""
    needs = {"AAA": 30, "CCC": {"units": 1, "tier": 1}}
    fire = {"kind": "outage", "date": "2014-06", "until": "2014-07"}
    world = buyers(needs, limit=quota(31), fire=fire)
    found = run(world)
    assert series(found, "received")[5:8] == pytest.approx([0, 31, 31])
    assert series(found, "received", "CCC")[5:8] == pytest.approx([0, 0, 0])
    assert hits(world) == {"AAA": 6, "CCC": 6}


def test_a_buyer_is_hit_when_it_begins_to_need_something() -> None:
    """The quota for both acts on AAA from July on, and on CCC, which needs nothing before 2015,
    from the month in which it does."""
    needs = {"AAA": 30, "CCC": {"by_year": {2014: 0, 2015: 120}}}
    assert hits(buyers(needs, limit=quota(20))) == {"AAA": 6, "CCC": 12}


@pytest.mark.parametrize(("cap", "hit"), [(60, {}), (59, {"CCC": 6, "DDD": 6})])
def test_a_quota_for_all_counts_only_who_is_under_it(cap: float, hit: dict[str, int]) -> None:
    """AAA is exempt, so that 60 are all that CCC and DDD got before: only less takes something
    away."""
    free = {"kind": "exemption", "importer": "AAA", "share": 1}
    needs = dict.fromkeys(("AAA", "CCC", "DDD"), 30)
    assert hits(buyers(needs, limit=quota(cap), free=free)) == hit


@pytest.mark.parametrize("unit", [1, 0.01])
@pytest.mark.parametrize("kind", ["quota", "cut_off"])
def test_only_who_bought_there_prepares_for_a_cut_off(kind: str, unit: float) -> None:
    """CCC buys of DDD alone. What is announced is for both, and yet CCC, to which BBB may sell
    nothing, has nothing to lose. AAA aims at three months, 90 more, from January on: what it
    orders closes a third of the gap, and is there a month later; in units and in hundreds."""
    limit = quota(20 * unit) if kind == "quota" else {"kind": "cut_off"}
    world = buyers({"AAA": 30 * unit, "CCC": 30 * unit}, limit=limit | {"date": "2015-07"})
    ahead = {"stockpile": {"rule": "build_ahead", "months_before": 6, "extra_months": 3}}
    for name in ("AAA", "CCC"):
        world["states"][name]["rules"] = ahead
    world["states"]["DDD"] = {"title": "D"}
    world["factories"]["fd"] = {"title": "P", "state": "DDD", "lines": {"x": 100}}
    world["trade"] |= {
        "never": {"exporter": "BBB", "importer": "CCC", "product": "x", "cap": 0},
        "other": {"exporter": "DDD", "importer": "CCC", "product": "x"},
    }
    result = run(world)
    assert max(series(result, "stock", "CCC")) == 0
    laid_in = [90 * unit * (1 - (2 / 3) ** months) for months in range(6)]
    assert series(result, "stock")[12:18] == pytest.approx(laid_in)


def test_what_a_trade_rule_keeps_from_who_is_exempt_hits_nobody() -> None:
    """AAA is exempt from the quota, and may have 30 by the trade rule; it wants 60 from October on.
    CCC and DDD get their 60 as before."""
    free = {"kind": "exemption", "importer": "AAA", "share": 1}
    more = {"kind": "demand", "date": "2014-10", "state": "AAA", "factor": 2}
    world = buyers(
        dict.fromkeys(("AAA", "CCC", "DDD"), 30), 200, limit=quota(60), free=free, more=more
    )
    world["trade"]["own"] = {"exporter": "BBB", "importer": "AAA", "product": "x", "cap": 30}
    assert hits(world) == {}


def test_a_ban_on_what_never_flowed_takes_nothing() -> None:
    """CCC needs nothing: AAA alone is hit, and nothing has acted on the way to CCC."""
    world = buyers({"AAA": 30, "CCC": 0}, ban={"kind": "cut_off"})
    records = run(world).records
    acted = dict(zip((route[1] for route in records.routes), records.acted[:, 0], strict=True))
    assert hits(world) == {"AAA": 6}
    assert (acted["AAA"], acted["CCC"]) == (True, False)


def test_a_limit_for_all_of_one_pair_is_that_of_the_pair() -> None:
    """A quota of 20 for all together, who are AAA alone, of which half of 50 is exempt."""
    half = {"kind": "exemption", "share": 0.5}
    found = run(buyers({"AAA": 50}, limit=quota(20), half=half))
    assert series(found, "received")[5:7] == pytest.approx([50, 25])


def test_small_exemptions_together_are_exemptions() -> None:
    """A fifth of a unit for AAA and CCC, which are banned, and no more for DDD."""
    ban = {"kind": "cut_off", "importer": ["AAA", "CCC"]}
    free = {"kind": "exemption", "cap": 0.2, **TOGETHER}
    found = run(buyers(dict.fromkeys(("AAA", "CCC", "DDD"), 0.3), ban=ban, free=free))
    for state, received in (("AAA", 0.1), ("CCC", 0.1), ("DDD", 0.3)):
        assert series(found, "received", state)[6] == pytest.approx(received)


def test_a_quota_for_all_comes_in_over_what_all_had() -> None:
    """AAA and CCC had 30 and 60; 15 are left to both in the third month, after 15 + 75 x 2 / 3 and
    15 + 75 / 3. When CCC wants nothing any more AAA, which wants 60 and what is then under way, may
    have all of that, though it had 30 itself."""
    more, none = (
        {"kind": "demand", "state": state, "factor": factor}
        for state, factor in (("AAA", 2), ("CCC", 0))
    )
    needs = {"AAA": 30, "CCC": 60}
    found = run(buyers(needs, limit=quota(15, phase_in=3), more=more, none=none))
    assert series(found, "received")[5:10] == pytest.approx([30, 65, 40, 15, 15])


def beside(world: Tree, capacity: float) -> Tree:
    """Let CCC, where nobody buys, sell the same."""
    world["states"]["CCC"] = {"title": "C"}
    world["factories"]["fc"] = {"title": "C", "state": "CCC", "lines": {"x": capacity}}
    world["trade"]["t"] |= {"exporter": "*"}
    return world


def test_who_bought_a_little_is_hit_though_another_steps_in() -> None:
    """Half a unit came from each; from July on CCC sends the whole, and AAA lacks nothing."""
    world = beside(buyers({"AAA": 1}, 0.5, ban={"kind": "cut_off"}), 1)
    assert hits(world) == {"AAA": 6}
    assert series(run(world), "received") == pytest.approx([1] * 24)


@pytest.mark.parametrize(("cap", "hit"), [(35, {}), (34, {"AAA": 6})])
def test_a_quota_of_what_would_come_hits_nobody(cap: float, hit: dict[str, int]) -> None:
    """In one round AAA asks both for 25, and CCC has 15: BBB sends 25, and could send the other 10,
    as a quota of 35 would let it."""
    world = beside(buyers({"AAA": 50}, 100, limit={"kind": "quota", "cap": cap}), 15)
    world["products"]["x"]["cancellation"] = 1
    world["rules"] = {**world.get("rules", {}), "rounds": 1, "sourcing": "fixed"}
    assert hits(world) == hit


def test_a_way_round_has_acted_once_something_came_that_way() -> None:
    """The way by CCC opens in July with a ban on BBB; before it nothing comes that way."""
    world = beside(buyers({"AAA": 50}, 100, ban={"kind": "cut_off"}), 0)
    way = {"kind": "reexport", "exporter": "BBB", "via": "CCC", "importer": "AAA", "capacity": 20}
    world["events"]["way"] = {**way, "date": "2014-07"}
    model = SupplyModel(parse(world))
    found = []
    for _ in range(9):
        model.step()
        found.append(bool(model.world.links.acted[model.world.axes.is_reexport].any()))
    assert found == [False] * 6 + [True] * 3


@pytest.mark.parametrize("late", [0, 6])
def test_a_need_that_began_before_the_cut_is_hit_by_it(late: int) -> None:
    """AAA has 30 of its 60 from BBB, whether from the start or from 2014-07 on. In 2015 that is
    cut, and its own plant makes all: nobody waits, and what was lost is replaced."""
    world = buyers({"AAA": {"series": [0] * late + [60]}})
    world["factories"]["own"] = {"title": "O", "state": "AAA", "lines": {"x": 100}}
    world["trade"]["t"]["exporter"] = "*"
    ends = {"exporter": "BBB", "importer": "AAA"}
    world["events"] = {"cut": {"kind": "cut_off", "date": "2015-01", **ends}}
    assert hits(world) == {"AAA": 12}
    result = run(world)
    assert series(result, "unmet")[late + 1 :] == pytest.approx([0] * (23 - late))
    assert fates(result) == {"home": 1}


def test_what_comes_beyond_what_leaks_has_not_leaked() -> None:
    """Of 100 a month BBB sends 90. When twice as much is needed, 180 are asked of it: half a cut
    leaves 90, and the 9 that leak come within these. CCC delivers the rest."""
    world = buyers({"AAA": 100}, 500, cut={"kind": "cut_off", "share": 0.5})
    world["states"]["CCC"] = {"title": "Other"}
    world["factories"]["fc"] = {"title": "C", "state": "CCC", "lines": {"x": 500}}
    world["trade"] = {
        "old": {"exporter": "BBB", "importer": "AAA", "product": "x", "weight": 0.9},
        "other": {"exporter": "CCC", "importer": "AAA", "product": "x", "weight": 0.1},
    }
    route = {"date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    world["events"] |= {
        "leak": {"kind": "leakage", "share": 0.1, **route},
        "more": {"kind": "demand", "date": "2014-07", "state": "AAA", "factor": 2},
    }
    records = run(world).records
    flows = dict(zip(records.routes, records.flows[-1, :, 0], strict=True))
    assert flows["BBB", "AAA", "x"] == pytest.approx(flows["CCC", "AAA", "x"] * 90 / 110, rel=1e-3)
    assert records.series["leaked"][:, 0, 0] == pytest.approx([0] * len(records.months))

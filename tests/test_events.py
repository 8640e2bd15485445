"""Each kind of event changes what it says, when it says, and by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from tests.worlds import old_supplier, world


def received(months: int = 24, need: float = 100, **events: Any) -> np.ndarray:
    """Run the old-supplier world, with ample home capacity of 20, and return what arrives from
    abroad month by month."""
    return run(world(months=months, events=events)).records.series["imports"][:, 0, 0]


def event(kind: str, **keys: Any) -> dict[str, Any]:
    """Return a trade event between the old supplier and the buyer from May 2014."""
    return {"kind": kind, "date": "2014-05", "exporter": "BBB", "importer": "AAA", **keys}


def test_cut_off_leaves_a_share_of_the_starting_flow() -> None:
    """From its month on, exactly; before it, nothing changes."""
    flow = received(ban=event("cut_off", share=0.9))
    np.testing.assert_allclose(flow[:4], 80)
    np.testing.assert_allclose(flow[4:], 8)


def test_cut_off_phases_in_and_ends() -> None:
    """Evenly over phase_in months; from `until` on the old flow is back."""
    flow = received(ban=event("cut_off", phase_in=4, until="2015-01"))
    np.testing.assert_allclose(flow[4:8], [60, 40, 20, 0], atol=1e-12)
    assert (flow[8:12] == 0).all()
    assert (flow[12:] >= 80).all()


def test_sanction_bars_new_deliveries_before_contracts_end() -> None:
    """Home output falls away, but the sanctioned supplier may not stand in; when contracts end it
    falls too."""
    strike = {"kind": "outage", "date": "2014-07", "factory": "home_plant"}
    free = received(strike=strike)
    barred = received(strike=strike, ban=event("sanction", share=1, contracts_until="2014-10"))
    assert free[6] > 80
    np.testing.assert_allclose(barred[4:9], 80)
    assert (barred[9:] == 0).all()


def test_quota_limits_units() -> None:
    """The quota holds per exporter, importer and product, shared by the exporter's lines."""
    np.testing.assert_allclose(received(quota=event("quota", cap=30))[4:], 30)
    plants = {
        **old_supplier()["factories"],
        "second_plant": {"title": "Second", "state": "BBB", "lines": {"engines": 200}},
    }
    flow = run(world(factories=plants, events={"quota": event("quota", cap=30)})).records.series[
        "imports"
    ][:, 0, 0]
    np.testing.assert_allclose(flow[4:], 30)


def test_leakage_passes_a_restriction_and_wanes() -> None:
    """From `share` evenly down to `end_share` at `until`, and counted as leaked."""
    events = {
        "ban": event("cut_off"),
        "leak": event("leakage", share=0.5, end_share=0, until="2014-09"),
    }
    records = run(world(events=events)).records
    np.testing.assert_allclose(
        records.series["imports"][4:9, 0, 0], [40, 30, 20, 10, 0], atol=1e-12
    )
    assert np.array_equal(records.series["leaked"][4:], records.series["imports"][4:])


def test_leakage_without_a_restriction_changes_nothing() -> None:
    """There is nothing to leak through."""
    assert np.array_equal(received(leak=event("leakage", share=0.5)), received())


@pytest.mark.parametrize(("keys", "expected"), [({"cap": 12}, 12), ({"share": 0.25}, 20)])
def test_exemption_passes_and_is_not_leakage(keys: dict[str, float], expected: float) -> None:
    """Up to its cap or its share of the starting flow."""
    records = run(
        world(events={"ban": event("cut_off"), "joint_venture": event("exemption", **keys)})
    ).records
    np.testing.assert_allclose(records.series["imports"][4:, 0, 0], expected)
    assert records.series["leaked"].sum() == 0


def test_restrictions_take_the_tightest() -> None:
    """Two bans of 30 % and 90 % leave 10 %, not 7 %."""
    flow = received(first=event("cut_off", share=0.3), second=event("cut_off", share=0.9))
    np.testing.assert_allclose(flow[4:], 8)


def test_lifting_ends_a_restriction() -> None:
    """At once, over months, or in part, of the 320 that wait by then and 80 a month, from a line of
    200.

    In part: half of 200 for two months, in which 200 are refused, half of the 160 that were not
    refused yet, then half of what is new. Over months: a quarter, a half and three quarters of 200.
    """
    ban = event("cut_off")
    lifting = {"kind": "lifting", "date": "2014-09", "lifts": ["ban"]}
    assert (received(ban=ban, end=lifting)[8:] >= 80).all()
    half = received(ban=ban, end=lifting | {"share": 0.5})[8:]
    np.testing.assert_allclose(half, [100, 100, 80] + [40] * (len(half) - 3))
    over = received(ban=ban, end=lifting | {"phase_in": 4})[8:11]
    np.testing.assert_allclose(over, [50, 100, 150])


def test_demand_multiplies_needs() -> None:
    """By the factor, phased in, for the states and products selected."""
    change = {
        "kind": "demand",
        "date": "2014-05",
        "state": "AAA",
        "product": "engines",
        "factor": 0.6,
        "phase_in": 2,
    }
    need = run(world(events={"less": change})).records.series["need"][:, 0, 0]
    np.testing.assert_allclose(need[3:7], [100, 80, 60, 60])


def test_outage_and_repair_change_usable_capacity() -> None:
    """An outage takes its share; a repair gives it back evenly."""
    outage = {"kind": "outage", "date": "2014-05", "factory": "old_plant", "share": 0.75}
    repair = {"kind": "repair", "date": "2014-09", "repairs": ["fire"], "phase_in": 3}
    records = run(world(events={"fire": outage, "mend": repair})).records
    capacity = records.usable[:, [line[0] for line in records.lines].index("old_plant"), 0]
    np.testing.assert_allclose(capacity[3:12], [200, 50, 50, 50, 50, 100, 150, 200, 200])


def programme(**changes: Any) -> dict[str, Any]:
    """Return a programme that adds up to 10 units a month at the home plant, 6 months after the
    money."""
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 6,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 2,
    }
    return {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-06": 20},
        "candidates": {"home": home},
    } | changes


def home_capacity(programmes: dict[str, Any] | None = None, **events: Any) -> np.ndarray:
    """Run with a ban, and return the home plant's usable capacity."""
    records = run(
        world(
            events={"ban": event("cut_off")} | events,
            programmes={"build": programmes or programme()},
        )
    ).records
    return records.usable[:, [line[0] for line in records.lines].index("home_plant"), 0]


def test_budget_becomes_capacity_after_its_lead_time() -> None:
    """20 money at 2 a unit, spent in June, makes 10 units in December."""
    np.testing.assert_allclose(home_capacity()[[10, 11, 23]], [20, 30, 30])


def test_programme_start_stop_and_funding() -> None:
    """Money waits until the programme starts, and stays after it stops; funding adds to it in equal
    parts."""
    begin = {"kind": "programme_start", "date": "2014-08", "programme": "build"}
    stop = {"kind": "programme_stop", "date": "2014-06", "programme": "build"}
    fund = {"kind": "funding", "date": "2014-07", "programme": "build", "amount": 8, "months": 4}
    np.testing.assert_allclose(home_capacity(programme(active=False))[-1], 20)
    np.testing.assert_allclose(home_capacity(programme(active=False), go=begin)[[12, 13]], [20, 30])
    np.testing.assert_allclose(home_capacity(halt=stop)[-1], 20)
    np.testing.assert_allclose(home_capacity(more=fund)[[12, 13, 14, 15, 16]], [31, 32, 33, 34, 34])


def test_closure_loses_capacity_and_projects() -> None:
    """For good, with what is under way, and nothing is started there again."""
    close = {"kind": "closure", "date": "2014-09", "factory": "home_plant"}
    capacity = home_capacity(programme(budget={"2014-06": 20, "2014-11": 20}), close=close)
    np.testing.assert_allclose(capacity[7:9], [20, 0])
    assert (capacity[8:] == 0).all()


def test_announced_lead_times_replace_drawn_ones() -> None:
    """A programme that believes its announcements finishes when they say."""
    home = programme()["candidates"]["home"] | {"announced_months": 2}
    np.testing.assert_allclose(
        home_capacity(programme(candidates={"home": home}, lead_times="announced"))[[6, 7]],
        [20, 30],
    )
    np.testing.assert_allclose(
        home_capacity(programme(candidates={"home": home}))[[7, 11]], [20, 30]
    )


def test_events_follow_events_and_completions() -> None:
    """Months after an event's begin, or after a project's first qualified capacity."""
    chained = event("cut_off", share=0.5) | {"after": {"event": "first", "months": 3}}
    chained.pop("date")
    outage = {"kind": "outage", "date": "2014-03", "factory": "home_plant"}
    # with the home plant out, all 100 would come from abroad
    np.testing.assert_allclose(received(first=outage, later=chained)[5:], 50)
    lifting = {
        "kind": "lifting",
        "after": {"completion": "build.home", "months": 2},
        "lifts": ["ban"],
    }
    records = run(
        world(events={"ban": event("cut_off"), "end": lifting}, programmes={"build": programme()})
    ).records
    flow = records.series["imports"][:, 0, 0]
    assert (flow[4:13] == 0).all()
    assert (flow[13:] > 0).all()
    assert [(row.month, row.action) for row in records.events if row.event == "end"] == [
        ("2015-02", "begins")
    ]


def test_lines_supply_from_their_qualification_on() -> None:
    """A line that is not yet qualified sells nothing, then it does."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "qualified": "2014-05"}
    flow = run(world(factories=plants)).records.series["imports"][:, 0, 0]
    np.testing.assert_allclose(flow[:4], 100)
    np.testing.assert_allclose(flow[4:], 80)


def test_exclusive_programmes_supply_their_beneficiaries_alone() -> None:
    """A line that only such a programme builds sells nothing to others."""
    plants = old_supplier()["factories"] | {
        "new_plant": {"title": "New", "state": "DDD", "lines": {"engines": 0}}
    }
    states = old_supplier()["states"] | {"CCC": {"title": "Other"}, "DDD": {"title": "Ally"}}
    needs = {"AAA": {"engines": 100}, "CCC": {"engines": 50}}
    ban = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": ["AAA", "CCC"]}
    new = programme()["candidates"]["home"] | {"factory": "new_plant"}

    def sold(importer: str, *, exclusive: bool) -> float:
        build = programme(candidates={"new": new}, exclusive=exclusive)
        trade = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
        records = run(
            world(
                states=states,
                factories=plants,
                needs=needs,
                trade=trade,
                events={"ban": ban},
                programmes={"build": build},
            )
        ).records
        return float(records.flows[-1, records.routes.index(("DDD", importer, "engines")), 0])

    assert sold("CCC", exclusive=False) > 0
    assert sold("CCC", exclusive=True) == 0
    assert sold("AAA", exclusive=True) > sold("AAA", exclusive=False)


def test_events_csv_rows_tell_what_happened() -> None:
    """Begin, full size and end, with what it acted on and in which share of members."""
    rows = run(world(events={"ban": event("cut_off", phase_in=4, until="2015-01")})).records.events
    assert [
        (row.month, row.event, row.kind, row.action, row.targets, row.count, row.members)
        for row in rows
    ] == [
        ("2014-05", "ban", "cut_off", "begins", "links", 1, 1.0),
        ("2014-08", "ban", "cut_off", "holds in full", "links", 1, 1.0),
        ("2015-01", "ban", "cut_off", "ends", "links", 1, 1.0),
    ]

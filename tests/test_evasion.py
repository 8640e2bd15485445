"""Ways round restrictions, and exceptions from them: leakage that settles, re-export, joint
ventures, contracts, licences."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.engine.load import changed
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.errors import ScenarioError
from sim.events.reexport import Reexport
from sim.kernels.sums import NEVER
from sim.report.tables import flows
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from tests.company import assert_same_in_any_company
from tests.random_worlds import random_scenario
from tests.test_model import everything
from tests.worlds import old_supplier, propulsion_world, world


def between(kind: str, **keys: Any) -> dict[str, Any]:
    """Return a trade event between the old supplier and the buyer from May 2014."""
    return {"kind": kind, "date": "2014-05", "exporter": "BBB", "importer": "AAA", **keys}


def transit(events: dict[str, Any] | None = None, **keys: Any) -> Scenario:
    """Return the old-supplier world with a ban in May 2014 and a re-export through CCC from July
    on."""
    states = old_supplier()["states"] | {"CCC": {"title": "Transit", "bloc": "pact"}}
    way = between("reexport", date="2014-07", via="CCC", capacity=10, **keys)
    plants = old_supplier()["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200, "unit_cost": 4}
    return world(
        states=states,
        factories=plants,
        events={"ban": between("cut_off"), "way": way} | (events or {}),
    )


def passed(scenario: Scenario, member: int = 0) -> np.ndarray:
    """Return what passes on links through a transit state, month by month."""
    model = SupplyModel(scenario, (member,))
    found = []
    for _ in range(scenario.months):
        model.step()
        found.append(model.world.links.flow[model.world.axes.link_via >= 0, 0].sum())
    return np.array(found)


# --- leakage
# -------------------------------------------------------------------------------------------------


def test_leakage_settles_exponentially() -> None:
    """eps(t) = 0.1 + (0.5 - 0.1) exp(-t / 6), t months after its begin, of 80 engines."""
    leak = between("leakage", share=0.5, end_share=0.1, settles_months=6)
    found = run(world(months=40, events={"ban": between("cut_off"), "leak": leak})).records.series[
        "imports"
    ][:, 0, 0]
    np.testing.assert_allclose(
        found[4:], [80 * (0.1 + 0.4 * exp(-month / 6)) for month in range(36)], rtol=1e-12
    )


def test_leakage_that_settles_may_end() -> None:
    """`until` stops it altogether; a time constant of 0 settles it at once; members differ."""
    leak = between(
        "leakage",
        share=0.5,
        end_share=0.1,
        settles_months={"value": 6, "low": 0, "high": 12},
        until="2014-09",
    )
    records = run(world(members=5, events={"ban": between("cut_off"), "leak": leak})).records
    found = records.series["imports"][:, 0]
    assert (found[8:] == 0).all()
    assert np.unique(found[6]).size == 5
    fast = between("leakage", share=0.5, end_share=0.1, settles_months=0)
    found = run(world(events={"ban": between("cut_off"), "leak": fast})).records.series["imports"][
        :, 0, 0
    ]
    np.testing.assert_allclose(found[4:], 8)


@pytest.mark.parametrize("keys", [{"end_share": 0.1}, {"settles_months": 4}])
def test_leakage_says_how_it_falls(keys: dict[str, float]) -> None:
    """An end needs a time, and a time an end."""
    with pytest.raises(ValidationError, match="needs"):
        world(events={"ban": between("cut_off"), "leak": between("leakage", share=0.5, **keys)})


# --- exceptions
# -------------------------------------------------------------------------------------------------


def test_contracts_in_force_are_served_to_their_end() -> None:
    """A sanction of May leaves the 80 of old contracts until October, and not one engine more;
    members may lose different shares."""
    sanction = between(
        "sanction", contracts_until="2014-10", share={"value": 1, "low": 0.6, "high": 1}
    )
    more = {"kind": "demand", "date": "2014-07", "state": "AAA", "factor": 1.5}
    found = run(world(members=4, events={"ban": sanction, "more": more})).records.series["imports"][
        :, 0
    ]
    np.testing.assert_allclose(found[:9], 80)
    assert found[9, 0] == 0
    assert ((found[9:, 1:] > 0) & (found[9:, 1:] < 32)).all()


def test_a_joint_venture_goes_on_until_its_exemption_ends() -> None:
    """12 a month pass the ban for a year, as permitted trade and not as leakage."""
    venture = between("exemption", cap=12, until="2015-05")
    records = run(world(events={"ban": between("cut_off"), "venture": venture})).records
    np.testing.assert_allclose(records.series["imports"][4:16, 0, 0], 12)
    assert (records.series["imports"][16:, 0, 0] == 0).all()
    assert records.series["leaked"].sum() == 0


# --- re-export
# -------------------------------------------------------------------------------------------------


def test_reexport_passes_a_ban_from_its_month_on() -> None:
    """10 a month from July on, counted as leaked, and as legacy deliveries, not as substitution."""
    scenario = transit()
    np.testing.assert_allclose(passed(scenario), [0] * 6 + [10] * 18)
    series = run(scenario).records.series
    np.testing.assert_allclose(series["leaked"][6:, 0, 0], 10)
    np.testing.assert_allclose(series["legacy"][6:, 0, 0], 10)


def test_reexport_grows_with_use_and_wears() -> None:
    """u(t+1) = u + 0.5 (x - 0.8 u) - 0.02 u while all of it is used: 8 % a month."""
    np.testing.assert_allclose(
        passed(transit(growth=0.5, decay=0.02))[6:], 10 * 1.08 ** np.arange(18), rtol=1e-12
    )
    np.testing.assert_allclose(
        passed(transit(decay=0.1))[6:], 10 * 0.9 ** np.arange(18), rtol=1e-12
    )
    idle = transit(
        growth=0.5,
        decay=0.1,
        events={"slump": {"kind": "demand", "date": "2014-09", "state": "AAA", "factor": 0}},
    )
    model = SupplyModel(idle, (0,))
    for _ in range(24):
        model.step()
    [way] = [each for each in model.events.effects if isinstance(each, Reexport)]
    assert way.capacity[0, 0] < 10


def test_reexport_costs_more_and_takes_longer() -> None:
    """At the gate 4, a mark-up of half, 1 for transport: 7; four months on the way instead
    of one.
    """
    series = run(transit(mark_up=0.5, unit_cost=1, lead_months=4)).records.series
    np.testing.assert_allclose(series["spending"][6, 0, 0], 10 * 7)
    np.testing.assert_allclose(
        series["in_transit"][5:11, 0, 0], [20, 20 + 10, 20 + 20, 20 + 30, 20 + 40, 20 + 40]
    )


def test_what_a_way_round_costs_is_known_before_it_opens() -> None:
    """It opens in August, and is half dearer: of 100 engines it gets exp(-5/2) / (0.8 + 0.2 +
    exp(-5/2)) from the first month on, also where buyers weigh their suppliers before they know;
    and so whoever travels along, for whom it opens in other months."""
    plants = old_supplier()["factories"]
    for plant in plants.values():
        plant["lines"]["engines"] = {"capacity": 200, "unit_cost": 4}
    months = {"value": 3, "low": 1, "high": 9}
    events = {
        "talk": {
            "kind": "demand",
            "date": "2014-05",
            "until": "2014-06",
            "state": "AAA",
            "units": 0,
        },
        "way": {
            **{"kind": "reexport", "exporter": "BBB", "importer": "AAA", "via": "CCC"},
            **{"capacity": 100, "mark_up": 0.5, "after": {"event": "talk", "months": months}},
        },
    }
    states = old_supplier()["states"] | {"CCC": {"title": "Transit"}}
    rules = {"decisions": "before_events", "sourcing": {"rule": "cheapest"}}
    scenario = world(states=states, factories=plants, events=events, rules=rules)
    dear = exp(-5 / 2)
    np.testing.assert_allclose(passed(scenario)[6:8], [0, 100 * dear / (0.8 + 0.2 + dear)])
    assert_same_in_any_company(scenario)


def test_reexport_takes_its_weight_among_open_links() -> None:
    """Without a ban it takes orders from the direct link: 1 part in 2 by default, up to what it can
    pass."""
    free = {"ban": between("cut_off", share=0)}
    np.testing.assert_allclose(passed(transit(free, lead_months=1))[6:], 10)
    np.testing.assert_allclose(
        passed(transit(free, lead_months=1, weight=0.05))[6:], 100 * 0.05 / 1.05
    )


def test_reexport_is_shared_by_its_links() -> None:
    """Two plants of the exporter have one capacity together; other exporters none."""
    plants = old_supplier()["factories"]
    plants["second_plant"] = {"title": "Second", "state": "BBB", "lines": {"engines": 3}}
    scenario = Scenario.model_validate(
        transit().model_dump(by_alias=True, exclude_unset=True) | {"factories": plants}
    )
    np.testing.assert_allclose(passed(scenario)[6:], 10)


def test_detection_closes_a_reexport_for_some_months() -> None:
    """The central case: with 0.25 a month found out in the second month after goods first passed,
    closed for three months, and again."""
    found = passed(transit(detection=0.25, closed_months=3))[6:]
    np.testing.assert_allclose(
        found, [10, 10, 0, 0, 0, 10, 10, 10, 10, 0, 0, 0, 10, 10, 10, 10, 0, 0]
    )
    closed = np.array(
        [
            passed(transit(detection=0.25, closed_months=3, phase_in=0), member) == 0
            for member in range(1, 40)
        ]
    )[:, 6:]
    assert not closed[:, 0].any()
    assert 0.1 < closed[:, 1].mean() < 0.45
    assert np.unique(closed, axis=0).shape[0] > 20


def test_reexport_wears_while_it_is_closed() -> None:
    """What is not used is lost to decay alone, and not found out again before goods pass."""
    found = passed(transit(detection=0.5, closed_months=4, decay=0.1))[6:12]
    np.testing.assert_allclose(found, [10, 0, 0, 0, 0, 10 * 0.9**5])


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (between("cut_off", date="2015-01", importer="CCC"), True),
        (between("cut_off", date="2015-01", importer="pact"), True),
        (between("cut_off", date="2015-01", exporter="CCC"), True),
        (between("sanction", date="2015-01", importer="*"), True),
        (between("cut_off", date="2015-01"), False),
        (between("leakage", share=1), False),
    ],
)
def test_other_events_act_on_the_legs_of_a_reexport(event: dict[str, Any], ends: bool) -> None:
    """What stops either leg stops it; what stops the direct way does not."""
    found = passed(transit(events={"more": event}))
    np.testing.assert_allclose(found[6:12], 10)
    np.testing.assert_allclose(found[12:], 0 if ends else 10)


def test_quotas_limit_a_reexport() -> None:
    """On either leg, as much as the quota says."""
    np.testing.assert_allclose(
        passed(transit(events={"quota": between("quota", importer="CCC", cap=4)}))[6:], 4
    )


def test_reexport_ends_phases_in_and_follows() -> None:
    """It has the times of every event, and may wait for another one."""
    found = passed(transit(phase_in=4, until="2015-01"))
    np.testing.assert_allclose(found[6:], [2.5, 5, 7.5, 10, 10, 10] + [0] * 12)
    later = transit().model_dump(by_alias=True, exclude_unset=True)
    later["events"]["way"] = {**later["events"]["way"], "after": {"event": "ban", "months": 5}}
    del later["events"]["way"]["date"]
    np.testing.assert_allclose(passed(Scenario.model_validate(later)), [0] * 9 + [10] * 15)


def test_flows_name_the_transit_state() -> None:
    """A re-export has a row of its own, from the exporter to the importer, with `via`; without one
    there is no such column."""
    records = run(transit()).records
    row = records.vias.index("CCC")
    assert records.routes[row] == ("BBB", "AAA", "engines")
    np.testing.assert_allclose(records.flows[:, row, 0], [60, 120])
    table = flows(records)
    assert list(table)[:5] == ["year", "exporter", "via", "importer", "product"]
    assert list(table["via"]).count("CCC") == 2
    assert "via" not in flows(run(world()).records)


def test_reexport_is_part_of_a_programmes_gap() -> None:
    """What a programme's beneficiaries get through a third state does not count as secure."""
    home = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 6,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 2,
    }
    build = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-09": 1000},
        "candidates": {"home": home},
    }
    tree = transit().model_dump(by_alias=True, exclude_unset=True) | {
        "programmes": {"build": build}
    }
    model = SupplyModel(Scenario.model_validate(tree), (0,))
    for _ in range(9):
        model.step()
    assert model.world.projects.added[0, 0] == pytest.approx(80)


def test_reexports_without_a_way_are_refused() -> None:
    """The transit state is neither end, is known, and something can pass."""
    tree = transit().model_dump(by_alias=True, exclude_unset=True)

    def refused(**keys: Any) -> str:
        with pytest.raises(ScenarioError) as error:
            parse(tree | {"events": tree["events"] | {"way": tree["events"]["way"] | keys}})
        return str(error.value)

    assert "cannot be the transit state of its own trade" in refused(via="BBB")
    assert "CCD" in refused(via="CCD")
    assert "acts on nothing" in refused(exporter="CCC", via="BBB")


# --- licences
# -------------------------------------------------------------------------------------------------


def licensed(**keys: Any) -> Scenario:
    """Return the old-supplier world with a ban in May 2014 and a licence for the home plant."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {
        "capacity": 20,
        "unit_cost": 5,
        **keys.pop("line", {}),
    }
    licence = {
        "kind": "licence",
        "date": "2014-07",
        "factory": "home_plant",
        "product": "engines",
        **keys,
    }
    return world(
        factories=plants, events={"ban": between("cut_off"), "licence": licence}, members=3
    )


def home_made(scenario: Scenario) -> np.ndarray:
    """Return the home plant's output month by month in the central case."""
    records = run(scenario).records
    return records.output[:, [line[0] for line in records.lines].index("home_plant"), 0]


def test_a_licence_lets_a_line_make_its_product() -> None:
    """Nothing before July, all it can from then on; until it ends."""
    np.testing.assert_allclose(home_made(licensed()), [0] * 6 + [20] * 18)
    np.testing.assert_allclose(home_made(licensed(until="2015-01")), [0] * 6 + [20] * 6 + [0] * 12)


def test_a_licence_does_not_replace_qualification() -> None:
    """A line that qualifies later sells later; one that was qualified before waits for its
    licence.
    """
    np.testing.assert_allclose(
        home_made(licensed(line={"qualified": "2014-10"})), [0] * 9 + [20] * 15
    )
    np.testing.assert_allclose(
        home_made(licensed(line={"qualified": "2014-02"})), [0] * 6 + [20] * 18
    )


def test_royalty_is_paid_on_every_unit() -> None:
    """A tenth of 5 on top of 5; members may draw it."""
    spending = run(licensed(royalty={"value": 0.1, "low": 0.05, "high": 0.2})).records.series[
        "spending"
    ][:, 0]
    np.testing.assert_allclose(spending[6:, 0], 20 * 5.5)
    assert np.unique(spending[6]).size == 3
    free = run(licensed()).records.series["spending"][:, 0]
    np.testing.assert_allclose(free[6:], 20 * 5)


def test_royalty_is_paid_while_costs_fall() -> None:
    """A tenth on top of what learning leaves, in each month and not in the first alone."""
    learns = {"products.engines.learning_rate": 0.2}
    paid, free = (
        run(changed(licensed(royalty=royalty), learns)).records.series["spending"][6:, 0, 0]
        for royalty in (0.1, 0)
    )
    assert free[-1] < free[0]
    np.testing.assert_allclose(paid, 1.1 * free)


def test_a_royalty_is_none_of_what_idle_capacity_costs() -> None:
    """Of 20 units at 5 each half stands idle until the licence holds, in July: at a half of the
    cost 50 a month before and 10 * 2.5 = 25 after, whatever the licensor gets; so also while costs
    fall."""
    for learns in (0.0, 0.2):
        paid, free = (
            run(
                changed(
                    licensed(royalty=royalty),
                    {
                        "factories.home_plant.idle_cost": 0.5,
                        "needs.AAA.engines": 10,
                        "products.engines.learning_rate": learns,
                    },
                )
            ).records.money["idle"][:, 0, 0]
            for royalty in (0.2, 0)
        )
        np.testing.assert_allclose(paid, free)


def test_a_licence_may_follow_what_happens() -> None:
    """Two months after the ban; each member by its own draw."""
    tree = licensed().model_dump(by_alias=True, exclude_unset=True)
    tree["events"]["licence"] = {
        "kind": "licence",
        "factory": "home_plant",
        "product": "engines",
        "after": {"event": "ban", "months": {"value": 2, "low": 0, "high": 12}},
    }
    found = run(Scenario.model_validate(tree), members=6).records.output
    first = (found > 0).argmax(axis=0)[1]
    assert first[0] == 6
    assert np.unique(first).size > 2


def test_licences_that_do_nothing_are_refused() -> None:
    """Of lines that do not exist, twice for the same line, or phased in."""
    tree = licensed().model_dump(by_alias=True, exclude_unset=True)
    licence = tree["events"]["licence"]

    def refused(**events: Any) -> str:
        with pytest.raises(ScenarioError) as error:
            parse(tree | {"events": tree["events"] | events})
        return str(error.value)

    assert "under the licence 'licence' already" in refused(again=licence)
    assert "phase_in 3 does nothing: a licence holds at once" in refused(
        licence=licence | {"phase_in": 3}
    )
    tree["products"]["boots"] = {"title": "Boots", "unit": "pairs"}
    assert "no line of" in refused(licence=licence | {"product": "boots"})


# --- all together
# -------------------------------------------------------------------------------------------------


def evasive(scenario: Scenario, **changes: Any) -> Scenario:
    """Return a random world with a re-export for every restriction, a leakage that settles and a
    licence."""
    tree = scenario.model_dump(by_alias=True, exclude_unset=True)
    states = list(tree["states"])
    cuts = {
        name: each
        for name, each in tree["events"].items()
        if each["kind"] in ("cut_off", "sanction", "quota")
    }
    for name, each in cuts.items():
        third = [state for state in states if state != each["exporter"]]
        keys = {key: each[key] for key in ("exporter", "product")} | {
            "importer": "*",
            "after": {"event": name, "months": {"value": 2, "low": 0, "high": 5}},
        }
        numbers = {
            "capacity": {"value": 4, "low": 1, "high": 9},
            "growth": 0.5,
            "decay": 0.03,
            "detection": {"value": 0.1, "low": 0.02, "high": 0.3},
        }
        tree["events"][f"{name}_way"] = {
            "kind": "reexport",
            "via": third[0],
            "mark_up": 0.4,
            "closed_months": 4,
            "lead_months": {"value": 3, "low": 2, "high": 5},
            **keys,
            **numbers,
        }
    tree["events"]["leakage"] = {
        key: each
        for key, each in tree["events"]["leakage"].items()
        if key not in ("until", "end_share")
    }
    tree["events"]["leakage"] |= {
        "end_share": 0.05,
        "settles_months": {"value": 5, "low": 2, "high": 9},
    }
    plant = next(iter(tree["factories"]))
    line = next(iter(tree["factories"][plant]["lines"]))
    tree["events"]["licence"] = {
        "kind": "licence",
        "date": "2014-01",
        "factory": plant,
        "product": line,
        "royalty": {"value": 0.1, "low": 0, "high": 0.2},
    }
    return Scenario.model_validate({**tree, **changes})


@pytest.mark.parametrize("seed", range(4))
def test_books_balance_and_members_keep_their_bits(seed: int) -> None:
    """In random worlds full of evasion: the books close, and a member alone or among others is the
    same."""
    scenario = evasive(
        random_scenario(seed),
        rules={"search": {"rule": "gravity", "qualification_months": 3.0}, "sourcing": "cheapest"},
    )
    together = everything(scenario, list(range(6)))
    for company in ([4], [0], [1, 3, 5]):
        for name, values in everything(scenario, company).items():
            assert np.array_equal(values, together[name][..., company]), (name, company)


def test_a_reexport_shifts_no_draw() -> None:
    """Bit for bit the same until it begins, and not after."""
    base = propulsion_world(members=6)
    way = {
        "kind": "reexport",
        "date": "2014-09",
        "exporter": "BBB",
        "importer": "AAA",
        "via": "CCC",
        "capacity": 3,
    }
    more = propulsion_world(
        members=6,
        events={**base.model_dump(by_alias=True, exclude_unset=True)["events"], "way": way},
    )
    first, other = run(base).records.series, run(more).records.series
    month = base.month_labels.index("2014-09")
    for name in ("received", "used", "spending"):
        assert np.array_equal(first[name][:month], other[name][:month]), name
    assert not np.array_equal(first["received"][month:], other["received"][month:])


def test_what_a_trade_rule_bars_no_restriction_hits() -> None:
    """80 pass by the rule whatever comes; a quota of 90 takes nothing of the 180 wanted."""
    trade = old_supplier()["trade"]
    trade["old"]["cap"] = 80
    pair = {"exporter": "BBB", "importer": "AAA", "product": "engines"}
    more = {"kind": "demand", "date": "2014-06", "state": "AAA", "product": "engines", "factor": 2}

    def hit(cap: float) -> int:
        quota = {"kind": "quota", "date": "2014-06", **pair, "cap": cap}
        return int(run(world(trade=trade, events={"quota": quota, "more": more})).records.hit[0, 0])

    assert hit(90) == NEVER
    assert hit(70) == 5

"""Fates worked by hand on arrays, and in worlds made so that what becomes of a need is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.assess.fates import FATES, fates, hits, restricted_routes, settle
from sim.assess.substitution import month_reached
from sim.engine.run import run
from tests.worlds import old_supplier, propulsion_world, world

BAN = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
MONTHS = 48


def table(**changes: Any) -> pd.DataFrame:
    """Run the old supplier's world for four years, with these top-level keys in place of its own,
    and tabulate its fates."""
    result = run(world(**{"months": MONTHS, "events": {"ban": BAN}, **changes}))
    return pd.DataFrame(fates(result.scenario, result.records))


def fate(frame: pd.DataFrame, year: str = "end") -> str:
    """Name the one fate of a single member in a year."""
    (found,) = frame[(frame.year == year) & (frame.probability == 1)].fate
    return str(found)


def ally(capacity: float = 200, bloc: str | None = "union", **changes: Any) -> dict[str, Any]:
    """Give the world a third state with a plant that nobody buys from while the old supplier
    delivers."""
    parts = old_supplier()
    return {
        "states": {
            "AAA": {"title": "Buyer", "bloc": "union"},
            "BBB": {"title": "Old supplier"},
            "CCC": {"title": "Third", "bloc": bloc},
        },
        "factories": {
            **parts["factories"],
            "third_plant": {"title": "Third plant", "state": "CCC", "lines": {"engines": capacity}},
        },
        "trade": {
            **parts["trade"],
            "third": {"exporter": "CCC", "importer": "AAA", "product": "engines", "weight": 1e-6},
        },
        **changes,
    }


def test_who_delivers_to_factories_alone_substitutes_nothing() -> None:
    """After the ban the allied CCC delivers 138 a month to a yard that had them from BBB, and may
    deliver to nobody else; the outsider DDD delivers the 92 that the state itself had from BBB. So
    it is DDD that stands in, and no ally."""
    parts = ally()
    parts["states"]["DDD"] = {"title": "Fourth"}
    parts["products"] = {
        "engines": {"title": "Engines", "unit": "engines"},
        "vessels": {"title": "Vessels", "unit": "vessels", "inputs": {"engines": {"amount": 1}}},
    }
    parts["factories"] |= {
        "fourth_plant": {"title": "Fourth plant", "state": "DDD", "lines": {"engines": 200}},
        "yard": {"title": "Yard", "state": "AAA", "lines": {"vessels": 150}},
    }
    parts["factories"]["old_plant"]["lines"]["engines"] = 300
    parts["needs"] = {"AAA": {"engines": 100, "vessels": 150}}
    both = {"importer": "AAA", "product": "engines", "weight": 1e-6}
    parts["trade"] |= {
        "third": {"exporter": "CCC", **both, "user": "yard"},
        "fourth": {"exporter": "DDD", **both, "user": "final"},
    }
    found = table(**parts)
    engines = found[(found["product"] == "engines") & (found.year == "end")].set_index("fate")
    assert engines.probability["outside"] == 1
    assert (engines.by["outside"], engines.by["ally"]) == ("DDD", "")
    assert engines.by_share["outside"] == 1


def at_home(capacity: float) -> dict[str, Any]:
    """Give the home plant another capacity."""
    plants = old_supplier()["factories"]
    return {**plants, "home_plant": {**plants["home_plant"], "lines": {"engines": capacity}}}


def leaking(share: float) -> dict[str, Any]:
    leak = {
        "kind": "leakage",
        "date": "2015-01",
        "exporter": "BBB",
        "importer": "AAA",
        "share": share,
    }
    return {"ban": BAN, "leak": leak}


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("unmet", {}),
        ("home", {"factories": at_home(200)}),
        ("ally", ally()),
        ("outside", ally(bloc=None)),
        ("leakage", {"events": leaking(0.9)}),
        (
            "old",
            {
                "events": {
                    "ban": BAN,
                    "lift": {"kind": "lifting", "date": "2016-01", "lifts": ["ban"]},
                }
            },
        ),
        (
            "dropped",
            {
                "events": {
                    "ban": BAN,
                    "slump": {"kind": "demand", "date": "2016-01", "state": "AAA", "factor": 0.05},
                }
            },
        ),
    ],
)
def test_each_fate_has_its_world(expected: str, changes: dict[str, Any]) -> None:
    """BBB delivers 80 of 100 until it is cut off; who or what makes up for it differs from world to
    world."""
    assert fate(table(**changes)) == expected


def test_a_group_counts_by_what_it_gained() -> None:
    """Home makes 45 before and after; the ally comes to 40 from nothing: the need was substituted
    by the ally."""
    shares = np.array([[[0.5]], [[0.45]], [[0.0]], [[0.05]], [[0.0]]])
    before = np.array([[0.45], [0.0], [0.0], [0.0], [0.55]])
    full = np.ones((1, 1))
    assert FATES[settle(shares, before, full, full)[0, 0]] == "ally"
    assert FATES[settle(shares, 0 * before, full, full)[0, 0]] == "home"


def test_what_nobody_replaced_goes_to_who_delivers_most() -> None:
    """A need hit over inputs alone: its maker goes on as before."""
    shares = np.array([[[0.7]], [[0.3]], [[0.0]], [[0.0]], [[0.0]]])
    assert FATES[settle(shares, shares[:, 0], np.ones((1, 1)), np.ones((1, 1)))[0, 0]] == "home"


def test_dropped_comes_before_unmet_and_unmet_before_suppliers() -> None:
    """The need at 9 % of its start is dropped, met or not; at 10 % it is not; met by 49 % it is
    unmet."""
    shares = np.zeros((5, 1, 4))
    shares[3] = 1.0
    fill, need = np.array([[1.0, 0.2, 0.49, 0.5]]), np.array([[0.09, 0.09, 0.1, 1.0]])
    assert [FATES[code] for code in settle(shares, np.zeros((5, 4)), fill, need)[0]] == [
        "dropped",
        "dropped",
        "unmet",
        "leakage",
    ]


def column(*runs: tuple[int, float]) -> np.ndarray:
    """Return a series [months, 1] of so many months at a level, and so many at the next."""
    return np.concatenate([np.full(months, level) for months, level in runs])[:, None]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (column((10, 20), (30, 90)), 10),
        (column((10, 20), (30, 89)), np.inf),
        (column((40, 100)), 2),
        (column((20, 100), (10, 0), (30, 100)), 30),
        (column((10, 20), (5, 100), (10, 20), (15, 100)), 25),
        (column((30, 20), (10, 100)), np.inf),
        (column((10, 20), (5, 300), (3, 100), (22, 20)), 10),
        (column((10, 20), (11, 90), (1, 0), (20, 100)), 22),
        (column((10, 20), (12, 90), (1, 0), (20, 100)), 10),
    ],
    ids=[
        "nine_tenths",
        "less",
        "never_short",
        "short_later",
        "short_again",
        "too_late_to_tell",
        "catching_up",
        "eleven_months_are_no_year",
        "twelve_are",
    ],
)
def test_substitution_is_reached_when_others_keep_up_for_a_year(
    others: np.ndarray, expected: float
) -> None:
    """The need is 100 a month, hit in month 2; a surplus counts for the months after it, never for
    those before."""
    need = np.full(others.shape, 100.0)
    assert month_reached(others, need, np.array([10.0]), 2).tolist() == [expected]


def test_a_dropped_need_is_no_substitution() -> None:
    """Others deliver all of a need that has fallen to 9 a month from 100."""
    need = column((10, 100), (30, 9))
    assert month_reached(column((10, 20), (30, 9)), need, np.array([10.0]), 2)[0] == np.inf
    assert month_reached(column((10, 20), (30, 9)), need, np.array([5.0]), 2)[0] == 10


def test_a_run_shorter_than_a_year_after_the_hit_reaches_nothing() -> None:
    assert month_reached(
        np.full((13, 2), 100.0), np.full((13, 2), 100.0), np.full(2, 10.0), 2
    ).tolist() == [np.inf, np.inf]


def test_the_month_and_the_doer_of_substitution() -> None:
    """The third state's plant fills the gap in the month of the ban; at home a programme's capacity
    comes twelve months later."""
    for group, bloc in (("ally", "union"), ("outside", "league"), ("outside", None)):
        ends = table(**ally(bloc=bloc)).query("year == 'end'")
        end = ends[ends.fate == group].iloc[0]
        assert (end.month_p50, end.by, end.by_share, end.reached) == ("2015-01", "CCC", 1, 1)
        others = ends[ends.fate != group]
        assert (others.by == "").all()
        assert others.by_share.isna().all()
        assert (others.reached == 1).all()
    candidate = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 8,
        "qualification_months": 4,
    }
    programme = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2015-01": 1e6},
    }
    programme["candidates"] = {"home": {**candidate, "ramp_months": 0, "capital_cost": 1}}
    end = table(programmes={"build": programme}).query("year == 'end'").iloc[0]
    assert (end.month_p05, end.month_p95, end.by) == ("2016-01", "2016-01", "AAA")


def test_who_substitutes_may_differ_from_member_to_member() -> None:
    """Home is asked for two thirds of 100, and the third state makes up for what it cannot, which
    is most where home makes less than 50. Each is named in the row of its group."""
    changes = ally(capacity=100) | {"members": 20}
    home = changes["factories"]["home_plant"]
    home["lines"] = {"engines": {"value": 60, "low": 20, "high": 100, "dist": "uniform"}}
    for name, weight in (("home", 2e-6), ("third", 1e-6)):
        changes["trade"][name]["weight"] = weight
    result = run(world(months=MONTHS, events={"ban": BAN}, **changes))
    ends = pd.DataFrame(fates(result.scenario, result.records)).query("year == 'end'")
    row = [line[0] for line in result.records.lines].index("home_plant")
    share = (result.records.usable[0, row] < 50).mean()
    assert 0 < share < 0.5
    found = ends.set_index("fate")[["by", "by_share"]].to_dict("index")
    assert found["home"] == {"by": "AAA", "by_share": pytest.approx(1 - share)}
    assert found["ally"] == {"by": "CCC", "by_share": pytest.approx(share)}
    assert {found[fate]["by"] for fate in FATES if fate not in ("home", "ally")} == {""}


def test_what_is_never_reached_says_so() -> None:
    """Without a substitute the months are inf and nobody did it; rows of years do not speak
    of it.
    """
    frame = table()
    end = frame.query("year == 'end'").iloc[0]
    assert (end.reached, end.month_p05, end.by) == (0, "inf", "")
    assert np.isnan(end.by_share)
    assert frame.query("year == '2016'").month_p50.tolist() == [""] * len(FATES)


def test_fates_change_from_year_to_year() -> None:
    """With 18 months of stock the need is met in the year of the ban, and unmet when the stock is
    used up."""
    states = {"AAA": {"title": "Buyer", "stock_cover": 18}, "BBB": {"title": "Old supplier"}}
    frame = table(states=states)
    assert [fate(frame, year) for year in ("2015", "2017", "end")] == ["home", "unmet", "unmet"]
    assert frame.year.drop_duplicates().tolist() == ["2015", "2016", "2017", "end"]


def test_probabilities_are_shares_of_members_and_add_up() -> None:
    """In a drawn world every year's probabilities sum to one, and each is a multiple of one
    member.
    """
    result = run(propulsion_world(members=8, months=60))
    frame = pd.DataFrame(fates(result.scenario, result.records))
    assert frame.groupby(
        ["state", "product", "year"]
    ).probability.sum().to_numpy() == pytest.approx(1)
    assert (frame.probability * 8 % 1 == 0).all()
    assert set(zip(frame.state, frame["product"], strict=True)) == {("AAA", "propulsion_units")}


def test_a_need_is_hit_over_its_inputs_too() -> None:
    """The ban of March 2014 hits turbines and gears, and so what is made of them; optics come from
    an ally."""
    records = run(propulsion_world(members=2, months=40)).records
    assert hits(records) == {("AAA", "propulsion_units"): records.months.index("2014-03")}


def test_the_earliest_restriction_counts() -> None:
    """Two bans on one route: it is hit from the first one on; a state does not restrict its own
    trade."""
    everyone = {
        "kind": "cut_off",
        "date": "2014-06",
        "exporter": "*",
        "importer": "*",
        "share": 0.1,
    }
    result = run(world(events={"ban": BAN, "first": everyone}))
    assert restricted_routes(result.records) == {("BBB", "AAA", "engines")}
    assert hits(result.records) == {("AAA", "engines"): 5}


def test_without_a_restriction_there_are_no_fates() -> None:
    frame = table(events={})
    assert len(frame) == 0
    assert list(frame.columns)[:5] == ["state", "product", "year", "fate", "probability"]


def test_the_engine_ships_what_the_groups_add_up_to() -> None:
    """Deliveries from home are what is received beyond imports, and old suppliers' are among the
    imports."""
    series = run(propulsion_world(members=3, months=40)).records.series
    assert (series["received"] >= series["imports"] - 1e-9).all()
    assert (series["imports"] >= series["legacy"] - 1e-9).all()
    assert (series["legacy"] >= series["leaked"] - 1e-9).all()


def test_fates_do_not_depend_on_the_unit() -> None:
    """The same world in units and in hundred thousands of them."""
    scenario = world(**(ally() | {"months": MONTHS, "events": leaking(0.1)}))
    made = run(scenario).records
    small = replace(
        made,
        flows=made.flows * 1e-5,
        final_flows=made.final_flows * 1e-5,
        series={name: values * 1e-5 for name, values in made.series.items()},
    )
    whole, part = (pd.DataFrame(fates(scenario, each)) for each in (made, small))
    pd.testing.assert_frame_equal(whole, part)
    assert "ally" in set(whole[whole.probability == 1].fate)
    assert "CCC" in set(whole.by)

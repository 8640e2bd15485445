"""What is judged of records, on records made by hand: fates, outcomes, importance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.assess import large_tables
from sim.assess.drawn import drawn
from sim.assess.fates import _Past, fates
from sim.assess.importance import _variance, described, importance
from sim.assess.need_readings import of_buyer
from sim.assess.past import Past, logistic
from sim.assess.regression import rank_regression
from sim.assess.substitution import months_by
from sim.engine.run import run
from sim.errors import InputError
from sim.kernels.sums import NEVER
from sim.records import Records
from sim.scenario.column_table import ColumnTable, Numbers
from sim.scenario.schema import Scenario, Trade
from tests.test_events import programme
from tests.test_importance import ban_world, ran
from tests.worlds import world

STATES = {
    "AAA": {"title": "Buyer", "bloc": "union"},
    "BBB": {"title": "Old supplier"},
    "CCC": {"title": "Ally", "bloc": "union"},
    "DDD": {"title": "Outsider"},
}
ROUTES = [(exporter, "AAA", "engines") for exporter in STATES]
MONTHS = [f"{year}-{month:02d}" for year in (2014, 2015, 2016) for month in range(1, 13)]


def scenario() -> Scenario:
    """Return the old supplier's world with an ally and an outsider."""
    return world(states=STATES, months=36, members=2)


def records(flows: Any, hit: int = 12, **series: Any) -> Records:
    """Return three years of a need of 100 a month, with so many units a year over ROUTES, [years,
    routes, members]; a restriction acts on what BBB sends.
    """
    made = run(world(states=STATES, months=1, members=2)).records
    flows = np.asarray(flows, dtype=np.float64)
    acted = np.zeros((4, 2), dtype=bool)
    acted[1] = True
    monthly = flows.repeat(12, axis=0) / 12
    known = {
        "need": np.full((36, 1, 2), 100.0),
        "used": np.full((36, 1, 2), 100.0),
        "unmet": np.zeros((36, 1, 2)),
        "received": monthly.sum(axis=1, keepdims=True),
        "imports": monthly[:, 1:].sum(axis=1, keepdims=True),
        "legacy": monthly[:, 1:2],
        "leaked": np.zeros((36, 1, 2)),
    }
    return replace(
        made,
        months=MONTHS,
        years=[2014, 2015, 2016],
        members=[0, 1],
        needs=[("AAA", "engines")],
        routes=ROUTES,
        vias=(),
        hit=np.full((1, 2), hit),
        acted=acted,
        flows=flows,
        final_routes=range(4),
        final_flows=flows,
        series={**known, **series},
    )


def both(*rows: list[float]) -> np.ndarray:
    """Give both members the same flows, [years, routes] -> [years, routes, members]."""
    return np.repeat(np.array(rows, dtype=np.float64)[:, :, None], 2, axis=2)


def test_what_comes_from_abroad_is_split_between_allies_and_outsiders() -> None:
    """In 2015 the old supplier's 600 become 450 of the ally and 150 of the outsider; a third of
    what still came, 120 of 360, has leaked."""
    leaked = np.zeros((36, 1, 2))
    leaked[12:24] = 10
    found = records(both([480, 720, 0, 0], [480, 360, 270, 90], [480, 0, 540, 180]), leaked=leaked)
    groups = _Past(scenario(), found)._groups(0)[:, ::12, 0]
    assert groups.T.tolist() == [
        [40, 0, 0, 0, 60],
        pytest.approx([40, 22.5, 7.5, 10, 20]),
        pytest.approx([40, 45, 15, 0, 0]),
    ]


def test_who_gained_most_is_told_against_the_years_before() -> None:
    """Home makes 60 before and after; the ally comes from nothing to 25 and the outsider from 5 to
    15 of what the old supplier sent. In the second member it is the other way round."""
    flows = both([720, 420, 0, 60], [720, 0, 300, 180], [720, 0, 300, 180])
    flows[1:, 2:, 1] = [180, 300]
    flows[0, :, 1] = [720, 420, 60, 0]
    table = fates(scenario(), records(flows))
    ends = {
        fate: (by, share)
        for fate, year, by, share in zip(
            *(table[name] for name in ("fate", "year", "by", "by_share")), strict=True
        )
        if year == "end" and by
    }
    assert ends == {"ally": ("CCC", 0.5), "outside": ("DDD", 0.5)}


@pytest.mark.parametrize(("home", "fate"), [(60, "leakage"), (10, "home")])
def test_a_need_hit_in_the_first_month_had_its_suppliers_at_rest(home: float, fate: str) -> None:
    """Home makes 60 of 100, beside 40 that leaked: all that it made at rest, or 50 more."""
    leaked = np.full((36, 1, 2), 40.0)
    found = records(both(*[[720, 480, 0, 0]] * 3), hit=0, leaked=leaked)
    rest = np.array([home, 100 - home, 0, 0])[:, None].repeat(2, axis=1)
    table = fates(scenario(), replace(found, final_rest=rest))
    rows = zip(*(table[name] for name in ("fate", "year", "probability")), strict=True)
    assert [each for each, year, share in rows if year == "end" and share == 1] == [fate]


def test_a_need_that_comes_later_is_not_dropped() -> None:
    """Nothing is needed in the first year: there is no level below which it is dropped."""
    need = np.full((36, 1, 2), 100.0)
    need[:12] = 0
    table = fates(scenario(), records(both(*[[1200, 0, 0, 0]] * 3), need=need))
    rows = zip(*(table[name] for name in ("fate", "year", "probability")), strict=True)
    assert [fate for fate, year, share in rows if year == "2015" and share == 1] == ["home"]


FLOWS = both([480, 720, 0, 0], [480, 360, 270, 90], [480, 0, 540, 180])


@pytest.mark.parametrize(
    ("reading", "year", "expected"),
    [
        ("bought", "2014", 1200),
        ("bought", "2015", 1200),
        ("bought BBB", "2015", 360),
        ("from BBB", "2014", 100),
        ("from BBB", "2015", 50),
        ("from CCC", "2015", 37.5),
        ("from DDD", "2016", 25),
        ("met", "2014", 100),
        ("met", "2015", 80),
        ("met", "2016", 100),
    ],
)
def test_outcomes_of_a_buyer(reading: str, year: str, expected: float) -> None:
    """Units of a year, percent of what is imported, percent of the need that is used."""
    used = np.full((36, 1, 2), 100.0)
    used[12:24] = 80
    found = of_buyer(records(FLOWS, used=used), "AAA", "engines", reading, year)
    assert found.tolist() == pytest.approx([expected] * 2)


def test_a_buyer_that_imports_nothing_imports_nothing_from_anybody() -> None:
    made = records(both(*[[1200, 0, 0, 0]] * 3))
    assert of_buyer(made, "AAA", "engines", "from BBB", "2014").tolist() == [0, 0]
    none = records(FLOWS, need=np.zeros((36, 1, 2)))
    assert of_buyer(none, "AAA", "engines", "met", "2014").tolist() == [100, 100]


def test_a_buyer_of_little_is_a_buyer() -> None:
    """The same in hundred thousandths: a half of what is imported, four fifths of the need; and of
    those who took a product over."""
    small = 1e-5
    made = records(FLOWS * small, used=np.full((36, 1, 2), 80.0) * small)
    made = replace(made, series=made.series | {"need": np.full((36, 1, 2), 100.0) * small})
    found = [of_buyer(made, "AAA", "engines", each, "2015")[0] for each in ("from BBB", "met")]
    assert found == pytest.approx([50, 80])
    assert Past(scenario(), made)._taken_over("AAA").tolist() == [1, 1]


@pytest.mark.parametrize(
    ("state", "products", "reading", "year", "fault"),
    [
        ("AAA", "engines", "bought", "2013", "not a whole year of the run"),
        ("AAA", "engines", "bought", "2017", "not a whole year of the run"),
        ("AAA", "gears", "bought", "2014", "AAA buys none of gears"),
        ("BBB", "engines", "bought", "2014", "BBB buys none of engines"),
        ("AAA", "engines", "bought EEE", "2014", "AAA buys none of engines from EEE"),
        ("AAA", "engines", "from AAA", "2014", "AAA buys none of engines from AAA"),
        ("AAA", "engines", "from EEE", "2014", "AAA buys none of engines from EEE"),
        ("AAA", "engines", "from", "2014", "AAA buys none of engines from nobody"),
        ("BBB", "engines", "met", "2014", "BBB needs none of engines"),
    ],
)
def test_outcomes_that_a_run_does_not_tell(
    state: str, products: str, reading: str, year: str, fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        of_buyer(records(FLOWS), state, products, reading, year)


def test_a_run_that_begins_within_a_year_tells_no_years() -> None:
    late = replace(records(FLOWS), months=[f"2014-{month:02d}" for month in range(2, 13)])
    with pytest.raises(InputError, match="not a whole year"):
        of_buyer(late, "AAA", "engines", "bought", "2014")


def test_allies_take_a_product_over_with_a_tenth_of_the_old_supplies() -> None:
    """The old supplier sent 720 in the first year: 72 more from the ally are a tenth, 71 are not;
    what outsiders send does not count."""
    for ally, outsider, expected in ((82, 0, 1), (81, 500, 0), (10, 500, 0)):
        flows = both([480, 720, 10, 0], [480, 0, 10, 0], [480, 0, ally, outsider])
        past = Past(scenario(), records(flows))
        assert past._taken_over("AAA").tolist() == [expected] * 2
    assert past._taken_over("DDD").tolist() == [0, 0]


def test_the_logistic_goes_through_its_two_points() -> None:
    """A tenth after 12 months, half after 30, nine tenths after 48, nothing before the cut-off."""
    found = logistic(np.array([-1.0, 0.0, 12.0, 30.0, 48.0]))
    assert found[[0, 2, 3, 4]] == pytest.approx([0, 0.1, 0.5, 0.9])
    assert found[1] == pytest.approx(1 / (1 + 9 ** (30 / 18)))


def test_the_variance_of_what_is_never_reached_is_none() -> None:
    assert _variance(np.array([np.nan, np.inf])) == 0
    assert _variance(np.array([1.0, 3.0, np.inf])) == 1


def test_an_input_comes_in_when_noise_alone_would_not_bring_it() -> None:
    """Of 4 inputs and 26 members, a correlation of ranks above 2.4977 / 5 = 0.4995, with the normal
    quantile of 1 - 0.05 / 8. The first 16 in reverse order leave 1 - 2 x 4080 / 17550 = 0.535; the
    first 17 leave 1 - 2 x 4896 / 17550 = 0.442."""
    rank = np.arange(26.0)
    for reversed_, inputs in ((16, [2]), (17, [])):
        mixed = np.concatenate((rank[:reversed_][::-1], rank[reversed_:]))
        others = np.stack((rank % 2, rank % 3, mixed, rank % 5))
        assert rank_regression(others, rank).inputs == inputs


def test_never_hit_is_no_fate() -> None:
    assert fates(scenario(), records(FLOWS, hit=NEVER))["fate"] == []


def test_a_programme_without_precedents_draws_no_common_delay() -> None:
    """What members draw is what lead times are made of, and nothing else."""
    names = [each.name for each in drawn(world(programmes={"build": programme()}))]
    assert not [each for each in names if each.endswith(("common_delay", ".own"))]


def test_what_to_observe_is_said_at_the_end() -> None:
    text = described(importance(*ran(ban_world())))
    last = text.splitlines()[-1]
    assert last.startswith("What would narrow the answer most is to observe events.ban.share")
    assert text.splitlines()[-2] == ""


def test_months_by_which_members_are_there() -> None:
    """Of 40 the second, the twentieth and the thirty-eighth; with three who never are, never."""
    months = [f"month {each}" for each in range(40)]
    order = np.random.default_rng(3).permutation(40).astype(np.float64)
    assert months_by(order, months) == ("month 1", "month 19", "month 37")
    order[order > 36] = np.inf
    assert months_by(order, months) == ("month 1", "month 19", "inf")
    assert months_by(np.array([5.0]), months) == ("month 5",) * 3


def test_a_large_table_is_told_in_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three trade rules of weight 1, 2 and, not given, another: two are given, one of them with an
    interval, so that one stands bare. As many as LARGE are listed one by one; one more is not."""
    some = np.array([1.0, 2.0, np.nan])
    numbers = Numbers(some, np.array([np.nan, 1.0, np.nan]), np.array([np.nan, 3.0, np.nan]))
    ends = {"exporter": "BBB", "importer": "AAA", "product": "engines"}
    names = ["one", "two", "three"]
    table = ColumnTable(Trade, names, {}, {"weight": numbers}, ends)
    scenario = world().model_copy(update={"trade": table})
    monkeypatch.setattr(large_tables, "LARGE", 3)
    assert large_tables.large_tables(scenario) == {}
    monkeypatch.setattr(large_tables, "LARGE", 2)
    found = large_tables.large_tables(scenario)
    assert found == {"trade": table}
    ((path, told),) = large_tables.together(found)
    assert path == "trade.*.weight"
    assert (told.value, told.low, told.high) == (1.5, 1, 2)
    assert large_tables.counted(found) == {"assumed": 2, "bare": 1}
    assert large_tables.without_tables(scenario, found).trade == {}
    assert large_tables.without_tables(scenario, {}) is scenario


def test_five_members_bear_one_input() -> None:
    """The five bits of a number all tell something of it. 20 members let the first four in; each
    counted twice they let in all."""
    number = np.arange(20) * 32 // 20
    bits = (number >> np.arange(5)[::-1, None]) & 1
    for twice, inputs in ((1, 4), (2, 5)):
        fit = rank_regression(bits.repeat(twice, axis=1) * 1.0, number.repeat(twice) * 1.0)
        assert fit.inputs == list(range(inputs))


def test_an_input_that_noise_would_match_stays_out() -> None:
    """Of 20 ranks these are apart by 744 in squares: a correlation of 1 - 6 * 744 / 7980 = 0.4406.

    Noise brings forth 1.96 / sqrt(19) = 0.4497 in a twentieth of the cases; it would be
    1.96 / sqrt(21) = 0.4277 with two members more.
    """
    first = np.arange(20.0)
    second = first.copy()
    # each exchange of two counts twice the square of their distance: 2 * (324 + 36 + 9 + 1 + 1 + 1)
    for one, other in (0, 18), (1, 7), (2, 5), (8, 9), (10, 11), (12, 13):
        second[[one, other]] = second[[other, one]]
    assert ((first - second) ** 2).sum() == 744
    assert rank_regression(first[None], second).inputs == []

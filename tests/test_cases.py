"""The casebook: each case tells its story, without its shock nothing happens, and a policy matters.

A test a row of the story; figures are of a few members, so only what the story turns on is asked.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.assess.evidence import cited, counts
from sim.assess.outcomes import read_outcomes
from sim.engine.run import run
from sim.records import Records
from tests.golden.renew import case_names, path_of, summary_of

CASES = Path(__file__).parent.parent / "scenarios" / "cases"
VARIANTS = {
    "korea_japan_2019": "more_stock",
    "neon_2022": "no_reuse",
    "rare_earths_2010": "no_thrift",
    "gallium_2023": "reserves",
    "artillery_shells_2022": "powder_first",
}
MEMBERS = 30


@lru_cache
def ran(name: str) -> Records:
    """Run a case or one of its variants once."""
    return run(sim.load(CASES / f"{name}.yaml", members=MEMBERS)).records


def met(name: str, state: str, product: str) -> np.ndarray:
    """Return the share of the need that is used, [years]: the middle of the members."""
    records = ran(name)
    row = records.needs.index((state, product))
    used, need = (
        records.series[key][:, row].reshape(-1, 12, MEMBERS).sum(axis=1) for key in ("used", "need")
    )
    return np.asarray(np.median(used / need, axis=1))


def bought(name: str, *route: str) -> np.ndarray:
    """Return the units that pass on a route, [years]: the middle of the members."""
    records = ran(name)
    rows = [row for row, each in enumerate(records.routes) if each == route]
    return np.asarray(np.median(records.flows[:, rows].sum(axis=1), axis=1))


def made(name: str, factory: str, product: str) -> np.ndarray:
    """Return what a line makes, [years, members]."""
    records = ran(name)
    row = [line[::2] for line in records.lines].index((factory, product))
    return np.asarray(records.output[:, row].reshape(-1, 12, MEMBERS).sum(axis=1))


# --- all cases


@pytest.mark.parametrize("name", VARIANTS)
def test_every_number_has_a_source_or_says_that_it_is_assumed(name: str) -> None:
    """Sources are named and given; most numbers that are assumed say what they rest on."""
    scenario = sim.load(CASES / f"{name}.yaml")
    assert cited(scenario) == ([], [])
    counted = counts(scenario)
    assert counted["documented"] + counted["estimated"] >= 5
    assert counted["bare"] <= 12


@pytest.mark.parametrize("name", case_names())
def test_a_case_gives_the_golden_numbers(name: str) -> None:
    """To nine digits, in the central case and a drawn member; `python -m tests.golden.renew` writes
    them anew."""
    golden = json.loads(path_of(name).read_text(encoding="utf-8"))
    found = summary_of(name)
    assert list(found) == list(golden)
    for headline, values in found.items():
        for value, kept in zip(values, golden[headline], strict=True):
            assert value == (
                pytest.approx(kept, rel=1e-8, abs=1e-9) if isinstance(kept, float) else kept
            ), headline


@pytest.mark.parametrize("name", VARIANTS)
def test_a_case_knows_nothing_of_what_its_precedents_tell(name: str) -> None:
    """Its own cluster is left out, and a candidate's lead time is no number."""
    scenario = sim.load(CASES / f"{name}.yaml")
    assert scenario.precedents.left_out
    for programme in scenario.programmes.values():
        assert all(each.build_months is None for each in programme.candidates.values())


@pytest.mark.parametrize("name", VARIANTS)
def test_without_the_shock_all_needs_are_met(name: str) -> None:
    """And with it the world differs, as it does with the policy."""
    calm = ran(f"{name}_no_shock")
    used, need = calm.series["used"], calm.series["need"]
    np.testing.assert_allclose(used[6:], need[6:], rtol=1e-6)
    policy = ran(f"{name}_{VARIANTS[name]}")
    assert not np.array_equal(calm.output, ran(name).output)
    assert not np.array_equal(policy.output, ran(name).output)


@pytest.mark.parametrize("name", VARIANTS)
def test_each_case_has_outcomes_that_can_be_scored(name: str) -> None:
    """Three at least, each with its source."""
    found = read_outcomes(CASES / f"{name}_outcomes.csv")
    assert sum(bool(each.reading) for each in found) >= 3
    assert (CASES.parent.parent / "docs/cases" / f"{name}.md").exists()


# --- Japan and Korea


def test_licences_leave_nobody_in_korea_short() -> None:
    """No lost output was reported."""
    assert met("korea_japan_2019", "KOR", "hydrogen_fluoride").min() > 0.97
    assert met("korea_japan_2019", "KOR", "photoresist").min() > 0.97


def test_japan_s_acid_falls_at_once_and_its_resist_hardly() -> None:
    """A licence rule that bit each good differently."""
    acid = bought("korea_japan_2019", "JPN", "KOR", "hydrogen_fluoride")
    resist = bought("korea_japan_2019", "JPN", "KOR", "photoresist")
    assert acid[2] < 0.7 * acid[0]
    assert resist[1] > 0.8 * resist[0]


def test_buyers_turn_from_japan_s_resist_though_it_is_licensed() -> None:
    """Its share falls with nobody short, by what their caution takes and not by licences alone."""
    sellers = ("JPN", "BEL", "USA")
    flows = np.array([bought("korea_japan_2019", each, "KOR", "photoresist") for each in sellers])
    share = flows[0] / flows.sum(axis=0)
    assert share[0] == pytest.approx(0.932, abs=0.002)
    assert share[3] < 0.9
    event = sim.load(CASES / "korea_japan_2019.yaml").events["caution"]
    assert event.kind == "preference"


def test_home_acid_comes_from_plants_begun_before() -> None:
    """Within a year of the cut, in most members; resist takes longer than the run in the middle."""
    acid = made("korea_japan_2019", "soulbrain", "hydrogen_fluoride")
    assert (acid[2] > 0).mean() > 0.8
    resist = made("korea_japan_2019", "dongjin", "photoresist")
    assert np.median(resist) == 0
    assert resist[4].max() > 0


# --- neon


def test_no_chip_is_lost_for_want_of_neon() -> None:
    """Stocks, China and the first plant at home bridge the gap."""
    assert met("neon_2022", "KOR", "chips").min() > 0.99


def test_dependence_moves_to_china() -> None:
    """From two thirds of imports to more than four fifths."""
    sellers = ("CHN", "UKR", "RUS", "USA")
    flows = np.array([bought("neon_2022", each, "KOR", "neon") for each in sellers])
    share = flows[0] / flows.sum(axis=0)
    assert 0.6 < share[1] < 0.7
    assert (share[2:4] > 0.8).all()


def test_using_neon_again_lowers_what_is_bought() -> None:
    """By the end of the run, against nobody doing so."""
    thrifty = bought("neon_2022", "CHN", "KOR", "neon")[-1]
    assert thrifty < bought("neon_2022_no_reuse", "CHN", "KOR", "neon")[-1]


# --- rare earths


def test_thrift_comes_first_and_is_largest() -> None:
    """Imports of 2012 fall by more than mines elsewhere bring."""
    name = "rare_earths_2010"
    routes = [(each, "JPN", "rare_earths") for each in ("CHN", "FRA", "USA", "AUS")]
    imports = np.sum([bought(name, *route) for route in routes], axis=0)
    assert imports[3] < 0.75 * imports[0]
    assert imports[0] - imports[3] > 3 * bought(name, "AUS", "JPN", "rare_earths")[3]


def test_mines_elsewhere_come_late() -> None:
    """Promised for September 2011: next to nothing that year in most members, something by 2015 in
    most."""
    lynas = made("rare_earths_2010", "lynas", "rare_earths")
    assert (lynas[2] < 50).mean() > 0.7
    assert (lynas[6] > 0).mean() > 0.5


def test_traders_projects_were_promised_to_cover_a_third_and_do_not() -> None:
    """10,000 tonnes from India and Vietnam in 2013: the middle has less than half of them."""
    name = "rare_earths_2010"
    built = sum(made(name, each, "rare_earths")[4] for each in ("indian_plant", "dong_pao"))
    assert np.median(built) < 5000
    assert built.max() > 0


def test_without_thrift_makers_need_more_from_china() -> None:
    """All else equal."""
    china = ("CHN", "JPN", "rare_earths")
    assert bought("rare_earths_2010_no_thrift", *china)[5] > bought("rare_earths_2010", *china)[5]


# --- gallium


def test_projects_are_promised_and_hardly_built() -> None:
    """Of 24.8 tonnes that Metlen promised for 2025, from May on, the middle makes less than a
    third."""
    metlen = made("gallium_2023", "metlen", "gallium")
    assert np.median(metlen[3]) < 8.3
    assert metlen[2].max() > 0


def test_the_united_states_live_off_stocks_and_ways_round() -> None:
    """They lack more than Japan and Europe, which are licensed."""
    short = met("gallium_2023", "USA", "gallium")
    assert short[2] < 0.5
    assert met("gallium_2023", "JPN", "gallium")[2] > short[2] + 0.1
    records = ran("gallium_2023")
    assert records.series["leaked"][:, records.needs.index(("USA", "gallium"))].sum() > 0


def test_a_year_in_store_bridges_the_first_year() -> None:
    """For the United States."""
    reserves = met("gallium_2023_reserves", "USA", "gallium")
    assert reserves[2] > met("gallium_2023", "USA", "gallium")[2] + 0.2


# --- shells


def test_need_runs_away_from_plants_sized_for_training() -> None:
    """Less than half is met in 2023."""
    assert met("artillery_shells_2022", "UKR", "shells")[1] < 0.5


def test_promised_rates_come_late() -> None:
    """80 thousand bodies a month were promised for September 2025: the middle of 2025 makes less
    than 600 thousand in the year, more than before the war."""
    bodies = np.median(made("artillery_shells_2022", "us_bodies", "bodies"), axis=1)
    assert 1.5 * bodies[0] < bodies[3] < 600


def test_bodies_outrun_charges_in_europe() -> None:
    """Powder binds, not steel: it makes the fewer of the two when plants for bodies are there."""
    bodies = np.median(made("artillery_shells_2022", "eu_bodies", "bodies"), axis=1)
    charges = np.median(made("artillery_shells_2022", "eu_powder", "charges"), axis=1)
    assert bodies[2] > charges[2]

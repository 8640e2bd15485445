"""The shipped case: complete, sourced or marked assumed, and in balance before 2014."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from sim.engine.run import run
from sim.scenario.loading.load import load
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from tests.reference.trade_rules import permitting_rules

ROOT = Path(__file__).parents[1]
DATA = ROOT / "scenarios" / "data"
ATTRIBUTION = (
    "Information from the Stockholm International Peace Research Institute (SIPRI) Arms Transfers"
    " Database"
)

MEMBERS = ("RUS", "BLR", "KAZ", "ARM", "KGZ", "TJK")
OUTSIDE = ("EUU", "USA", "CHN", "IND", "ZAF", "TUR")

FACTORIES = {
    "Klimov (UEC-Klimov), St Petersburg": "klimov",
    "Chernyshev (Moscow)": "chernyshev",
    "UEC-Saturn, Rybinsk": "saturn",
    "UEC-Saturn blade centre, Rybinsk": "saturn_blade_centre",
    "Salyut (Moscow)": "salyut",
    "VASO (Voronezh)": "vaso",
    "Zvezda (St Petersburg)": "zvezda",
    "Motor Sich (Zaporizhzhia)": "motor_sich",
    "Zorya-Mashproekt (Mykolaiv)": "zorya",
    "Yuzhmash (Dnipro)": "yuzhmash",
    "Antonov (Kyiv)": "antonov",
    "two unnamed factories": "kaz_slot_1",
    "two unnamed factories, the second": "kaz_slot_2",
    "Semey Engineering": "semey_engineering",
    "Kazakhstan Paramount Engineering (Astana)": "kazakhstan_paramount_engineering",
    "Kazakhstan Aselsan Engineering (Astana)": "kazakhstan_aselsan_engineering",
    "MZKT (Minsk)": "mzkt",
    "Peleng (Minsk)": "peleng",
    "558 Aviation Repair Plant (Baranavichy)": "plant_558",
    "Orsha Aircraft Repair Plant": "orsha",
    "Belarus defence industry (all)": "blr_component_plants",
    "Dastan (Bishkek)": "dastan",
    "Bishkek Machine-Building Plant (BMZ)": "bmz",
    "Bishkek Stamping Plant (BShZ)": "bshz",
    "Kyrgyz legacy plants (other)": "kgz_legacy_plants",
    "Garni-Ler with 65th Military Factory": "garni_ler",
    "Neitron successor (DG Arms)": "dg_arms",
    "Armenian electronics and instrument makers": "arm_electronics_plants",
    "Tajik legacy plants": "tjk_legacy_plants",
}
"""Rows of the evidence that have a role, and the factory that stands for each."""

EVENTS = {
    "ukroboronprom_stops": ("cut_off", "2014-03"),
    "us_denies_licences": ("sanction", "2014-04"),
    "ukraine_bans_military_cooperation": ("cut_off", "2014-06"),
    "ukraine_bans_dual_use": ("cut_off", "2014-08"),
    "ukraine_exempts_space": ("exemption", "2014-08"),
    "helicopter_engines_leak": ("leakage", "2014-08"),
    "eu_arms_embargo": ("sanction", "2014-08"),
    "russian_programme_starts": ("programme_start", "2014-08"),
    "russian_budget_law": ("funding", "2014-08"),
    "us_widens_controls": ("sanction", "2014-09"),
    "ktrv_cooperation_ends": ("cut_off", "2014-11"),
    "ukraine_kazakhstan_renewal": ("lifting", "2014-12"),
    "ukraine_kazakhstan_joint_venture": ("exemption", "2014-12"),
    "csto_commission_announced": ("programme_start", "2015-01"),
    "rostec_engine_subsidy": ("funding", "2015-08"),
    "csto_programme_adopted": ("funding", "2016-05"),
    "an148_line_closes": ("closure", "2018-10"),
    "an148_dropped": ("demand", "2018-10"),
    "us_military_end_users": ("sanction", "2020-12"),
    "eu_widens_dual_use_ban": ("sanction", "2022-02"),
    "motor_sich_strike": ("outage", "2022-05"),
}


@cache
def baseline() -> Scenario:
    """Load the shipped case once."""
    return load(ROOT / "scenarios" / "baseline.yaml")


def quantities(
    value: Any, path: str = "", notes: tuple[str, ...] = ()
) -> Iterator[tuple[str, Quantity, tuple[str, ...]]]:
    """List the quantities that were written: path, quantity, and the notes of the entities around
    it."""
    if isinstance(value, Quantity):
        yield path, value, notes
    elif isinstance(value, BaseModel):
        own = getattr(value, "note", None)
        for name in value.model_fields_set:
            yield from quantities(
                getattr(value, name), f"{path}.{name}", notes + ((own,) if own else ())
            )
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from quantities(each, f"{path}.{name}", notes)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from quantities(each, f"{path}.{place}", notes)


def written() -> list[tuple[str, Quantity, tuple[str, ...]]]:
    """List the quantities of the shipped case."""
    return [
        (path.removeprefix("."), quantity, notes)
        for path, quantity, notes in quantities(baseline())
    ]


def is_structural(quantity: Quantity) -> bool:
    """Tell whether a number says no more than none, all, or what its unit means."""
    return quantity.value in (0, 1) or "by definition" in (quantity.note or "")


def cited(value: Any) -> Iterator[str]:
    """List the sources that anything in here names."""
    if isinstance(value, BaseModel):
        source = getattr(value, "source", None)
        yield from [source] if source else []
        value = {name: getattr(value, name) for name in value.model_fields_set}
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from cited(each)


def counts() -> dict[str, int]:
    """Count the written numbers by confidence; bare zeros, ones and definitions apart."""
    found = Counter(
        (
            "structural"
            if quantity.confidence == "assumed" and quantity.low is None and is_structural(quantity)
            else quantity.confidence
        )
        for _, quantity, _ in written()
    )
    return {
        each: found[each]
        for each in ("documented", "estimated", "disputed", "assumed", "structural")
    }


def test_covers_the_states() -> None:
    assert set(baseline().states) == {*MEMBERS, "UKR", *OUTSIDE}
    assert {name for name, state in baseline().states.items() if state.bloc == "CSTO"} == set(
        MEMBERS
    )


def test_covers_the_years() -> None:
    assert (baseline().month_labels[0], baseline().month_labels[-1]) == ("2012-01", "2024-12")


def test_has_ten_product_categories_or_more() -> None:
    """Each of them is made somewhere and used somewhere."""
    scenario = baseline()
    used = {name for needs in scenario.needs.values() for name in needs} | {
        name for product in scenario.products.values() for name in product.inputs
    }
    made = {name for factory in scenario.factories.values() for name in factory.lines}
    assert len(scenario.products) >= 10
    assert set(scenario.products) == made == used


@pytest.mark.parametrize("row", FACTORIES)
def test_has_the_factories_of_the_evidence(row: str) -> None:
    assert FACTORIES[row] in baseline().factories


def test_two_unnamed_kazakh_factories_are_candidates() -> None:
    """Both stand empty at the start and are offered to the commission."""
    factories = {name: baseline().factories[name] for name in ("kaz_slot_1", "kaz_slot_2")}
    offered = {
        candidate.factory
        for candidate in baseline().programmes["csto_commission"].candidates.values()
    }
    assert all(
        factory.state == "KAZ" and "Never named" in (factory.note or "")
        for factory in factories.values()
    )
    assert all(
        line.capacity.value == 0
        for factory in factories.values()
        for line in factory.lines.values()
    )
    assert set(factories) <= offered


@pytest.mark.parametrize("name", EVENTS)
def test_has_the_dated_events(name: str) -> None:
    event = baseline().events[name]
    assert (event.kind, event.date, bool(event.source)) == (*EVENTS[name], True)


def test_commission_reaches_every_named_country() -> None:
    """Kazakhstan, Belarus, Armenia and several plants in Kyrgyzstan; the money is assumed, from
    nothing upwards."""
    programme = baseline().programmes["csto_commission"]
    plants = {candidate.factory for candidate in programme.candidates.values()}
    states = Counter(baseline().factories[plant].state for plant in plants)
    assert programme.chair == "RUS"
    assert {"KAZ", "BLR", "ARM", "TJK"} <= set(states)
    assert states["KGZ"] >= 3
    assert all(
        money.confidence == "assumed" and money.low == 0 for money in programme.budget.values()
    )


def test_every_number_is_sourced_or_assumed_with_an_interval() -> None:
    """An assumed number has an interval and a note beside it; lead times of trade are kept alike on
    purpose."""
    bad = [
        path
        for path, quantity, notes in written()
        if quantity.confidence == "assumed"
        and not (quantity.low is None and is_structural(quantity))
        and not path.endswith("lead_months")
        and (quantity.low is None or quantity.low == quantity.high or not (quantity.note or notes))
    ]
    assert bad == []


def test_sourced_numbers_name_a_source_that_exists() -> None:
    assert {
        quantity.source for _, quantity, _ in written() if quantity.confidence != "assumed"
    } <= set(baseline().sources)


def test_every_source_is_used() -> None:
    assert set(baseline().sources) == set(cited(baseline()))


def test_readme_counts_the_numbers() -> None:
    table = "\n".join(f"| {confidence} | {number} |" for confidence, number in counts().items())
    assert table in (DATA / "README.md").read_text(encoding="utf-8")


def test_sipri_stands_in_one_file() -> None:
    """Its numbers, and only they, are in sipri.yaml; the notice and the attribution go with
    them.
    """
    needs = yaml.safe_load((DATA / "sipri.yaml").read_text(encoding="utf-8"))["needs"]
    there = {
        f"needs.{state}.{product}.units"
        for state, products in needs.items()
        for product in products
    }
    assert {path for path, quantity, _ in written() if quantity.source == "sipri_register"} == there
    others = [path for path in DATA.glob("*.yaml") if path.name != "sipri.yaml"]
    assert len(others) == 8
    assert not [
        path.name for path in others if "sipri_register" in path.read_text(encoding="utf-8")
    ]
    for path in (DATA / "sipri.yaml", DATA / "README.md", ROOT / "NOTICE"):
        text = " ".join(
            path.read_text(encoding="utf-8").replace("#", " ").replace(">", " ").split()
        )
        assert ATTRIBUTION in text, path


def highest(quantity: Quantity) -> float:
    """Give the highest value a member may draw, per month."""
    return (quantity.value if quantity.high is None else quantity.high) / (
        12 if quantity.per == "year" else 1
    )


def lowest(quantity: Quantity) -> float:
    """Give the lowest value a member may draw, per month."""
    return (quantity.value if quantity.low is None else quantity.low) / (
        12 if quantity.per == "year" else 1
    )


def least_supply(product: str) -> dict[str, float]:
    """Sum, by state, the least that lines ready at the start can make, units per month."""
    supply: dict[str, float] = {}
    for factory in baseline().factories.values():
        line = factory.lines.get(product)
        if line and line.qualified is None:
            made = (
                lowest(line.capacity)
                * lowest(line.utilisation)
                * lowest(factory.usable_share)
                * lowest(line.yield_)
            )
            supply[factory.state] = supply.get(factory.state, 0.0) + made
    return supply


def most_needed(product: str) -> tuple[dict[str, float], float]:
    """Sum the highest needs, by state and over all, units per month, with what makers need of it as
    an input."""
    final = {
        state: needs[product].units for state, needs in baseline().needs.items() if product in needs
    }
    need = {state: highest(units) for state, units in final.items() if units}
    assert len(need) == len(final)
    total = sum(need.values())
    for name, maker in baseline().products.items():
        if product in maker.inputs:
            each = highest(maker.inputs[product].amount)
            _, made = most_needed(name)
            total += each * made
            for factory in baseline().factories.values():
                if name in factory.lines:
                    more = each * min(made, highest(factory.lines[name].capacity))
                    need[factory.state] = need.get(factory.state, 0.0) + more
    return need, total


@pytest.mark.parametrize("product", baseline().products)
def test_worst_draw_leaves_nobody_short(product: str) -> None:
    """Whatever buyers one looks at: those who may supply them have enough, at the lowest capacities
    and highest needs."""
    need, total = most_needed(product)
    supply = least_supply(product)
    suppliers = {
        buyer: {
            state
            for state in supply
            if permitting_rules(baseline(), state, buyer, product) or state == buyer
        }
        for buyer in need
    }
    for size in range(1, len(need) + 1):
        for buyers in itertools.combinations(need, size):
            wanted = min(sum(need[buyer] for buyer in buyers), total)
            offered = sum(
                supply[state] for state in set().union(*(suppliers[buyer] for buyer in buyers))
            )
            assert offered >= wanted, (product, buyers, offered * 12, wanted * 12)


def test_world_is_in_balance_before_2014() -> None:
    """Nobody is short, and nothing moves, in any member."""
    result = run(baseline(), members=60, months=24).records
    for name, series in result.series.items():
        scale = np.maximum(np.abs(series[0]), np.abs(result.series["need"][0]))
        assert (np.abs(series - series[0]) <= 1e-12 * scale).all(), name
    assert (result.series["used"] >= result.series["need"] * (1 - 1e-12)).all()


def test_needs_stay_met_without_events() -> None:
    """Plants that start later by a dated fact change who supplies, never what is used."""
    result = run(
        baseline().model_copy(update={"events": {}, "programmes": {}}), members=20, months=120
    ).records
    used = result.series["used"]
    assert (np.abs(used - used[0]) <= 1e-12 * used[0]).all()

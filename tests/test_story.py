"""The story of January 2015, row by row: each row stands in a scenario file, and taking it out
changes what comes out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

import sim
from sim.engine.run import run
from sim.records import Floats, Records

pytestmark = pytest.mark.untraced

SCENARIOS = Path(__file__).parent.parent / "scenarios"
MEMBERS = 3
OTHERS = ("BLR", "KAZ", "ARM", "KGZ", "TJK")

COMMISSION = "programmes.csto_commission"
KAZAKH_PLANTS = {
    "kaz_slot_1": {
        "kazakh_slot_1_components": "misc_components",
        "kazakh_slot_1_ship_equipment": "ship_equipment",
    },
    "kaz_slot_2": {
        "kazakh_slot_2_components": "hard_components",
        "kazakh_slot_2_electronics": "electronics",
    },
}
"""Factory -> candidate -> product."""
KYRGYZ_PLANTS = {
    "dastan": {"dastan_ship_equipment": "ship_equipment"},
    "bmz": {"bmz_components": "misc_components", "bmz_ammunition": "ammunition"},
    "bshz": {"bshz_stampings": "misc_components", "bshz_ammunition": "ammunition"},
    "kgz_legacy_plants": {
        "kyrgyz_electronics": "electronics",
        "kyrgyz_ship_parts": "ship_equipment",
    },
}
BELARUS = (
    "belarusian_sights",
    "belarusian_components",
    "belarusian_electronics",
    "repairs_at_558",
    "repairs_at_orsha",
)
ARMENIA = ("armenian_electronics", "armenian_components", "armenian_ammunition")
CANDIDATES = yaml.safe_load((SCENARIOS / "data/programmes.yaml").read_text(encoding="utf-8"))[
    "programmes"
]["csto_commission"]["candidates"]
CUT_OFF = {
    "ukroboronprom_stops": "misc_components",
    "ukraine_bans_military_cooperation": "trainer_jet_engines",
    "ukraine_bans_dual_use": "helicopter_engines",
    "ktrv_cooperation_ends": "small_turbojets",
}
"""Event -> what Russia misses for it."""
RELIANCE = {
    "ukraine_to_allies": ("KGZ", "optics_sights"),
    "joint_venture_vehicles": ("KAZ", "armoured_vehicles"),
    "ukrainian_trainer_engines_for_belarus": ("BLR", "trainer_jet_engines"),
    "ukrainian_aircraft_for_kazakhstan": ("KAZ", "transport_aircraft"),
    "ukrainian_munitions": ("KAZ", "air_launched_munitions"),
    "ukrainian_repairs": ("ARM", "repair_services"),
}
"""Trade rule -> what a member buys by it."""
WESTERN = {
    "eu_arms_embargo": ("EUU", "marine_diesels"),
    "eu_dual_use_ban": ("EUU", "electronics"),
    "eu_widens_dual_use_ban": ("EUU", "electronics"),
    "us_denies_licences": ("USA", "electronics"),
    "us_widens_controls": ("USA", "electronics"),
    "us_military_end_users": ("USA", "electronics"),
}
"""Event -> whose deliveries of what it cuts."""

ROWS = {
    "the commission": ("data/programmes.yaml", COMMISSION),
    "its announcement": ("data/events.yaml", "events.csto_commission_announced"),
    "its chair": ("data/programmes.yaml", f"{COMMISSION}.chair"),
    "its chair's weight": ("csto_all_members.yaml", f"{COMMISSION}.chair_weight"),
    "Russia's programme": ("data/programmes.yaml", "programmes.russian_programme"),
    "the CSTO's programme": ("data/events.yaml", "events.csto_programme_adopted"),
    **{
        f"Kazakhstan: {plant}": ("data/factories.yaml", f"factories.{plant}")
        for plant in KAZAKH_PLANTS
    },
    **{
        f"Belarus: {each}": ("data/programmes.yaml", f"{COMMISSION}.candidates.{each}")
        for each in BELARUS
    },
    **{
        f"Armenia: {each}": ("data/programmes.yaml", f"{COMMISSION}.candidates.{each}")
        for each in ARMENIA
    },
    **{
        f"Kyrgyzstan: {plant}": ("data/factories.yaml", f"factories.{plant}")
        for plant in KYRGYZ_PLANTS
    },
    **{f"the cut-off: {event}": ("data/events.yaml", f"events.{event}") for event in CUT_OFF},
    **{f"the others' reliance: {rule}": ("data/trade.yaml", f"trade.{rule}") for rule in RELIANCE},
    "the others' reliance, at stake": (
        "csto_all_members.yaml",
        "events.ukraine_leaves_the_other_members",
    ),
    "the joint venture": ("data/events.yaml", "events.ukraine_kazakhstan_joint_venture"),
    **{f"Western sanctions: {event}": ("data/events.yaml", f"events.{event}") for event in WESTERN},
    "Ukraine's other customers": ("data/trade.yaml", "trade.ukraine_to_the_world"),
    "whose imports: Russia's": ("csto_russia_only.yaml", f"{COMMISSION}.beneficiaries"),
    "whose imports: every member's": ("csto_all_members.yaml", f"{COMMISSION}.beneficiaries"),
}
"""Row of the story -> where it is found: file and path."""


@cache
def ran(name: str, months: int, *sets: str) -> Records:
    """Run a shipped scenario with few members for some months from 2012 on."""
    return run(sim.load(SCENARIOS / f"{name}.yaml", sets, members=MEMBERS, months=months)).records


def gone(*paths: str) -> tuple[str, ...]:
    """Take rows out of a scenario; refused where they are not in it."""
    return tuple(f"{path}=null" for path in paths)


def unmet(records: Records, state: str, *products: str) -> Floats:
    """Sum what a state missed over the run, units [members]."""
    return sum(
        (records.summary["unmet"][records.needs.index((state, product))] for product in products),
        np.zeros(MEMBERS),
    )


def shipped(
    records: Records, exporters: tuple[str, ...], importers: tuple[str, ...], *products: str
) -> Floats:
    """Sum what went from some states to others over the run, units [members]; all products unless
    named."""
    chosen = [
        row for row, (seller, buyer, good) in enumerate(records.routes)
        if seller in exporters and buyer in importers and good in (products or (good,))
    ]  # fmt: skip
    return records.flows[:, chosen].sum(axis=(0, 1))


def added(records: Records, factory: str, *products: str) -> Floats:
    """Sum the capacity that a factory has at the end beyond what it had at the start, units per
    month [members]."""
    rows = [
        row
        for row, (name, _, product) in enumerate(records.lines)
        if name == factory and product in (products or (product,))
    ]
    return (records.usable[-1, rows] - records.usable[0, rows]).sum(axis=0)


def made(records: Records, factory: str, product: str) -> Floats:
    """Sum what a line made over the run, units [members]."""
    row = next(
        row for row, line in enumerate(records.lines) if (line[0], line[2]) == (factory, product)
    )
    return records.output[:, row].sum(axis=0)


def above(one: Floats, other: Floats) -> bool:
    """Tell whether one number is above another in the central case and on the average of the
    members."""
    return bool(one[0] > other[0] and one.mean() > other.mean())


@pytest.mark.parametrize("row", ROWS)
def test_row_is_found_in_a_scenario_file(row: str) -> None:
    file, path = ROWS[row]
    found = yaml.safe_load((SCENARIOS / file).read_text(encoding="utf-8"))
    for step in path.split("."):
        found = found[step]
    assert found is not None


def test_the_commission() -> None:
    """With it plants in the allies grow, deliver to Russia, and Russia lacks less; without it none
    of the new ones stands."""
    history = ran("baseline", 120)
    without = ran("baseline", 120, *gone("events.csto_commission_announced"))
    for plant in (*KAZAKH_PLANTS, "dastan", "arm_electronics_plants", "tjk_legacy_plants"):
        # where enough electronics still come lawfully, their plants are not called upon
        assert np.median(added(history, plant)) > 0, plant
        assert (added(without, plant) == 0).all(), plant
    assert above(shipped(history, OTHERS, ("RUS",)), shipped(without, OTHERS, ("RUS",)))
    assert above(unmet(without, "RUS", "electronics"), unmet(history, "RUS", "electronics"))


def test_the_chairs_weight() -> None:
    """The more Russia's needs count, the less is built for the others' alone, and the more they
    lack."""
    alike, history = (
        ran("csto_all_members", 156, *gone(*paths))
        for paths in ((f"{COMMISSION}.chair_weight",), ())
    )
    for plant in ("semey_engineering", "plant_558"):
        # where the plant is needed for Russia alone, it is built all the same, and money that one
        # year did not take may build a little more in another
        assert (added(history, plant) <= added(alike, plant) * 1.02).all(), plant
        assert added(history, plant).sum() < added(alike, plant).sum(), plant
    for state in ("BLR", "KAZ", "ARM"):
        assert (
            unmet(history, state, "repair_services") > unmet(alike, state, "repair_services")
        ).all(), state


def test_the_programme() -> None:
    """Russia's own closes its gaps; what the CSTO adopted in 2016 adds to the plants of the
    allies.
    """
    products = ("helicopter_engines", "small_turbojets", "misc_components", "hard_components")
    history, without = (
        ran("baseline", 120),
        ran("baseline", 120, *gone("events.russian_programme_starts")),
    )
    for product in products:
        assert above(unmet(without, "RUS", product), unmet(history, "RUS", product)), product
    plain = ran("baseline", 120, *gone("events.csto_programme_adopted"))
    assert above(added(history, "kaz_slot_1"), added(plain, "kaz_slot_1"))


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_every_possibility_that_was_named(candidate: str) -> None:
    """With orders and money each is built up and used, in most members at least."""
    full, chosen = ran("csto_announced", 156), CANDIDATES[candidate]
    assert np.median(added(full, chosen["factory"], chosen["product"])) > 0
    assert np.median(made(full, chosen["factory"], chosen["product"])) > 0


@pytest.mark.parametrize("plant", KAZAKH_PLANTS)
def test_kazakhstans_two_plants(plant: str) -> None:
    """Each delivers what it is assumed to make, and Russia lacks more of it without."""
    candidates = KAZAKH_PLANTS[plant]
    full = ran("csto_announced", 156)
    without = ran(
        "csto_announced", 156, *gone(*(f"{COMMISSION}.candidates.{each}" for each in candidates))
    )
    for product in candidates.values():
        assert np.median(made(full, plant, product)) > 0, product
        assert (made(without, plant, product) == 0).all(), product
        assert above(
            shipped(full, ("KAZ",), ("RUS",), product),
            shipped(without, ("KAZ",), ("RUS",), product),
        ), product
    lacking = [product for product in candidates.values() if product != "ship_equipment"]
    assert above(unmet(without, "RUS", *lacking), unmet(full, "RUS", *lacking))


@pytest.mark.parametrize(
    ("state", "candidates", "products"),
    [
        ("BLR", BELARUS, ("optics_sights", "misc_components", "electronics", "repair_services")),
        ("ARM", ARMENIA, ("misc_components", "electronics", "ammunition")),
    ],
)
def test_belarus_and_armenia(
    state: str, candidates: tuple[str, ...], products: tuple[str, ...]
) -> None:
    """Each delivers more to Russia for the commission, and Russia lacks fewer electronics."""
    full = ran("csto_announced", 156)
    without = ran(
        "csto_announced", 156, *gone(*(f"{COMMISSION}.candidates.{each}" for each in candidates))
    )
    assert above(
        shipped(full, (state,), ("RUS",), *products),
        shipped(without, (state,), ("RUS",), *products),
    )
    assert above(unmet(without, "RUS", "electronics"), unmet(full, "RUS", "electronics"))


@pytest.mark.parametrize("plant", KYRGYZ_PLANTS)
def test_kyrgyzstans_several_plants(plant: str) -> None:
    """Each of them adds capacity for the commission and sends Russia goods that do not come without
    it."""
    candidates = KYRGYZ_PLANTS[plant]
    full = ran("csto_announced", 156)
    without = ran(
        "csto_announced", 156, *gone(*(f"{COMMISSION}.candidates.{each}" for each in candidates))
    )
    first = next(iter(candidates.values()))
    assert (made(full, plant, first) > 0).all()
    assert (made(without, plant, first) == 0).all()
    assert above(
        shipped(full, ("KGZ",), ("RUS",), first), shipped(without, ("KGZ",), ("RUS",), first)
    )


@pytest.mark.parametrize("event", CUT_OFF)
def test_ukraines_cut_off_of_russia(event: str) -> None:
    """Each step costs Russia deliveries and leaves it short of something."""
    product = CUT_OFF[event]
    history, without = ran("baseline", 96), ran("baseline", 96, *gone(f"events.{event}"))
    assert above(shipped(without, ("UKR",), ("RUS",)), shipped(history, ("UKR",), ("RUS",)))
    assert above(unmet(history, "RUS", product), unmet(without, "RUS", product))


@pytest.mark.parametrize("rule", RELIANCE)
def test_the_other_members_own_reliance_on_ukraine(rule: str) -> None:
    """They buy there, each what it is known or assumed to have bought, and would buy less
    without.
    """
    member, product = RELIANCE[rule]
    history, without = ran("baseline", 96), ran("baseline", 96, *gone(f"trade.{rule}"))
    assert above(
        shipped(history, ("UKR",), (member,), product),
        shipped(without, ("UKR",), (member,), product),
    )


def test_the_other_members_reliance_is_at_stake() -> None:
    """Once Russia is cut off they buy more in Ukraine than before; and they fall short when those
    deliveries run out."""
    history = ran("baseline", 96)
    parts = [
        row
        for row, (seller, buyer, good) in enumerate(history.routes)
        if (seller, good) == ("UKR", "misc_components") and buyer != "RUS"
    ]
    assert above(history.flows[-1, parts].sum(axis=0), history.flows[0, parts].sum(axis=0))
    stays, leaves = (
        ran("csto_russia_only", 156, *gone("events.ukraine_leaves_the_other_members")),
        ran("csto_russia_only", 156),
    )
    for state, product in (
        ("BLR", "trainer_jet_engines"),
        ("KAZ", "helicopter_engines"),
        ("KAZ", "transport_aircraft"),
    ):
        assert above(unmet(leaves, state, product), unmet(stays, state, product)), (state, product)


def test_the_joint_venture_of_ukraine_and_kazakhstan() -> None:
    """It keeps Ukraine's vehicles coming; without it they fall away, and others sell Kazakhstan
    more."""
    history, without = ran("baseline", 96), ran("no_joint_venture", 96)
    vehicles = (("KAZ",), "armoured_vehicles")
    assert above(shipped(history, ("UKR",), *vehicles), shipped(without, ("UKR",), *vehicles))
    assert above(
        shipped(without, ("RUS", "KAZ", "ZAF"), *vehicles),
        shipped(history, ("RUS", "KAZ", "ZAF"), *vehicles),
    )
    assert (
        ran("baseline", 96, *gone("events.ukraine_kazakhstan_joint_venture")).flows == without.flows
    ).all()


@pytest.mark.parametrize("event", WESTERN)
def test_western_sanctions(event: str) -> None:
    """Each step cuts deliveries further than the others do, and than what leaks makes up for."""
    exporter, product = WESTERN[event]
    history, without = ran("baseline", 156), ran("baseline", 156, *gone(f"events.{event}"))
    assert above(
        shipped(without, (exporter,), ("RUS",), product),
        shipped(history, (exporter,), ("RUS",), product),
    )


def test_western_sanctions_together() -> None:
    """Without them less is missing, and China is not asked to stand in."""
    history, without = ran("baseline", 156), ran("no_western_sanctions", 156)
    for product in ("marine_diesels", "electronics"):
        assert above(
            shipped(history, ("CHN",), ("RUS",), product),
            shipped(without, ("CHN",), ("RUS",), product),
        ), product
        assert above(unmet(history, "RUS", product), unmet(without, "RUS", product)), product


def test_ukraine_as_an_exporter_to_the_rest_of_the_world() -> None:
    """Its engine and turbine makers keep customers when Russia is gone; without them they make
    almost nothing more."""
    away = gone("trade.ukraine_to_the_world", "needs.CHN", "needs.IND")
    history, without = ran("baseline", 96), ran("baseline", 96, *away)
    assert (shipped(history, ("UKR",), ("CHN", "IND"), "helicopter_engines") > 0).all()
    for factory, product in (("motor_sich", "helicopter_engines"), ("zorya", "naval_gas_turbines")):
        assert above(made(history, factory, product), made(without, factory, product)), factory


def test_whose_imports() -> None:
    """If every member's needs count, plants are built that Russia's needs alone do not ask for, and
    the others lack less."""
    russia, everyone = ran("csto_russia_only", 156), ran("csto_all_members", 156)
    for plant in ("semey_engineering", "plant_558", "orsha"):
        assert above(added(everyone, plant), added(russia, plant)), plant
    assert above(
        added(everyone, "kazakhstan_paramount_engineering"),
        added(russia, "kazakhstan_paramount_engineering"),
    )
    for state in ("BLR", "KAZ", "ARM"):
        assert above(
            unmet(russia, state, "repair_services"), unmet(everyone, state, "repair_services")
        ), state
    lacking = [unmet(each, "RUS", "electronics").sum() for each in (everyone, russia)]
    assert lacking[0] > lacking[1]

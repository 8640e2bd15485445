"""What becomes of plant: it wears, rests, closes, and turns to other products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.agents import FactoryAgent
from sim.engine.model import SupplyModel
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.plants import BAN, built, capacity, faults, programme
from tests.worlds import old_supplier, world


def plants(**line: Any) -> dict[str, Any]:
    """Return the old supplier's plants, the old one with these keys on its line."""
    factories = old_supplier()["factories"]
    factories["old_plant"]["lines"]["engines"] = {"capacity": 200} | line
    return factories


# --- wear, rest, closure
# ---------------------------------------------------------------------------------------------


def test_capacity_decays_by_a_share_a_year() -> None:
    """10 per cent a year: 200, 180, 162 after two, evenly by the month, and what is still ramping
    up decays alike."""
    left = capacity(world(months=25, factories=plants(decay=0.1)), "old_plant")
    np.testing.assert_allclose(left[[0, 1, 12, 24]], [200, 200 * 0.9 ** (1 / 12), 180, 162])
    home = old_supplier()["factories"]
    home["home_plant"]["lines"]["engines"] = {"capacity": 20, "decay": 0.1}
    scenario = world(
        months=40,
        factories=home,
        events={"ban": BAN},
        programmes={"build": programme({"ramp_months": 12})},
    )
    came, fresh = capacity(scenario), built(40, candidate={"ramp_months": 12})
    since = np.arange(40) - 11
    np.testing.assert_allclose(
        came[11:], (20 * 0.9 ** (11 / 12) + fresh[11:]) * 0.9 ** (since[11:] / 12)
    )


def resting(
    months: int = 30, events: dict[str, Any] | None = None, **mothball: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Run with an old plant that lays up what is idle, 200 of capacity for a need of 80; return its
    capacity and the imports."""
    scenario = world(
        months=months,
        factories=plants(mothball={"after_months": 6} | mothball),
        events=events or {},
    )
    return capacity(scenario, "old_plant"), run(scenario).records.series["imports"][:, 0, 0]


def test_idle_capacity_is_laid_up() -> None:
    """120 of 200 stand idle; after six months 80 are left, and all that is bought still comes."""
    left, imports = resting()
    np.testing.assert_allclose(left, [200.0] * 6 + [80.0] * 24)
    np.testing.assert_allclose(imports, 80)


def test_capacity_laid_up_comes_back_when_buyers_wait() -> None:
    """Home output fails in March 2015: 20 more are called, half of them still work, two months
    after the next; half is lost."""
    strike = {"fire": {"kind": "outage", "date": "2015-03", "factory": "home_plant"}}
    left, _ = resting(events=strike, return_months=2, return_share=0.5)
    np.testing.assert_allclose(left[13:18], [80, 80, 80, 80, 90])
    at_once, imports = resting(events=strike)
    np.testing.assert_allclose(at_once[14:16], [80, 100])
    np.testing.assert_allclose(imports[16], 100, rtol=0.2)


def test_one_idle_month_less_keeps_capacity() -> None:
    """What is used once in six months is not laid up: only the least that stood idle in each of
    them."""
    strike = {
        "fire": {"kind": "outage", "date": "2014-03", "until": "2014-04", "factory": "home_plant"}
    }
    left, _ = resting(months=8, events=strike)
    assert 80 < left[6] < 110


def test_a_closed_plant_keeps_nothing_laid_up() -> None:
    """What was laid up there is lost as well."""
    scenario = world(
        factories=plants(mothball={"after_months": 6}),
        events={"end": {"kind": "closure", "date": "2015-01", "factory": "old_plant"}},
    )
    model = SupplyModel(scenario)
    plant = next(agent for agent in model.agents_by_type[FactoryAgent] if agent.name == "old_plant")
    for _ in range(12):
        model.step()
    assert plant.mothballed[0, 0] == 120
    for _ in range(12):
        model.step()
    assert (plant.mothballed[0, 0], plant.capacity[0, 0]) == (0, 0)


# --- other products
# --------------------------------------------------------------------------------------------------


def two_lines(**changes: Any) -> Scenario:
    """Return a world whose old plant has a second line, gears, that nobody can make enough of."""
    base = old_supplier()
    base["products"]["gears"] = {"title": "Gears", "unit": "gears", "complexity": "hard"}
    base["complexity"] = {
        "hard": {
            "build_months": 8,
            "qualification_months": 4,
            "ramp_months": 0,
            "capital_cost": 3,
            "retool_months": 5,
        }
    }
    base["factories"]["home_plant"]["lines"] = {
        "engines": {"capacity": 20, "unit_cost": 1},
        "gears": {"capacity": 4, "unit_cost": 1},
    }
    base["factories"]["old_plant"]["lines"]["gears"] = 50
    base["needs"] = {"AAA": {"engines": 20, "gears": 20}}
    base["trade"]["gears"] = {
        "exporter": "BBB",
        "importer": "AAA",
        "product": "gears",
        "weight": 0.8,
    }
    return Scenario.model_validate({**base, **changes})


RETOOL = {
    "kind": "retool",
    "date": "2014-05",
    "factory": "home_plant",
    "from_product": "engines",
    "to_product": "gears",
    "months": 3,
}


@pytest.mark.parametrize(
    ("keys", "left", "gained"),
    [
        ({}, 0, 20),
        ({"share": 0.5}, 10, 10),
        ({"loss": 0.25}, 0, 15),
        ({"units_of_new_per_old": 2}, 0, 40),
        ({"months": 0}, 0, 20),
    ],
)
def test_a_line_is_turned_to_another_product(
    keys: dict[str, float], left: float, gained: float
) -> None:
    """Its capacity leaves at once, makes neither for three months, or for none, and arrives with a
    loss.
    """
    scenario = two_lines(events={"turn": RETOOL | keys})
    np.testing.assert_allclose(capacity(scenario)[[3, 4, 23]], [20, left, left], atol=1e-12)
    arrives = 4 + int(keys.get("months", 3))
    np.testing.assert_allclose(
        capacity(scenario, product="gears")[[arrives - 1, arrives]], [4, 4 + gained]
    )


def test_a_turned_line_shows_while_it_makes_neither() -> None:
    """As unfinished work of the factory."""
    model = SupplyModel(two_lines(events={"turn": RETOOL | {"loss": 0.25}}))
    plant = next(
        agent for agent in model.agents_by_type[FactoryAgent] if agent.name == "home_plant"
    )
    seen = []
    for _ in range(9):
        model.step()
        seen.append(float(plant.building[0, 0]))
    assert seen[3:8] == [0, 15, 15, 15, 0]


def test_many_factories_are_turned_where_they_have_both_lines() -> None:
    """`*` stands for all that can; each gives its own share."""
    scenario = two_lines(events={"turn": RETOOL | {"factory": "*", "share": 0.5}})
    np.testing.assert_allclose(
        [capacity(scenario, name, "gears")[-1] for name in ("home_plant", "old_plant")],
        [4 + 10, 50 + 100],
    )


def test_a_line_that_closes_loses_what_was_on_its_way() -> None:
    """And nothing is turned to it any more."""
    close = {"kind": "closure", "date": "2014-06", "factory": "home_plant", "product": "gears"}
    scenario = two_lines(
        events={
            "turn": RETOOL | {"share": 0.5},
            "close": close,
            "again": RETOOL | {"date": "2014-09"},
        }
    )
    np.testing.assert_allclose(capacity(scenario, product="gears")[5:], 0)
    np.testing.assert_allclose(capacity(scenario)[5:], 10)


# --- the same bits, and the door
# -------------------------------------------------------------------------------------


def everything_at_once() -> Scenario:
    """Return a world in which all of this happens, with numbers that differ by member."""
    low_high = {"value": 0.2, "low": 0.05, "high": 0.6}
    scenario = two_lines(
        members=7,
        months=60,
        events={
            "ban": {
                "kind": "cut_off",
                "date": "2014-05",
                "exporter": "BBB",
                "importer": "AAA",
                "share": {"value": 0.9, "low": 0.6, "high": 1},
            },
            "turn": (
                RETOOL
                | {
                    "share": low_high,
                    "loss": low_high,
                    "months": {"value": 4, "low": 1, "high": 9},
                }
            ),
        },
        programmes={
            "build": programme(
                {
                    "stages": "erlang",
                    "shape": 3,
                    "build_months": {"value": 12, "low": 6, "high": 24},
                    "ramp_months": 3,
                },
                slippage={"value": 1.2, "low": 1, "high": 3},
                cost_overrun={"value": 1.2, "low": 1, "high": 3},
                cancelled_share={"value": 0.01, "low": 0, "high": 0.05},
            )
        },
    ).model_dump(by_alias=True, exclude_unset=True)
    for factory in scenario["factories"].values():
        factory["lines"]["engines"] |= {
            "decay": low_high,
            "mothball": {
                "after_months": {"value": 5, "low": 1, "high": 9},
                "return_months": {"value": 2, "low": 0, "high": 5},
                "return_share": 0.8,
            },
        }
    return Scenario.model_validate(scenario)


@pytest.mark.parametrize("company", [[0], [5], [2, 6], [6, 1, 4]])
def test_members_do_not_depend_on_their_company(company: list[int]) -> None:
    """Every mechanism gives a member the same bits alone and in any chunk; the books balance in all
    of them."""
    scenario = everything_at_once()
    axes = number(scenario)

    def taped(members: list[int]) -> dict[str, np.ndarray]:
        tape = Tape.blank(scenario, axes, len(members))
        assert max(run_chunk(scenario, members, axes, tape).residuals.values()) <= 64
        return {
            **tape.series,
            "usable": tape.usable,
            "output": tape.output,
            "capacity": tape.capacity,
        }

    whole, part = taped(list(range(7))), taped(company)
    assert not np.array_equal(whole["usable"][..., 1], whole["usable"][..., 2])
    for name, values in part.items():
        assert np.array_equal(values, whole[name][..., company]), name


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"to_product": "engines"},
            "events.turn.to_product: 'engines' is what the line makes already",
        ),
        (
            {"to_product": "gaers"},
            "events.turn.to_product: unknown product 'gaers'; did you mean 'gears'?",
        ),
        (
            {"until": "2015-01"},
            (
                "events.turn.until: until 2015-01 does nothing: lines are turned for good; another"
                " retool turns them back"
            ),
        ),
        (
            {"phase_in": 3},
            (
                "events.turn.phase_in: phase_in 3 does nothing: lines are turned at once; several"
                " retools, each of a smaller share, may follow one another"
            ),
        ),
    ],
)
def test_a_retool_that_cannot_be_is_refused(keys: dict[str, Any], message: str) -> None:
    data = two_lines().model_dump(by_alias=True, exclude_unset=True)
    assert faults(**data, events={"turn": RETOOL | keys}) == [message]

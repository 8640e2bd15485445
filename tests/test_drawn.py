"""What is listed as drawn is what the engine draws, under the names by which it does."""

from __future__ import annotations

from typing import Any

import pytest

from sim import rng
from sim.assess.drawn import drawn
from sim.engine.run import run
from sim.explore.menu import menu
from sim.kernels.sums import whole
from sim.scenario.loading.load import parse
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.world.build import build
from tests.plants import BAN, programme
from tests.worlds import old_supplier

NUMBERS = {
    "build_months": {"value": 6, "low": 3, "high": 9},
    "qualification_months": {"value": 2, "low": 1, "high": 3},
}
MONTHS = {"value": 6, "low": 3, "high": 9}
PRECEDENTS = {"lead_time": {"precedents": {"class": "deep", "head_start": "plant"}}}
ANNOUNCED = {
    "lead_time": {
        "announced": MONTHS,
        "class": "deep",
        "own": {"value": 0, "low": -1, "high": 1},
    }
}
RAMPS: tuple[dict[str, Any], ...] = (
    {"ramp_months": MONTHS},
    {"ramp": {"shape": "linear", "half": MONTHS}},
    {"ramp": {"shape": "linear", "precedents": "deep"}},
)
RETOOL = {"retool_months": MONTHS, "retool_cost": {"value": 1, "low": 0, "high": 2}}


def built(hard: dict[str, Any], **candidate: Any) -> Scenario:
    """Return a world with a programme, and a factory that adds to its two lines, or turns them, by
    itself; both build by what is said of their products' class."""
    data = old_supplier()
    data["products"]["tugs"] = {"title": "Tugs", "unit": "tugs"}
    for product in data["products"].values():
        product["complexity"] = "hard"
    data["complexity"] = {"hard": {"capital_cost": {"value": 2, "low": 1, "high": 3}, **hard}}
    home = data["factories"]["home_plant"]
    home["lines"]["tugs"] = 4
    home["rules"] = {"investment": "expand_when_pressed"}
    build = programme()
    build["candidates"]["home"] = {"factory": "home_plant", "product": "engines", **candidate}
    return parse({**data, "programmes": {"build": build}, "events": {"ban": BAN}})


@pytest.mark.parametrize("ramp", RAMPS, ids=["months", "half", "precedents"])
@pytest.mark.parametrize(
    "lead", [NUMBERS, PRECEDENTS, ANNOUNCED], ids=["numbers", "precedents", "announced"]
)
@pytest.mark.parametrize(
    "own", [{}, {"ramp": {"half": 4}}, {"ramp_months": 3, "capital_cost": 2}, NUMBERS]
)
def test_all_that_is_drawn_is_listed_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, lead: Any, ramp: Any, own: Any
) -> None:
    """Of a class's numbers each candidate and each of the factory's own works draws its own."""
    names: set[str] = set()
    one, several = rng.uniforms, rng.rows

    def uniforms(seed: int, name: str, *rest: Any) -> Any:
        names.add(name)
        return one(seed, name, *rest)

    def rows(seed: int, asked: list[str], *rest: Any) -> Any:
        names.update(asked)
        return several(seed, asked, *rest)

    scenario = built(lead | ramp | RETOOL, **own)
    monkeypatch.setattr(rng, "uniforms", uniforms)
    monkeypatch.setattr(rng, "rows", rows)
    run(scenario, members=2, months=2)
    listed = [each.name for each in drawn(scenario)]
    assert set(listed) == names
    assert len(set(listed)) == len(listed) > 4


@pytest.mark.parametrize("lead_times", ["drawn", "announced"])
def test_announced_months_are_listed_where_a_programme_goes_by_them(lead_times: str) -> None:
    """`drawn` never looks at them."""
    data = built(NUMBERS | RAMPS[0], announced_months=MONTHS)
    tree = data.model_dump(by_alias=True, exclude_unset=True)
    tree["programmes"]["build"]["lead_times"] = lead_times
    listed = {each.name for each in drawn(parse(tree))}
    path = "programmes.build.candidates.home.announced_months"
    assert (path in listed) == (lead_times == "announced")


def test_months_announced_are_one_draw_whichever_a_programme_goes_by() -> None:
    """What `lead_time` announces is drawn under its own name, also where it is taken as it is."""
    tree = built(RAMPS[0] | {"build_months": 1, "qualification_months": 1}).model_dump(
        by_alias=True, exclude_unset=True
    )
    candidate = tree["programmes"]["build"]["candidates"]["home"]
    candidate["lead_time"] = {"announced": {"value": 20, "low": 10, "high": 30}}
    tree["programmes"]["build"]["lead_times"] = "announced"
    scenario, members = parse(tree), range(9)
    lead_time = scenario.programmes["build"].candidates["home"].lead_time
    assert lead_time is not None
    assert isinstance(lead_time.announced, Quantity)
    path = "programmes.build.candidates.home.lead_time.announced"
    months = lead_time.announced.draw(scenario.seed, path, members)
    assert build(scenario, members).projects.delay[0].tolist() == whole(months).tolist()


def test_the_explorer_shows_what_a_file_can_set() -> None:
    """A class's number once; no score of what a factory builds."""
    controls = menu(built(PRECEDENTS | RAMPS[1])).controls
    assert "complexity.hard.ramp.half" in controls
    assert "programmes.build.common_delay" in controls
    scores = [each for each in controls if each.endswith((".own", ".common_delay"))]
    assert all(each.startswith("programmes.") for each in scores)

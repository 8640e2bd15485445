"""What lines learn in a month, on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.month.learning import Learner, learn
from sim.rules import find
from sim.rules.learning import Craft, Learnt
from sim.scenario.loading.load import parse
from sim.scenario.rule_choices import RuleChoice
from sim.world.world import World
from tests.on_paper import column
from tests.worlds import old_supplier


def crafts(members: int = 1) -> World:
    """Return a world of two states whose plants each make three products, at 1 money; each has made
    10, 20 and 30 (AAA) or 40, 50 and 60 (BBB) of them."""
    products = {
        name: {"title": name, "unit": "units", "learning_rate": 0.2} for name in ("x", "y", "z")
    }
    factories = {
        f"plant_{state}": {
            "title": state,
            "state": state,
            "lines": {name: {"capacity": 10, "unit_cost": 1} for name in products},
        }
        for state in ("AAA", "BBB")
    }
    trade = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    data = old_supplier() | {"products": products, "factories": factories, "trade": trade}
    data["needs"] = {"AAA": dict.fromkeys(products, 1)}
    world = SupplyModel(parse(data | {"members": members}), members).world
    world.lines.experience[:] = column(10, 20, 30, 40, 50, 60)
    return world


def learner(world: World, mask: list[bool], **parameters: Any) -> Learner:
    """Gather the lines marked that can learn."""
    choice = RuleChoice(rule="crawford", parameters=parameters)
    return Learner.build(find("learning", "crawford").function, choice, np.array(mask), world)


def test_lines_learn_that_follow_a_rule_have_a_rate_and_cost_something() -> None:
    """Or, where yield improves, whatever they cost: half a money, none, one that cannot learn, and
    one of others."""
    world = crafts()
    world.lines.first_unit_cost[:] = column(0.5, 0, 1, 1, 1, 1)
    world.lines.learning_rate[2] = 0
    marked = [True, True, True, False, True, True]
    assert learner(world, marked).lines.tolist() == [0, 4, 5]
    assert learner(world, marked, best_yield=0.9).lines.tolist() == [0, 1, 4, 5]


def test_sisters_make_the_same_product() -> None:
    """One abroad does, and none at home. Rules may look at what others know, and not change it."""
    world = crafts(members=2)
    sisters = learner(world, [True] * 6).craft.sisterhood
    every, own = np.arange(6), world.lines.experience
    alike = [sisters.others(every, each)[0][:, 1].tolist() for each in ("all", "state")]
    assert alike == [[40, 50, 60, 10, 20, 30], [0] * 6]
    assert sisters.at_home(own)[sisters.at_home.group_of_row].tolist() == own.tolist()


def test_what_a_line_knows_at_the_end_of_a_month() -> None:
    """In the sixth month six months have passed."""
    world = crafts()
    world.month = 5
    world.lines.output = column(1, 2, 3, 4, 5, 6)
    before, seen = world.lines.experience.copy(), []

    def rule(craft: Craft) -> Learnt:
        seen.append(craft)
        return Learnt(craft.experience / 2, craft.unit_cost / 4, craft.yield_ / 8)

    group = replace(learner(world, [False, True] * 3), rule=rule)
    learn(world, [group])
    lines, (craft,) = world.lines, seen
    assert craft.months == 6
    with pytest.raises(ValueError, match="read-only"):
        craft.sisterhood.experience[:] = 0
    assert craft.experience[:, 0].tolist() == [22, 44, 66]
    assert lines.experience[1::2, 0].tolist() == [11, 22, 33]
    assert lines.experience[::2, 0].tolist() == (before + lines.output)[::2, 0].tolist()
    assert lines.unit_cost[:, 0].tolist() == [1, 0.25] * 3
    assert lines.yield_[:, 0].tolist() == [1, 0.125] * 3

"""Knock-outs in worlds small enough to know what each plant is worth."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import InputError
from sim.experiments.stress import stress
from tests.worlds import propulsion_world, world


def test_the_only_plants_are_worth_what_they_deliver() -> None:
    """Without the old plant (80 of 100, home capacity 20) four fifths are missing from the second
    month on; the home plant is replaced."""
    table = stress(world(), members=1, links=False).table.set_index("name")
    assert table.loc["old_plant", "difference_central"] == pytest.approx(23 * 0.8)
    assert table.loc["old_plant", "time_to_survive_central"] == 1
    assert table.loc["home_plant", "difference_central"] == 0
    assert table.loc["home_plant", "time_to_survive_central"] == np.inf
    assert table.loc["old_plant", "static_index"] == pytest.approx(0.8)
    assert table.loc["home_plant", "static_index"] == pytest.approx(0.2)


def test_links_are_knocked_out_too() -> None:
    """A link of a plant with one buyer is worth as much as the plant; its static index is not
    defined."""
    table = stress(world(), members=1).table.set_index("name")
    assert list(table.kind).count("link") == 2
    assert (
        table.loc["old_plant -> AAA", "difference_central"]
        == table.loc["old_plant", "difference_central"]
    )
    assert np.isnan(table.loc["old_plant -> AAA", "static_index"])


def test_differences_are_paired() -> None:
    """Each knock-out equals a run with an outage added, less the run without, member by member."""
    scenario = propulsion_world(members=3)
    table = stress(scenario, members=3, at="2013-01", links=False).table.set_index("name")
    struck = scenario.model_dump(by_alias=True, exclude_unset=True)
    struck["events"]["strike"] = {"kind": "outage", "date": "2013-01", "factory": "gear_plant"}
    base, other = (
        run(scenario).records.series["fill_rate"],
        run(type(scenario).model_validate(struck)).records.series["fill_rate"],
    )
    difference = (base - other)[12:].sum(axis=(0, 1))
    assert table.loc["gear_plant", "difference_mean"] == pytest.approx(difference.mean())
    assert table.loc["gear_plant", "difference_central"] == pytest.approx(difference[0])
    assert table.index[0] == table.difference_mean.idxmax()


def test_an_input_counts_for_what_is_made_of_it() -> None:
    """The maker of an essential input is worth as much in the static index as the maker of the
    whole."""
    table = stress(propulsion_world(), members=1, links=False).table.set_index("name")
    assert table.loc["gear_plant", "static_index"] > 0
    assert table.loc["yard", "static_index"] >= table.loc["gear_plant", "static_index"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": "2031-01"}, "at: '2031-01' is not a month"),
        ({"members": 0}, "members: 0 is below 1"),
    ],
)
def test_wrong_words_are_refused(given: dict, message: str) -> None:
    """A month outside the run, no members."""
    with pytest.raises(InputError, match=message):
        stress(world(), **given)

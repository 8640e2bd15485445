"""What all lead times of a programme have in common is one factor of a study."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from sim.analysis.sensitivity.sensitivity import Sensitivity, sensitivity
from sim.assess.drawn import drawn
from sim.engine.run import run
from sim.scenario.schema import Scenario
from sim.study.sweep import sweep
from tests.plants import BAN
from tests.test_lead_times import ANNOUNCED, lead
from tests.worlds import world

COMMON = "programmes.build.common_delay"
OWN = "programmes.build.candidates.{}.lead_time.own"


def announced(**changes: Any) -> Scenario:
    """Two candidates for the same goods, both with an announced date, after a ban."""
    given = lead(lead_time=ANNOUNCED)
    home = given["candidates"]["home"]
    given["candidates"] = {"home": home, "other": home}
    kept = {"months": 60, "members": 3, "events": {"ban": BAN}, "programmes": {"build": given}}
    return world(**{**kept, **changes})


@cache
def study() -> Sensitivity:
    """Vary the common part, and each candidate's own, over nine tenths of what they may be."""
    given = announced()
    both = list(given.programmes["build"].candidates)
    factors = {name: {"low": -1.64, "high": 1.64} for name in (COMMON, *map(OWN.format, both))}
    design = {"kind": "saltelli", "points": 32, "seed": 3}
    metrics = ["fill_rate_after[AAA, engines]"]
    return sensitivity(sweep(given, design, factors=factors, members=1, metrics=metrics))


def test_the_common_part_of_both_dates_is_one_factor() -> None:
    """Two announced dates, one unknown: it stands once, and explains a part of what is met that
    none of its candidates' own parts could take from it."""
    table = study().table.set_index("factor")
    assert sorted(table.index) == sorted([COMMON, OWN.format("home"), OWN.format("other")])
    assert table.loc[COMMON, "ST"] > 0.1
    assert (table["ST"] > 0).all()


def test_the_common_part_moves_both_candidates_alike() -> None:
    """With their own parts at the median, a late programme meets less of the need, an early one
    more."""
    given = lead(lead_time=ANNOUNCED | {"own": 0})
    given["candidates"]["other"] = given["candidates"]["home"]
    met = []
    for score in (-1.5, 0, 1.5):
        scenario = announced(members=1, programmes={"build": given | {"common_delay": score}})
        met.append(float(run(scenario).records.summary["fill_rate_after"][0, 0]))
    assert met[0] > met[1] > met[2]


def test_a_scenario_of_announced_dates_has_the_same_bits_in_any_chunk() -> None:
    """In every series."""
    given = announced(members=9)
    together = run(given).records
    for width in (1, 4):
        apart = run(given, chunk=width).records
        for name, values in together.series.items():
            assert np.array_equal(apart.series[name], values), name


def test_the_ledger_draws_the_common_part_once() -> None:
    """And each candidate's own beside it."""
    names = [each.name for each in drawn(announced())]
    assert names.count(COMMON) == 1
    assert {OWN.format("home"), OWN.format("other")} <= set(names)

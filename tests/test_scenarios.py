"""The fifteen shipped scenarios: they say why, hold only differences, run, balance, differ, and
give what they gave before."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import sim
from sim.records import Records
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from tests.golden.case import CASE, NAMES, README, TABLES, renewed, written
from tests.golden.renew import SCENARIOS, headlines, names, path_of
from tests.golden.renew import ran as run_anew
from tests.test_baseline_data import cited, is_structural, quantities

pytestmark = pytest.mark.untraced

EXPECTED = {
    "announced_plan",
    "baseline",
    "csto_all_members",
    "csto_announced",
    "csto_observed",
    "csto_russia_only",
    "full_enforcement",
    "leaky",
    "no_cutoff",
    "no_dual_use_ban",
    "no_joint_venture",
    "no_outside_supplier",
    "no_programme",
    "no_western_sanctions",
    "outside_supplier",
}
VARIANTS = sorted(EXPECTED - {"baseline"})


@cache
def loaded(name: str) -> Scenario:
    """Load a shipped scenario once."""
    return sim.load(SCENARIOS / f"{name}.yaml")


@cache
def ran(name: str) -> Records:
    """Run a shipped scenario once, few members, all months."""
    return run_anew(name)


@cache
def text(name: str) -> dict[str, Any]:
    """Read what a scenario file itself says."""
    found: dict[str, Any] = yaml.safe_load((SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def parent(name: str) -> str:
    """Name the scenario that a variant extends."""
    return Path(text(name)["extends"]).stem


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths of all that is written in a file, down to what is no mapping."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    else:
        yield path


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """Look a path up in a scenario; what is not there is None."""
    for step in path:
        if value is None:
            return None
        value = (
            value.get(step)
            if isinstance(value, dict)
            else getattr(value, {"yield": "yield_"}.get(step, step), None)
        )
    return value


def test_the_fifteen_are_there() -> None:
    assert set(names()) == EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_says_what_and_why(name: str) -> None:
    """Each has its file's name, a title and a paragraph; no two have the same title."""
    scenario = loaded(name)
    assert scenario.name == name
    assert len(scenario.description) > 300
    assert [each for each in EXPECTED if loaded(each).title == scenario.title] == [name]


@pytest.mark.parametrize("name", VARIANTS)
def test_rests_on_the_baseline(name: str) -> None:
    """Directly, or through another variant; and has its span, seed and members, so that differences
    are paired."""
    above = parent(name)
    while above != "baseline":
        above = parent(above)
    keys = ("start", "months", "members", "seed", "currency")
    assert [getattr(loaded(name), key) for key in keys] == [
        getattr(loaded("baseline"), key) for key in keys
    ]


@pytest.mark.parametrize("name", VARIANTS)
def test_holds_only_differences(name: str) -> None:
    """Nothing is written that the scenario it extends says already."""
    below = loaded(parent(name))
    kept = {"extends", "name", "title", "description"}
    said = [
        path for path in leaves({key: each for key, each in text(name).items() if key not in kept})
    ]
    quantity_paths = {
        path[:-1] for path in said if isinstance(at(loaded(name), path[:-1]), Quantity)
    }
    whole = [path for path in said if path[:-1] not in quantity_paths] + sorted(
        quantity_paths, key=str
    )
    assert [path for path in whole if at(loaded(name), path) == at(below, path)] == []


@pytest.mark.parametrize("name", VARIANTS)
def test_numbers_are_sourced_or_assumed_with_an_interval(name: str) -> None:
    """As in the baseline: an assumed number has an interval and says so beside it; a source that is
    named exists."""
    bad = [
        path
        for path, quantity, notes in quantities(loaded(name))
        if quantity.confidence == "assumed"
        and not (quantity.low is None and is_structural(quantity))
        and not path.endswith("lead_months")
        and (quantity.low is None or quantity.low == quantity.high or not (quantity.note or notes))
    ]
    assert bad == []
    assert set(cited(loaded(name))) <= set(loaded(name).sources)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_books_balance(name: str) -> None:
    assert max(ran(name).residuals.values()) <= 64


@pytest.mark.parametrize("name", VARIANTS)
def test_is_the_baseline_until_2014(name: str) -> None:
    """Bit for bit, in all that a need receives, uses and lacks, so that differences are the
    scenario's own.

    `legacy` looks ahead: it is what comes from those whom a restriction hits at any time.
    """
    base, other = ran("baseline"), ran(name)
    months = base.months.index("2014-03")
    rows = [other.needs.index(need) for need in base.needs]
    for series in base.series.keys() - {"legacy"}:
        values = base.series[series]
        assert np.array_equal(values[:months], other.series[series][:months, rows]), series


def test_all_differ_in_what_comes_out() -> None:
    """Every two of them, in some headline number."""
    same = [
        pair
        for pair in itertools.combinations(sorted(EXPECTED), 2)
        if headlines(ran(pair[0])) == headlines(ran(pair[1]))
    ]
    assert same == []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_gives_the_golden_numbers(name: str) -> None:
    """To nine digits, in the central case and a drawn member; `python -m tests.golden.renew` writes
    them anew."""
    golden = json.loads(path_of(name).read_text(encoding="utf-8"))
    found = headlines(ran(name))
    assert list(found) == list(golden)
    for headline, values in found.items():
        for value, kept in zip(values, golden[headline], strict=True):
            assert value == (
                pytest.approx(kept, rel=1e-8, abs=1e-9) if isinstance(kept, float) else kept
            ), headline


def test_the_pages_have_their_tables() -> None:
    """Of every scenario, with the columns and rows that `python -m tests.golden.case` writes;
    counts of evidence to the number."""
    page = CASE.read_text(encoding="utf-8") + README.read_text(encoding="utf-8")
    assert set(NAMES) == EXPECTED
    assert set(written(page)) == set(TABLES)
    anew = written(renewed(page, ran))
    assert written(page)["counts"] == anew["counts"]
    for name, lines in written(page).items():
        assert lines[0] == anew[name][0], name
        assert {line.split("|")[1] for line in anew[name]} <= {
            line.split("|")[1] for line in lines
        }, name

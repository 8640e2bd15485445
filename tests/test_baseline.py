"""What the engine promises, held against the shipped case."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

import sim
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.scenario.schema import Scenario
from sim.world.numbering import number

BASELINE = Path(__file__).parent.parent / "scenarios/baseline.yaml"
MEMBERS = 6


@cache
def baseline() -> Scenario:
    """Load the shipped case with few members."""
    return sim.load(BASELINE, members=MEMBERS)


@cache
def recorded(*members: int) -> dict[str, np.ndarray]:
    """Run these members of the baseline as one chunk."""
    axes = number(baseline())
    tape = Tape.blank(baseline(), axes, len(members))
    run_chunk(baseline(), members, axes, tape)
    return {
        **tape.series,
        "usable": tape.usable,
        "capacity": tape.capacity,
        "output": tape.output,
        "flows": tape.flows,
    }


def test_books_balance() -> None:
    """In every month and member, to 64 eps of gross volume."""
    assert max(run(baseline()).records.residuals.values()) <= 64


def test_members_do_not_depend_on_their_company() -> None:
    """Alone, in pairs, in any order."""
    together = recorded(*range(MEMBERS))
    for company in ((0,), (4,), (5, 2)):
        for name, values in recorded(*company).items():
            assert np.array_equal(values, together[name][..., list(company)]), (name, company)


def test_nothing_changes_without_events() -> None:
    """Without events, programmes and lines that start late, every series is constant to 1e-12 for
    120 months."""
    plain = baseline().model_dump(by_alias=True, exclude_unset=True) | {
        "events": {},
        "programmes": {},
        "months": 120,
    }
    for factory in plain["factories"].values():
        for line in factory["lines"].values():
            line.pop("qualified", None)
    scenario = Scenario.model_validate(plain)
    axes = number(scenario)
    tape = Tape.blank(scenario, axes, MEMBERS)
    run_chunk(scenario, range(MEMBERS), axes, tape)
    for name, values in {
        **tape.series,
        "usable": tape.usable,
        "capacity": tape.capacity,
        "output": tape.output,
    }.items():
        np.testing.assert_allclose(
            values, np.broadcast_to(values[:1], values.shape), rtol=1e-12, atol=1e-12, err_msg=name
        )


def test_without_the_first_cut_off_all_is_as_before_until_it() -> None:
    """Bit for bit up to March 2014, and not afterwards."""
    first = "ukroboronprom_stops"
    events = {name: event for name, event in baseline().events.items() if name != first}
    other = baseline().model_copy(update={"events": events})
    axes = number(other)
    tape = Tape.blank(other, axes, MEMBERS)
    run_chunk(other, range(MEMBERS), axes, tape)
    month = baseline().month_labels.index(baseline().events[first].date or "")
    base = recorded(*range(MEMBERS))
    for name in ("received", "used", "stock", "spending", "backlog"):
        assert np.array_equal(base[name][:month], tape.series[name][:month]), name
    assert not np.array_equal(base["received"][month:], tape.series["received"][month:])


def test_the_resolved_scenario_gives_the_same_series() -> None:
    """What `scenario.yaml` of a result holds is the scenario that was run."""
    from sim.scenario.loading.dump import dump
    from sim.scenario.loading.source_tree import bare
    from sim.scenario.loading.yaml_marks import read

    again = sim.parse(bare(read(dump(baseline()).encode(), "scenario.yaml")))
    assert again == baseline()

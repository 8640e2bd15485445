"""Read and check studies: every fault with its place, all of them together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, ScenarioError
from sim.metrics.table import MONTHLY
from sim.study.experiment import prepared
from sim.study.spec import Spec, ask, dump_study, read_study
from tests.small_study import scenario, study
from tests.tiny_scenario import TEXT

FAULTY = """\
scenario: tiny.yaml
factors:
  events.ban.shar: {low: 0, high: 1}
  events.ban.share: {low: 0.5, high: 1.5}
  events.relief: [1]
  rules.sourcing: [fixd, fixed, fixed]
  months: {low: 1}
  trade.any.weight: {low: 2, high: 1}
  members: [1, 2]
  trade.any.cap: {low: 2, high: 5, dist: unifrm, step: 3}
  needs.RUS: 5
design: {kind: soboll, points: 0, sed: 1}
metrics: [fill_rat, "T50[2014]", "fill_rate[XXX, engines]", "fill_rate[,,1999]", a b, "unmet[RUS, engines]"]
membrs: 3
months: 0
"""
TOLD = """\
3:26 factors.events.ban.shar.low: unknown key; did you mean 'share'?
4:38 factors.events.ban.share.high: 1.5 is above 1 (share)
5:19 factors.events.relief.0: expected a mapping, found 1
6:20 factors.rules.sourcing.0: there is no sourcing rule 'fixd'; did you mean 'fixed'?
6:33 factors.rules.sourcing.2: fixed is given twice
7:11 factors.months: give low and high, or values
8:21 factors.trade.any.weight: low 2.0 is not below high 1.0
9:12 factors.members: is a key of the study, and the same at every point
10:42 factors.trade.any.cap.dist: expected uniform, loguniform or triangular, found text 'unifrm'; did you mean 'uniform'?
10:50 factors.trade.any.cap.step: unknown key; allowed: low, high, dist, mode, values
11:14 factors.needs.RUS: expected a mapping, found 5
12:16 design.kind: expected grid, list, random, latin_hypercube, sobol, saltelli or morris, found text 'soboll'; did you mean 'sobol'?
12:32 design.points: 0 is below 1
12:35 design.sed: unknown key; did you mean 'seed'?
13:11 metrics.0: unknown metric 'fill_rat'; did you mean 'fill_rate'?
13:34 metrics.2: unknown state with needs 'XXX'; known: RUS, BLR
13:61 metrics.3: 1999 is outside of the run, 2014-01 to 2015-12
13:82 metrics.4: 'a b' is not a metric; write name, or name[state, product, period]
13:87 metrics.5: unknown product that is needed 'engines'; known: helicopters
14:1 membrs: unknown key; did you mean 'members'?
15:9 months: 0 is below 1"""


def told(tmp_path: Path, text: str) -> list[str]:
    """Check a study file beside a small scenario and return its faults, without the folder."""
    (tmp_path / "tiny.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        prepared(read_study(tmp_path / "study.yaml"))
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


def refused(**changes: Any) -> str:
    """Check a study given as data and return its faults."""
    with pytest.raises(ScenarioError) as caught:
        prepared(ask(study(**changes)), [scenario()])
    return str(caught.value).replace("<dict> ", "")


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    """Faults of keys, of values, of what the scenario does not take, and of metrics, each at its
    place."""
    found = told(tmp_path, FAULTY)
    whole_run = (
        "study.yaml:13:21 metrics.1: T50 is of the whole run; metrics of a period:"
        f" {', '.join(MONTHLY)}"
    )
    assert [fault for fault in found if fault != whole_run] == [
        f"study.yaml:{line}" for line in TOLD.splitlines()
    ]
    assert whole_run in found


def test_a_scenario_and_its_study_are_at_fault_together(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        TEXT.replace("\nmonths: 24", "\nmonths: many"), encoding="utf-8"
    )
    text = "factors:\n  scenario: [other.yaml, none.yaml, 3]\ndesign: {kind: sobol, points: 100}\n"
    assert told(tmp_path, text) == [
        "other.yaml:4:9 months: expected a whole number, found text 'many'",
        "study.yaml:2:26 factors.scenario.1: none.yaml: cannot be read: no such file",
        "study.yaml:2:37 factors.scenario.2: expected a scenario file",
        "study.yaml:3:31 design.points: 100 is not a power of two, which sobol needs: 64 or 128",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- 1", "study.yaml:1:1: expected a mapping of keys, found a list"),
        ("", "study.yaml: expected a mapping of keys, found nothing"),
        ("factors: {months: [12, 24]}", "study.yaml:1:1: missing key 'scenario'"),
        ("scenario: tiny.yaml", "study.yaml:1:1: a study needs at least one factor"),
        (
            "scenario: tiny.yaml\nfactors: {scenario: [tiny.yaml]}",
            "study.yaml:2:21 factors.scenario: there is a scenario already; give one or the other",
        ),
        ("scenario: tiny.yaml\nfactors: 3", "study.yaml:2:10 factors: expected a mapping, found 3"),
    ],
)
def test_a_study_without_its_parts_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert told(tmp_path, text) == [fault]


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read: no such file"):
        read_study(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"design": "grid"}, "design: expected a mapping, found text 'grid'"),
        ({"design": {}}, "factors.events.ban.share: a grid needs values, not an interval"),
        (
            {"design": {"kind": "list"}, "factors": {"months": [12, 24], "members": [1]}},
            "design: a list needs as many values of each factor",
        ),
        (
            {"design": {"points": 3, "seed": 2}, "factors": {"months": [12]}},
            "design.points: does nothing in a grid",
        ),
        ({"design": {"kind": "random"}}, "design: random needs points, how many"),
        (
            {"design": {"kind": "saltelli", "points": 5}},
            "design.points: 5 is not a power of two, which saltelli needs: 4 or 8",
        ),
        ({"metrics": []}, "metrics: names nothing"),
        ({"metrics": ["T50", "T50"]}, "metrics.1: 'T50' is named twice"),
        (
            {"metrics": ["unmet[AAA, optics, 15]"]},
            "metrics.0: '15' is not a period; write YYYY or YYYY-MM",
        ),
        (
            {"metrics": ["unmet[CCC, propulsion_units]"]},
            "metrics.0: 'CCC' has no need of 'propulsion_units'",
        ),
        (
            {"factors": {"events.ban": [None], "events.ban.share": [1]}},
            "factors.events.ban.share: stands inside of events.ban, another factor",
        ),
        (
            {"factors": {"months": {"values": [3], "low": 1}}},
            "factors.months: give either values, or low and high",
        ),
        ({"factors": {"months": []}}, "factors.months: values is empty"),
        (
            {"factors": {"trade.gears.weight": {"low": 0, "high": 1, "dist": "loguniform"}}},
            "dist: loguniform needs low above 0",
        ),
        (
            {"factors": {"trade.gears.weight": {"low": 0, "high": 1, "mode": 0.5}}},
            "mode needs dist: triangular",
        ),
        (
            {"factors": {"trade.gears.weight": {"low": 0, "high": float("inf")}}},
            "factors.trade.gears.weight.high: inf is not a finite number",
        ),
        ({"factors": {3: [1]}}, "factors.3: expected a path in the scenario, found 3"),
        ({"factors": {"programmes.build.budget": [-1]}}, "-0.5 is below 0 (money)"),
        ({"factors": {"rules.rounds": [0]}}, "factors.rules.rounds.0: 0 is below 1"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    """Designs without what they need or with what they do not use, metrics that are none, factors
    that nothing can be made of."""
    assert message in refused(**changes)


def test_rules_that_do_not_take_so_many_members_are_refused() -> None:
    """What holds for a scenario's members holds for the study's."""
    factors = {"rules.allocation": ["proportional", "optimal"]}
    assert "201 is above 200, the most for allocation rule optimal" in refused(
        factors=factors, design={}, members=201
    )


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    message = refused(design={"kind": "saltelli", "points": 4})
    assert message == "design.kind: saltelli needs SALib: pip install 'supply-substitution[uq]'"


def test_a_study_written_out_reads_the_same(tmp_path: Path) -> None:
    """Also what YAML would take for something else than text."""
    spec = ask(
        study(
            factors={
                "scenario": ["NO", "1e3"],
                "months": [12, 24],
                "x.y": {"low": 0.1, "high": 2, "dist": "triangular", "mode": 1},
            }
        )
    ).spec
    (tmp_path / "study.yaml").write_text(dump_study(spec), encoding="utf-8")
    again = read_study(tmp_path / "study.yaml")
    assert again.faults == ()
    assert again.spec == spec
    assert isinstance(again.spec, Spec)


def test_reading_a_study_is_light() -> None:
    """The schema of studies needs no model: `sim sweep --help` and a faulty file answer at once."""
    code = (
        "import sys, sim.cli.main; print(sorted({'mesa', 'pandas', 'scipy', 'matplotlib'} &"
        " set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )

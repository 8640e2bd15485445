"""The example study and the example script do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from sim import sensitivity
from sim.study.sweep import run_study

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


def test_the_example_study_runs(tmp_path: Path) -> None:
    """More leaks and more money serve the need better."""
    study = run_study(EXAMPLES / "study.yaml", tmp_path / "study")
    assert study.results.shape == (64 * 3, 10)
    fill = study.results.query("metric == 'fill_rate_after'").set_index("point")["mean"]
    for path in ("events.leak.share", "programmes.build.budget"):
        assert study.points[path].corr(fill, method="spearman") > 0.2


def test_the_example_script_runs_and_resumes(tmp_path: Path) -> None:
    """It prints the two worst and the two best points, and the same once more where the study
    stands already."""
    words = [sys.executable, str(EXAMPLES / "sweep.py"), str(tmp_path / "study")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first, again = (
        subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout
        for _ in range(2)
    )
    assert first == again
    header, *lines = first.splitlines()
    assert header.split() == ["share", "budget", "build_months", "mean", "p05", "p95"]
    means = [float(line.split()[3]) for line in lines]
    assert len(means) == 4
    assert means == sorted(means)
    assert means[0] < means[-1]


def test_the_example_of_sensitivity_runs(tmp_path: Path) -> None:
    """Leaks matter while they last, the plant's building time when it comes, money later; a ranking
    and a figure are written."""
    words = [sys.executable, str(EXAMPLES / "sensitivity.py"), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    lines = subprocess.run(
        words, capture_output=True, text=True, check=True, env=environment
    ).stdout.splitlines()
    assert lines[0] == "which factors matter (mean of 10 members at 320 points: saltelli, N = 64)"
    assert [line.split()[0] for line in lines[2:5]] == ["1", "2", "3"]
    totals = {
        line.split()[0]: [float(number) for number in line.split()[1:]] for line in lines[-3:]
    }
    leaks, money, months = (totals[path] for path in sorted(totals))
    assert leaks[0] > 0.9 > months[0]
    assert months[1] > 0.8 > money[1] > leaks[1]
    assert money[2] > 0.4 > leaks[2]
    assert (tmp_path / "sensitivity" / "report.html").exists()


def test_what_drives_the_case(tmp_path: Path) -> None:
    """Leaks before 2018; from then on the pace of Russia's own programme drives engines, its money
    components, and the commission's money repairs."""
    table = sensitivity(run_study(EXAMPLES / "case.yaml", tmp_path / "case", jobs=2)).table
    found = table.pivot(index="factor", columns=["metric", "product"], values="ST")
    engines, parts, repairs = (
        (f"fill_rate[{year}]", good)
        for year, good in (
            (2018, "helicopter_engines"),
            (2018, "misc_components"),
            (2018, "repair_services"),
        )
    )
    assert (
        found["fill_rate[2016]", "helicopter_engines"].idxmax()
        == "events.helicopter_engines_leak.share"
    )
    assert found[engines].idxmax() == "programmes.russian_programme.slippage"
    assert found[parts].idxmax() == "events.russian_programme_goes_on.amount"
    money = found.loc["programmes.csto_commission.budget"]
    assert money[repairs] > 0.4
    assert money[parts] < 0.2
    assert money[engines] < 0.01


def test_the_example_rule_runs() -> None:
    """The more a buyer stocks up before the ban, the more of its need is met; nine members of ten
    gain."""
    words = [sys.executable, str(EXAMPLES / "custom_rule.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    header, *lines = subprocess.run(
        words, capture_output=True, text=True, check=True, env=environment
    ).stdout.splitlines()
    assert header.startswith("share of need met since the ban")
    assert [line.split()[0] for line in lines] == ["3", "6", "12"]
    gains = [[float(number) for number in re.findall(r"[+-][0-9.]+", line)] for line in lines]
    assert all(0 < low < mean < high for mean, low, high in gains)
    assert gains[0][0] < gains[1][0] < gains[2][0]

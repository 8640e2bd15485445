"""The example study and the example script do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim.study import run_study

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


def test_the_example_study_runs(tmp_path: Path) -> None:
    """More leaks and more money serve the need better."""
    study = run_study(EXAMPLES / "study.yaml", tmp_path / "study")
    assert study.results.shape == (64 * 3, 9)
    fill = study.results.query("metric == 'fill_rate_after'").set_index("point")["mean"]
    for path in ("events.leak.share", "programmes.build.budget"):
        assert study.points[path].corr(fill, method="spearman") > 0.2


def test_the_example_script_runs_and_resumes(tmp_path: Path) -> None:
    """It prints the two worst and the two best points, and the same once more where the study stands already."""
    words = [sys.executable, str(EXAMPLES / "sweep.py"), str(tmp_path / "study")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first, again = (subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout for _ in range(2))
    assert first == again
    header, *lines = first.splitlines()
    assert header.split() == ["share", "budget", "build_months", "mean", "p05", "p95"]
    means = [float(line.split()[3]) for line in lines]
    assert len(means) == 4
    assert means == sorted(means)
    assert means[0] < means[-1]

"""Find out which tests reach a line of code, and how long each takes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData

from tests.mutation.files import CLOSE

PYTEST = ("-q", "-p", "no:randomly", "-p", "no:cacheprovider")
BUDGET = 20.0
"""Seconds of tests that a mutant must survive."""

Lines = Mapping[int, Sequence[str]]
"""Line -> the tests that run it; none of a line that runs on import alone"""


@dataclass(frozen=True)
class Reach:
    """Hold what was seen in a run of all tests on the code as it is."""

    seconds: Mapping[str, float]
    lines: Mapping[str, Lines]
    """Module -> its lines"""

    @cached_property
    def breadth(self) -> Mapping[str, int]:
        """Count the lines that each test runs."""
        return Counter(
            test for lines in self.lines.values() for tests in lines.values() for test in tests
        )

    def tests(self, module: str, source: str, row: int) -> list[str]:
        """Name the tests to run for a change of this line, the sharpest first, within BUDGET.

        Sharp is a test that looks at the module's room, and one that runs few lines. They are
        those that run this line; where it runs on import (a default, a constant), those that run
        its function or, outside of functions, the module.
        """
        lines = self.lines[module]
        found = set(lines.get(row, ()))
        if not found:
            first, last = _function(source, row)
            found = {test for each in range(first, last + 1) for test in lines.get(each, ())}
        close = CLOSE[module.split("/")[1]]

        def sharpness(test: str) -> tuple[bool, int, str]:
            return test.partition("::")[0] not in close, self.breadth[test], test

        chosen, spent = [], 0.0
        for test in sorted(found, key=sharpness):
            spent += self.seconds[test]
            if chosen and spent > BUDGET:
                break
            chosen.append(test)
        return chosen


def _function(source: str, row: int) -> tuple[int, int]:
    """Find the first and the last line of the innermost function around a line, or all lines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    spans = [
        (node.lineno, node.end_lineno or 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, kinds) and node.lineno <= row <= (node.end_lineno or 0)
    ]
    return max(spans, default=(1, source.count("\n") + 1))


def look(root: Path, folder: Path, files: Sequence[str], modules: Sequence[str]) -> Reach:
    """Run all tests once on the code as it is; RuntimeError where one fails."""
    data, report = folder / "coverage", folder / "report.xml"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *PYTEST,
            "-p",
            "pytest_cov",
            *{f"--cov={Path(each).parent}" for each in modules},
            "--cov-context=test",
            "--cov-report=",
            f"--junitxml={report}",
            *files,
        ],
        cwd=root,
        env={**os.environ, "COVERAGE_FILE": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the tests fail without a mutant:\n{done.stdout[-3000:]}")
    return Reach(_seconds(report), _lines(root, data, modules))


def _seconds(report: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name']}"
        found[name] = float(case.attrib["time"])
    return found


def _lines(root: Path, data: Path, modules: Sequence[str]) -> dict[str, Lines]:
    recorded = CoverageData(str(data))
    recorded.read()
    return {
        module: {
            line: sorted({each.rpartition("|")[0] for each in contexts if each})
            for line, contexts in recorded.contexts_by_lineno(str(root / module)).items()
        }
        for module in modules
    }

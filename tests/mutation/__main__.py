"""Mutation testing: `make mutate`, or `python -m tests.mutation --help`.

The tool is cosmic-ray, compared with mutmut: it changes a file on the disk, so that tables of
constants and decorated methods, of which these rooms are full, are mutated too, and every process
that a test starts meets the mutant. What it has not, a sample and a score that knows of equivalent
mutants, stands here. All happens in a copy of the repository in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import multiprocessing
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from tqdm import tqdm

from tests.mutation import mutants as making
from tests.mutation.files import FILES
from tests.mutation.mutants import Change, Mutant
from tests.mutation.reach import PYTEST, Reach, look

ROOT = Path(__file__).parents[2]
GOAL = 0.9
LIMIT = 120.0
"""Seconds after which tests of a mutant count as an endless loop: six times what they may take."""
LARGE = (
    "altair",
    "hypothesis",
    "mesa",
    "pandas",
    "pydantic",
    "scipy.optimize",
    "scipy.sparse",
    "yaml",
)
"""What takes longest to load of what the tests need."""
OUTCOMES = ("killed", "timeout", "survived", "unreached", "equivalent")
LITTER = shutil.ignore_patterns(".*", "__pycache__", "results", "build", "htmlcov")


@dataclass(frozen=True)
class Trial:
    """Say what became of a mutant, one of OUTCOMES."""

    mutant: Mutant
    change: Change
    outcome: str

    def __str__(self) -> str:
        """Name the place, the line and what it became."""
        change = self.change
        place = f"{self.outcome}: {change.module}:{self.mutant.row} {change.function}".rstrip()
        return f"{place}\n    - {change.line}\n    + {change.mutant}"


@contextlib.contextmanager
def copied(root: Path) -> Iterator[tuple[Path, Path]]:
    """Copy the repository to a temporary folder and go there; yields the copy, and a folder beside
    it for what is measured.
    """
    here, environment = Path.cwd(), dict(os.environ)
    with TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder).resolve() / "copy"
        shutil.copytree(root, copy, ignore=LITTER)
        # the copy is what tests import; to load plugins that no test here uses would take as long
        # as most tests
        os.environ.update({"PYTHONPATH": str(copy), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
        os.chdir(copy)
        try:
            yield copy, copy.parent
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(environment)


def outcome(mutant: Mutant, tests: Sequence[str], limit: float = LIMIT) -> str:
    """Run tests against a mutant, in the current folder; the first that fails kills it.

    They run in a fork of this process, which has loaded what is large and never the code itself.
    """
    if not tests:
        return "unreached"
    operator = get_operator(mutant.operator)()
    with use_mutation(Path(mutant.module), operator, mutant.occurrence):
        child = multiprocessing.get_context("fork").Process(target=_run, args=(tests,))
        child.start()
        child.join(limit)
        if child.exitcode is None:
            child.kill()
            child.join()
            return "timeout"
    return "killed" if child.exitcode else "survived"


def _run(tests: Sequence[str]) -> None:
    """Run tests in the current folder, in a process of their own that exits as pytest does."""
    for name in [each for each in sys.modules if each.partition(".")[0] in ("sim", "tests")]:
        del sys.modules[name]
    sys.path.insert(0, str(Path.cwd()))
    # nor may the next mutant meet the byte code of this one
    sys.dont_write_bytecode = True
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        code = pytest.main([*PYTEST, "-x", *tests])
    os._exit(int(code))


def trials(drawn: Sequence[Mutant], reach: Reach, known: Mapping[Change, str]) -> Iterator[Trial]:
    """Try one mutant after the other, in the current folder."""
    for mutant in tqdm(drawn, unit="mutant", disable=not sys.stderr.isatty()):
        source = Path(mutant.module).read_text(encoding="utf-8")
        change = mutant.change(source)
        if change in known:
            yield Trial(mutant, change, "equivalent")
        else:
            tests = reach.tests(mutant.module, source, mutant.row)
            yield Trial(mutant, change, outcome(mutant, tests))


def score(outcomes: Sequence[str]) -> float:
    """Return the share of mutants killed, equivalent ones left out; 1 where there are no others."""
    counts = Counter(outcomes)
    others = len(outcomes) - counts["equivalent"]
    return (counts["killed"] + counts["timeout"]) / others if others else 1.0


def line(name: str, outcomes: Sequence[str]) -> str:
    """Write one row of the report."""
    counts = Counter(outcomes)
    numbers = "".join(
        f"{counts[each]:12}"
        for each in ("killed", "timeout", "survived", "unreached", "equivalent")
    )
    return f"{name:34}{len(outcomes):9}{numbers}{score(outcomes):9.1%}"


def report(found: Sequence[Trial]) -> str:
    """Write the score of every room, of every module in it, and of all."""
    titles = ("mutants", "   killed", "  timeout", " survived", "unreached", "equivalent", "score")
    rows = [f"{'room, module':34}{'  '.join(titles):>78}"]
    for room in making.ROOMS:
        inside = [each for each in found if each.mutant.module.split("/")[1] == room]
        rows += [line(room, [each.outcome for each in inside])] if inside else []
        for name in sorted({each.mutant.module for each in inside}):
            outcomes = [each.outcome for each in inside if each.mutant.module == name]
            rows.append(line(f"  {name.removeprefix(f'sim/{room}/')}", outcomes))
    return "\n".join([*rows, line("all", [each.outcome for each in found])])


def main(arguments: Sequence[str]) -> int:
    """Try samples of mutants and print the score of each; 1 where one is below GOAL."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--mutants", default="200", help="how many, or `all`")
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="of each sample")
    parser.add_argument("--only", default=["sim/"], nargs="+", help="beginnings of modules' paths")
    parser.add_argument("--each", action="store_true", help="so many of every module, not of all")
    asked = parser.parse_args(arguments)
    size = None if asked.mutants == "all" else int(asked.mutants)
    names = [each for each in making.modules(ROOT) if each.startswith(tuple(asked.only))]
    if not names:
        parser.error(f"no module begins with {' or '.join(asked.only)}")
    draw = making.sample_of_each if asked.each else making.sample
    with copied(ROOT) as (copy, folder):
        every = making.mutants(copy, names)
        reach = look(copy, folder, FILES, names)
        tqdm.monitor_interval = 0  # a thread, beside which to fork is unsafe
        for name in LARGE:
            importlib.import_module(name)
        scores = []
        for seed in asked.seed:
            drawn = draw(every, size, seed)
            tqdm.write(f"{len(drawn)} of {len(every)} mutants, seed {seed}")
            found = told(trials(drawn, reach, making.equivalents()))
            tqdm.write(report(found))
            scores.append(score([each.outcome for each in found]))
    return int(min(scores) < GOAL)


def told(found: Iterable[Trial]) -> list[Trial]:
    """Write of each trial that no test failed, as soon as it is known."""
    kept = []
    for trial in found:
        kept.append(trial)
        if trial.outcome in ("survived", "unreached", "timeout"):
            tqdm.write(str(trial))
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

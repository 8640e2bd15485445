"""The script of mutation testing: its mutants, its samples, its score, and what it leaves out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation import mutants as making
from tests.mutation.__main__ import Trial, main, report, score
from tests.mutation.files import CLOSE, FILES
from tests.mutation.reach import BUDGET, Reach

ROOT = Path(__file__).parent.parent
CODE = """\
def twice(number: int | None) -> int:
    return (number or 0) * 2
"""
TEST = """\
from sim.kernels.tiny import twice

def test_twice():
    assert twice(3) == 6
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Make a repository of one function and one test."""
    for name, text in (
        ("sim/__init__.py", ""),
        ("sim/kernels/__init__.py", ""),
        ("sim/kernels/tiny.py", CODE),
        ("test_tiny.py", TEST),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_mutants_of_a_function(tiny: Path) -> None:
    """Of its code, in one place each, and not of its annotations."""
    found = making.mutants(tiny, ["sim/kernels/tiny.py"])
    changes = [each.change(CODE) for each in found]
    assert {each.function for each in changes} == {"twice"}
    assert {each.line for each in changes} == {"return (number or 0) * 2"}
    assert [each.mutant for each in changes] == [
        "return (number and 0) * 2",
        "return (number or 1) * 2",
        "return (number or -1) * 2",
        "return (number or 0) + 2",
        "return (number or 0) / 2",
        "return (number or 0) * 3",
        "return (number or 0) * 1",
    ]


def test_a_sample_is_the_same_for_the_same_seed(tiny: Path) -> None:
    every = making.mutants(tiny, ["sim/kernels/tiny.py"])
    assert making.sample(every, 4, 1) == making.sample(every, 4, 1)
    assert len({tuple(making.sample(every, 4, seed)) for seed in range(9)}) > 1
    assert making.sample(every, None, 1) == making.sample(every, 99, 1) == every


def test_a_sample_of_each_module(tiny: Path) -> None:
    """As many of each, and all of one that has fewer, in order."""
    for name, code in (("less", "X = 1\n"), ("more", "X = 1 + 2\n")):
        (tiny / f"sim/kernels/{name}.py").write_text(code, encoding="utf-8")
    names = [f"sim/kernels/{name}.py" for name in ("less", "more", "tiny")]
    found = making.sample_of_each(making.mutants(tiny, names), 3, 1)
    assert [each.module for each in found] == [names[0]] * 2 + [names[1]] * 3 + [names[2]] * 3
    assert found == sorted(found)


def test_the_modules_asked_for_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "sim/nowhere", "sim/nothing"])
    assert "no module begins with sim/nowhere or sim/nothing" in capsys.readouterr().err


def test_the_report_tells_rooms_and_modules() -> None:
    """In the order of the rooms: its modules under each."""
    change = making.Change("", "", "", "")
    found = [
        Trial(making.Mutant(f"sim/{module}.py", 1, 0, "", 0, ""), change, outcome)
        for module, outcome in (
            ("month/b", "killed"),
            ("kernels/a", "survived"),
            ("month/a", "killed"),
            ("month/b", "survived"),
        )
    ]
    _, *rows = [each.split() for each in report(found).splitlines()]
    scores = [(row[0], row[1], row[-1]) for row in rows]
    assert scores == [
        ("kernels", "1", "0.0%"),
        ("a.py", "1", "0.0%"),
        ("month", "3", "66.7%"),
        ("a.py", "1", "100.0%"),
        ("b.py", "2", "50.0%"),
        ("all", "4", "50.0%"),
    ]


TRIALS = """\
import sys
from pathlib import Path
from tests.mutation.__main__ import copied, outcome
from tests.mutation.mutants import mutants

root = Path(sys.argv[1])
first, *_, last = mutants(root, ["sim/kernels/tiny.py"])
here = Path.cwd()
with copied(root) as (copy, _):
    print(copy)
    print(outcome(last, ["test_tiny.py"]))
    print(outcome(first, []))
    (copy / "test_tiny.py").write_text("def test_nothing():\\n    pass\\n")
    print(outcome(last, ["test_tiny.py"]))
    (copy / "test_tiny.py").write_text("while True:\\n    pass\\n")
    print(outcome(last, ["test_tiny.py"], limit=0.5))
assert Path.cwd() == here
"""


def test_a_test_kills_a_mutant_or_does_not(tiny: Path) -> None:
    """In a copy, in processes of their own; the code is left as it was, and nothing beside it."""
    before = sorted(tiny.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", TRIALS, str(tiny)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    copy, *found = done.stdout.splitlines()
    assert found == ["killed", "unreached", "survived", "timeout"]
    assert not Path(copy).parent.exists()
    assert sorted(tiny.rglob("*")) == before
    assert (tiny / "sim/kernels/tiny.py").read_text(encoding="utf-8") == CODE


def test_the_score_leaves_equivalent_mutants_out() -> None:
    outcomes = ["killed"] * 3 + ["timeout"] + ["survived"] + ["equivalent"] * 2
    assert score(outcomes) == 0.8
    assert score([*outcomes, "unreached"]) == pytest.approx(4 / 6)
    assert score(["equivalent"]) == 1
    assert report([]).splitlines()[-1].split() == ["all", "0", "0", "0", "0", "0", "0", "100.0%"]


def test_the_sharpest_tests_that_reach_a_line_come_first() -> None:
    """Those that run the fewest lines. A line that runs on import is reached by who runs its
    function, or its module."""
    source = "LIMIT = 3\n\ndef f(x=1):\n    return x\n\nOTHER = f(2)\n"
    seconds = {"broad": 0.7 * BUDGET, "broader": 0.4 * BUDGET, "sharp": 0.1, "other": 0.2}
    lines = {1: [], 3: [], 4: ["broader", "broad", "sharp"], 6: ["other", "broader"]}
    more = {1: ["broad"] * 2, 2: ["broader"] * 3}
    reach = Reach(seconds, {"sim/month/x.py": lines, "another": more})
    assert reach.tests("sim/month/x.py", source, 4) == ["sharp", "broad"]
    assert reach.tests("sim/month/x.py", source, 3) == ["sharp", "broad"]
    assert reach.tests("sim/month/x.py", source, 6) == ["other", "broader"]
    assert reach.tests("sim/month/x.py", source, 1) == ["other", "sharp", "broad"]
    assert Reach(seconds, {"sim/month/x.py": {}}).tests("sim/month/x.py", source, 4) == []


def test_tests_of_the_room_come_before_sharper_ones() -> None:
    near, far = "tests/test_money.py::test_x", "tests/test_events.py::test_x"
    for module, expected in (("sim/month/x.py", [near, far]), ("sim/events/x.py", [far, near])):
        reach = Reach({near: 1.0, far: 1.0}, {module: {1: [near, far], 2: [near]}})
        assert reach.tests(module, "x = 1\n", 1) == expected


def test_equivalent_mutants_name_code_that_is_there() -> None:
    """Once each, with a reason."""
    known = making.equivalents()
    rows = making.EQUIVALENT.read_text(encoding="utf-8").splitlines()
    assert len(known) == len(rows) - 1 > 0
    for change, reason in known.items():
        source = (ROOT / change.module).read_text(encoding="utf-8")
        assert change.module in making.modules(ROOT)
        assert change.line in [line.strip() for line in source.splitlines()], change
        assert f" {change.function}" in source
        assert change.line != change.mutant
        assert len(reason) > 20, change


def test_the_tests_that_kill_are_there() -> None:
    assert all((ROOT / name).is_file() for name in FILES)
    assert len(set(FILES)) == len(FILES) > 50
    assert set(CLOSE) == set(making.ROOMS)
    assert frozenset.union(*CLOSE.values()) <= set(FILES)

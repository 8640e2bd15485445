"""What the command does with strangers: studies for scenarios, names that are no text, streams that
are closed or full, a second Ctrl-C, questions that would replace one another's answers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.assess.observation import COLUMNS
from sim.cli.main import main
from sim.errors import InputError, ScenarioError
from tests.test_cli import SMALL

ROOT = Path(__file__).parent.parent
STUDY = """\
scenario: small.yaml
factors:
  events.ban.share: [0.2, 0.8]
members: 2
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with one scenario and one study."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def edited(name: str, *edits: tuple[str, str]) -> str:
    text = SMALL
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    Path(name).write_text(text, encoding="utf-8")
    return name


def command(words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `sim` is the command."""
    line = f'sim() {{ "{sys.executable}" -m sim "$@"; }}; {words}'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
        **options,
    )


# -- studies


def test_a_list_goes_on_after_a_study_and_a_faulty_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.yaml").write_text("months: x\n", encoding="utf-8")
    assert main(["list", "."]) == 2
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith("a.yaml: ")
    assert lines[0].endswith("faults; see sim validate a.yaml")
    assert lines[1:] == ["small.yaml: A seller stops selling", "study.yaml: a study"]
    assert err == "1 of 3 files cannot be loaded\n"
    Path("a.yaml").unlink()
    assert main(["list", "."]) == 0


def test_a_study_is_validated_as_a_study(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "small.yaml", "study.yaml"]) == 0
    told = capsys.readouterr().out.splitlines()[1]
    assert re.fullmatch(r"study\.yaml: ok: 2 points of 2 members, \d+ numbers each, grid", told)
    Path("study.yaml").write_text(STUDY.replace("share", "shore"), encoding="utf-8")
    assert main(["validate", "study.yaml"]) == 2
    assert "events.ban.shore" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "study.yaml"], "study.yaml: is a study, not a scenario; see sim sweep"),
        (["validate", "study.yaml", "--set", "months=9"], "study.yaml: is a study, not a scenario"),
        (["sweep", "small.yaml"], "small.yaml: is a scenario, not a study; see sim run"),
    ],
)
def test_one_is_told_from_the_other(
    here: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.startswith(message)


# -- texts


@pytest.mark.parametrize(
    ("old", "new", "path", "meant"),
    [
        ("{engines: 10}}", "{engines: {capacity: 1,5}}}", "lines.engines.5", "capacity: 1.5"),
        ("share: 0.8}", "share: 0,8}", "events.ban.8", "share: 0.8"),
        (
            "AAA: {engines: 10}",
            "AAA: {engines: {by_year: {2012: 1,2}}}",
            "by_year.2",
            "2012: 1.2",
        ),
        ("AAA: {engines: 10}", "AAA: {engines: 1,5}", "needs.AAA.5", "engines: 1.5"),
    ],
)
def test_a_decimal_comma_is_recognised(
    here: Path, old: str, new: str, path: str, meant: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.load(edited("comma.yaml", (old, new)))
    found = [fault for fault in caught.value.faults if fault.path.endswith(path)]
    assert [each.message for each in found] == [
        f"a key without a value; did you mean {meant}? decimals take a point"
    ]


def test_a_comma_between_thousands_is_no_decimal_comma(here: Path) -> None:
    """To follow advice must not make a number a thousandth of what was meant."""
    with pytest.raises(ScenarioError, match=r"did you mean engines: 31\.600, or 31600\?"):
        sim.load(edited("comma.yaml", ("AAA: {engines: 10}", "AAA: {engines: 31,600}")))


def test_settings_into_a_short_form_come_in_any_order(here: Path) -> None:
    """The second finds what the first has made of it."""
    for sets in (("low=8", "high=12", "tier=1"), ("tier=1", "high=12", "low=8")):
        need = sim.load("small.yaml", [f"needs.AAA.engines.{each}" for each in sets]).needs["AAA"][
            "engines"
        ]
        assert need.units is not None
        assert (need.units.low, need.units.high, need.tier) == (8, 12, 1)
    line = (
        sim.load(
            "small.yaml",
            [f"factories.works.lines.engines.{each}" for each in ("low=8", "yield=0.5", "high=12")],
        )
        .factories["works"]
        .lines["engines"]
    )
    assert (line.capacity.low, line.capacity.high, line.yield_.value) == (8, 12, 0.5)


def test_what_comes_after_the_end_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a run and by validate; it is no fault, since runs may be shortened."""
    told = "ban comes after the end of the run, 2012-12, without effect"
    assert sim.run(sim.load("small.yaml"), months=12).records.warnings == [told]
    assert not sim.run(sim.load("small.yaml"), months=14).records.warnings
    assert main(["validate", "small.yaml", "--set", "months=12"]) == 0
    assert capsys.readouterr().err == f"small.yaml: warning: {told}\n"
    ban = {"kind": "cut_off", "date": "2019-01", "exporter": "BBB", "importer": "AAA"}
    many = json.dumps({f"ban{number}": ban for number in range(7)})
    late = sim.load("small.yaml", [f"events={many}"])
    assert sim.run(late).records.warnings == [
        "ban0, ban1, ban2, ban3, ban4 and 2 more come after the end of the run, 2014-12, without"
        " effect"
    ]


def test_letters_of_any_script_are_on_the_page(here: Path) -> None:
    """And nothing warns of a letter that a font lacks: the reader's browser has the fonts."""
    edited("cjk.yaml", ("Buyerland", "乌克兰"), ("Sellerland", "乌😀"))
    done = command("sim run cjk.yaml --quiet --out out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "乌克兰" in Path("out/report.html").read_text(encoding="utf-8")


def test_a_file_name_that_is_no_text_is_no_traceback(here: Path) -> None:
    """It is shown with its bytes written out, on the terminal and in the manifest."""
    name = b"\xff\x1b[2J.yaml"
    (Path(os.fsencode(here).decode()) / os.fsdecode(name)).write_text(SMALL, encoding="utf-8")
    for words, code in (
        ("sim run --no-figures $'\\xff\\e[2J.yaml'", 0),
        ("sim validate $'\\xff\\e[2J.yaml'", 0),
        ("sim compare --no-figures small.yaml $'\\xff\\e[2J.yaml' --out both", 0),
        ("sim run --no-figures small.yaml --out $'\\xff\\e[2J'", 0),
        ("sim list .", 0),
        ("sim validate $'\\xfe'", 2),
    ):
        done = command(words)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
        assert "\x1b" not in done.stdout + done.stderr
    assert "\\udcff" in (here / "results" / "small" / "manifest.json").read_text(encoding="utf-8")


def test_a_wrong_word_is_shown_harmless(here: Path) -> None:
    done = command("sim run $'--\\e[2J' small.yaml; sim $'\\e[2J'")
    assert "\x1b" not in done.stderr
    assert "\\x1b[2J" in done.stderr


# -- streams, memory, Ctrl-C


@pytest.mark.parametrize(
    ("redirected", "code", "told"),
    [
        ("> /dev/full", 1, "sim: cannot print: No space left on device\n"),
        ("2> /dev/full", 0, ""),
        (">&-", 0, ""),
        ("2>&-", 0, ""),
        ("0<&- >&- 2>&-", 0, ""),
        ("| true", 0, ""),
    ],
)
@pytest.mark.parametrize("words", ["run small.yaml --no-figures", "rules"])
def test_streams_that_are_full_or_closed(
    here: Path, words: str, redirected: str, code: int, told: str
) -> None:
    """What is written to the disk is whole; what cannot be shown is told, or is nobody's loss."""
    done = command(f"set -o pipefail; sim {words} {redirected}")
    lines = [
        line for line in done.stderr.splitlines() if not line.startswith(("running", "writing"))
    ]
    assert (done.returncode, "\n".join([*lines, ""] if lines else [])) == (code, told)
    folder = {"run": "results/small", "sweep": "results/study"}.get(words.split(maxsplit=1)[0])
    assert folder is None or (here / folder / "manifest.json").exists()


def test_help_on_a_full_device_is_told(here: Path) -> None:
    done = command("sim --help > /dev/full")
    assert done.returncode == 1
    assert done.stderr.startswith("sim: ")
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_memory_that_is_not_there_is_told(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def greedy(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr(sim, "run", greedy)
    assert main(["run", "small.yaml"]) == 1
    assert capsys.readouterr().err == (
        "sim: not enough memory; fewer members or months take less (Unable to allocate 9 TiB)\n"
    )
    assert sorted(os.listdir()) == ["small.yaml", "study.yaml"]


def test_a_limit_on_memory_is_no_traceback(here: Path) -> None:
    done = command("ulimit -v 3000000; sim run small.yaml --members 1000000 --months 1200")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "sim: not enough memory" in done.stderr


def interrupted(words: list[str], waits: list[float]) -> tuple[int, str]:
    """Interrupt a command's whole group after some seconds, and again; give what it says."""
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        # it is past its imports when it says so
        first = process.stderr.readline() if waits[0] < 0 else ""
        for wait in waits:
            time.sleep(max(wait, 0))
            os.killpg(process.pid, signal.SIGINT)
        told = process.stderr.read()
        return process.wait(60), first + told


@pytest.mark.parametrize("waits", [[1.2], [1.4, 0.01], [1.8, 0.05], [2.4, 0.2]])
def test_ctrl_c_while_workers_start_prints_no_traceback(here: Path, waits: list[float]) -> None:
    """Once or twice, at the moments in which processes start."""
    text = STUDY.replace("[0.2, 0.8]", "{low: 0, high: 1}")
    Path("study.yaml").write_text(
        f"{text}design: {{kind: random, points: 3000}}\nmonths: 600\n", encoding="utf-8"
    )
    code, told = interrupted(["sweep", "study.yaml", "--jobs", "2", "--out", "out"], waits)
    assert "Traceback" not in told
    # at its very end Python leaves Ctrl-C to the system, which the shell calls 130, too
    assert code in (130, -signal.SIGINT)
    assert told.splitlines()[-1] == "sim: interrupted"


def test_the_second_ctrl_c_ends_at_once() -> None:
    code = """
import os, signal, time
from sim.cli.process import interrupts
with interrupts():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
    finally:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(9)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "sim: interrupted\n")


def test_the_second_ctrl_c_beside_workers_leaves_one_line() -> None:
    """What Python keeps for workers is cleared away by a process that outlives the command."""
    code = """
import os, signal
from sim.cli.process import interrupts
from sim.study.executors import crew
with interrupts(), crew(2):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:
        os.kill(os.getpid(), signal.SIGINT)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "sim: interrupted\n")


def test_handlers_of_others_stay() -> None:
    from sim.cli.process import interrupts

    before = signal.getsignal(signal.SIGINT)
    with interrupts():
        pass
    assert signal.getsignal(signal.SIGINT) is before
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


# -- questions


def test_run_takes_what_load_takes(here: Path) -> None:
    """As `compare` and `plan` do: a path, or the name of a shipped scenario."""
    by_path = sim.run("small.yaml", months=2)
    loaded = sim.run(sim.load(Path("small.yaml")), months=2)
    assert np.array_equal(by_path.records.output, loaded.records.output)
    assert sim.run("leaky", members=1, months=1).scenario.name == "leaky"
    with pytest.raises(sim.ScenarioError, match="no such file"):
        sim.run("smal.yaml")


def test_two_scenarios_of_one_name_do_not_replace_one_another(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless told to; a scenario's own older result is replaced."""
    edited("other.yaml", ("A seller", "Another seller"))
    run = ["run", "--no-figures", "--quiet", "--seed", "1"]
    assert main([*run, "small.yaml"]) == 0
    before = Path("results/small/scenario.yaml").read_bytes()
    assert main([*run, "other.yaml"]) == 2
    assert "results/small: holds the answer to another question, sim run" in capsys.readouterr().err
    assert Path("results/small/scenario.yaml").read_bytes() == before
    assert main([*run, "./small.yaml", "--members", "2"]) == 0
    assert main([*run, "other.yaml", "--out", "results/small"]) == 0
    assert main([*run, "small.yaml"]) == 2


def test_two_backtests_of_one_file_name_do_not_replace_one_another(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "small.yaml").write_bytes(Path("small.yaml").read_bytes())
        Path(folder, "small_outcomes.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    run = ["backtest", "--no-figures", "--quiet", "--members", "1"]
    assert main([*run, "one/small.yaml"]) == 0
    assert main([*run, "two/small.yaml"]) == 2
    assert "holds the answer to another question" in capsys.readouterr().err
    assert main([*run, "./one/small.yaml"]) == 0


def test_two_questions_to_plan_do_not_replace_one_another(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = ["plan", "small.yaml", "--quiet", "--no-figures", "--members", "10", "--jobs", "1"]
    plan += ["--choose", "events.ban.share", "--from", "0", "--to", "1", "--tolerance", "0.4"]
    assert main([*plan, "--reach", "fill_rate[AAA] >= 0.5 by 2014-06"]) == 0
    assert main([*plan, "--reach", "fill_rate[AAA] >= 0.9 by 2014-06"]) == 2
    assert "holds the answer to another question" in capsys.readouterr().err
    assert main([*plan, "--reach", "fill_rate[AAA] > lots"]) == 2
    assert capsys.readouterr().err.startswith("reach: 'fill_rate[AAA] > lots' is not a condition")
    assert main([*plan, "--reach", "fill_rate[AAA] >= 0.5 by 2014-06", "--seed", "3"]) == 0


@pytest.mark.parametrize("typed", ["sim run 'small.yaml", "", "sim", "sim stress small.yaml"])
def test_a_folder_of_another_command_is_another_answer(here: Path, typed: str) -> None:
    sim.run(sim.load("small.yaml")).save("results/small", figures=False, command=typed)
    assert main(["run", "small.yaml", "--quiet", "--no-figures"]) == 2


def test_a_folder_made_from_python_may_be_replaced(here: Path) -> None:
    """Nothing is known of its question."""
    sim.run(sim.load("small.yaml")).save("results/small", figures=False)
    assert main(["run", "small.yaml", "--quiet", "--no-figures"]) == 0


def test_folders_are_read_unchecked_on_request(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare = ["compare", "results/small", "small.yaml", "--quiet", "--no-figures"]
    assert main(["run", "small.yaml", "--quiet", "--no-figures"]) == 0
    with Path("results/small/series.csv").open("a", encoding="utf-8") as stream:
        stream.write("mine\n")
    assert main(compare) == 2
    assert "series.csv (changed): not as the run wrote it" in capsys.readouterr().err
    assert main([*compare, "--unchecked"]) == 0
    with pytest.raises(InputError):
        sim.compare("results/small", "small.yaml")

"""Test the command: what it writes, prints and returns."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.cli.common import set_option
from sim.cli.experiments import first_of
from sim.cli.main import main
from sim.errors import LedgerError, RuleError

ROOT = Path(__file__).parent.parent

SMALL = """\
name: small
title: A seller stops selling
start: 2012-01
months: 36
members: 3
states:
  AAA: {title: Buyerland}
  BBB: {title: Sellerland}
products:
  engines: {title: Engines, unit: engines}
factories:
  works: {title: Works, state: BBB, lines: {engines: 10}}
  home: {title: Home works, state: AAA, lines: {engines: {capacity: {value: 3, low: 2, high: 4}}}}
needs:
  AAA: {engines: 10}
trade:
  engines: {exporter: BBB, importer: AAA, product: engines}
events:
  ban: {kind: cut_off, date: 2013-02, exporter: BBB, importer: AAA, share: 0.8}
"""
TABLES = ("series", "summary", "flows", "capacity", "events", "bottlenecks", "programmes")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.csv").read_bytes() for name in TABLES}


def ran(*words: str) -> dict[str, bytes]:
    """Run without figures and return the tables."""
    assert main(["run", "small.yaml", "--no-figures", "--quiet", "--out", "out", *words]) == 0
    return tables(Path("out"))


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=60,
        **options,
    )


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("the run has started")


def test_run_writes_a_folder_named_after_the_scenario(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "small.yaml"]) == 0
    found = sorted(path.name for path in (here / "results" / "small").iterdir())
    written = (*TABLES, "fates", "money", "sources")
    assert found == sorted(
        [
            *(f"{name}.csv" for name in written),
            "manifest.json",
            "report.html",
            "scenario.yaml",
        ]
    )
    out, err = capsys.readouterr()
    assert "A seller stops selling\n3 members, 2012-01 to 2014-12" in out
    assert "AAA engines" in out
    assert out.endswith(f"{Path('results/small')}: {', '.join(found)}\n")
    assert err.splitlines() == [
        *(f"running small: {share} %" for share in (25, 50, 75, 100)),
        "writing tables and page",
    ]


def test_manifest_holds_the_command_as_typed(here: Path) -> None:
    ran("--set", "title=two words")
    written = json.loads(Path("out/manifest.json").read_text())
    assert (
        written["command"]
        == "sim run small.yaml --no-figures --quiet --out out --set 'title=two words'"
    )
    assert written["scenario"]["title"] == "two words"


def test_run_gives_the_bytes_of_the_api(here: Path) -> None:
    written = ran("--members", "2", "--seed", "5")
    sim.run(sim.load("small.yaml", members=2), seed=5).save("api", figures=False)
    assert tables(Path("api")) == written


def test_run_on_the_resolved_scenario_gives_the_same_tables(here: Path) -> None:
    written = ran("--members", "2", "--set", "events.ban.share=0.5")
    (here / "small.yaml").write_bytes((here / "out" / "scenario.yaml").read_bytes())
    assert ran() == written


@pytest.mark.parametrize(
    "words",
    [("--members", "2"), ("--seed", "5"), ("--months", "30"), ("--set", "needs.AAA.engines=9")],
)
def test_every_option_changes_the_numbers(here: Path, words: tuple[str, str]) -> None:
    assert ran(*words)["series"] != ran()["series"]


def test_an_option_beats_set_and_the_last_set_holds(here: Path) -> None:
    ran("--set", "members=9", "--set", "months=9", "--set", "months=10", "--members", "2")
    written = json.loads(Path("out/manifest.json").read_text())
    assert (written["members"], written["months"]) == (2, 10)


def test_quiet_prints_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran()
    assert capsys.readouterr() == ("", "")


def test_no_figures_leaves_them_out(here: Path) -> None:
    ran()
    assert not Path("out/report.html").exists()
    assert main(["run", "small.yaml", "--quiet", "--out", "out"]) == 0
    assert Path("out/report.html").exists()


def test_a_terminal_gets_a_bar_with_the_time_left(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["run", "small.yaml", "--no-figures"]) == 0
    err = capsys.readouterr().err
    assert "running small:" in err
    assert " left" in err
    assert "running small: 25 %\n" not in err


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_without_words_there_is_help(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "Check scenarios, and studies, without running them." in out
    assert err == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("merge x --quit", "sim merge: unknown option '--quit'; did you mean '--quiet'?"),
        ("merge x --quit=3", "sim merge: unknown option '--quit'; did you mean '--quiet'?"),
        ("--speed", "sim: unknown option '--speed'; known: --version, --help"),
        ("rnu", "sim: unknown command 'rnu'; did you mean 'run'?"),
        ("import unctad x", "sim import: unknown command 'unctad'; known: comtrade, mrio, sipri"),
        ("run small.yaml more.yaml", "sim run: takes SCENARIO, found 'more.yaml' beside"),
        (
            "import comtrade x --out y --measure wieght",
            "--measure: expected value, weight or quantity, found 'wieght'",
        ),
        ("schema studdy", "[scenario|study]: expected scenario or study, found 'studdy'"),
        ("precedents all", "sim precedents: takes options alone, found 'all' beside"),
        ("run small.yaml --members", "--members: give a value after it"),
        ("run small.yaml --quiet=3", "--quiet: takes no value"),
    ],
)
def test_wrong_words_are_told_on_a_line(
    here: Path, words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"{message}\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "none.yaml"), "none.yaml: cannot be read: no such file\n"),
        (
            ("run", "small.yaml", "--set", "needs.AAA.engines=-5"),
            "needs.AAA.engines: -5 is below 0 (units per month)",
        ),
        (("run", "small.yaml", "--set", "needs"), "--set"),
        (("run", "small.yaml", "--members", "2000000"), "members:"),
        (
            ("run", "small.yaml", "--set", "rules.allocation=proportionate"),
            "did you mean 'proportional'?",
        ),
        (("run", "small.yaml", "--out", "."), "is the current folder or holds it"),
        (("run", "small.yaml", "--out", "small.yaml"), "is a file; give a folder"),
        (("run", "small.yaml", "--out", "small.yaml/out"), "cannot write: Not a directory"),
    ],
)
def test_bad_input_exits_2_before_the_run(
    here: Path,
    words: tuple[str, ...],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sim, "run", forbidden)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert os.listdir(here) == ["small.yaml"]


def test_a_folder_of_something_else_is_refused_before_the_run(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim, "run", forbidden)
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine")
    assert main(["run", "small.yaml", "--out", "out"]) == 2
    assert os.listdir("out") == ["notes.txt"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(LedgerError("goods: 80 eps in 2014-03"), 1), (RuleError("fair returned NaN"), 2)],
)
def test_failures_of_a_run_exit_with_their_message(
    here: Path,
    error: Exception,
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sim, "run", fail)
    assert main(["run", "small.yaml"]) == code
    assert capsys.readouterr().err == f"{error}\n"
    assert os.listdir(here) == ["small.yaml"]


def test_an_unexpected_failure_keeps_its_traceback(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sim, "run", fail)
    with pytest.raises(ZeroDivisionError):
        main(["run", "small.yaml"])


def test_ctrl_c_while_writing_leaves_the_older_result(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ran()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.report.result.dump", interrupt)
    assert main(["run", "small.yaml", "--out", "out", "--seed", "9"]) == 130
    assert tables(Path("out")) == before
    assert sorted(os.listdir(here)) == ["out", "small.yaml"]


def test_ctrl_c_while_running_exits_130_and_leaves_nothing(here: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        "small.yaml",
        "--months",
        "1200",
        "--members",
        "800",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == "running small: 25 %\n"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    assert err.splitlines()[-1] == "sim: interrupted"
    assert "Traceback" not in err
    assert os.listdir(here) == ["small.yaml"]


def test_a_closed_pipe_is_no_traceback_and_loses_no_result(here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", "run", "small.yaml", "--no-figures"]
    done = subprocess.run(
        command,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment,
        timeout=60,
    )
    os.close(writing)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert (here / "results" / "small" / "manifest.json").exists()


def test_validate_says_what_a_scenario_holds(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", "small.yaml"]) == 0
    size = "2 states, 1 product, 2 factories, 1 need, 1 event, 36 months, 3 members"
    assert capsys.readouterr() == (f"small.yaml: ok: A seller stops selling ({size})\n", "")


def test_validate_reports_all_faults_of_all_files(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "bad.yaml").write_text(
        SMALL.replace(
            "works: {title: Works, state: BBB", "works: {title: Works, state: BBC"
        ).replace("36", "0")
    )
    (here / "empty.yaml").write_text("")
    assert main(["validate", "bad.yaml", "small.yaml", "empty.yaml"]) == 2
    out, err = capsys.readouterr()
    assert [line.split(" ")[0] for line in out.splitlines()] == ["small.yaml:"]
    assert [line.split(" ")[0].split(":")[0] for line in err.splitlines()] == [
        "bad.yaml",
        "bad.yaml",
        "empty.yaml",
    ]
    assert "bad.yaml:4:9 months: " in err


def test_validate_takes_set(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "small.yaml", "--set", "members=4"]) == 0
    assert "4 members" in capsys.readouterr().out
    assert main(["validate", "small.yaml", "--set", "members=none"]) == 2


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--help"], {"mesa", "pandas", "altair", "tqdm", "numpy", "scipy", "pydantic"}),
        (["run", "--help"], {"mesa", "pandas", "altair", "tqdm", "numpy", "scipy", "pydantic"}),
        (["--version"], {"mesa", "pandas", "altair", "tqdm", "numpy", "scipy", "pydantic"}),
        (["validate", "small.yaml"], {"mesa", "pandas", "altair", "tqdm"}),
        (
            ["run", "small.yaml", "--no-figures", "--quiet"],
            {"altair", "pandas", "networkx", "scipy.sparse.csgraph", "scipy.stats"},
        ),
    ],
)
def test_commands_import_only_what_they_need(here: Path, words: list[str], heavy: set[str]) -> None:
    code = (
        f"import sys; from sim.cli.main import main; code = main({words!r}); print(code,"
        f" sorted({heavy!r} & set(sys.modules)))"
    )
    assert process("-c", code).stdout.splitlines()[-1] == "0 []"


def test_python_m_sim_is_the_command(here: Path) -> None:
    done = process("-m", "sim", "--version")
    assert (done.returncode, done.stdout) == (0, f"sim {sim.__version__}\n")
    done = process("-m", "sim", "validate", "none.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "none.yaml: cannot be read: no such file\n",
    )


def test_a_title_that_the_terminal_cannot_show_is_no_traceback(here: Path) -> None:
    russian = SMALL.replace("A seller", "Продавец")
    (here / "small.yaml").write_text(russian, encoding="utf-8")
    done = process("-m", "sim", "validate", "small.yaml", env={"PYTHONIOENCODING": "latin-1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok: ???????? stops selling" in done.stdout


def test_rules_are_listed_from_their_docstrings(capsys: pytest.CaptureFixture[str]) -> None:
    """By family, with parameters and source; an unknown family is refused."""
    assert main(["rules"]) == 0
    every = capsys.readouterr().out
    assert "\n  hold_cover\n" in every
    assert "adjustment_months: float, at least 1, at most 120, default 3.0" in every
    assert main(["rules", "allocation"]) == 0
    out = capsys.readouterr().out
    said = "Give every buyer the same share of its order, or a share in proportion to its weight."
    assert f"proportional\n      {said}\n" in out
    assert "from: Young 1987" in out
    assert "hold_cover" not in out
    assert main(["rules", "alocation"]) == 2
    assert (
        "'alocation' is no family of rules; did you mean 'allocation'?" in capsys.readouterr().err
    )


def test_stress_writes_criticality(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with the table, the scenario and a manifest; the worst knock-outs on the screen."""
    assert main(["stress", "small.yaml", "--members", "2", "--months", "12", "--no-links"]) == 0
    out = capsys.readouterr().out
    assert "static_index" in out
    assert "difference in months of need" in out
    folder = next((here / "results").glob("*_stress"))
    assert sorted(path.name for path in folder.iterdir()) == [
        "criticality.csv",
        "manifest.json",
        "report.html",
        "scenario.yaml",
    ]
    header, *rows = (folder / "criticality.csv").read_text().splitlines()
    assert header.startswith(
        "kind,name,exporter,importer,product,loss_without,loss_with,difference_mean"
    )
    assert rows
    assert main(["stress", "small.yaml", "--at", "1999-01"]) == 2


def test_stress_takes_the_members_that_are_set(here: Path) -> None:
    """The option before --set, that before its own 20; what is wrong with --set is told."""
    words = ["stress", "small.yaml", "--months", "2", "--no-links", "--no-figures", "--quiet"]
    for more, members in (((), 20), (("--set", "members=4"), 4), (("--members", "2"), 2)):
        assert main([*words, *more, "--out", "out"]) == 0
        assert json.loads((here / "out" / "manifest.json").read_text())["members"] == members
    assert main([*words, "--set", "members=ten"]) == 2


def test_where_results_stand_may_be_written_by_a_way_around(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "small.yaml", "--no-figures", "--out", "new/../out"]) == 0
    assert (here / "out" / "summary.csv").exists()
    assert "new/../out: bottlenecks.csv, " in capsys.readouterr().out


def test_a_factory_of_many_products_leaves_the_table_readable() -> None:
    assert first_of("engines") == "engines"
    assert first_of("engines kits parts") == "engines and 2 more"


def test_compare_writes_paired_differences(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two scenario files, or of a file and a result folder."""
    (here / "mild.yaml").write_text(
        "extends: small.yaml\nname: mild\nevents: {ban: {share: 0.4}}\n", encoding="utf-8"
    )
    assert main(["compare", "small.yaml", "mild.yaml", "--no-figures"]) == 0
    assert "AAA" in capsys.readouterr().out
    rows = (here / "results/small_against_mild/comparison.csv").read_text().splitlines()
    assert rows[0].startswith("base,other,state,product,metric,mean,p05,p50,p95,central,p_better")
    fill = next(row.split(",") for row in rows if ",engines,fill_rate_after," in row)
    assert float(fill[5]) < 0
    assert main(["run", "mild.yaml", "--no-figures", "--quiet"]) == 0
    assert (
        main(["compare", "small.yaml", "results/mild", "--no-figures", "--quiet", "--out", "again"])
        == 0
    )
    assert (here / "again/comparison.csv").read_text().splitlines()[1:] == rows[1:]


def test_one_scenario_cannot_be_compared(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing is told before anything is looked for in a folder."""
    assert main(["run", "small.yaml", "--no-figures", "--quiet"]) == 0
    assert main(["compare", "small.yaml"]) == 2
    assert capsys.readouterr().err == (
        "sim compare: B, what small.yaml is to be compared with, is missing; for example:"
        " sim compare baseline cases/neon_2022\n"
    )


def test_the_example_of_a_setting_is_one_of_the_baseline() -> None:
    """Who copies it from `--help` should not be told that there is nothing of this name."""
    example = re.search(r"as in (\S+);", set_option(lambda: None).__click_params__[0].help)
    assert example
    assert sim.load("baseline", [example[1]], members=1).events


def test_evidence_counts_and_ranks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is assumed, and what it does to the results; too few members are refused."""
    assert main(["evidence", "small.yaml", "--no-run"]) == 0
    assert "assumed" in capsys.readouterr().out
    assert main(["evidence", "small.yaml", "--members", "40", "--quiet"]) == 0
    assert "factories.home.lines.engines.capacity" in capsys.readouterr().out
    assert main(["evidence", "small.yaml", "--members", "3"]) == 2


def test_list_shows_titles(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every scenario of a folder."""
    assert main(["list", "."]) == 0
    assert capsys.readouterr().out == "small.yaml: A seller stops selling\n"
    (here / "empty").mkdir()
    assert main(["list", "empty"]) == 2


def test_new_writes_a_scenario_that_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Under the name given; a file that is there stays, and odd names are refused."""
    assert main(["new", "mine"]) == 0
    assert main(["run", "mine.yaml", "--members", "3", "--no-figures", "--quiet"]) == 0
    assert (here / "results/mine/summary.csv").exists()
    assert "# A scenario for `sim run`" in (here / "mine.yaml").read_text()
    assert main(["new", "mine"]) == 2
    assert "mine.yaml: is there already" in capsys.readouterr().err
    assert main(["new", "no way"]) == 2
    assert main(["new", "nowhere/mine"]) == 2
    assert "there is no folder nowhere" in capsys.readouterr().err


def test_backtest_in_its_small_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of scores, and what is missed is said."""
    monkeypatch.chdir(tmp_path)
    assert (
        main(
            ["backtest", str(ROOT / "scenarios/baseline.yaml"), "--members", "10", "--months", "72"]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "CRPS" in out
    assert "| no | yes |" in out
    assert (
        (tmp_path / "results/baseline_backtest/backtest.csv")
        .read_text()
        .startswith("case,category,metric,date,kind,unit,outcome")
    )

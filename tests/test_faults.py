"""What the door says of faulty input: every fault of it, in order, word for word.

`tests/faulty/*.yaml` hold edits of the tiny scenario, `faulty_files.py` holds whole files.
"""

from __future__ import annotations

import builtins
import errno
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Fault, ScenarioError
from sim.scenario.loading import bounds
from sim.scenario.loading.dump import dump
from sim.scenario.loading.load import load, parse
from sim.scenario.loading.yaml_marks import read
from sim.scenario.suggestions import MOST_MEANT
from tests.faulty_files import FILES, Case
from tests.tiny_scenario import TEXT, data, edited, write

LONG_NUMBER = "9" * 301
"""Stands in the tables as <long>."""


def _edits() -> list[Any]:
    folder = Path(__file__).parent / "faulty"
    rows = [
        (path.stem, row)
        for path in sorted(folder.glob("*.yaml"))
        for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    return [
        pytest.param(
            row.get("edit", {}), row.get("set", []), row["faults"], id=f"{stem}: {row['what']}"
        )
        for stem, row in rows
    ]


def faults_of(file: str, sets: list[str]) -> list[str]:
    """List what is said of a file, line by line."""
    with pytest.raises(ScenarioError) as caught:
        load(file, sets)
    return str(caught.value).replace(LONG_NUMBER, "<long>").split("\n")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where the files are, so that places show relative names."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("edit", "sets", "faults"), _edits())
def test_every_fault_of_an_edited_scenario_is_named(
    edit: dict[str, str], sets: list[str], faults: list[str]
) -> None:
    write(Path(), edited(*((old, new.replace("<long>", LONG_NUMBER)) for old, new in edit.items())))
    assert faults_of("tiny.yaml", sets) == faults


@pytest.mark.parametrize("case", [pytest.param(case, id=case.what) for case in FILES])
def test_every_fault_of_a_file_is_named(case: Case) -> None:
    for name, content in case.files.items():
        Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert faults_of("main.yaml", []) == case.faults


def test_the_tables_are_long() -> None:
    """The promise is about all kinds of faults: the tables only grow."""
    assert len(_edits()) >= 160
    assert len(FILES) >= 40


def test_a_missing_file_is_a_fault() -> None:
    assert faults_of("nowhere/x.yaml", []) == ["nowhere/x.yaml: cannot be read: no such file"]


def test_a_directory_is_a_fault() -> None:
    assert faults_of(".", []) == [".: cannot be read: it is a directory"]


def test_a_path_that_no_system_takes_is_a_fault() -> None:
    assert faults_of("a\0b", []) == ["a\0b: cannot be read: embedded null byte"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
    ],
)
def test_an_unreadable_file_is_a_fault(
    error: OSError, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> io.BytesIO:
        raise error

    monkeypatch.setattr(builtins, "open", refuse)
    assert faults_of("x.yaml", []) == [f"x.yaml: cannot be read: {reason}"]


def test_a_file_that_is_too_large_is_refused_without_reading_it() -> None:
    with Path("large.yaml").open("wb") as stream:
        stream.truncate(300 * 1024**2)
    tracemalloc.start()
    try:
        assert faults_of("large.yaml", []) == [
            "large.yaml: larger than 256 MB, with the files read before it"
        ]
        assert tracemalloc.get_traced_memory()[1] < 15 * 1024**2
    finally:
        tracemalloc.stop()


def test_files_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the values in each of two files are too many for a scenario, wherever they stand."""
    monkeypatch.setattr(bounds, "MOST_VALUES", 100)
    for name, above in (("base.yaml", ""), ("main.yaml", "extends: base.yaml\n")):
        Path(name).write_text(f"{above}name: [{'1, ' * 59}1]\n", encoding="utf-8")
    (fault,) = faults_of("main.yaml", [])
    assert fault.startswith("base.yaml:1:")
    assert "values in all files together" in fault


def test_only_the_first_misspelt_names_are_told_what_was_meant() -> None:
    """A thousand misspelt names in a large world take no longer to report than ten."""
    names = [f"enginez_{row}" for row in range(30)]
    faults = faults_of_data({**data(), "needs": {"RUS": dict.fromkeys(names, 1)}})
    unknown = [fault for fault in faults if "unknown product" in fault]
    assert len(unknown) == 30
    assert sum("did you mean 'engines'?" in fault for fault in unknown) == MOST_MEANT


def faults_of_data(tree: dict[str, Any]) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(tree)
    return str(caught.value).split("\n")


def test_what_a_large_scenario_is_written_out_to_loads_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Aliases and shorthands count alike in the files and in the result's own scenario."""
    counted = bounds.Bounds()
    read(TEXT.encode(), "x.yaml", counted)
    scenario = parse(data())
    monkeypatch.setattr(bounds, "MOST_VALUES", counted.values)
    Path("again.yaml").write_text(dump(scenario))
    assert load("again.yaml") == scenario


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"months": 0}, ["<dict> months: 0 is below 1"]),
        ({"title": b"bytes"}, ["<dict> title: a value of type bytes cannot stand in a scenario"]),
        ({"seed": 10**400}, ["<dict> seed: a number of more than 300 digits"]),
        ({1.5: 1}, ["<dict>: a key must be a name or a year, found 1.5"]),
        (
            {"factories": {}, "events": {}, "programmes": {}},
            [
                "<dict> factories: a scenario needs at least one factory",
                "<dict> products.helicopters.inputs.engines: no line makes 'engines'",
            ],
        ),
        ({"extends": "nowhere.yaml"}, ["<dict> extends: cannot read nowhere.yaml: no such file"]),
    ],
)
def test_faults_of_plain_data_are_named(change: dict[Any, Any], faults: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse({**data(), **change})
    assert str(caught.value).split("\n") == faults


def test_plain_data_within_itself_is_refused() -> None:
    circular: dict[str, Any] = {}
    circular["rules"] = circular
    with pytest.raises(
        ScenarioError, match=r"^<dict> rules\.rules\.rules: more than 40 levels deep$"
    ):
        parse(circular)


def test_plain_data_must_be_a_mapping() -> None:
    with pytest.raises(ScenarioError, match=r"^<dict>: expected a mapping of keys, found a list$"):
        parse([1])  # type: ignore[arg-type]


SCRAPS = st.sampled_from(
    [
        *":-{}[]*&!|>'\"#?%@~",
        "\n",
        "  ",
        "---\n",
        "<<: ",
        "\t",
        "\0",
        "é",
        "\u2028",
        "null",
        "1e999",
        "RUS",
    ]
) | st.text(max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(TEXT)), st.integers(0, 9), SCRAPS), min_size=1, max_size=3
    )
)
def test_whatever_stands_in_a_file_is_loaded_or_refused(cuts: list[tuple[int, int, str]]) -> None:
    """No input ends in anything but a scenario or its faults, a line each."""
    text = TEXT
    for start, length, scrap in cuts:
        text = text[:start] + scrap + text[start + length :]
    Path("any.yaml").write_bytes(text.encode("utf-8", errors="surrogatepass"))
    faults: tuple[Fault, ...] = ()
    try:
        load("any.yaml")
    except ScenarioError as error:
        faults = error.faults
    assert [fault for fault in faults if "\n" in str(fault) or not fault.message] == []


def test_rules_are_checked_by_whoever_knows_them() -> None:
    """Faults of rules stand at the rule's name or at the parameter, in every form of a rule
    choice.
    """

    def check(family: str, rule: str, parameters: Any, names: Any) -> dict[str, str]:
        wrong = {key: f"{family} rule '{rule}' has no such parameter" for key in parameters}
        return (
            wrong
            if rule in ("tiers", "fixed", "even")
            else {"rule": f"unknown {family} rule '{rule}'"}
        )

    write(
        Path(),
        edited(
            ("sourcing: fixed", "sourcing: fixt\n  ordering: 5"),
            (
                "  UKR: {title: Ukraine}",
                "  UKR: {title: Ukraine, rules: {ordering: {rule: fixed, parameters: {x: 1}}}}",
            ),
            ("    budget:", "    rule: {rule: evn}\n    budget:"),
        ),
    )
    with pytest.raises(ScenarioError) as caught:
        load("tiny.yaml", rules=check)
    assert str(caught.value).split("\n") == [
        "tiny.yaml:7:13 rules.sourcing: unknown sourcing rule 'fixt'",
        "tiny.yaml:8:13 rules.ordering: expected a rule's name or a mapping, found 5",
        "tiny.yaml:9:36 rules.allocation.order: allocation rule 'tiers' has no such parameter",
        (
            "tiny.yaml:13:73 states.UKR.rules.ordering.parameters.x: ordering rule 'fixed' has no"
            " such parameter"
        ),
        "tiny.yaml:57:18 programmes.csto.rule.rule: unknown programme rule 'evn'",
    ]

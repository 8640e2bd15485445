"""Writing a scenario out, and the digest of its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.loading.dump import digest, dump
from sim.scenario.loading.load import load, parse
from tests.tiny_scenario import data, edited, python, write


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)


def test_a_dump_loads_to_an_equal_scenario() -> None:
    write(Path(), "extends: tiny.yaml\nname: child\nevents: {money: null}\n", "child.yaml")
    scenario = load("child.yaml")
    write(Path(), dump(scenario), "again.yaml")
    again = load("again.yaml")
    assert (again, digest(again), dump(again)) == (scenario, digest(scenario), dump(scenario))


def test_a_dump_stands_alone_and_says_no_more_than_was_said() -> None:
    child = load("tiny.yaml", ["months=12"])
    data = yaml.safe_load(dump(child))
    assert list(data)[:6] == ["name", "title", "start", "months", "members", "rules"]
    assert (data["months"], data["factories"]["klimov"]["lines"]["engines"]["yield"]) == (12, 0.9)
    assert "seed" not in data


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12
) | st.sampled_from(
    [
        "1e3",
        "NO",
        "0o17",
        "1_000",
        "2014-03",
        "null",
        "~",
        "",
        "<<",
        "=",
        ".inf",
        ".5",
        "5.",
        "0x1F",
        "- a",
        "a: b",
        "*",
        "&a",
        "!t",
        "#",
        " x ",
        "a\nb",
        "+1",
    ]
)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
PARAMETERS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
QUANTITIES = (
    st.tuples(*(st.just(0.0) | st.floats(1e-6, 1e12) for _ in range(3)))
    .map(sorted)
    .map(lambda x: {"low": x[0], "value": x[1], "high": x[2], "per": "year"})
)


@settings(max_examples=60, deadline=None)
@given(
    title=TEXTS,
    parameters=st.dictionaries(TEXTS, PARAMETERS, max_size=3),
    quantity=QUANTITIES | st.floats(1e-6, 1e12) | st.integers(0, 10**12),
)
def test_whatever_is_written_is_read_again(
    title: str, parameters: dict[str, Any], quantity: Any
) -> None:
    changed = data()
    changed["title"] = changed["states"]["RUS"]["title"] = title
    changed["rules"]["sourcing"] = {"rule": "fixed", "parameters": parameters}
    changed["trade"]["any"]["cap"] = changed["needs"]["RUS"]["helicopters"] = quantity
    changed["needs"]["BLR"]["helicopters"] = {"series": [{"value": 3, "note": title}, 1]}
    scenario = parse(changed)
    Path("again.yaml").write_text(dump(scenario), encoding="utf-8")
    again = load("again.yaml")
    assert again == scenario
    assert digest(again) == digest(scenario)


def test_the_digest_knows_content_and_not_form() -> None:
    write(
        Path(),
        "# a comment\n"
        + edited(
            ("helicopters: 8", "helicopters: {units: {value: 8.0}}"),
            ("name: tiny", "name: 'tiny'"),
            ("members: 8", "members: 8\nseed: 0"),
        ),
        "same.yaml",
    )
    assert digest(load("same.yaml")) == digest(load("tiny.yaml"))


@pytest.mark.parametrize(
    "change",
    [
        "months=23",
        "needs.RUS.helicopters=8.5",
        "events.ban.share.high=0.99",
        "events.slump=null",
        "title=Other",
        "rules.rounds=1",
    ],
)
def test_the_digest_knows_every_change(change: str) -> None:
    assert digest(load("tiny.yaml", [change])) != digest(load("tiny.yaml"))


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_digest_is_the_same_in_every_process(seed: str) -> None:
    code = (
        "from sim.scenario.loading.dump import digest; from sim.scenario.loading.load import load;"
        " print(digest(load('tiny.yaml')))"
    )
    assert python(code, PYTHONHASHSEED=seed) == digest(load("tiny.yaml"))

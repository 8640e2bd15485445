"""How many members travel side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.cli.main import main
from sim.engine import chunks
from sim.engine.chunks import CHUNK, chunk_for
from sim.engine.run import run, run_chunk
from sim.scenario.loading.load import parse
from sim.world.numbering import number
from tests.tiny_scenario import data, write
from tests.worlds import world


def test_a_small_world_takes_all_that_are_fast() -> None:
    assert chunk_for(number(parse(data()))) == CHUNK


def test_a_world_that_fills_the_memory_takes_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = number(parse(data()))
    rows = len(axes.link_line) + len(axes.needs) + len(axes.lines)
    monkeypatch.setattr(chunks, "MEMORY", 3 * chunks.ROW * rows + 1)
    assert chunk_for(axes) == 3
    monkeypatch.setattr(chunks, "MEMORY", 1)
    assert chunk_for(axes) == 1


def test_chunks_change_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = parse(data())
    whole = run(scenario).records.series["used"]
    monkeypatch.setattr(chunks, "MEMORY", 1)
    assert np.array_equal(whole, run(scenario).records.series["used"])


def test_cuts_that_begin_in_other_months_change_no_number_of_a_member() -> None:
    """A yard that orders by what it owes reckons with this month's backlog, not with that which was
    noted while another member's deliveries were cut already."""
    plant = {"title": "Plant", "state": "BBB"}
    months = {"value": 5, "low": 1, "high": 6}
    scenario = world(
        products={
            "engines": {"title": "Engines", "unit": "engines"},
            "tugs": {"title": "Tugs", "unit": "tugs", "inputs": {"engines": 1}},
        },
        factories={
            "mill": {**plant, "lines": {"engines": 60}},
            "yard": {**plant, "lines": {"tugs": 60}},
        },
        needs={"AAA": {"tugs": 40}},
        trade={"tugs": {"exporter": "BBB", "importer": "AAA", "product": "tugs"}},
        rules={"ordering": "anchored"},
        events={
            "fire": {
                "kind": "outage",
                "date": "2014-03",
                "until": "2014-10",
                "factory": "yard",
                "share": 0.95,
            },
            "cut": {
                "kind": "cut_off",
                "exporter": "BBB",
                "importer": "AAA",
                "share": 0.3,
                "after": {"event": "fire", "months": months},
            },
        },
    )
    alone, beside = (run(scenario, members=width).records.output[..., 0] for width in (1, 8))
    assert np.array_equal(alone, beside)


def test_the_option_takes_a_number_of_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    wanted = ["run", "tiny.yaml", "--no-figures", "--quiet"]
    widths: list[int] = []

    def counted(scenario: object, members: range, *rest: object) -> object:
        widths.append(len(members))
        return run_chunk(scenario, members, *rest)

    monkeypatch.setattr("sim.engine.run.run_chunk", counted)
    assert main([*wanted, "--chunk", "3"]) == 0
    assert widths == [3, 3, 2]
    assert main([*wanted, "--chunk", "0"]) == 2
    assert "--chunk" in capsys.readouterr().err

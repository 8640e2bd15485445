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

"""Test that `sim plot` draws a saved result again from its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main
from sim.engine.run import run
from sim.report.result import Result
from tests.recorded import records, scenario
from tests.worlds import old_supplier, world


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Result(scenario(), records(range(5))).save("small", figures=False)


HEADS = {"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF"}


@pytest.mark.parametrize("kind", HEADS)
def test_a_chart_in_each_format(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "small", "--chart", "fill_rate", "--format", kind]) == 0
    path = Path("small_charts", f"fill_rate.{kind}")
    assert capsys.readouterr().out.split() == [str(path.resolve())]
    assert path.read_bytes().startswith(HEADS[kind])


def test_all_charts_beside_the_result_which_stays_as_it_is(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert main(["plot", "small", "--format", "svg"]) == 0
    assert sorted(path.name for path in Path("small_charts").iterdir()) == [
        "capacity.svg",
        "fates.svg",
        "fill_rate.svg",
        "suppliers.svg",
    ]
    assert sorted(folder.rglob("*")) == before


def test_states_and_products_are_chosen(folder: Path) -> None:
    words = ["plot", "small", "--chart", "fill_rate", "--format", "svg", "--out", "out"]
    assert main([*words, "--states", "AAA", "--products", "turbines, engines"]) == 0
    both = Path("out/fill_rate.svg").read_text(encoding="utf-8")
    assert main([*words, "--products", "turbines"]) == 0
    one = Path("out/fill_rate.svg").read_text(encoding="utf-8")
    assert "Buyerland: Engines" in both
    assert "Buyerland: Turbines" in both
    assert "Buyerland: Engines" not in one


def test_equal_results_give_equal_pictures(folder: Path) -> None:
    for name in ("one", "two"):
        assert main(["plot", "small", "--chart", "suppliers", "--out", name]) == 0
    one, two = (Path(name, "suppliers.png").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "nothing: there is no such folder; `sim run` writes one"),
        (["empty"], "empty: holds no table"),
        (["small", "--chart", "pie"], "chart: 'pie' is none; known: fill_rate, suppliers"),
        (["small", "--chart", "stress"], "stress needs rows in criticality.csv; this result can"),
        (["small", "--states", "XXX"], "states: 'XXX' is not in this result; known: AAA"),
        (["small", "--out", "small/series.csv"], "cannot write"),
    ],
)
def test_mistakes_are_told(
    folder: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty").mkdir()
    assert main(["plot", *words]) == 2
    assert told in capsys.readouterr().err


def test_other_letters_are_drawn_as_text(folder: Path) -> None:
    """Cyrillic and Chinese stand in the picture as they are written, not as boxes or escapes."""
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    changed = text.replace(("title: Buyerland"), ("title: Страна 国")).replace(
        ("title: Engines"), "title: <Motoren> & 'Teile'"
    )
    (folder / "scenario.yaml").write_text(changed, encoding="utf-8")
    words = ["plot", "small", "--chart", "fill_rate", "--format", "svg"]
    assert main([*words, "--unchecked"]) == 0
    drawn = Path("small_charts/fill_rate.svg").read_text(encoding="utf-8")
    assert "Страна 国: &lt;Motoren&gt; &amp; 'Teile'" in drawn


def test_a_changed_file_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "series.csv").open("a", encoding="utf-8") as file:
        file.write("2015-01\n")
    assert main(["plot", "small"]) == 2
    assert capsys.readouterr().err.startswith("small: series.csv (changed): not as the run wrote")


def test_a_file_that_is_no_table_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "series.csv").write_text('"', encoding="utf-8")
    assert main(["plot", "small", "--chart", "fill_rate", "--unchecked"]) == 2
    assert capsys.readouterr().err.startswith("small/series.csv: is damaged, or not of sim")


def test_axes_write_millions_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for all digits, and an exponent is for engineers."""
    monkeypatch.chdir(tmp_path)
    plants = old_supplier()["factories"]
    for plant in plants.values():
        plant["lines"] = {name: 1e6 * units for name, units in plant["lines"].items()}
    needs = {"AAA": {"engines": {"units": 50e6}}}
    ban = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
    run(world(factories=plants, needs=needs, events={"ban": ban})).save("large", figures=False)
    assert main(["plot", "large", "--chart", "suppliers", "--format", "svg"]) == 0
    drawn = Path("large_charts/suppliers.svg").read_text(encoding="utf-8")
    assert " mn</text>" in drawn
    assert "e+" not in drawn

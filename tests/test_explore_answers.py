"""Test what the explorer answers, without a browser: the same numbers as a run, in pairs, and
harmless text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import sim
from sim.cli.main import main
from sim.engine.glance import glance
from sim.engine.load import load_often
from sim.explore import answer as answering
from sim.explore import source
from sim.explore.answer import DIFFERENCE, Question, charts, ranking
from sim.explore.beside import ENDS, other_choice, paired
from sim.explore.desk import QUICK
from sim.report.charts.choice import ANY
from sim.report.charts.gallery import chart
from sim.report.charts.tables import of_result
from sim.scenario.loading.dump import dump
from tests.charted import recorded
from tests.explored import SMALL, client, written
from tests.test_page import NASTY

FULL = 64
SHARE = "events.ban.share"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("explored"))


def asked(path: Path, query: str = "", members: int = QUICK) -> Any:
    """Give what is answered to a query."""
    return client(path).get(f"/answer?{query}&members={members}")


def test_an_answer_holds_the_chart_of_the_run(small: Path) -> None:
    """What is drawn is the chart of a run with the same settings, row by row."""
    found = asked(small, f"{SHARE}=0.4", FULL).json()
    expected = chart(
        of_result(sim.run(sim.load(small, [f"{SHARE}=0.4"], members=FULL))), "fill_rate"
    )
    assert expected
    assert unescape(found["html"]).count(expected.title) >= 1
    assert len(found["charts"]["fill_rate"]["panels"]) == len(expected.panels)
    rows = found["charts"]["fill_rate"]["panels"][0]["rows"]["rows"]["p50"]
    assert rows == pytest.approx(expected.panels[0].rows["rows"]["p50"].tolist(), abs=1e-4)
    assert found["command"].endswith(f"--set {SHARE}=0.4 --members 64")
    assert len(found["sentences"]) == 3


def test_a_first_picture_is_that_of_the_whole_run(small: Path) -> None:
    """Drawn from what it shows alone, it has no words: those come with the full answer."""
    first = asked(small, f"{SHARE}=0.4").json()
    whole = answering.answer(Question(str(small), "v", QUICK, (f"{SHARE}=0.4",)))
    assert {*whole} - {*first} == {"sentences", "warnings"}
    assert first["charts"] == whole["charts"]
    assert first["html"] == whole["html"]
    other = asked(small, f"{SHARE}=0.4&chart=suppliers").json()
    assert other["sentences"] == whole["sentences"]


def test_a_glance_has_the_bits_of_the_run(small: Path) -> None:
    scenario = sim.load(small, members=5)
    seen, run = glance(scenario, ["fill_rate", "used"]), sim.run(scenario).records
    assert list(seen.series) == ["fill_rate", "used"]
    for name, values in seen.series.items():
        assert np.array_equal(values, run.series[name], equal_nan=True)
    assert seen.events == run.events
    assert seen.needs == run.needs


def test_files_that_were_read_are_loaded_again_with_other_changes(small: Path) -> None:
    again = load_often(small)
    for share in (0.4, 0.9):
        sets = [f"{SHARE}={share}"]
        assert dump(again(sets, members=3)) == dump(sim.load(small, sets, members=3))
    with pytest.raises(sim.ScenarioError, match="above 1"):
        again([f"{SHARE}=4"])
    assert dump(again()) == dump(sim.load(small))


@pytest.mark.parametrize(
    "query",
    [
        f"{SHARE}=0.4&events.thaw=off&programmes.help.budget=2",
        "rules.sourcing=fixed&programmes.help.beneficiaries=all&set=rules.pricing%3Dscarcity"
        "&events.ban=off",
    ],
)
def test_the_scenario_file_gives_the_same_numbers(small: Path, tmp_path: Path, query: str) -> None:
    """Bit for bit, and so does the command."""
    reply = client(small).get(f"/scenario.yaml?{query}")
    assert reply.headers["content-disposition"] == "attachment; filename=small_explored.yaml"
    file = tmp_path / "explored.yaml"
    file.write_text(reply.text, encoding="utf-8")
    again = sim.run(sim.load(file))
    answering._run.cache_clear()
    command = asked(small, query, FULL).json()["command"]
    words = shlex.split(command)
    sets = [text for option, text in pairwise(words) if option == "--set"]
    assert main([*words[1:], "--out", str(tmp_path / "told"), "--no-figures", "--quiet"]) == 0
    version = client(small).get("/version").json()["version"]
    shown = answering._run(str(small), version, tuple(sets), FULL)
    assert shown.records.members == again.records.members == tuple(range(FULL))
    for name, values in shown.records.series.items():
        assert np.array_equal(values, again.records.series[name], equal_nan=True), name
    for name, values in shown.records.summary.items():
        assert np.array_equal(values, again.records.summary[name], equal_nan=True), name
    folders = [shown.save(tmp_path / "a", figures=False), again.save(tmp_path / "b", figures=False)]
    for name in ("series.csv", "summary.csv", "flows.csv"):
        files = [(folder / name).read_bytes() for folder in (*folders, tmp_path / "told")]
        assert files[0] == files[1] == files[2]


def test_the_first_members_are_those_of_the_full_answer(small: Path) -> None:
    few, all_of_them = (
        answering._run(str(small), "v", (f"{SHARE}=0.7",), members).records
        for members in (QUICK, FULL)
    )
    for name, values in few.series.items():
        assert np.array_equal(values, all_of_them.series[name][..., :QUICK], equal_nan=True)


def test_both_sides_have_the_same_draws(small: Path) -> None:
    """Beside itself nothing differs; beside a milder ban the difference is that of the members."""
    same = asked(small, f"{SHARE}=0.4&kept.{SHARE}=0.4").json()
    assert DIFFERENCE not in same["charts"]
    assert "No need differs" in same["html"]
    found = asked(small, f"{SHARE}=0.9&kept=").json()
    rows = found["charts"][DIFFERENCE]["panels"][0]["rows"]["rows"]
    now, kept = (
        sim.run(sim.load(small, sets, members=QUICK)).records.summary["fill_rate_after"]
        for sets in ([f"{SHARE}=0.9"], [])
    )
    medians = sorted(np.median(100 * (now - kept), axis=-1).tolist(), reverse=True)
    assert rows["middle"] == pytest.approx(medians, rel=1e-3)


def test_panels_stand_in_pairs_on_one_scale(small: Path) -> None:
    found = asked(small, f"{SHARE}=0.9&kept=&chart=suppliers").json()
    titles = re.findall(r"<h3>(.*?)</h3>", found["html"])
    assert titles[:2] == ["Allyland: Engines (kept)", "Allyland: Engines (now)"]
    kept, now = (panel["rows"] for panel in found["charts"]["suppliers"]["panels"][:2])
    assert kept["rows"] != now["rows"]
    assert kept[ENDS] == now[ENDS]
    highest = max(*kept["rows"]["top"], *now["rows"]["top"])
    assert kept[ENDS]["ends"][1] >= highest


def test_a_need_that_only_one_side_lacks_has_its_panel_on_both(small: Path) -> None:
    """Without any event nothing falls short, and the strip stands beside all the same."""
    query = "&".join(f"kept.events.{name}=off" for name in ("ban", "second", "echo", "surge"))
    titles = re.findall(r"<h3>(.*?)</h3>", asked(small, query).json()["html"])
    assert "Buyerland: Engines (kept)" in titles
    assert len(titles) % 2 == 1  # pairs, and the panel of differences


def test_sides_without_anything_to_show() -> None:
    whole = chart(recorded(), "fill_rate")
    assert whole
    assert paired(None, None) is None
    alone = paired(whole, None)
    assert alone
    assert [panel.title.endswith("(kept)") for panel in alone.panels] == [True] * len(whole.panels)
    assert other_choice(None, ANY) is ANY
    assert other_choice(whole, ANY).states == {panel.group for panel in whole.panels}


@pytest.mark.parametrize("name", charts())
def test_each_chart_is_shown(small: Path, name: str) -> None:
    found = asked(small, f"chart={name}&kept=&{SHARE}=0.95").json()
    assert set(found["charts"]) == {name, DIFFERENCE}


@pytest.mark.parametrize("name", charts())
def test_a_chart_has_nothing_to_show_where_nothing_is_hit_or_of_another_state(
    small: Path, name: str
) -> None:
    """That is an answer, and no fault: without the ban no line is held back."""
    off = "&".join(f"events.{event}=off" for event in ("ban", "second", "surge"))
    for query in (off, f"{off}&states=CCC", "states=BBB", f"kept=&{off}", f"kept.{off}&states=CCC"):
        assert client(small).get(f"/answer?{query}&chart={name}&members=16").status_code == 200


def test_states_and_products_are_chosen(small: Path) -> None:
    found = asked(small, "states=CCC&products=engines").json()
    assert re.findall(r"<h3>(.*?)</h3>", found["html"]) == ["Allyland: Engines"]
    told = asked(small, "states=XXX&chart=pie&products=y").json()["faults"]
    assert [each.split(":")[0] for each in told] == ["chart", "states", "products"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (f"{SHARE}=4", "4 is above 1 (share)"),
        (f"{SHARE}=x", "is not a number"),
        ("nonsense=1", "nothing of this name"),
        (f"kept.{SHARE}=x", "is not a number"),
        ("set=events.none.share%3D1", "nothing of this name"),
        ("set=extends%3D/etc/passwd", "unknown key"),
        ("set=%5B", "write it as path=value"),
        ("events.surge.date=2015-01", "is not after date"),
    ],
)
def test_wrong_values_are_told_and_nothing_is_run(small: Path, query: str, told: str) -> None:
    reply = asked(small, query)
    assert reply.status_code == 422
    assert told in " ".join(reply.json()["faults"])
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("members", ["", "1", "17", "1000000", "64&members=100000"])
def test_nobody_asks_for_more_members(small: Path, members: str) -> None:
    reply = client(small).get(f"/answer?members={members}")
    assert (reply.status_code, "is neither 16 nor 64" in reply.text) == (422, True)


def test_numbers_are_ranked_as_evidence_ranks_them(small: Path) -> None:
    from sim.assess.importance import importance

    result = sim.run(sim.load(small, members=64))
    table = importance(result.scenario, result.records).ranking
    assert ranking(str(small), "v") == list(table["path"])
    assert len(table["path"]) >= 2


def test_a_scenario_edited_on_disk_is_seen(tmp_path: Path) -> None:
    """The next answer is of what stands there, and says that it is another; a fault is told."""
    base = written(tmp_path)
    (tmp_path / "top.yaml").write_text("extends: small.yaml\nname: top\n", encoding="utf-8")
    page = client(tmp_path / "top.yaml")
    ask = f"/answer?members={QUICK}"
    first = page.get(ask).json()
    assert page.get("/version").json() == {"version": first["version"]}
    base.write_text(SMALL.replace("title: Buyerland", "title: Elsewhere"), encoding="utf-8")
    second = page.get(ask).json()
    assert second["version"] != first["version"]
    assert "Elsewhere: Engines" in second["html"]
    assert "Buyerland" in first["html"]
    base.write_text(SMALL.replace("AAA: {engines", "AAB: {engines"), encoding="utf-8")
    told = page.get(ask)
    assert (told.status_code, "AAB" in told.text) == (422, True)
    assert page.get("/").status_code == 422
    assert "This cannot be run" in page.get("/").text
    base.unlink()
    assert page.get("/version").status_code == 422
    base.write_text(SMALL, encoding="utf-8")
    assert page.get(ask).json()["version"] == first["version"]


def test_all_who_ask_at_once_see_the_files_as_they_are_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page asks for two answers at once. While one thread still reads the files that have
    changed, the other is not told the version of before.
    """
    path = written(tmp_path)
    seen = source.Source(str(path), lambda path, version: ())
    before = seen.version()
    written(tmp_path, SMALL.replace("title: Buyerland", "title: Elsewhere"))
    others: list[str] = []
    digest = source._digest

    def slowly(files: Sequence[str]) -> str:
        monkeypatch.setattr(source, "_digest", digest)
        others.append(seen.version())
        return digest(files)

    monkeypatch.setattr(source, "_digest", slowly)
    assert seen.version() not in (before, "")
    assert others == [seen.version()]


def test_two_pages_do_not_disturb_one_another(small: Path) -> None:
    """All that is set stands in the address; the server keeps nothing of it."""
    one = client(small)
    before = one.get(f"/answer?{SHARE}=0.2&members=16").json()
    one.get(f"/answer?{SHARE}=0.9&members=16")
    assert one.get(f"/answer?{SHARE}=0.2&members=16").json() == before


def test_names_are_text_wherever_they_stand(tmp_path: Path) -> None:
    data = yaml.safe_load(SMALL)
    data["events"] = {
        **data["events"],
        "ban": {**data["events"]["ban"], "title": NASTY},
    }
    data["title"] = data["states"]["AAA"]["title"] = data["products"]["engines"]["title"] = NASTY
    data["programmes"]["help"]["title"] = data["products"]["engines"]["unit"] = NASTY
    months = data["programmes"]["help"]["budget"]
    data["programmes"]["help"]["budget"] = {str(month)[:7]: each for month, each in months.items()}
    path = written(tmp_path, yaml.safe_dump(data, allow_unicode=True))
    page = client(path)
    html = page.get("/?events.ban.share=%3Cscript%3E").text
    assert "<script>alert" not in html
    assert html.count("<script") == html.count("</script>") == 3
    assert unescape(html).count(NASTY) >= 10
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", html)[0]
    shown = page.get("/answer?kept=&events.ban.share=0.9&members=16").json()["html"]
    assert "<script" not in shown
    assert NASTY in unescape(shown)
    told = page.get("/answer?members=16&%3Cscript%3E=1").json()["faults"]
    assert told[0].startswith("<script>: nothing of this name")  # the page sets it as text


def test_the_page_holds_a_control_for_each_number(small: Path) -> None:
    html = client(small).get("/").text
    assert len(re.findall(r'class="control', html)) == len(
        set(re.findall(r'data-id="([^"]+)"', html))
    )
    for path in (SHARE, "events.ban.date", "programmes.help.budget", "rules.learning"):
        assert f'data-id="{path}"' in html
    assert "<code>programme_start</code>" in html
    assert "`" not in html
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_the_series_that_are_not_drawn_are_not_tabled(small: Path) -> None:
    tables = answering._tables(Question(str(small), "v", QUICK, ()), ())
    assert set(tables["series"]["metric"]) == {"fill_rate"}
    assert isinstance(tables["flows"], pd.DataFrame)

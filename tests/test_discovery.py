"""Discovery: where a condition holds, in words, tables, a chart and by command."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.discovery.discovery import discover
from sim.cli.main import main
from sim.errors import InputError
from sim.report.charts.discovery import SMALL
from sim.study.store import FAILED, STATUS, VALUES
from sim.study.study import Study
from sim.study.sweep import sweep
from tests.charted import drawn
from tests.small_study import contents
from tests.worlds import world

BAN = {
    "ban": {
        "kind": "cut_off",
        "date": "2014-03",
        "exporter": "BBB",
        "importer": "AAA",
        "share": 0.5,
    }
}
METRICS = ["fill_rate[AAA, engines, 2014-06]", "T90"]
WHEN = "fill_rate[AAA, engines, 2014-06] < 0.6"
FACTORS = {
    "events.ban.share": {"low": 0.1, "high": 1},
    "events.ban.date": ["2014-03", "2014-09"],
    "factories.old_plant.lines.engines": {"low": 150, "high": 300, "dist": "loguniform"},
}
MEMBERS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a study in which it can be told by hand where the need is not met.

    Of 100 engines a month 80 come from the old plant, and 20 from a plant at home that cannot make
    more. Without a share s of the 80, 100 - 80 s are left, from the month of the ban on.
    """
    place = tmp_path_factory.mktemp("known") / "study"
    scenario = world(months=12, events=BAN)
    sweep(
        scenario,
        {"kind": "random", "points": 80},
        factors=FACTORS,
        members=MEMBERS,
        metrics=METRICS,
        out=place,
    )
    return place


def planted(folder: Path, copy: Path, chance: Callable[[pd.DataFrame], Any]) -> Study:
    """Copy a study, and put other numbers in the place of its own: each point's need is not met by
    this chance."""
    shutil.copytree(folder, copy)
    (copy / "manifest.json").unlink()
    values = np.load(copy / VALUES)
    drawn = np.random.default_rng(2).random(values.shape[:2])
    values[:, :, 0] = drawn >= np.broadcast_to(chance(Study(copy).points), len(drawn))[:, None]
    np.save(copy / VALUES, values)
    return Study(copy)


def test_a_box_known_by_hand(folder: Path) -> None:
    """A fill rate below 0.6 takes a share above a half, in time; how large the old plant is does
    not matter."""
    found = discover(folder, WHEN)
    (box,) = found.boxes
    date, share = sorted(box.limits)
    in_time = found.points[found.points["events.ban.date"] == "2014-03"]["events.ban.share"]
    assert (date.factor, date.values) == ("events.ban.date", ("2014-03",))
    assert (share.factor, share.high) == ("events.ban.share", np.inf)
    assert in_time[in_time < 0.5].max() < share.low < in_time[in_time > 0.5].min()
    assert box.quality == (1.0, 1.0, (in_time > 0.5).sum() / 80, (in_time > 0.5).sum())
    assert found.points["share"].tolist() == [
        float(each) for each in found.points.index.isin(in_time[in_time > 0.5].index)
    ]


def test_it_is_told_in_words(folder: Path, tmp_path: Path) -> None:
    study = planted(
        folder, tmp_path / "study", lambda points: (points["events.ban.share"] > 0.5) * 0.9
    )
    found = discover(study, WHEN)
    inside = int((study.points["events.ban.share"] > 0.5).sum())
    dense = f"{100 * found.holds.sum() / inside / MEMBERS:.0f} %"
    first, second, third = found.text.splitlines()
    assert (
        first
        == f"{WHEN} in {100 * found.holds.sum() / 320:.0f} % of 320 runs (80 points of 4 members)."
    )
    assert (
        second
        == f"100 % of these lie where events.ban.share is above 0.505: it holds in {dense} of the"
        f" runs there ({inside} points)."
    )
    assert re.fullmatch(
        r"Tried on points .* such boxes hold \d+ % of these, and it holds in \d+ % of the runs"
        r" there\.",
        third,
    )


def test_several_boxes_are_told_one_by_one_and_together(folder: Path, tmp_path: Path) -> None:
    """They are numbered alike in the words and in the tables."""

    def chance(points: pd.DataFrame) -> Any:
        return (points["events.ban.share"] < 0.4) | (
            points["factories.old_plant.lines.engines"] > 250
        )

    found = discover(planted(folder, tmp_path / "study", chance), WHEN)
    lines = found.text.splitlines()
    assert [line[:3] for line in lines[1:4]] == ["1. ", "2. ", "Tog"]
    assert "Together (they overlap): " in lines[3]
    assert found.table["box"].tolist() == [1, 2]
    assert found.quality["box"].tolist() == ["1", "2", "all", "left_out"]
    for line, where in zip(lines[1:3], found.quality["where"], strict=False):
        assert f" lie where {where}: it holds " in line
    small, large = sorted(found.quality["where"][:2])
    assert re.fullmatch(r"events\.ban\.share is below 0\.\d{3}", small)
    assert re.fullmatch(r"factories\.old_plant\.lines\.engines is above 2\d\d", large)


@pytest.mark.parametrize(
    ("chance", "options", "told"),
    [
        (0, {}, "It holds nowhere: no factor changes that."),
        (1, {}, "It holds everywhere: no factor changes that."),
        (
            0.5,
            {},
            (
                "No factor tells where: no part of the ranges differs from the rest by more than"
                " chance."
            ),
        ),
        ("few", {}, "In no part does it hold in 50 % of the runs or more; this one comes nearest."),
        (
            "many",
            {},
            (
                "In every part of the ranges it holds in 50 % of the runs or more; a higher"
                " threshold tells them apart."
            ),
        ),
    ],
)
def test_when_there_is_little_to_find(
    folder: Path, tmp_path: Path, chance: Any, options: dict[str, Any], told: str
) -> None:
    """It is said why, and all is saved nevertheless."""
    chances = {"few": (0.4, 0.0), "many": (1.0, 0.6)}

    def shares(points: pd.DataFrame) -> Any:
        return (
            np.where(points["events.ban.share"] > 0.5, *chances[chance])
            if chance in chances
            else chance
        )

    found = discover(planted(folder, tmp_path / "study", shares), WHEN, **options)
    assert found.text.splitlines()[1] == told
    assert len(found.boxes) == (chance == "few")
    found.save(tmp_path / "out")
    assert (found.chart() is not None) == (chance == "few")
    assert (
        (tmp_path / "out" / "boxes.csv")
        .read_text()
        .startswith("box,factor,low,high,values,coverage,density,mass,points\n")
    )


def test_only_nothing_is_none_and_only_all_is_all(folder: Path, tmp_path: Path) -> None:
    for name, often, told in (
        ("few", 1, "in less than 1 % of 320 runs"),
        ("many", 319, "in over 99 % of 320 runs"),
    ):
        study = planted(folder, tmp_path / name, lambda points: 0)
        values = np.load(study.folder / VALUES)
        values[:, :, 0].flat[:often] = 0
        np.save(study.folder / VALUES, values)
        assert told in discover(study.folder, WHEN).text


def test_the_same_share_everywhere(folder: Path, tmp_path: Path) -> None:
    """Members differ, points do not."""
    shutil.copytree(folder, tmp_path / "study")
    (tmp_path / "study" / "manifest.json").unlink(missing_ok=True)
    values = np.load(tmp_path / "study" / VALUES)
    values[:, :, 0] = np.arange(MEMBERS) > 0
    np.save(tmp_path / "study" / VALUES, values)
    found = discover(tmp_path / "study", WHEN)
    assert (
        found.text.splitlines()[1]
        == "It holds in the same share of runs at every point: no factor changes that."
    )


def test_what_failed_or_does_not_apply_is_not_counted(folder: Path, tmp_path: Path) -> None:
    study = planted(folder, tmp_path / "study", lambda points: points["events.ban.share"] > 0.5)
    values, status = np.load(study.folder / VALUES), np.load(study.folder / STATUS)
    values[:3], status[:3] = np.nan, FAILED
    values[5, 1:3, 0] = np.nan
    np.save(study.folder / VALUES, values)
    np.save(study.folder / STATUS, status)
    found = discover(study.folder, WHEN)
    assert (
        "of 306 runs (80 points of 4 members, without 12 failed and 2 to which it does not apply)."
        in found.text
    )
    assert found.points["known"].tolist() == [0, 0, 0, 4, 4, 2, *[4] * 74]
    assert found.points["share"].isna().tolist() == [True] * 3 + [False] * 77
    assert found.found.together.density == 1


def test_several_conditions(folder: Path) -> None:
    """They hold together; a run to which one of them does not apply is not counted."""
    found = discover(folder, f"{WHEN} and T90 > 5")
    alone, after = discover(folder, WHEN), discover(folder, "T90 > 5")
    assert found.holds.tolist() == np.minimum(alone.holds, after.holds).tolist()
    assert found.known.tolist() == np.minimum(alone.known, after.known).tolist()
    assert found.text.startswith(f"{WHEN} and T90 > 5 in ")


def test_choices_in_words(folder: Path, tmp_path: Path) -> None:
    """One, one of several, all but one; a truth is a choice, too."""
    rules = ["fixed", "loyalty", "cheapest", "home_first"]
    factors = {"rules.sourcing": rules, "needs.AAA.engines": {"low": 1000, "high": 1001}}
    whole = sweep(
        world(months=6, events=BAN),
        {"kind": "random", "points": 120},
        factors=factors,
        members=2,
        metrics=METRICS,
        out=tmp_path / "whole",
    )
    for place, (chosen, told) in enumerate(
        [
            (rules[1:2], "rules.sourcing is loyalty"),
            (rules[::3], "rules.sourcing is fixed or home_first"),
            (rules[:3], "rules.sourcing is not home_first"),
        ]
    ):
        found = discover(
            planted(
                whole.folder,
                tmp_path / str(place),
                lambda points, it=chosen: points["rules.sourcing"].isin(it),
            ),
            WHEN,
        )
        assert [found.where(box) for box in found.boxes] == [told]
        assert found.table["values"].tolist() == ["; ".join(chosen)]
    fine = discover(
        planted(
            whole.folder, tmp_path / "fine", lambda points: points["needs.AAA.engines"] < 1000.5
        ),
        WHEN,
    )
    assert re.fullmatch(r"needs\.AAA\.engines is below 1,000\.\d+", fine.where(fine.boxes[0]))


def test_both_ends_of_a_limit_in_words(folder: Path, tmp_path: Path) -> None:
    study = planted(
        folder, tmp_path / "study", lambda points: points["events.ban.share"].between(0.3, 0.8)
    )
    found = discover(study, WHEN)
    assert re.fullmatch(
        r"events\.ban\.share is between 0\.\d+ and 0\.\d+", found.where(found.boxes[0])
    )
    row = found.table.iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((0.3, 0.8), abs=0.03)


def test_true_and_false_are_choices(tmp_path: Path) -> None:
    factors = {"trade.old.by_search": [True, False], "needs.AAA.engines": {"low": 80, "high": 100}}
    whole = sweep(
        world(months=6, events=BAN),
        {"kind": "random", "points": 40},
        factors=factors,
        members=1,
        metrics=METRICS,
        out=tmp_path / "whole",
    )
    found = discover(
        planted(whole.folder, tmp_path / "study", lambda points: points["trade.old.by_search"]),
        WHEN,
    )
    assert [found.where(box) for box in found.boxes] == ["trade.old.by_search is true"]
    (box,) = drawn(found.chart(), rows="boxes").to_dict("records")
    assert (box["x"], box["x2"]) == (0.5, 1.5)


def test_a_study_of_too_few_points_is_refused(tmp_path: Path) -> None:
    """It says how many it takes."""
    few = sweep(
        world(months=6, events=BAN),
        factors={"events.ban.share": [0.1, 0.5, 0.9]},
        members=2,
        metrics=METRICS,
    )
    with pytest.raises(
        InputError, match=r"is known of 3 points, too few to tell where; it takes 20, better 100"
    ):
        discover(few, WHEN)


def test_all_that_is_wrong_is_told_together(folder: Path) -> None:
    """What the study does not keep, and options that cannot be."""
    with pytest.raises(InputError) as caught:
        discover(
            folder, "T50 < 3 and backlog[CCC] > 1 and T50 < 3", depth=0, threshold=1.5, mass=0.7
        )
    assert str(caught.value).splitlines() == [
        "depth: 0 is no number of limits for a box; give one from 1 to 6",
        "threshold: 1.5 is no share of runs; give one above 0, at most 1",
        "mass: 0.7 is no share of the points for a box; give one from 0 to 0.5",
        f"{folder}: keeps no T50; did you mean 'T90'?",
        f"{folder}: keeps no backlog; kept: fill_rate[2014-06], T90",
    ]


def test_what_is_no_study_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the folder of a study"):
        discover(tmp_path, WHEN)
    with pytest.raises(InputError, match="when: 'fill_rate' is not a condition"):
        discover(folder, "fill_rate")


def test_without_scikit_learn_it_is_said_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(
        InputError,
        match=re.escape("discovery needs scikit-learn: pip install 'supply-substitution[uq]'"),
    ):
        discover(folder, WHEN)


def test_the_same_study_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Of all but the manifest, which says when it was made."""
    for name in ("one", "two"):
        discover(folder, WHEN).save(tmp_path / name)
    one, two = (contents(tmp_path / name) for name in ("one", "two"))
    assert sorted(one) == [
        "boxes.csv",
        "manifest.json",
        "points.csv",
        "quality.csv",
        "report.html",
        "scenario.yaml",
    ]
    assert one | {"manifest.json": ""} == two | {"manifest.json": ""}


def test_the_command(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, "study")
    assert main(["discover", "study", "--when", WHEN]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{WHEN} in 35 % of 320 runs")
    assert told.endswith(
        "results/study_discovery: boxes.csv, manifest.json, points.csv, quality.csv,"
        " report.html, scenario.yaml\n"
    )
    boxes = pd.read_csv("results/study_discovery/boxes.csv")
    assert boxes["factor"].tolist() == ["events.ban.date", "events.ban.share"]
    assert json.loads(Path("results/study_discovery/manifest.json").read_text())[
        "command"
    ].startswith("sim discover study --when")
    options = [
        "--depth",
        "1",
        "--threshold",
        "0.9",
        "--mass",
        "0.2",
        "--out",
        "out",
        "--no-figures",
        "--quiet",
    ]
    assert main(["discover", "study", "--when", WHEN, *options]) == 0
    assert capsys.readouterr() == ("", "")
    assert len(pd.read_csv("out/boxes.csv")) == 1
    assert not Path("out/report.html").exists()


def test_faults_are_the_users(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2, all of them together, nothing written."""
    monkeypatch.chdir(tmp_path)
    assert main(["discover", str(folder), "--when", "T50 < 3 and hhi > 1", "--depth", "0"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert main(["discover", str(folder)]) == 2
    assert main(["discover", "nothing", "--when", WHEN]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_package_offers_it() -> None:
    assert sim.discover is discover


def test_boxes_are_drawn_in_the_plane(folder: Path, tmp_path: Path) -> None:
    """Over the points, from the limit to the end of the range; what may be chosen stands on its
    axis."""

    def chance(points: pd.DataFrame) -> Any:
        return (points["events.ban.date"] == "2014-09") & (points["events.ban.share"] > 0.5)

    found = discover(planted(folder, tmp_path / "study", chance), WHEN)
    chart = found.chart()
    (box,) = drawn(chart, rows="boxes").to_dict("records")
    dates, shares = (found.points[f"events.ban.{name}"] for name in ("date", "share"))
    place = sorted(set(dates)).index("2014-09")
    sides = {"date": ("x", "x2"), "share": ("y", "y2")}
    if found.table["factor"][0] == "events.ban.share":
        sides = {"date": ("y", "y2"), "share": ("x", "x2")}
    assert [box[end] for end in sides["date"]] == [place - 0.5, place + 0.5]
    assert [box[end] for end in sides["share"]] == [found.table["low"].max(), shares.max()]
    assert sorted(drawn(chart)[sides["share"][0]]) == sorted(shares)
    assert chart is not None
    axis = chart.spec["layer"][0]["encoding"][sides["date"][0]]["axis"]
    assert f'"{place}": "2014-09"' in axis["labelExpr"]
    assert "is 2014-09" in chart.notes[0]


def test_one_factor_is_drawn_against_the_share(folder: Path, tmp_path: Path) -> None:
    """With the box as an interval."""
    study = planted(
        folder, tmp_path / "study", lambda points: (points["events.ban.share"] > 0.5) * 0.9
    )
    found = discover(study, WHEN)
    assert drawn(found.chart())["y"].tolist() == found.points["share"].tolist()
    chart = found.chart()
    assert chart
    assert f"{WHEN} holds in" in chart.title
    (box,) = drawn(found.chart(), rows="boxes").to_dict("records")
    assert (box["x"], box["y"], box["y2"]) == (found.table["low"][0], 0.0, 1.0)


def test_points_outside_of_limits_that_the_plane_does_not_show_are_small(
    folder: Path, tmp_path: Path
) -> None:
    size = "factories.old_plant.lines.engines"

    def chance(points: pd.DataFrame) -> Any:
        return (
            (points[size] < 220)
            & (points["events.ban.share"] > 0.45)
            & (points["events.ban.date"] == "2014-03")
        )

    found = discover(planted(folder, tmp_path / "study", chance), WHEN)
    (box,) = found.boxes
    assert len(box.limits) == 3
    shown = list(dict.fromkeys(found.table["factor"]))[:2]
    (limit,) = (each for each in box.limits if each.factor not in shown)
    values = found.points[limit.factor]
    outside = (values <= limit.low) | (values > limit.high)
    sizes = drawn(found.chart())["size"]
    assert (sizes == SMALL).tolist() == outside.tolist()
    assert outside.any()

"""Run studies into folders: the same bytes whoever runs them, in parts or whole, at once or little
by little."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.report.result import Result
from sim.scenario.loading.dump import dump
from sim.study import experiment
from sim.study.experiment import Experiment, prepared
from sim.study.replay import replay
from sim.study.shards import merge
from sim.study.spec import ask
from sim.study.store import PENDING, VALUES, Store
from sim.study.study import Study
from sim.study.sweep import run_study, sweep
from tests.small_study import METRICS, contents, scenario, study


def ran(out: Path | None, how: dict[str, Any] | None = None, **changes: Any) -> Study:
    """Run the small study into a folder."""
    return run_study(ask(study(**changes)), out, [scenario()], **(how or {}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Run the small study once, undisturbed, in this process."""
    return ran(tmp_path_factory.mktemp("whole") / "study")


def test_two_processes_give_the_same_bytes(whole: Study, tmp_path: Path) -> None:
    assert contents(ran(tmp_path / "study", {"jobs": 2}).folder) == contents(whole.folder)


def test_what_points_of_one_structure_set_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tasks they make: handing out is not to take longer than the runs."""
    ready = prepared(ask(study()), [scenario()])
    whole = np.ones((ready.points, ready.members), dtype=np.bool_)
    seen: list[int] = []
    sets = Experiment.sets

    def counted(self: Experiment, point: int) -> tuple[str, ...]:
        seen.append(point)
        return sets(self, point)

    monkeypatch.setattr(Experiment, "sets", counted)
    monkeypatch.setattr(experiment, "side_by_side_at_most", lambda rows: 2)
    tasks = list(ready.tasks(whole))
    assert len(seen) == len(set(seen)) == len({each.sets for each in tasks})
    assert len(tasks) > 4 * len(seen)
    assert sum(len(each.points) for each in tasks) == ready.points * ready.members


def test_any_executor_gives_the_same_bytes(whole: Study, tmp_path: Path) -> None:
    """Also one that works on several tasks at a time in this process; it is left running."""
    with ThreadPoolExecutor(3) as pool:
        ran(tmp_path / "study", {"executor": pool, "jobs": 3})
        assert pool.submit(int).result() == 0
    assert contents(tmp_path / "study") == contents(whole.folder)


def test_results_are_those_of_single_runs(whole: Study) -> None:
    """A point's row holds what the summary of a run of that point holds."""
    point = 7
    factors = whole.points.loc[point]
    sets = [
        f"events.ban.share={factors['events.ban.share']}",
        f"rules.sourcing={factors['rules.sourcing']}",
    ]
    sets += [
        f"programmes.build.budget.{month}={factors['programmes.build.budget'] / 2}"
        for month in ("2014-06", "2015-06")
    ]
    alone = sim.run(
        sim.parse(scenario().model_dump(by_alias=True, exclude_unset=True), sets), members=3
    ).summary
    columns = ["mean", "p05", "p50", "p95", "central"]
    keys = ["metric", "state", "product"]
    ours = whole.results.query("point == @point and metric != 'unmet[2014]'").set_index(keys)[
        columns
    ]
    assert len(ours) == 2 * 3
    np.testing.assert_allclose(ours, alone.set_index(keys).loc[ours.index, columns], rtol=1e-9)


def test_the_folder_tells_all(whole: Study) -> None:
    """Points as they were run, the scenario, the numbers of each run, hashes of everything, no
    times."""
    assert whole.points.shape == (24, 4)
    assert list(whole.points)[1:] == list(study()["factors"])
    assert set(whole.points["rules.sourcing"]) == {"fixed", "loyalty"}
    assert list(dict.fromkeys(whole.results.metric)) == METRICS
    assert whole.failures.empty
    values = whole.values("fill_rate_after", "AAA", "optics")
    assert values.shape == (24, 3)
    row = whole.results.query(
        "metric == 'fill_rate_after' and product == 'optics' and state == 'AAA'"
    )
    np.testing.assert_allclose(values.mean(axis=1), row["mean"], rtol=1e-9)
    manifest = json.loads((whole.folder / "manifest.json").read_text(encoding="utf-8"))
    files = contents(whole.folder)
    assert manifest["sha256"] == {name: files[name] for name in files if name != "manifest.json"}
    assert manifest["study"] == {"design": "random", "points": 24, "members": 3, "failed": 0}
    assert manifest["sim"] == sim.__version__
    assert sim.load(whole.folder / "scenarios" / "propulsion.yaml") == scenario()


def test_a_folder_holds_its_study(whole: Study, tmp_path: Path) -> None:
    """The study file in the folder makes the same study again; the folder's own name and place say
    nothing."""
    assert contents(run_study(whole.folder / "study.yaml", tmp_path / "again").folder) == contents(
        whole.folder
    )
    assert whole.spec.metrics == METRICS
    with pytest.raises(InputError, match="keeps no T90 of AAA, optics; did you mean 'T50 of AAA"):
        whole.values("T90", "AAA", "optics")
    with pytest.raises(InputError, match="not the folder of a study"):
        Study(tmp_path)


def test_without_a_folder_frames_remain() -> None:
    """The folder goes when the study does."""
    found = sweep(
        scenario(),
        factors={"events.ban.share": [0.5, 1]},
        members=2,
        months=30,
        metrics=["fill_rate_after"],
    )
    assert found.results.shape == (2 * 3, 10)
    assert (found.results.n == 2).all()
    folder = found.folder
    assert folder.exists()
    del found
    assert not folder.exists()


def test_a_choice_of_scenarios(tmp_path: Path) -> None:
    """Each is kept in the folder; what one has and the other has not is empty."""
    first = scenario(months=20)
    second = scenario(months=20, needs={"AAA": {"optics": 5}})
    for name, each in (("first", first), ("second", second)):
        (tmp_path / f"{name}.yaml").write_text(dump(each), encoding="utf-8")
    files = [str(tmp_path / f"{name}.yaml") for name in ("first", "second")]
    found = sweep(
        None, factors={"scenario": files}, members=1, metrics=["unmet"], out=tmp_path / "out"
    )
    assert found.points.scenario.tolist() == ["scenarios/first.yaml", "scenarios/second.yaml"]
    mean = found.results.set_index(["point", "state", "product"])["mean"]
    assert mean.isna().to_dict() == {
        key: key[0] == 1 and key[1:] != ("AAA", "optics") for key in mean.index
    }


def test_a_study_stands_until_it_is_resumed(whole: Study, tmp_path: Path) -> None:
    """A folder with runs is never begun anew; resuming a study that is done changes nothing, nor
    does its folder's time."""
    ran(tmp_path / "study")
    with pytest.raises(
        InputError,
        match=(
            r"study: holds a study already \(72 of 72 runs done\); resume it \(--resume\),"
            r" extend it \(--extend\), or give another folder"
        ),
    ):
        ran(tmp_path / "study")
    before = (tmp_path / "study" / "results.csv").stat().st_mtime_ns
    ran(tmp_path / "study", {"resume": True})
    assert (tmp_path / "study" / "results.csv").stat().st_mtime_ns == before
    assert contents(tmp_path / "study") == contents(whole.folder)


class StoppedError(Exception):
    """End a study from outside."""


def stop_after(runs: int) -> Any:
    def progress(done: int, total: int) -> None:
        if done >= runs:
            raise StoppedError

    return progress


def test_an_interrupted_study_resumes(whole: Study, tmp_path: Path) -> None:
    """What is done is not run again; in between there are no results to mistake for whole ones."""
    with pytest.raises(StoppedError):
        ran(tmp_path / "study", {"progress": stop_after(1)})
    begun = Study(tmp_path / "study")
    done = int((begun.store.status != PENDING).sum())
    assert 0 < done < 72
    with pytest.raises(
        InputError,
        match=f"is not finished \\({72 - done} of 72 runs pending\\); resume it \\(--resume\\)",
    ):
        begun.results  # noqa: B018
    seen: list[tuple[int, int]] = []
    ran(tmp_path / "study", {"resume": True, "progress": lambda *each: seen.append(each)})
    assert seen[0][0] > done
    assert seen[-1] == (72, 72)
    assert contents(tmp_path / "study") == contents(whole.folder)


@pytest.mark.parametrize(
    ("changes", "world", "message"),
    [
        ({}, {"seed": 9}, "scenario changed"),
        ({"metrics": ["T90"]}, {}, "metrics changed"),
        ({"factors": {"events.ban.share": {"low": 0, "high": 1}}}, {}, "factors or design changed"),
        (
            {"points": 48},
            {},
            (
                "design changed since the study was begun: put that back, or give another folder;"
                " extend adds points and members"
            ),
        ),
        ({"members": 4}, {}, "members changed"),
    ],
)
def test_another_study_is_not_mixed_in(
    whole: Study, changes: dict[str, Any], world: dict[str, Any], message: str
) -> None:
    before = contents(whole.folder)
    with pytest.raises(InputError, match=message):
        run_study(ask(study(**changes)), whole.folder, [scenario(**world)], resume=True)
    assert contents(whole.folder) == before


def test_another_version_is_not_mixed_in(whole: Study, tmp_path: Path) -> None:
    ran(tmp_path / "study")
    (tmp_path / "study" / "manifest.json").unlink()
    state = tmp_path / "study" / "state.json"
    state.write_text(
        state.read_text(encoding="utf-8").replace(f'"sim": "{sim.__version__}"', '"sim": "0.0.1"'),
        encoding="utf-8",
    )
    for again in (
        lambda: ran(tmp_path / "study", {"resume": True}),
        lambda: replay(tmp_path / "study", 0, 0),
    ):
        with pytest.raises(
            InputError,
            match=f"was begun with sim 0.0.1, and this is {sim.__version__}; finish it there",
        ):
            again()


def test_a_study_grows(whole: Study, tmp_path: Path) -> None:
    """Members, then points are added; in the end it is the study that it would have been, and
    nothing was run twice."""
    runs: list[int] = []
    ran(tmp_path / "study", points=10, members=2)
    ran(
        tmp_path / "study",
        {"extend": True, "progress": lambda done, total: runs.append(done)},
        points=10,
    )
    assert runs[-1] == 30
    assert runs[0] > 20
    ran(tmp_path / "study", {"extend": True})
    assert contents(tmp_path / "study") == contents(whole.folder)


def test_a_grid_grows_by_values(tmp_path: Path) -> None:
    """Points keep their numbers; new ones come after them."""
    for shares in ([0.2, 0.8], [0.2, 0.5, 0.8]):
        factors = {"events.ban.share": shares, "rules.sourcing": ["fixed", "loyalty"]}
        found = ran(tmp_path / "study", {"extend": True}, factors=factors, design={})
    assert found.points["events.ban.share"].tolist() == [0.2, 0.2, 0.8, 0.8, 0.5, 0.5]
    assert sorted(set(found.results.point)) == list(range(6))


def test_a_study_grows_into_what_holds_it_only(whole: Study) -> None:
    before = contents(whole.folder)
    for changes, message in (
        (
            {"points": 12},
            "12 of its 24 points are not in the new design; make it a study of its own",
        ),
        ({"members": 2}, "has 3 members already, more than 2"),
        ({"metrics": ["T90"]}, "metrics changed"),
    ):
        with pytest.raises(InputError, match=message):
            ran(whole.folder, {"extend": True}, **changes)
    assert contents(whole.folder) == before


def test_shards_make_the_whole(whole: Study, tmp_path: Path) -> None:
    """Each runs its part into a folder of its own; joined they are the study, whatever the order in
    which they ran."""
    for part in (3, 1, 2):
        ran(tmp_path / "study", {"shard": f"{part}/3"})
    shares = [
        (Store(tmp_path / f"study.shard-{part}-of-3").status != PENDING) for part in (1, 2, 3)
    ]
    assert (np.sum(shares, axis=0) == 1).all()
    assert contents(merge(tmp_path / "study").folder) == contents(whole.folder)
    assert contents(merge(tmp_path / "study").folder) == contents(whole.folder)
    with pytest.raises(InputError, match="shard-1-of-3: shard changed"):
        ran(tmp_path / "study.shard-1-of-3", {"resume": True})


def test_of_many_shards_that_are_missing_some_are_named(tmp_path: Path) -> None:
    ran(tmp_path / "study", {"shard": "1/1000"})
    with pytest.raises(InputError, match=r"study\.shard-11-of-1000 and 989 more are missing$"):
        merge(tmp_path / "study")


def test_shards_must_all_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are no shards study\.shard-i-of-n beside it"):
        merge(tmp_path / "study")
    ran(tmp_path / "study", {"shard": "1/2"})
    with pytest.raises(InputError, match=r"study\.shard-2-of-2 is missing"):
        merge(tmp_path / "study")
    (tmp_path / "study.shard-1-of-two").mkdir()  # no shard by its name
    with pytest.raises(InputError, match=r"study\.shard-2-of-2 is missing"):
        merge(tmp_path / "study")
    with pytest.raises(StoppedError):
        ran(tmp_path / "study", {"shard": "2/2", "progress": stop_after(1)})
    with pytest.raises(
        InputError, match=r"study\.shard-2-of-2 is not finished; resume it \(--resume\) first"
    ):
        merge(tmp_path / "study")
    ran(tmp_path / "other", {"shard": "2/2"}, members=2)
    for path in (tmp_path / "study.shard-2-of-2").rglob("*.*"):
        path.unlink()
    for path in (tmp_path / "other.shard-2-of-2").iterdir():
        path.rename(tmp_path / "study.shard-2-of-2" / path.name)
    with pytest.raises(
        InputError, match=r"study\.shard-2-of-2 is of another study than study\.shard-1-of-2"
    ):
        merge(tmp_path / "study")
    ran(tmp_path / "study", {"shard": "1/3"})
    with pytest.raises(InputError, match="there are shards of 2 or 3 beside it"):
        merge(tmp_path / "study")


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "a/b", "1/0", "1/1000000", "1/" + "9" * 5000])
def test_a_shard_is_one_of_some(tmp_path: Path, shard: str) -> None:
    with pytest.raises(InputError, match=f"shard: '{shard}' is not i/n with i from 1 to n"):
        ran(tmp_path / "study", {"shard": shard})
    assert not any(tmp_path.iterdir())


FAILING = {
    "factors": {
        "events.ban.date": ["2014-03", "2014-09"],
        "events.ban.until": ["2014-06", "2014-12"],
    },
    "design": {},
    "metrics": ["fill_rate"],
}
"""One of these four points ends before it begins."""


@pytest.mark.parametrize("how", [{}, {"jobs": 2}])
def test_a_failed_point_is_told_and_the_rest_go_on(tmp_path: Path, how: dict[str, Any]) -> None:
    """It has no results; it fails again when it is tried again, and nothing else is."""
    found = ran(tmp_path / "study", how, **FAILING)
    told = [2, "ScenarioError", "events.ban: until 2014-06 is not after date 2014-09"]
    assert found.failures.to_numpy().tolist() == [told]
    assert set(found.results.point) == {0, 1, 3}
    assert np.isnan(found.values("fill_rate", "AAA", "optics")).tolist() == [
        [point == 2] * 3 for point in range(4)
    ]
    before, seen = contents(found.folder), list[int]()
    ran(
        found.folder,
        {"retry_failed": True, "progress": lambda done, total: seen.append(done)},
        **FAILING,
    )
    assert seen == [12]
    assert contents(found.folder) == before
    with pytest.raises(InputError, match="until 2014-06 is not after date 2014-09"):
        replay(found.folder, 2, 0)


def test_shards_tell_of_failed_points(tmp_path: Path) -> None:
    for part in (1, 2):
        ran(tmp_path / "study", {"shard": f"{part}/2"}, **FAILING)
    ran(tmp_path / "whole", **FAILING)
    assert contents(merge(tmp_path / "study").folder) == contents(tmp_path / "whole")


def test_a_study_in_which_all_fails_has_empty_tables(tmp_path: Path) -> None:
    factors = {"events.ban.date": ["2014-09"], "events.ban.until": ["2014-06"]}
    found = ran(tmp_path / "study", {"parquet": True}, **{**FAILING, "factors": factors})
    assert found.results.empty
    assert found.failures.point.tolist() == [0]


def test_one_run_is_run_again(whole: Study) -> None:
    """With all that a run records; what the study kept of it is the same, bit for bit."""
    result = replay(whole.folder, 7, 2)
    assert isinstance(result, Result)
    assert result.records.members == (2,)
    assert result.records.series["fill_rate"].shape == (36, 3, 1)
    for state, product in result.records.needs:
        place = list(result.records.needs).index((state, product))
        for metric in ("fill_rate_after", "T50"):
            ours = whole.values(metric, state, product)[7, 2]
            assert np.array_equal(ours, result.records.summary[metric][place, 0], equal_nan=True)


@pytest.mark.parametrize(
    ("point", "member", "message"),
    [(24, 0, "point: 24 is not one of 0 to 23"), (0, -1, "member: -1 is not one of 0 to 2")],
)
def test_a_run_that_is_not_there_is_refused(
    whole: Study, point: int, member: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        replay(whole.folder, point, member)


def test_parquet_holds_the_same(whole: Study, tmp_path: Path) -> None:
    """Written on request, renewed when the study grows, and to full precision."""
    import pandas as pd

    found = ran(tmp_path / "study", {"parquet": True}, points=12)
    table = pd.read_parquet(tmp_path / "study" / "results.parquet")
    assert list(table) == list(found.results)
    assert len(table) == len(found.results)
    np.testing.assert_allclose(table["mean"], found.results["mean"], rtol=1e-9)
    ran(tmp_path / "study", {"extend": True})
    assert len(pd.read_parquet(tmp_path / "study" / "results.parquet")) == len(whole.results)
    before = contents(whole.folder)
    ran(whole.folder, {"resume": True, "parquet": True})
    after = contents(whole.folder)
    assert after.keys() - before.keys() == {"results.parquet/part-000000.parquet"}
    shutil.rmtree(whole.folder / "results.parquet")
    (whole.folder / "manifest.json").unlink()
    ran(whole.folder, {"resume": True})
    assert contents(whole.folder) == before


@pytest.mark.parametrize(
    ("how", "library", "message"),
    [
        (
            {"parquet": True},
            "pyarrow",
            r"Parquet needs pyarrow: pip install 'supply-substitution\[parquet\]'",
        ),
        (
            {"scheduler": "tcp://127.0.0.1:1"},
            "distributed",
            r"a scheduler needs Dask: pip install 'supply-substitution\[cluster\]'",
        ),
        ({"jobs": 0}, "", "jobs: 0 is below 1"),
        (
            {"scheduler": "tcp://127.0.0.1:1", "executor": ThreadPoolExecutor(1)},
            "",
            "give an executor or a scheduler, not both",
        ),
    ],
)
def test_what_cannot_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: dict[str, Any], library: str, message: str
) -> None:
    """A library that is not there, no processes, two executors; the study can be begun once that is
    mended."""
    if library:
        monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=message):
        ran(tmp_path / "study", how)
    monkeypatch.undo()
    assert not ran(tmp_path / "study").results.empty


def test_values_are_found_by_place(whole: Study) -> None:
    """The array on disk is [points, members, rows], rows as in rows.csv."""
    values = np.load(whole.folder / VALUES, mmap_mode="r")
    place = whole.rows.query("metric == 'fill_rate_after' and state == 'CCC'").index[0]
    assert values.shape == (24, 3, len(whole.rows))
    assert np.array_equal(values[..., place], whole.values("fill_rate_after", "CCC", "optics"))

"""Let the accountant check shipped scenarios, examples and random worlds; and check itself."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from tests.accountant import audit, audited
from tests.accountant.books import Break
from tests.random_worlds import random_scenario

pytestmark = pytest.mark.untraced

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SHIPPED = sorted(SCENARIOS.glob("*.yaml"))
EXAMPLES = sorted((SCENARIOS / "examples").glob("*.yaml"))
WORLDS = 300
TOGETHER = 10
"""Random worlds of one test."""
OF_MANY = 7
"""Of so many random worlds one has several members."""
MONTHS = 32


def told(breaks: list[Break]) -> str:
    """Write breaks as lines, a few of each kind."""
    kinds: dict[str, list[Break]] = {}
    for each in breaks:
        kinds.setdefault(each.what, []).append(each)
    lines = [
        f"{each.what}: {each.place} {each.when}: {each.found:g}, not {each.expected:g}"
        for some in kinds.values()
        for each in some[:3]
    ]
    return "\n".join([f"{len(breaks)} breaks", *lines])


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_shipped_scenario_adds_up(path: Path, tmp_path: Path) -> None:
    found = audited(sim.load(path, members=1), tmp_path)
    assert not found, told(found)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_adds_up(path: Path, tmp_path: Path) -> None:
    found = audited(sim.load(path, members=1), tmp_path)
    assert not found, told(found)


@pytest.mark.parametrize("first", range(0, WORLDS, TOGETHER))
def test_random_worlds_add_up(first: int, tmp_path: Path) -> None:
    """Most have one member, whose numbers are checked one by one; of the others the means are."""
    found = []
    for seed in range(first, first + TOGETHER):
        members = 1 if seed % OF_MANY else 5
        scenario = random_scenario(seed, members=members, months=MONTHS)
        folder = tmp_path / scenario.name
        folder.mkdir()
        breaks = audited(scenario, folder)
        found += [each._replace(place=f"{scenario.name}: {each.place}") for each in breaks]
    assert not found, told(found)


def _more(cell: str) -> str:
    return f"{3 * float(cell) + 1:.10g}"


Row = dict[str, str]
Where = Callable[[Row], bool]


def _series(metric: str) -> Where:
    return lambda row: row["metric"] == metric and row["month"] == "2015-06"


def _item(item: str) -> Where:
    return lambda row: row["item"] == item and row["year"] == "2016" and row["state"] == "all"


def _metric(metric: str) -> Where:
    return lambda row: row["metric"] == metric


PLANTED: list[tuple[str, str, Where, str]] = [
    ("series", "central", _series("stock"), "conservation"),
    ("series", "central", _series("in_transit"), "lead time"),
    ("series", "central", _series("received"), "flows and received"),
    ("series", "central", _series("imports"), "flows and imports"),
    ("series", "central", _series("need"), "need"),
    ("series", "central", _series("used"), "used beyond need"),
    ("series", "central", _series("unmet"), "unmet"),
    ("series", "central", _series("fill_rate"), "fill_rate"),
    ("series", "central", _series("leaked"), "leaked beyond leakage"),
    ("series", "central", _series("legacy"), "legacy"),
    ("series", "central", _series("spending"), "spending"),
    (
        "flows",
        "central",
        lambda row: row["exporter"] == "BBB" and row["year"] == "2018",
        "limit of a pair",
    ),
    ("flows", "central", lambda row: row["exporter"] == "AAA", "output and flows"),
    (
        "capacity",
        "output_central",
        lambda row: row["factory"] == "old_plant",
        "output above capacity",
    ),
    ("money", "central", _item("purchases"), "purchases, sales and delivery"),
    ("money", "central", _item("capital"), "capital of all"),
    ("money", "central", lambda row: row["item"] == "capital", "capital beyond budgets"),
    ("summary", "central", _metric("fill_rate_after"), "fill_rate_after"),
    ("summary", "central", _metric("T50"), "T50"),
    ("summary", "central", _metric("T90"), "T90"),
    ("summary", "central", _metric("resilience_loss"), "resilience_loss"),
    ("summary", "central", _metric("substitution_ratio"), "substitution_ratio"),
    ("summary", "central", _metric("substitution_cost"), "substitution_cost"),
    ("summary", "central", _metric("import_dependence"), "import_dependence"),
    ("summary", "central", _metric("hhi"), "hhi"),
    ("fates", "probability", lambda row: row["year"] == "2017", "fates"),
    ("events", "members", lambda row: row["event"] == "ban", "members in which it begins"),
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a result that the accountant has checked."""
    folder = tmp_path_factory.mktemp("kept")
    sets = ["factories.old_plant.lines.engines.unit_cost=1"]
    found = audited(sim.load(EXAMPLES[0].with_name("first.yaml"), sets, members=1), folder)
    assert not found, told(found)
    return folder


@pytest.mark.parametrize(
    ("table", "column", "where", "what"), PLANTED, ids=[f"{each[0]}-{each[3]}" for each in PLANTED]
)
def test_the_accountant_finds_a_number_that_was_changed(
    kept: Path, tmp_path: Path, table: str, column: str, where: Where, what: str
) -> None:
    for file in (kept / "result").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = [row for row in rows if where(row) and row[column]]
    assert changed
    for row in changed:
        row[column] = _more(row[column]) if row[column] != "inf" else "1"
    with (tmp_path / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert what in {each.what for each in audit(tmp_path, kept / "rest")}

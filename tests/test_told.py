"""What the pages say of results is what a run says: tables to the letter, sentences by numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from sim.records import Records
from tests.golden import told
from tests.golden.case import CASE, MEMBERS, README, renewed, runner, written

pytestmark = pytest.mark.untraced

BY_BASELINE = ("answer", "cost", "history", "record")
"""Tables that one run of the baseline fills."""
PAGES = {page.name: page.read_text(encoding="utf-8") for page in (CASE, README)}
ran_once = runner(MEMBERS)


def baseline() -> Records:
    """Run the baseline with as many members as the pages have, once."""
    return ran_once("baseline")


@cache
def table(name: str) -> dict[str, list[str]]:
    """Return the rows of a table of the case, first cell -> the others."""
    lines = written(PAGES["case.md"])[name][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def lost(scenario: str) -> float:
    """Return what Russia loses in a scenario, the middle of the members, in months of need."""
    return float(table("scenarios")[scenario][0].split()[0])


def middles(cells: list[str]) -> list[float]:
    """Return the first number of each cell that has one."""
    found = (re.match(r"(-?[\d.]+) \(", cell) for cell in cells)
    return [float(each[1]) for each in found if each]


@pytest.mark.parametrize("name", told.POLICIES)
def test_a_case_s_page_has_what_its_runs_say(name: str) -> None:
    """`python -m tests.golden.told` writes it anew."""
    assert told.written(name) == told.table(name)


@pytest.mark.parametrize("page", PAGES)
def test_tables_of_the_baseline_are_of_this_model(page: str) -> None:
    """`python -m tests.golden.case` writes them anew."""
    kept = {name: lines for name, lines in written(PAGES[page]).items() if name in BY_BASELINE}
    bare = "".join(f"<!-- {name} -->\n\n" for name in kept)
    assert kept
    assert written(renewed(bare, ran_once)) == kept


def test_peleng_s_new_capacity_is_there_when_the_page_says() -> None:
    """In 35 of 50 from January to May 2015, in one never."""
    records = baseline()
    row = [line[::2] for line in records.lines].index(("peleng", "optics_sights"))
    more = records.usable[:, row] > records.usable[0, row] + 1e-9
    first = np.where(more.any(axis=0), more.argmax(axis=0), len(more))
    months = [*records.months, "never"]
    there = [months[each] for each in first]
    between = sum("2015-01" <= each <= "2015-05" for each in there)
    said = f"stands between January and May 2015 in {between} of {MEMBERS} members"
    assert said in PAGES["case.md"].replace("\n", " ")
    assert there.count("never") == 1
    assert f"in one of {MEMBERS} is not wanted" in PAGES["case.md"]


SENTENCES: dict[str, Callable[[], bool]] = {
    "The programmes halve the loss": lambda: 0.45 < lost("baseline") / lost("no_programme") < 0.55,
    "have lost little over a third of what it loses": lambda: (
        1 / 3 < lost("announced_plan") / lost("baseline") < 0.4
    ),
    "without it nearly half of the loss does not happen (220 of 424 months": lambda: (
        (lost("no_dual_use_ban"), lost("baseline")) == (220, 424)
    ),
    "another step changes little": lambda: (
        max(
            -middles(row[2:])[0]
            for step, row in table("steps").items()
            if step != "ukraine_bans_dual_use"
        )
        < 0.05 * lost("baseline")
    ),
    "If much leaks, Russia's loss is halved": lambda: (
        0.45 < lost("leaky") / lost("baseline") < 0.55
    ),
    "it would be about a tenth more": lambda: (
        1.08 < lost("full_enforcement") / lost("baseline") < 1.13
    ),
    "A larger part for China takes off over a fifth": lambda: (
        0.2 < 1 - lost("outside_supplier") / lost("baseline") < 0.25
    ),
    "Ten times the money and orders double the allies' share": lambda: (
        1.8
        < middles(table("scenarios")["csto_announced"])[-1]
        / middles(table("scenarios")["baseline"])[-1]
        < 2.4
    ),
    "the middle makes four fifths of the engines that the fastest make": lambda: (
        0.77 < np.divide(*_middle_and_most(table("record")["2022"][0])) < 0.83
    ),
    "the 90 % intervals hold all eleven outcomes": lambda: _of_backtest()[:2] == (11, 11),
    "the scores beat the plans in eight of eleven": lambda: _of_backtest()[2] == 8,
}
"""What docs/case.md says -> whether the tables there bear it out."""


def _middle_and_most(cell: str) -> tuple[float, float]:
    """Return the middle and the upper end of `middle (low to high)`."""
    middle, _, most = re.findall(r"[\d.]+", cell)
    return float(middle), float(most)


def _of_backtest() -> tuple[int, int, int]:
    """Count the outcomes of the case, those in 90 % intervals, those where the plan is beaten."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in written(PAGES["case.md"])["backtest"][2:]
    ]
    scores = [re.match(r"([\d.e-]+); plan ([\d.e-]+)", row[7]) for row in lines]
    beaten = sum(float(found[1]) < float(found[2]) for found in scores if found)
    return len(lines), sum(row[5] == "yes" for row in lines), beaten


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_the_case_stands_on_its_tables(sentence: str) -> None:
    """Where a table moves on, so must the words."""
    assert sentence in " ".join(PAGES["case.md"].split())
    assert SENTENCES[sentence]()

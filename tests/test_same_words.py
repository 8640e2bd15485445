"""The terminal and the page say the same of a run, and both agree with what is warned of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.engine.run import run
from sim.report.charts.wording import by_whom, months, number, short_percent
from sim.report.overview import overview
from tests.worlds import old_supplier, propulsion_world, world

START = old_supplier()
PLANTS = START["factories"]
ORE = {"title": "Ore", "unit": "tonnes"}
HALF = {"old_plant": {**PLANTS["old_plant"], "lines": {"engines": 70}}}
MINE = {"title": "Mine", "state": "AAA", "lines": {"ore": 10}}
SMELTER = {
    **PLANTS["home_plant"],
    "lines": {"engines": {"capacity": 20, "inputs": {"ore": 1}}},
}
OLD_BAN = {"kind": "cut_off", "exporter": "BBB", "importer": "AAA", "share": 0.5}
WORLDS: dict[str, tuple[dict[str, Any], str]] = {
    "a stock covers it": (
        {
            "months": 6,
            "factories": {**PLANTS, **HALF},
            "needs": {"AAA": {"engines": {"units": 100, "stock_cover": 9}}},
        },
        ": stocks or other suppliers made up for what is warned of as short.",
    ),
    "a maker lacks an input that others do not need": (
        {
            "products": {**START["products"], "ore": ORE},
            "factories": {"old_plant": PLANTS["old_plant"], "mine": MINE, "home_plant": SMELTER},
            "trade": {
                **START["trade"],
                "ore": {"exporter": "AAA", "importer": "AAA", "product": "ore"},
            },
        },
        ": stocks or other suppliers made up for what is warned of as short.",
    ),
    "it is over when a restriction comes": (
        {
            "factories": {**PLANTS, **HALF},
            "needs": {"AAA": {"engines": {"units": 100, "stock_cover": 0}}},
            "events": {
                "less": {
                    "kind": "demand",
                    "date": "2014-06",
                    "state": "AAA",
                    "product": "engines",
                    "factor": 0.2,
                },
                "ban": {**OLD_BAN, "date": "2015-06"},
            },
        },
        " since the supply was first restricted; before that, it was short.",
    ),
    "nothing is short": ({}, "."),
}


def page_of(result: Any, folder: Path) -> str:
    """Write the page and return its words."""
    html = Path(result.save(folder), "report.html").read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


@pytest.mark.parametrize("name", WORLDS)
def test_that_no_need_is_short_agrees_with_the_warnings(name: str, tmp_path: Path) -> None:
    changes, end = WORLDS[name]
    result = run(world(**changes))
    is_warned = any(" is short of " in each for each in result.records.warnings)
    assert is_warned == (name != "nothing is short")
    said = f"The only need is met in full{end}"
    assert said in " ".join(overview(result).split())
    assert said in page_of(result, tmp_path / "out")


def test_who_took_over_is_named_where_nothing_is_short(tmp_path: Path) -> None:
    """That is the question, and stays one where the answer is a good one."""
    states = {"BBB": {"title": "Old"}, "CCC": {"title": "Third country"}, "AAA": {"title": "A"}}
    states["DDD"] = {"title": "D"}
    lines = {"engines": 200}
    made = world(
        states=states,
        factories={
            "old": {"title": "Old", "state": "BBB", "lines": lines},
            "third": {"title": "Third", "state": "CCC", "lines": lines},
        },
        needs={"AAA": {"engines": 100}, "DDD": {"engines": 10}},
        trade={
            "old": {"exporter": "BBB", "importer": "*", "product": "engines", "weight": 9},
            "third": {"exporter": "CCC", "importer": "*", "product": "engines", "weight": 1},
        },
        events={"ban": {"kind": "cut_off", "date": "2014-06", "exporter": "BBB", "importer": "*"}},
    )
    result = run(made)
    terminal = " ".join(overview(result).split())
    assert "All 2 needs are met in full. Who supplies" in terminal
    assert "at the end most likely 2 supplied by others (taken over by CCC 2)." in terminal
    page = page_of(result, tmp_path / "out")
    assert (
        "at the end 2 are supplied by others (taken over by Third country 2), most likely." in page
    )


def test_of_many_who_took_over_the_most_frequent_are_named() -> None:
    assert by_whom(["A", "B", "", "B", "C", "D", "D", "D", "E"]) == (
        " (taken over by D 3, B 2, A 1, others 2)"
    )
    assert by_whom(["A"]) == " (taken over by A)"
    assert not by_whom(["", ""])


def test_money_is_the_same_number_on_the_terminal_and_on_the_page(tmp_path: Path) -> None:
    """The mean of the members, which is not their median here."""
    result = run(propulsion_world(members=20))
    terminal, page = " ".join(overview(result).split()), page_of(result, tmp_path / "out")
    [(_, extra)] = re.findall(r"brackets\): AAA (\S+) .*?at the start, (\S+)", terminal)
    capital, paid, more = re.findall(
        r"invests (\S+) and pays (\S+) (more|less) than at the start", page
    )[0]
    money = result.records.money["capital"][:, list(result.records.purses).index("AAA")]
    assert capital == number(float(money.sum(axis=0).mean()))
    assert f"AAA {capital}" in terminal
    assert extra.rstrip(".;") == ("" if more == "more" else "-") + paid


def test_a_share_beside_a_line_is_short() -> None:
    """Words would be cut at the edge of the picture."""
    shares = (0.0, 0.001, 0.5, 0.9991, 1.0)
    assert [short_percent(each) for each in shares] == ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"]


def test_half_a_month_is_told_as_one() -> None:
    """Whatever the number: medians of an even number of members often end in a half."""
    told = [months(count) for count in (8.4, 8.5, 19.5, float("inf"), float("nan"))]
    assert told == ["8", "9", "20", "never", "-"]

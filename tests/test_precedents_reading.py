"""Test that folders of precedents are read with every fault and its place."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.files.delimited import cell_starts
from sim.precedents import PrecedentsError, fits, load
from sim.precedents.columns import (
    CASES,
    MILESTONES,
    month_number,
    months_between,
    point_in_time,
)
from sim.precedents.durations import rows_of, span

CASE = "own_pump,own_2030,Here,There,2030-01,2030-02,civil,pumps,system,design,home,open,none"
ROW = (
    "own_pump,pumps,civil,2030-01,2030-02,first,2031-02,2030-02,2032-02,,,,milestone,"
    "https://example.org/pump,documented,"
)


def folder(path: Path, cases: list[str], rows: list[str]) -> Path:
    """Write a folder of one's own."""
    (path / "cases.csv").write_text("\n".join([",".join(CASES), *cases]) + "\n")
    (path / "milestones.csv").write_text("\n".join([",".join(MILESTONES), *rows]) + "\n")
    return path


def faults(path: Path) -> list[str]:
    """Return the faults of a folder, without the folder's name."""
    with pytest.raises(PrecedentsError) as caught:
        load(path)
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults
    return [str(fault).replace(f"{path}/", "") for fault in caught.value.faults]


def test_ones_own_follow_the_shipped_and_move_the_fit(tmp_path: Path) -> None:
    many = [CASE.replace("own_pump", f"pump{each}") for each in range(8)]
    rows = [ROW.replace("own_pump", f"pump{each}") for each in range(8)]
    both = load(folder(tmp_path, many, [row.replace("2032-02", "2049-02") for row in rows]))
    assert list(both.cases["case"].tail(8)) == [f"pump{each}" for each in range(8)]
    assert both.milestones["shipped"].sum() == len(load().milestones)
    own = both.milestones.iloc[-1]
    assert (own["cluster"], own["class"], own["head_start"]) == ("own_2030", "system", "design")
    before = fits(load().milestones).durations.months("system", "design").quantiles(50)
    assert fits(both.milestones).durations.months("system", "design").quantiles(50) > before


def test_all_faults_come_at_once_with_their_places(tmp_path: Path) -> None:
    cases = [CASE, CASE, CASE.replace("own_pump", "two").replace("system", "sistem")]
    rows = [
        ROW,
        ROW,
        ROW.replace("own_pump", "none_such"),
        ROW.replace("2031-02", "2031-13"),
        ROW.replace("2032-02,", ","),
        ROW.replace("2032-02", "2029-02").replace("first", "full"),
        ROW.replace("2030-02,2032-02", ",2032-02").replace("first", "rate5"),
    ]
    found = faults(folder(tmp_path, cases, rows))
    assert found == [
        "cases.csv:3:1 case: 'own_pump' is there already, in line 2",
        "cases.csv:4:53 complexity: 'sistem' is none of simple, process, system, deep, platform",
        "milestones.csv:3:38 milestone: the same as line 2",
        "milestones.csv:4:1 case: no case 'none_such' in cases.csv",
        "milestones.csv:5:44 announced: '2031-13' is no date; write YYYY-MM",
        "milestones.csv:6:38 milestone: the same as line 2",
        "milestones.csv:6:60 actual: give either actual or censored_at: when it happened, or had"
        " not yet",
        "milestones.csv:7:59 actual: 2029-02 lies before stated_on 2030-02",
        "milestones.csv:8:44 announced: announced and stated_on belong together: what was"
        " promised, and when",
    ]


@pytest.mark.parametrize("said", ["2031-02,2029-02", ","])
def test_nothing_ends_before_its_start(tmp_path: Path, said: str) -> None:
    """Promised in 2029 or not at all, decided in February 2030, made in December 2029: it counted
    as half a month."""
    early = ROW.replace("2031-02,2030-02,2032-02", f"{said},2029-12")
    (found,) = faults(folder(tmp_path, [CASE], [early]))
    assert found.endswith("actual: 2029-12 lies before start 2030-02")


def test_rows_of_one_milestone_end_alike(tmp_path: Path) -> None:
    other = ROW.replace("2031-02", "2031-09").replace("2032-02", "2033-02")
    assert faults(folder(tmp_path, [CASE], [ROW, other])) == [
        "milestones.csv:3:60 actual: another row of this milestone ends otherwise"
    ]


def test_columns_that_lack_or_are_none(tmp_path: Path) -> None:
    folder(tmp_path, [CASE], [ROW])
    text = (tmp_path / "cases.csv").read_text()
    (tmp_path / "cases.csv").write_text(text.replace("cluster,", "klaster,"))
    found = faults(tmp_path)
    assert found[0] == "cases.csv:1:1 cluster: the column is missing"
    assert found[1].startswith("cases.csv:1:1 klaster: no such column; columns are case, cluster")


def test_ragged_rows_and_empty_cells(tmp_path: Path) -> None:
    """At once; what the odd row is about is not said to be missing, too."""
    of_odd = ROW.replace("own_pump", "short")
    folder(tmp_path, [CASE.replace("own_2030", ""), "short,row"], [of_odd])
    assert faults(tmp_path) == [
        "cases.csv:2:10 cluster: is empty",
        "cases.csv:3:1: has 2 cells, the header 13",
    ]
    (tmp_path / "milestones.csv").write_text("")
    assert "milestones.csv:1:1 case: the column is missing" in faults(tmp_path)


def test_a_year_stands_where_the_other_date_leaves_room(tmp_path: Path) -> None:
    """Promised in November 2031 for 2031: in December at the latest; but not for 2030."""
    near = ROW.replace("2031-02,2030-02,2032-02", "2031,2031-11,2032")
    said = load(folder(tmp_path, [CASE], [near])).milestones.tail(1)
    assert span(said, "stated_on", "announced").tolist() == [0.5]
    assert span(said, "stated_on").tolist() == [7]
    late = near.replace("2031,2031-11", "2030,2031-11")
    assert faults(folder(tmp_path, [CASE], [late])) == [
        "milestones.csv:2:44 announced: 2030 lies before stated_on 2031-11"
    ]


def test_months_between_dates_on_paper() -> None:
    for first, then, months in (
        ("2014-02", "2015-01", 11),
        ("2014", "2014-08", 2),  # June to August
        ("2014-10", "2014", 1),  # October to the middle of October to December
        ("2014", "2014-03", 1),  # the middle of January to March to March
        ("2014-10", "2013", -16),
        ("2014-10", "2014-09", -1),
    ):
        assert months_between(first, then) == months


def test_one_word_may_name_several_rates(tmp_path: Path) -> None:
    """500 a month came a year before 1000 did: two events, each of full weight."""
    slow = ROW.replace("first", "rate").replace("2032-02,,,,", "2032-02,,a month,500,")
    fast = slow.replace("2032-02", "2033-02").replace("500", "1000")
    said = load(folder(tmp_path, [CASE], [slow, fast])).milestones.tail(2)
    assert list(said["value"]) == ["500", "1000"]
    rows = rows_of(said.assign(open=False), [np.ones(1)] * 2, np.ones(2), 1)
    assert rows.weights.tolist() == [1, 1]


def test_a_shipped_case_may_be_named_but_not_coded_otherwise(tmp_path: Path) -> None:
    more = ROW.replace("own_pump", "qat_milk").replace("first", "second_herd")
    assert load(folder(tmp_path, [], [more])).milestones.iloc[-1]["class"] == "simple"
    found = faults(folder(tmp_path, [CASE.replace("own_pump", "qat_milk")], [more]))
    assert "the shipped case 'qat_milk' has 'qat_2017'; give yours another name" in found[0]


def test_a_class_that_is_not_known_is_no_fault(tmp_path: Path) -> None:
    unknown = CASE.replace("system,design", ",")
    assert load(folder(tmp_path, [unknown], [ROW])).milestones.iloc[-1]["class"] == ""


def test_folders_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        load(tmp_path / "nowhere")
    assert faults(tmp_path) == [
        "cases.csv: cannot be read: No such file or directory",
        "milestones.csv: cannot be read: No such file or directory",
    ]
    folder(tmp_path, [CASE], [ROW])
    (tmp_path / "cases.csv").write_bytes(b"case\xff")
    (tmp_path / "milestones.csv").write_text('case,"open\n')
    assert [each.split(": ")[0] for each in faults(tmp_path)] == [
        "cases.csv",
        "milestones.csv:1:1",
    ]


def test_ramps_of_ones_own(tmp_path: Path) -> None:
    folder(tmp_path, [CASE], [ROW])
    head = "case,year,value,unit,source,class,series\n"
    (tmp_path / "ramps.csv").write_text(head + "own_pump,2031-xx,many,a month,,deep,own_pump\n")
    assert faults(tmp_path) == [
        "ramps.csv:2:10 year: '2031-xx' is no date; write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-Q1",
        "ramps.csv:2:18 value: 'many' is no number",
    ]


def test_quoted_cells_keep_their_columns(tmp_path: Path) -> None:
    assert cell_starts('a,"b, and c",d') == [1, 3, 14]
    assert cell_starts('5" pipe,"a ""b"", c",d') == [1, 9, 22]
    rows = [ROW + '"a note\nover lines"', ROW.replace("2031-02", "soon")]
    assert faults(folder(tmp_path, [CASE], rows))[0].startswith("milestones.csv:4:44 announced")


def test_dates() -> None:
    assert month_number("2014-06") == 12 * 2014 + 5
    assert month_number("2014") == month_number("2014-06")
    assert month_number("2014-06-30") == month_number("2014-06")
    assert point_in_time("2024-Q3") == 12 * 2024 + 7.5
    assert point_in_time("2024-H2") == 12 * 2024 + 9
    assert point_in_time("2024") == 12 * 2024 + 6
    assert point_in_time("2024 (nine months)") == 12 * 2024 + 6
    with pytest.raises(ValueError, match="2014-13"):
        month_number("2014-13")


def test_a_row_is_documented_estimated_or_disputed(tmp_path: Path) -> None:
    row = ROW.replace(",documented,", ",sure,")
    assert row != ROW
    assert faults(folder(tmp_path, [CASE], [row])) == [
        "milestones.csv:2:106 confidence: 'sure' is none of documented, estimated, disputed"
    ]

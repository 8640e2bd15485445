"""Cells of tables mean what the scenario says of them, whichever way the rows are read: as columns,
each different text once, or row by row."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import sim
import sim.report.result
from sim.errors import ScenarioError
from sim.scenario.column_table import ColumnTable
from sim.scenario.loading.dump import digest
from sim.scenario.schema import Scenario

BLOCKS = {
    "states": "{AAA: {title: Here}, BBB: {title: There}}",
    "products": "{pumps: {title: Pumps, unit: pumps}}",
    "factories": "{f: {title: F, state: BBB, lines: {pumps: 100}}}",
    "needs": "{AAA: {pumps: 50}}",
    "trade": "{all: {exporter: '*', importer: '*', product: '*'}}",
    "sources": "{book: {title: A book}}",
}


def loaded(folder: Path, tables: dict[str, str], **blocks: str) -> Scenario:
    """Load a world with some blocks of its own, beside tables of these contents."""
    for name, text in tables.items():
        (folder / name).write_text(text, encoding="utf-8")
    lines = [f"{key}: {block}" for key, block in {**BLOCKS, **blocks}.items()]
    head = ["name: cells", "title: Cells", "start: 2020-01", "months: 12"]
    (folder / "main.yaml").write_text("\n".join([*head, *lines]), encoding="utf-8")
    return sim.load(folder / "main.yaml")


def refusal(folder: Path, tables: dict[str, str], **blocks: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        loaded(folder, tables, **blocks)
    return str(caught.value).replace(f"{folder}/", "")


PLANTS = "factory,state,product,capacity,unit_cost\nf,BBB,pumps,100,999\ng,BBB,pumps,50,3\n"
RULES = "rule,exporter,importer,product,weight\na,BBB,AAA,pumps,9\nb,AAA,BBB,pumps,3\n"


def test_a_number_may_stand_for_a_blank(tmp_path: Path) -> None:
    """999 is no cost where the table says that it is missing: the line has the default, 0."""
    found = loaded(tmp_path, {"f.csv": PLANTS}, factories="{table: f.csv, missing: ['999']}")
    costs = [found.factories[each].lines["pumps"].unit_cost.value for each in "fg"]
    assert costs == [0, 3]
    found = loaded(tmp_path, {"t.csv": RULES}, trade="{table: t.csv, missing: ['9']}")
    assert isinstance(found.trade, ColumnTable)
    assert [found.trade[each].weight.value for each in "ab"] == [1, 3]


def test_rows_may_end_with_a_comma(tmp_path: Path) -> None:
    """As those of Comtrade do, whose header does not; what stands beyond the header is a fault."""
    text = PLANTS.replace(",999\n", ",999,\n").replace(",3\n", ",3, ,\n")
    found = loaded(tmp_path, {"f.csv": text}, factories="{table: f.csv}")
    costs = [found.factories[each].lines["pumps"].unit_cost.value for each in "fg"]
    assert costs == [999, 3]
    told = refusal(tmp_path, {"f.csv": text.replace(" ,", "7,")}, factories="{table: f.csv}")
    assert told == "f.csv:3:1: 7 cells; the header has 5"


@pytest.mark.parametrize("key", ["weight_low", "exporter"])
def test_a_scale_that_would_do_nothing_is_refused(key: str, tmp_path: Path) -> None:
    """An interval has the scale of its number; a name has none."""
    table = "rule,exporter,importer,product,weight,weight_low,weight_high\na,BBB,AAA,pumps,5,4,6\n"
    told = refusal(tmp_path, {"t.csv": table}, trade=f"{{table: t.csv, scale: {{{key}: 10}}}}")
    assert f"trade.scale.{key}: no such number in the table" in told


def test_a_point_between_thousands_stands_before_no_decimals(tmp_path: Path) -> None:
    """1.200 is twelve hundred then, and 1.5 is no number: it would be read as fifteen."""
    plants = "{table: f.csv, delimiter: ';', thousands: '.'}"
    table = "factory;state;product;capacity\nf;BBB;pumps;1.200\n"
    found = loaded(tmp_path, {"f.csv": table}, factories=plants)
    assert found.factories["f"].lines["pumps"].capacity.value == 1200
    told = refusal(tmp_path, {"f.csv": table.replace("1.200", "1.5")}, factories=plants)
    assert "expected a number, found text '1.5'; say decimal: '.', thousands: ''" in told


def test_a_constant_may_have_intervals_in_some_rows(tmp_path: Path) -> None:
    """All weights are 5, wherever columns of their ends are blank; they were 1 in the run."""
    table = "rule,exporter,importer,product,weight_low,weight_high\na,BBB,AAA,pumps,,\n"
    spec = "{table: t.csv, constants: {weight: 5}}"
    found = loaded(tmp_path, {"t.csv": table}, trade=spec)
    assert not isinstance(found.trade, ColumnTable)
    assert found.trade["a"].weight.value == 5


@pytest.mark.parametrize(
    "spec",
    [
        "source: book, constants: {lead_months: 3}",
        "per: year, constants: {cap: 120}",
        "constants: {by_search: true, pairs: together}",
    ],
)
def test_constants_of_large_tables_are_read_again(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result with very many trade rules holds them as a table; it loads to the same scenario."""
    monkeypatch.setattr(sim.report.result, "LARGE", 1)
    found = loaded(tmp_path, {"t.csv": RULES}, trade=f"{{table: t.csv, {spec}}}")
    assert isinstance(found.trade, ColumnTable)
    sim.run(found).save(tmp_path / "out", figures=False)
    assert (tmp_path / "out" / "trade.csv").exists()
    assert digest(sim.load(tmp_path / "out" / "scenario.yaml")) == digest(found)


def test_constants_may_be_whole_numbers_and_flags(tmp_path: Path) -> None:
    needs = {"n.csv": "state,product,units\nAAA,pumps,5\n"}
    found = loaded(tmp_path, needs, needs="{table: n.csv, constants: {tier: 1}}")
    assert found.needs["AAA"]["pumps"].tier == 1
    told = refusal(tmp_path, needs, needs="{table: n.csv, constants: {tier: [1]}}")
    assert "needs.constants.tier: expected text or a number, found a list" in told


@pytest.mark.parametrize("first", ["{table: n.csv}", "{AAA: {pumps: 5}}"])
def test_a_table_by_year_takes_the_place_of_units(first: str, tmp_path: Path) -> None:
    """120 a year stand in place of 5 a month, be these of a table or not."""
    tables = {
        "n.csv": "state,product,units\nAAA,pumps,5\n",
        "y.csv": "state,product,year,units\nAAA,pumps,2020,120\n",
    }
    found = loaded(tmp_path, tables, needs=f"[{first}, {{table: y.csv}}]").needs["AAA"]["pumps"]
    assert found.units is None
    assert found.by_year is not None
    assert found.by_year[2020].value == 120


def test_a_cell_may_hold_whatever_the_key_may(tmp_path: Path) -> None:
    """`all` in place of a list of states, and a month in place of a number of months."""
    head = (
        "programme,title,chair,beneficiaries,candidate,factory,product,lead_time.announced,"
        "lead_time.stated_on,ramp_months,capital_cost"
    )
    row = "q,Q,AAA,all,c,f,pumps,2021-05,2020-01,1,5"
    spec = "{table: p.csv, source: book}"
    found = loaded(tmp_path, {"p.csv": f"{head}\n{row}\n"}, programmes=spec).programmes["q"]
    assert found.beneficiaries == "all"
    lead_time = found.candidates["c"].lead_time
    assert lead_time is not None
    assert (lead_time.announced, lead_time.stated_on) == ("2021-05", "2020-01")
    assert found.candidates["c"].ramp_months is not None
    assert found.candidates["c"].ramp_months.source == "book"


def test_a_state_that_is_no_code_is_told_how_it_gets_one(tmp_path: Path) -> None:
    tables = {
        "s.csv": "state,title\nGermany,Germany\nBBB,B\n",
        "n.csv": "state,product,units\nGermany,pumps,5\n",
    }
    blocks = {"states": "{table: s.csv}", "needs": "{table: n.csv}"}
    told = refusal(tmp_path, tables, **blocks)
    message = "'Germany' is not a state's name (2 to 20 capital letters, digits or _, as in RUS)"
    for place in ("n.csv:2:1 needs.Germany", "s.csv:2:1 states.Germany"):
        assert f"{place}: {message}; give it one by names: {{Germany: GERMANY}}" in told
    named = {key: f"{each[:-1]}, names: {{Germany: DEU}}}}" for key, each in blocks.items()}
    assert list(loaded(tmp_path, tables, **named).needs) == ["DEU"]


def test_an_unknown_state_of_a_table_may_have_another_name(tmp_path: Path) -> None:
    told = refusal(tmp_path, {"t.csv": RULES.replace("AAA", "Germany")}, trade="{table: t.csv}")
    assert "unknown state or bloc 'Germany'; known: AAA, BBB; names gives codes other names" in told


@pytest.mark.parametrize("more", ["", ", rules.allocation: talmud"])
def test_what_constants_say_of_a_number_is_said_where_there_is_one(
    more: str, tmp_path: Path
) -> None:
    """A blank cost is none, whoever would be its source; rules of its own are read row by row."""
    table = PLANTS.replace("999", "")
    spec = f"{{table: f.csv, constants: {{unit_cost_source: book{more}}}}}"
    found = loaded(tmp_path, {"f.csv": table}, factories=spec).factories
    costs = [found[each].lines["pumps"].unit_cost for each in "fg"]
    assert [(each.value, each.source) for each in costs] == [(0, None), (3, "book")]


def test_a_bloc_has_one_name_in_all_columns(tmp_path: Path) -> None:
    tables = {
        "s.csv": "state,title,bloc\nAAA,A,\nBBB,B,East-1\n",
        "t.csv": "exporter,importer,product\nEast-1,AAA,pumps\n",
    }
    found = loaded(tmp_path, tables, states="{table: s.csv}", trade="{table: t.csv}")
    assert found.states["BBB"].bloc == "EAST_1"
    assert [each.exporter for each in found.trade.values()] == ["EAST_1"]


@pytest.mark.parametrize("kind", [float, Decimal])
def test_whole_numbers_of_parquet_are_written_without_a_point(
    kind: type[float | Decimal], tmp_path: Path
) -> None:
    """Years and codes are floats where their column has a blank, and so is what stands for one;
    databases write them as decimals."""
    arrow = pytest.importorskip("pyarrow")
    columns = {"state": ["AAA"] * 3, "product": [10] * 3, "year": [2020, 2021, 2022]}
    rows = arrow.table({**columns, "units": [120, 60.5, -9]})
    cast = arrow.float64() if kind is float else arrow.decimal128(38, 10)
    for at, name in enumerate(rows.column_names[1:], start=1):
        rows = rows.set_column(at, name, rows[name].cast(cast))
    pytest.importorskip("pyarrow.parquet").write_table(rows, tmp_path / "n.parquet")
    found = loaded(
        tmp_path,
        {},
        products="{c10: {title: Food, unit: t}}",
        factories="{f: {title: F, state: BBB, lines: {c10: 100}}}",
        needs="{table: n.parquet, missing: ['-9'], blank: skip}",
    ).needs["AAA"]["c10"]
    assert found.by_year is not None
    assert {year: each.value for year, each in found.by_year.items()} == {2020: 120, 2021: 60.5}


def test_large_bounds_are_told_without_a_point(tmp_path: Path) -> None:
    told = refusal(tmp_path, {}, needs="{AAA: {pumps: 2e12}}")
    assert told.endswith("2000000000000 is above 1000000000000 (units per month)")


EVENTS = """\
event,kind,date,exporter,importer,via,capacity,state,product,input,factor,factory,from_product,\
to_product,months,lifts,after.event,source
ban-1,cut_off,2020-03,BBB,AAA,,,,,,,,,,,,,OECD-21
by,reexport,2020-04,BBB,AAA,Third,4,,,,,,,,,,,
less,thrift,2020-04,,,,,BBB,C10-12,01T03,0.5,,,,,,,
turn,retool,2020-05,,,,,,,,,F-1,01T03,C10-12,2,,,
end,lifting,,,,,,,,,,,,,,ban-1,ban-1,
"""


def test_a_code_has_one_name_in_whatever_column_it_stands(tmp_path: Path) -> None:
    """As a product and as whose makers use it, as an event and as what is lifted, as a source."""
    tables = {
        "p.csv": "product,title,unit\n01T03,Farm,t\nC10-12,Food,t\n",
        "f.csv": "factory,state,product,capacity,capacity_source\n"
        "F-1,BBB,01T03,9,OECD-21\nF-1,BBB,C10-12,5,OECD-21\n",
        "i.csv": "factory,product,input,amount\nF-1,C10-12,01T03,0.5\n",
        "n.csv": "state,product,units\nAAA,C10-12,5\n",
        "s.csv": "source,title\nOECD-21,OECD\n",
        "t.csv": "rule,exporter,importer,product,user\nin,BBB,BBB,01T03,C10-12\n"
        "out,BBB,AAA,C10-12,final\n",
        "e.csv": EVENTS,
    }
    blocks = {key: f"{{table: {key[0]}.csv}}" for key in ("products", "needs", "sources", "trade")}
    found = loaded(
        tmp_path,
        tables,
        **blocks,
        states="{AAA: {title: A}, BBB: {title: B}, CCC: {title: C}}",
        factories="[{table: f.csv}, {table: i.csv}]",
        events="{table: e.csv, names: {Third: CCC}}",
    )
    said = {name: each.model_dump() for name, each in found.events.items()}
    assert said["by"]["via"] == "CCC"
    assert said["less"]["input"] == said["turn"]["from_product"] == "c01T03"
    assert said["turn"]["to_product"] == found.trade["in"].user == "C10_12"
    assert said["end"]["lifts"] == [said["end"]["after"]["event"]] == ["ban_1"]
    line = found.factories["F_1"].lines["c01T03"]
    assert said["ban_1"]["source"] == line.capacity.source == "OECD_21"


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("ramp", "; write a key within it: ramp.shape, ramp.half, ramp.precedents or ramp.own"),
        ("rmp_months", "; did you mean 'ramp_months'?"),
    ],
)
def test_a_column_that_holds_more_than_a_cell_is_told_what(
    column: str, told: str, tmp_path: Path
) -> None:
    """It was asked whether `ramp` was meant by `ramp`."""
    table = f"class,build_months,qualification_months,capital_cost,{column}\nhard,1,1,1,2\n"
    found = refusal(tmp_path, {"c.csv": table}, complexity="{table: c.csv}")
    assert f" complexity: unknown column '{column}'{told}" in found


def test_a_column_of_what_has_names_is_told_where_these_stand(tmp_path: Path) -> None:
    table = "product,title,unit,inputs\npumps,Pumps,p,ore\n"
    found = refusal(tmp_path, {"p.csv": table}, products="{table: p.csv}")
    assert found == (
        "p.csv:1:20 products: unknown column 'inputs'; its names stand in a column 'input'"
    )


def test_a_note_may_be_a_number(tmp_path: Path) -> None:
    """Footnotes have numbers; a column of nothing else is text as one of them is."""
    table = "factory,state,product,capacity,capacity_note\nf,BBB,pumps,100,12\n"
    found = loaded(tmp_path, {"f.csv": table}, factories="{table: f.csv}")
    assert found.factories["f"].lines["pumps"].capacity.note == "12"


def test_a_code_without_a_latin_letter_is_told_wherever_names_are_made_of_it(
    tmp_path: Path,
) -> None:
    for block, text, column in (
        ("factories", "state,product,capacity\nBBB,\u043d\u0430\u0441\u043e\u0441\u044b,1\n", 5),
        ("trade", "exporter,importer,product\nBBB,AAA,\u043d\u0430\u0441\u043e\u0441\u044b\n", 9),
    ):
        told = refusal(tmp_path, {"t.csv": text}, **{block: "{table: t.csv}"})
        assert f"t.csv:2:{column} " in told, told
        assert "has no letter or digit for a name; give it one by names" in told
    clash = "exporter,importer,product\nA-1|A/1,AAA,pumps\n"
    told = refusal(tmp_path, {"t.csv": clash}, trade="{table: t.csv}")
    assert "codes 'A-1' and 'A/1' both become 'A_1'" in told


@pytest.mark.parametrize("note", ["", ",note"])
def test_rules_without_names_are_told_apart_by_their_users(note: str, tmp_path: Path) -> None:
    """As flat tables of flows between industries have them; a blank is all users."""
    rows = ["BBB,AAA,pumps,final,9", "BBB,AAA,pumps,,3", "AAA,BBB,pumps,pumps,1"]
    text = "\n".join([f"exporter,importer,product,user,weight{note}", *rows, ""])
    text = text.replace("\n", ",x\n").replace("note,x", "note") if note else text
    found = loaded(tmp_path, {"t.csv": text}, trade="{table: t.csv}").trade
    assert isinstance(found, ColumnTable) is not bool(note)
    weights = {name: (each.user, each.weight.value) for name, each in found.items()}
    assert weights == {
        "BBB_AAA_pumps_final": ("final", 9),
        "BBB_AAA_pumps_all": ("*", 3),
        "AAA_BBB_pumps_pumps": ("pumps", 1),
    }
    told = refusal(tmp_path, {"t.csv": f"{text}{rows[1]}{note and ',x'}\n"}, trade="{table: t.csv}")
    assert "t.csv:5:1 trade: the same exporter and importer and product and user as in" in told


def test_what_a_rule_is_named_by_takes_no_name_from_others(tmp_path: Path) -> None:
    """The state a-1 is A_1, so the product a/1 may be a_1, in a table that stays columns."""
    found = loaded(
        tmp_path,
        {"t.csv": "exporter,importer,product\na-1,AAA,a/1\n"},
        states="{AAA: {title: Here}, BBB: {title: There}, A_1: {title: Else}}",
        products="{pumps: {title: P, unit: p}, a_1: {title: Q, unit: q}}",
        trade="{table: t.csv}",
    ).trade
    assert isinstance(found, ColumnTable)
    assert [(name, each.exporter, each.product) for name, each in found.items()] == [
        ("a_1_AAA_a_1", "A_1", "a_1")
    ]


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("needs", "state,product,series\nAAA,pumps,120|240\n"),
        ("trade", "exporter,importer,product,weight\nBBB,AAA,pumps,12\n"),
    ],
)
def test_a_time_base_that_would_do_nothing_is_refused(
    block: str, text: str, tmp_path: Path
) -> None:
    """A series is by the month: 120 a year would be 120 a month."""
    told = refusal(tmp_path, {"t.csv": text}, **{block: "{table: t.csv, per: year}"})
    assert f"{block}.per: no number of the table is a rate; per: year does nothing" in told


def test_needs_by_year_may_be_said_to_be_by_the_year(tmp_path: Path) -> None:
    text = "state,product,year,units\nAAA,pumps,2020,120\n"
    found = loaded(tmp_path, {"t.csv": text}, needs="{table: t.csv, per: year}")
    by_year = found.needs["AAA"]["pumps"].by_year
    assert by_year is not None
    assert by_year[2020].value == 120


@pytest.mark.parametrize(
    ("block", "text", "told"),
    [
        (
            "factories",
            "factory,state,product,capacity,unit_cost\nf,BBB,pumps,5,\ng,BBB,pumps,5,3\n",
            "f.lines.pumps.capacity",
        ),
        ("needs", "state,product,units\nAAA,pumps,3\n", "AAA.pumps.units"),
        ("states", "state,title,stock_cover\nAAA,A,\nBBB,B,2\n", "BBB.stock_cover"),
    ],
)
def test_an_unknown_source_of_a_whole_table_is_told(
    block: str, text: str, told: str, tmp_path: Path
) -> None:
    """Once, of the first row that gives a number."""
    found = refusal(tmp_path, {"t.csv": text}, **{block: "{table: t.csv, source: rumour}"})
    assert found.startswith("main.yaml:")
    assert found.endswith(f" {block}.{told}.source: unknown source 'rumour'; known: book")
    assert "\n" not in found

"""Tables that are refused, and what is said of each."""

from __future__ import annotations

from typing import NamedTuple

HEAD = "factory,state,product,capacity"
GOOD = f"{HEAD}\nnorth,AAA,pumps,200\n"


class Case(NamedTuple):
    """A table, what the scenario says of it, and a part of the message with its place."""

    what: str
    text: str | bytes
    told: str
    spec: str = ""
    block: str = "factories"


CASES = [
    Case("nothing", "", "t.csv: the table is empty"),
    Case("blank lines", "\n\n", "t.csv: the table is empty"),
    Case("no table", "root:x:0:0\n", "t.csv:1:1 factories: none of its columns is known"),
    Case(
        "no name column",
        "state,capacity\nAAA,1\n",
        "no column 'factory', nor 'state' and 'product'",
    ),
    Case(
        "a misspelt column",
        f"{HEAD},titel\nn,AAA,pumps,1,x\n",
        "t.csv:1:32 factories: unknown column 'titel'; did you mean 'title'?",
    ),
    Case(
        "a strange column",
        f"{HEAD},flag7\nn,AAA,pumps,1,x\n",
        "t.csv:1:32 factories: unknown column 'flag7'; map it by columns, or ignore it",
    ),
    Case(
        "what is said of no number",
        f"{HEAD},confidence\nn,AAA,pumps,1,assumed\n",
        "t.csv:1:32 factories: unknown column 'confidence'; write the number that it speaks of"
        " before it, as in capacity_confidence",
    ),
    Case(
        "a column twice",
        f"{HEAD},capacity\nn,AAA,pumps,1,2\n",
        "t.csv:1:32 factories: column 'capacity' is given twice",
    ),
    Case(
        "a column that needs another",
        "factory,state,capacity\nn,AAA,1\n",
        "t.csv:1:15 factories: column 'capacity' needs a column 'product' beside it",
    ),
    Case("too many cells", f"{HEAD}\nn,AAA,pumps,1,2\n", "t.csv:2:1: 5 cells; the header has 4"),
    Case("too few cells", f"{HEAD}\nn,AAA\n", "t.csv:2:1: 2 cells; the header has 4"),
    Case(
        "an open quote",
        f'{HEAD}\n"n,AAA,pumps,1\n',
        "t.csv:2:1: no table: unexpected end of data",
    ),
    Case(
        "text after a quote",
        f'{HEAD}\n"n"x,AAA,pumps,1\n',
        "t.csv:2:1: no table: ',' expected after '\"'",
    ),
    Case("semicolons", GOOD.replace(",", ";"), "t.csv:1:1: one column alone; say delimiter: ';'"),
    Case(
        "semicolons and decimal commas",
        f"{HEAD}\nn,AAA,pumps,1.5\n".replace(",", ";").replace(".", ","),
        "t.csv:1:1: one column alone; say delimiter: ';'",
    ),
    Case(
        "a spreadsheet's own format",
        b"PK\x03\x04\x14\x00",
        "t.csv: is in a spreadsheet's own format, or an archive; save the sheet as CSV",
    ),
    Case("tabs", GOOD.replace(",", "\t"), "t.csv:1:1: one column alone; say delimiter: a tab"),
    Case(
        "Latin-1",
        f"{HEAD}\nKöln,AAA,pumps,1\n".encode("latin-1"),
        "t.csv:2:1: not utf-8 text (byte 33); say encoding: latin-1",
    ),
    Case(
        "UTF-16 that is not said",
        GOOD.encode("utf-16"),
        "t.csv:1:1: not utf-8 text (byte 1); say encoding: utf-16",
    ),
    Case("not UTF-16", b"abc", "not utf-16 text", ", encoding: utf-16"),
    Case(
        "a zero byte", f"{HEAD}\nn\0,AAA,pumps,1\n", "t.csv:2:2: not plain text: character U+0000"
    ),
    Case(
        "a word for a number",
        f"{HEAD}\nn,AAA,pumps,many\n",
        "t.csv:2:13 factories.n.lines.pumps.capacity: expected a number, found text 'many'",
    ),
    Case(
        "a decimal comma",
        f'{HEAD}\nn,AAA,pumps,"1,5"\n',
        "found text '1,5'; say decimal: ',' if it is one",
    ),
    Case(
        "thousands",
        f"{HEAD}\nn,AAA,pumps,1 500\n",
        "found text '1 500'; say decimal: '.', thousands: ' '",
    ),
    Case(
        "thousands in the wrong place",
        f'{HEAD}\nn,AAA,pumps,"1,50"\n',
        "expected a number, found text '1,50'",
        ', thousands: ","',
    ),
    Case("a percentage", f"{HEAD}\nn,AAA,pumps,12%\n", "found text '12%'; write a share as 0.12"),
    Case("not a number", f"{HEAD}\nn,AAA,pumps,nan\n", "expected a number, found text 'nan'"),
    Case(
        "a blank number",
        f"{HEAD}\nn,AAA,pumps,\n",
        "t.csv:2:13 factories.n.lines.pumps.capacity: a blank is no zero; write 0",
    ),
    Case(
        "a mark for a blank", f"{HEAD}\nn,AAA,pumps,:\n", "a blank is no zero", ', missing: [":"]'
    ),
    Case(
        "a word in a list of numbers",
        "state,product,series\nAAA,pumps,1|two\n",
        "t.csv:2:11 needs.AAA.pumps.series: expected a number, found text 'two'",
        "",
        "needs",
    ),
    Case(
        "a blank name",
        f"{HEAD}\n,AAA,pumps,1\n",
        "t.csv:2:1 factories: a blank; every row needs a factory",
    ),
    Case(
        "a number of nothing",
        f"{HEAD}\nn,AAA,,1\n",
        "t.csv:2:8 factories: 'capacity' is given, but no product",
    ),
    Case(
        "a row twice",
        f"{GOOD}north,AAA,pumps,3\n",
        "t.csv:3:1 factories: the same factory and product as in line 2",
    ),
    Case(
        "a plant in two states",
        f"{GOOD}north,BBB,valves,3\n",
        "t.csv:3:7 factories.north.state: differs from line 2",
    ),
    Case(
        "a number below its bound",
        f"{HEAD}\nn,AAA,pumps,-1\n",
        "t.csv:2:13 factories.n.lines.pumps.capacity: -1 is below 0 (units per month)",
    ),
    Case(
        "an interval upside down",
        f"{HEAD},capacity_low,capacity_high\nn,AAA,pumps,1,3,2\n",
        "value 1 is not between low 3 and high 2",
    ),
    Case(
        "half an interval",
        f"{HEAD},capacity_low\nn,AAA,pumps,1,1\n",
        "give both low and high, or neither",
    ),
    Case(
        "an unknown state",
        f"{HEAD}\nn,AAB,pumps,1\n",
        "t.csv:2:3 factories.n.state: unknown state 'AAB'; did you mean 'AAA'?",
    ),
    Case(
        "an unknown product",
        f"{HEAD}\nn,AAA,pups,1\n",
        "unknown product 'pups'; did you mean 'pumps'?",
    ),
    Case(
        "an unknown source",
        f"{HEAD},capacity_source\nn,AAA,pumps,1,book\n",
        "t.csv:2:15 factories.n.lines.pumps.capacity.source: unknown source 'book'",
    ),
    Case(
        "an unknown confidence",
        f"{HEAD},capacity_confidence\nn,AAA,pumps,1,sure\n",
        "found text 'sure'",
    ),
    Case(
        "a month that is none",
        f"{HEAD},qualified\nn,AAA,pumps,1,2014\n",
        "t.csv:2:15 factories.n.lines.pumps.qualified: '2014' is not a month",
    ),
    Case("a state of small letters", f"{HEAD}\nn,aaa,pumps,1\n", "'aaa' is not a state's name"),
    Case(
        "a code of nothing", f"{HEAD}\n???,AAA,pumps,1\n", "'???' has no letter or digit for a name"
    ),
    Case(
        "a sign for a blank",
        f"{HEAD}\nn,AAA,pumps,\u2013\n",
        "expected a number, found text '\u2013'; say missing: ['\u2013'] if that is a blank",
    ),
    Case(
        "a number after inches",
        f'{HEAD}\n5" north,AAA,pumps,many\n',
        "t.csv:2:20 factories.c5_north.lines.pumps.capacity: expected a number, found text 'many'",
    ),
    Case(
        "codes that clash",
        f"{HEAD}\nA-1,AAA,pumps,1\nA/1,AAA,pumps,1\n",
        "codes 'A-1' and 'A/1' both become 'A_1'",
    ),
    Case(
        "a mapped column that is not there",
        GOOD,
        "main.yaml:1:47 factories.columns.capacity: no column 'tpy' in t.csv",
        ", columns: {capacity: tpy}",
    ),
    Case(
        "a key that is not there",
        GOOD,
        "factories.constants.capacty: unknown key",
        ", constants: {capacty: 1}",
    ),
    Case(
        "a constant beside a column",
        GOOD,
        "factories.constants.state: the table has a column of this name",
        ", constants: {state: AAA}",
    ),
    Case(
        "an ignored column that is not there",
        GOOD,
        "factories.ignore.0: no column 'x' in t.csv",
        ", ignore: [x]",
    ),
    Case(
        "a scale of nothing",
        GOOD,
        "factories.scale.unit_cost: no such number in the table",
        ", scale: {unit_cost: 10}",
    ),
    Case(
        "an unknown key of the table",
        GOOD,
        "factories.colums: unknown key; did you mean 'columns'?",
        ", colums: {}",
    ),
    Case(
        "an unknown time base",
        GOOD,
        "factories.per: expected month or year, found text 'week'",
        ", per: week",
    ),
    Case("an unknown encoding", GOOD, "factories.encoding: expected", ", encoding: rot13"),
    Case("a number for a file", GOOD, "factories.table: expected text, found 5", "", "number"),
    Case("a list of files", GOOD, "factories.table: expected text, found a list", "", "list"),
    Case(
        "a file that is not there",
        GOOD,
        "factories.table: cannot read no.csv: no such file",
        "",
        "absent",
    ),
    Case("a folder", GOOD, "factories.table: cannot read .: it is a directory", "", "folder"),
    Case(
        "a year that is none",
        "state,product,year,units\nAAA,pumps,soon,3\n",
        "expected a year, found text 'soon'",
        "",
        "needs",
    ),
    Case(
        "a need of no product",
        "state,units\nAAA,3\n",
        "t.csv:1:1 needs: no column 'product'",
        "",
        "needs",
    ),
    Case(
        "an unknown kind",
        "event,kind,date\nx,cutoff,2020-03\n",
        "t.csv:2:3 events.x.kind: unknown kind 'cutoff'; did you mean 'cut_off'?",
        "",
        "events",
    ),
    Case(
        "a key of another kind",
        "event,kind,date,exporter,importer,factor\nx,cut_off,2020-03,BBB,AAA,2\n",
        "t.csv:2:27 events.x.factor: unknown key",
        "",
        "events",
    ),
    Case(
        "a rule with an unknown state",
        "exporter,importer,product\nAAA,CCC,pumps\n",
        "t.csv:2:5 trade.AAA_CCC_pumps.importer: unknown state or bloc 'CCC'",
        "",
        "trade",
    ),
]

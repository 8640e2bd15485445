"""Import trade flows as UN Comtrade hands them out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from sim.errors import InputError
from sim.imports.found import Found, LeftOut, Namer, Origin, scenario, trade_tables
from sim.imports.reading import Row, base, read, rows
from sim.scenario.tables.numbers import number

LABELS = {
    "year": ("refYear", "Ref Year", "Year", "period"),
    "period": ("period",),
    "reporter": ("reporterISO", "Reporter ISO"),
    "partner": ("partnerISO", "Partner ISO"),
    "flow": ("flowCode", "Trade Flow Code", "Flow Code", "Trade Flow"),
    "classification": ("classificationCode", "Classification"),
    "code": ("cmdCode", "Commodity Code"),
    "title": ("cmdDesc", "Commodity"),
    "value": ("primaryValue", "Trade Value (US$)", "Trade Value"),
    "quantity": ("qty", "Qty"),
    "weight": ("netWgt", "Netweight (kg)", "Net Weight (kg)"),
    "reporter_title": ("reporterDesc", "Reporter"),
    "reporter_code": ("reporterCode", "Reporter Code"),
    "partner_title": ("partnerDesc", "Partner"),
    "partner_code": ("partnerCode", "Partner Code"),
    "partner2": ("partner2Code",),
    "customs": ("customsCode",),
    "transport": ("motCode",),
    "supply": ("mosCode",),
    "unit": ("qtyUnitAbbr", "Qty Unit"),
}
"""Column -> its labels of today and of older files."""
OPTIONAL = (
    *("period", "classification", "title", "reporter_title", "reporter_code", "partner_title"),
    *("partner_code", "partner2", "customs", "transport", "supply", "unit"),
)
MEASURES = {"value": ("million USD", 1e6), "weight": ("tonnes", 1e3), "quantity": ("units", 1.0)}
"""What flows are counted by -> the unit, and how many of the file's own make one."""
_FLOW = ("reporter", "reporter_code", "partner", "partner_code", "code")
"""Columns that tell a flow of the year from others."""
_CODES = {"reporter": "reporter_code", "partner": "partner_code"}
"""Side of trade -> the column that names it where older files have no letters for it."""
_UNION = ("EUR", "EU2")
_OF_UNION = (
    "AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL"
    " PRT ROU SVK SVN SWE"
)
"""States of which the European Union is the sum, now or once."""
_FLOWS = {"M": "M", "1": "M", "IMPORT": "M", "IMPORTS": "M",
          "X": "X", "2": "X", "EXPORT": "X", "EXPORTS": "X"}  # fmt: skip
_WORLD = ("W00", "WLD", "0")
_WHOLE = {
    "partner2": ("", "0"),
    "customs": ("", "C00"),
    "transport": ("", "0"),
    "supply": ("", "0"),
}
"""Column of a breakdown -> what it says of the whole."""


def comtrade(
    path: str | os.PathLike[str],
    *,
    measure: str = "value",
    flow: str = "M",
    year: int | None = None,
) -> Found:
    """Read a file of UN Comtrade (CSV) into tables of a scenario.

    `flow` says whose books count: `M` the importers', `X` the exporters'; the two never agree, and
    both together would count trade twice. `measure` is value, weight or quantity; `year` the last
    of the file where not given. Left out: the world as a partner, the European Union beside states
    of it, breakdowns by second partner, customs procedure, transport or mode of supply, codes that
    contain others of the file, other years and flows, a state's trade with itself. What would be
    counted twice otherwise is refused: months, a flow that stands there again, codes of two
    classifications. Raises ScenarioError for faults of the file.
    """
    file = read(path, labels=LABELS)
    optional = [*OPTIONAL, *(each for each in MEASURES if each != measure)]
    given = list(rows(file, LABELS, optional))
    years = [_year(each) for each in given]
    file.check()
    if not given:
        raise InputError(f"{file.path}: has no rows")
    chosen = max(years) if year is None else year
    if chosen not in years:
        known = ", ".join(map(str, sorted(set(years))))
        raise InputError(f"{file.path}: has no rows of {chosen}; it has those of {known}")
    unit, parts = MEASURES[measure]
    left: dict[str, LeftOut] = {}
    taken = _taken(given, [each == chosen for each in years], flow, measure, left)
    _check_once(taken)
    states, products = Namer(states=True), Namer(states=False)
    flows: dict[tuple[str, ...], float] = {}
    units: dict[str, str] = {}
    for each in taken:
        key = _key(each, flow, states, products)
        flows[key] = flows.get(key, 0.0) + _amount(each, measure) / parts
        _note_unit(units, each, key[2], unit, measure)
    file.check()
    whose = "importers'" if flow == "M" else "exporters'"
    origin = Origin("comtrade", "UN Comtrade", base(path), str(chosen))
    said = (
        f"Trade of {chosen} by the {whose} books, by {measure}.",
        "What a state exported is taken for what it can export; stocks, lead times and production"
        " for use at home are not in the data.",
    )
    whole = scenario(origin, f"Trade of {chosen}", chosen, said)
    tables = trade_tables(flows, states, products, units, left, file.path)
    return Found("comtrade", whole, tables, unit, left)


def _taken(
    rows: list[Row], of_year: list[bool], flow: str, measure: str, left: dict[str, LeftOut]
) -> list[Row]:
    """Return the rows that count; those left out are counted in `left`, by reason."""
    asked = [
        each
        for each, is_of_year in zip(rows, of_year, strict=True)
        if is_of_year and _flow_of(each) == flow
    ]
    parents = _parents(each.text("code") for each in asked)
    sides = _with_union(asked)
    taken = []
    for each, is_of_year in zip(rows, of_year, strict=True):
        why = _why_not(each, flow, measure, parents, sides) if is_of_year else "of other years"
        if not why:
            taken.append(each)
            continue
        # what gives no weight is worth money, where the file tells it
        told = "value" if why == _lacks(measure) and "value" in each.at else measure
        unit, parts = MEASURES[told]
        left.setdefault(why, LeftOut(unit=unit)).add(_worth(each, told) / parts)
    return taken


def _lacks(measure: str) -> str:
    """Say of a row that it does not tell what trade is counted by."""
    return f"no {measure} given"


def _with_union(rows: list[Row]) -> list[str]:
    """Name the sides of trade on which states of the European Union stand."""
    states = set(_OF_UNION.split())
    return [
        side for side in ("reporter", "partner") if any(each.text(side) in states for each in rows)
    ]


def _check_once(rows: list[Row]) -> None:
    """Note rows that speak of the flow of another, and codes of another classification than the
    first row's: both would be added up.
    """
    first: dict[tuple[str, ...], Row] = {}
    for each in rows:
        same = first.setdefault(tuple(map(each.text, _FLOW)), each)
        known, kind = (one.text("classification") for one in (rows[0], each))
        if same is not each:
            told = f"the same reporter, partner and code as in line {same.record.line}; keep one"
            each.tell("code", told)
        elif known[:1] != kind[:1]:
            told = f"'{kind}', where line {rows[0].record.line} has '{known}'; import one of them"
            each.tell("classification", told)


def _named_by(row: Row, side: str) -> str:
    """Say which column names a side: its letters or, where it has none (`Other Asia, nes` of older
    files), its number.
    """
    return side if row.text(side) or not row.text(_CODES[side]) else _CODES[side]


def _side(row: Row, side: str) -> str:
    return row.text(_named_by(row, side))


def _key(row: Row, flow: str, states: Namer, products: Namer) -> tuple[str, str, str]:
    """Name the exporter, the importer and the product of a row."""
    reporter, partner = (
        row.named(_named_by(row, side), states.name, f"{side}_title") for side in _CODES
    )
    product = row.named("code", products.name, "title")
    return (partner, reporter, product) if flow == "M" else (reporter, partner, product)


def _amount(row: Row, measure: str) -> float:
    """Read what a row trades; below 0 is a fault."""
    amount = row.number(measure)
    if amount < 0:
        row.tell(measure, f"{row.text(measure)} is below 0")
    return amount


def _year(row: Row) -> int:
    text, period = row.text("year"), row.text("period")
    if re.fullmatch("(19|20)[0-9]{2}", text) and period in ("", text):
        return int(text)
    text = period or text
    row.tell("year", f"expected a year, found '{text}'; monthly data must be added up to years")
    return 0


def _parents(codes: Iterable[str]) -> set[str]:
    """Return the codes that contain others: `85` where there is `8541` too."""
    known = set(codes)
    return {each[:at] for each in known for at in range(1, len(each))} & known | ({"TOTAL"} & known)


def _flow_of(row: Row) -> str | None:
    """Tell imports and exports; None for re-exports and all else."""
    return _FLOWS.get(row.text("flow").upper())


def _why_not(row: Row, flow: str, measure: str, parents: set[str], sides: Sequence[str]) -> str:
    """Say why a row of the year is left out; empty where it is not."""
    asked = "imports" if flow == "M" else "exports"
    itself = _side(row, "reporter") == _side(row, "partner") != ""
    reasons = {
        f"another flow than {asked}": _flow_of(row) != flow,
        "the world as a partner": _side(row, "partner") in _WORLD,
        "the European Union beside states of it": any(row.text(side) in _UNION for side in sides),
        "parts of a whole (partner2Code, customsCode, motCode, mosCode)": any(
            row.text(name) not in whole for name, whole in _WHOLE.items()
        ),
        "codes that contain others of the file": row.text("code") in parents,
        "a state's trade with itself": itself,
        _lacks(measure): row.text(measure) in ("", "0", "0.0"),
    }
    return next((why for why, is_so in reasons.items() if is_so), "")


def _worth(row: Row, measure: str) -> float:
    """Return what a row that is left out amounts to; nothing where it does not say."""
    try:
        return number(row.text(measure) or "0", is_fixed=True)
    except ValueError:
        return 0.0


def _note_unit(units: dict[str, str], row: Row, product: str, unit: str, measure: str) -> None:
    """Note the unit that a product is counted in; in two units it cannot be added up."""
    own = row.text("unit") if measure == "quantity" else ""
    first = units.setdefault(product, own or unit)
    if own and own != first:
        row.tell("unit", f"found '{own}'; rows before count '{product}' in '{first}'")

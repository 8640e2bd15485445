"""Hold what an importer has found, before it is written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.report.charts.wording import counted
from sim.scenario.selectors import ALL, FINAL
from sim.scenario.tables.codes import Codes, name_of

Flows = Mapping[tuple[str, ...], float]
"""Exporter, importer, product and, where users have their own suppliers, the user -> units a year.
"""
SMALLEST = 1e-9
"""Smaller numbers than this no scenario takes."""
COVER = 1
"""Months held in stock, of needs and of inputs. Assumed: no publisher of trade tells it."""
MONTHS = 36
"""How long the scenario runs. Assumed."""


class Table(NamedTuple):
    """Hold a table of a scenario: the first `keys` columns name a row."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    keys: int


@dataclass
class LeftOut:
    """Count the rows that were left out for one reason, and what they were worth."""

    rows: int = 0
    value: float = 0.0
    unit: str = ""
    """What that is counted in; empty: as what was taken"""

    def add(self, value: float) -> None:
        """Count one more."""
        self.rows += 1
        self.value += value


@dataclass
class Found:
    """Hold what one import gives: tables by file name, the scenario's own keys, what was left
    out by reason.
    """

    kind: str
    scenario: dict[str, Any]
    tables: dict[str, Table]
    unit: str
    """What values left out are counted in"""
    left_out: dict[str, LeftOut] = field(default_factory=dict)


class Origin(NamedTuple):
    """Say where the numbers of an import come from."""

    kind: str
    """The key in `sources`, and the importer's name"""
    publisher: str
    file: str
    year: str

    def source(self) -> dict[str, str]:
        """Give the entry in `sources`."""
        title = f"{self.publisher}, {self.file}"
        return {"title": title, "publisher": self.publisher, "date": self.year}


def number(value: float) -> str:
    """Write a number so that it is read back as it was; without `.0`."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


class Namer:
    """Give codes names, and remember the codes as titles."""

    def __init__(self, *, states: bool) -> None:
        self._codes, self._states = Codes(), states
        self.titles: dict[str, str] = {}

    def name(self, code: str, title: str = "") -> str:
        """Return a code's name; titles are put on one line. Raises ValueError where it cannot have
        one of its own.
        """
        title, shown = (" ".join(each.split()) for each in (title, code))
        name = self._state(code) if self._states else self._codes.name(code)
        if self.titles.setdefault(name, title or shown) == name and title:
            self.titles[name] = title
        return name

    def _state(self, code: str) -> str:
        name = name_of(code, capitals=True).upper()[:20]
        name = name if len(name) > 1 else f"{name}_"
        if not re.fullmatch("[A-Z][A-Z0-9_]{1,19}", name):
            raise ValueError(f"'{code}' has no letter or digit for a name")
        first = self._codes.made.setdefault(name, code)
        if first != code:
            raise ValueError(f"'{first}' and '{code}' both become '{name}'")
        return name


def totals(flows: Flows, *places: int) -> dict[tuple[str, ...], float]:
    """Add flows up to what stands in these places of their keys, in a fixed order."""
    parts: dict[tuple[str, ...], list[float]] = {}
    for key in sorted(flows):
        parts.setdefault(tuple(key[at] for at in places), []).append(flows[key])
    return {key: math.fsum(each) for key, each in parts.items()}


def trade_tables(
    flows: Flows,
    states: Namer,
    products: Namer,
    unit: str | Mapping[str, str],
    left: dict[str, LeftOut],
    file: str,
    output: Mapping[tuple[str, ...], float] | None = None,
) -> dict[str, Table]:
    """Make the tables of states, products, factories, needs and trade from flows of a year.

    A state that supplies a product has one factory with a line for it, which can make what it
    supplies or, where that is known, the `output` of state and product; a state's need is what it
    gets; its preferences are the suppliers' shares. Flows too small for a scenario are counted in
    `left`. Raises InputError where no flow of the file remains.
    """
    flows = large_enough(flows, left)
    if not flows:
        raise InputError(f"{file}: nothing remains to import; left out: {_reasons(left)}")
    made, needed = output or totals(flows, 0, 2), totals(flows, 1, 2)
    used = {each for key in flows for each in key[:2]} | {state for state, _ in made}
    goods = sorted({key[2] for key in flows} | {product for _, product in made})
    units = unit if isinstance(unit, Mapping) else dict.fromkeys(goods, unit)
    return {
        "states.csv": Table(("state", "title"), _titled(sorted(used), states), 1),
        "products.csv": Table(
            ("product", "title", "unit"),
            [(*row, units[row[0]]) for row in _titled(goods, products)],
            1,
        ),
        "factories.csv": lines_table(made),
        "needs.csv": needs_table(needed),
        "trade.csv": trade_table(flows),
    }


def _reasons(left: Mapping[str, LeftOut]) -> str:
    told = [f"{why}: {counted(each.rows, 'row')}" for why, each in left.items()]
    return "; ".join(told) or "nothing"


def large_enough(flows: Flows, left: dict[str, LeftOut]) -> Flows:
    """Return the flows that a scenario can hold, as numbers and as shares of what importers get."""
    got = _got(flows)
    small = {key for key, each in flows.items() if each < SMALLEST * max(1.0, got[key[1:]])}
    for key in sorted(small):
        why = f"flows below {SMALLEST:g}, or below that share of what the importer gets"
        left.setdefault(why, LeftOut()).add(flows[key])
    return {key: each for key, each in flows.items() if key not in small}


def _titled(names: Iterable[str], namer: Namer) -> list[tuple[str, ...]]:
    return [(name, namer.titles[name]) for name in names]


def factory_name(state: str, product: str) -> str:
    """Name the factory of a state for a product."""
    return f"{state}_{product}"


def lines_table(capacity: Mapping[tuple[str, ...], float]) -> Table:
    """Make the table of factories, one for each state and product, from units a year.

    Raises InputError where two factories get the same name.
    """
    owners: dict[str, str] = {}
    for state, product in sorted(capacity):
        name, owner = factory_name(state, product), f"'{product}' of '{state}'"
        if owners.setdefault(name, owner) != owner:
            raise InputError(f"{owners[name]} and {owner} both become factory '{name}'")
    rows = [(factory_name(s, p), s, p, number(v)) for (s, p), v in sorted(capacity.items())]
    return Table(("factory", "state", "product", "capacity"), list(rows), 3)


def needs_table(needs: Mapping[tuple[str, ...], float]) -> Table:
    """Make the table of needs from units a year."""
    rows = [(state, product, number(each)) for (state, product), each in sorted(needs.items())]
    return Table(("state", "product", "units"), list(rows), 2)


def trade_table(flows: Flows) -> Table:
    """Make the table of trade: each exporter's share in what an importer, or each of its users,
    gets of a product.

    Who gets nothing from makers at home, and could, has a weight of 0 for these: without a rule
    makers serve their own state.
    """
    got = _got(flows)
    makers = {(exporter, product) for exporter, _, product, *_ in flows}
    weights = {key: flows[key] / got[key[1:]] for key in flows}
    for importer, product, *user in got:
        if (importer, product) in makers and (importer, importer, product, *user) not in flows:
            weights[importer, importer, product, *(ALL for _ in user)] = 0.0
    rows = [(*key, number(each)) for key, each in sorted(weights.items())]
    columns = ("exporter", "importer", "product", "user")[: len(next(iter(flows)))]
    if len(columns) == 3:
        return Table((*columns, "weight"), list(rows), 3)
    return Table(("rule", *columns, "weight"), [(_rule_name(*row), *row) for row in rows], 1)


def _got(flows: Flows) -> dict[tuple[str, ...], float]:
    """Add up what importers, or each of their users, get of each product."""
    width = len(next(iter(flows), ()))
    return totals(flows, *range(1, width))


def _rule_name(exporter: str, importer: str, product: str, user: str, _: str) -> str:
    """Name a rule of trade that speaks of a user: a factory, final use, or all others."""
    whose = {FINAL: f"{importer}_final", ALL: "others_at_home"}.get(user, user)
    return f"{exporter}_{product}_to_{whose}"


def scenario(origin: Origin, title: str, year: int, said: Sequence[str]) -> dict[str, Any]:
    """Make the keys of a scenario that names the tables of trade."""
    own = {"source": origin.kind, "confidence": "documented"}
    guessed = {"source": origin.kind, "confidence": "estimated"}
    return {
        "name": origin.kind,
        "title": title,
        "description": " ".join(said),
        "start": f"{year:04d}-01",
        "months": MONTHS,
        "states": {"table": "states.csv", "constants": {"stock_cover": COVER}},
        "products": {"table": "products.csv"},
        "factories": {"table": "factories.csv", "per": "year", **guessed},
        "needs": {"table": "needs.csv", "per": "year", **own},
        "trade": {"table": "trade.csv", **own},
        "sources": {origin.kind: origin.source()},
    }

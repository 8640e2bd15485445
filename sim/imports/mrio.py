"""Import a multi-regional input-output table: its transactions Z, final demand Y and output x."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from sim.errors import Fault, InputError, ScenarioError
from sim.imports.found import (
    COVER,
    SMALLEST,
    Flows,
    Found,
    LeftOut,
    Namer,
    Origin,
    Table,
    factory_name,
    large_enough,
    needs_table,
    number,
    scenario,
    totals,
    trade_tables,
)
from sim.imports.matrices import Label, check_columns, check_once, check_rows, matrix
from sim.imports.reading import File, base, read
from sim.kernels.arrays import Floats
from sim.scenario.selectors import FINAL

K = TypeVar("K")
ENDINGS = (".csv", ".txt")
"""Of the files, as pymrio writes them; the cells of `.txt` are parted by tabs."""
TOLERANCE = 1e-6
"""How far, as a share, an industry's output may lie from what it delivers."""
MOST_INPUT = 1e6
"""Units of an input per unit made, beyond which no scenario takes it."""
TOO_LITTLE = "inputs of industries without output, or tiny"
TOO_MUCH = f"inputs of more than {MOST_INPUT:,.0f} times the output"


class Accounts(NamedTuple):
    """Hold an input-output table of a year."""

    industries: list[Label]
    demands: list[Label]
    z: Floats
    """What industries (rows) deliver to industries, money a year, [industries, industries]"""
    y: Floats
    """What they deliver to final demand, [industries, demands]"""
    x: Floats
    """Their output, [industries]"""


def mrio(
    path: str | os.PathLike[str], *, year: int, publisher: str, unit: str, by_region: bool = False
) -> Found:
    """Read the files Z, Y and x (CSV or text) that pymrio saved in a folder.

    One product an industry; a factory for each region and industry, with a bill of materials of its
    own; suppliers' shares by industry, and in a region's final use. With `by_region` all users in a
    region have the same: many rows fewer, and at rest industries make the same. An input is in no
    bill where all its flows are too small for a scenario, or where it is more than a million times
    what is made. Raises ScenarioError for all faults of the files.
    """
    _check_folder(Path(path))
    files: list[File] = []
    faults: list[Fault] = []
    for name in ("Z", "Y", "x"):
        try:
            files.append(read(_file(Path(path), name)))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    z, y, x = (matrix(each, heads) for each, heads in zip(files, (2, 2, 1), strict=True))
    check_columns(z)
    check_once(z)
    for each in (y, x):
        check_rows(z, each)
    faults = [fault for each in files for fault in each.faults]
    if faults:
        raise ScenarioError(faults)
    accounts = Accounts(z.rows, y.columns, z.numbers, y.numbers, x.numbers[:, 0])
    origin = Origin("mrio", publisher, base(path), str(year))
    return _found(accounts, origin, unit, by_region=by_region)


def from_pymrio(
    tables: Any, *, year: int, publisher: str, unit: str, by_region: bool = False
) -> Found:
    """Take what `pymrio` has loaded, otherwise as `mrio`: any object with data frames `Z`, `Y` and
    `x`, whose rows are regions and industries.

    Raises InputError where their rows or columns do not fit one another.
    """
    industries = _labels(tables.Z.index)
    if _labels(tables.Z.columns) != industries or any(
        _labels(each.index) != industries for each in (tables.Y, tables.x)
    ):
        raise InputError("rows of Z, Y and x, and columns of Z, must be the same industries")
    if len(set(industries)) < len(industries):
        raise InputError("rows of Z must be different industries")
    z, y, x = (np.asarray(each, dtype=float) for each in (tables.Z, tables.Y, tables.x))
    if not all(np.isfinite(each).all() for each in (z, y, x)):
        raise InputError("Z, Y and x must hold finite numbers only")
    accounts = Accounts(industries, _labels(tables.Y.columns), z, y, x.reshape(-1))
    origin = Origin("mrio", publisher, "Z, Y, x", str(year))
    return _found(accounts, origin, unit, by_region=by_region)


def _labels(index: Iterable[Any]) -> list[Label]:
    pairs = [each if isinstance(each, tuple) else (each, "final") for each in index]
    return [(str(each[0]), str(each[1])) for each in pairs]


def _check_folder(path: Path) -> None:
    """Refuse what is no folder. Raises InputError."""
    if not path.is_dir():
        what = "is a file" if os.path.exists(path) else "no such folder"
        raise InputError(f"{path}: {what}; give the folder that holds Z, Y and x")


def _file(folder: Path, name: str) -> Path:
    """Find a file of a name with any of the endings."""
    found = [folder / f"{name}{each}" for each in ENDINGS if (folder / f"{name}{each}").exists()]
    return found[0] if found else folder / f"{name}{ENDINGS[0]}"


def _found(accounts: Accounts, origin: Origin, unit: str, *, by_region: bool) -> Found:
    """Make tables of accounts."""
    for name, text in (("publisher", origin.publisher), ("unit", unit)):
        if not text.strip():
            raise InputError(f"{name}: expected text, found nothing")
    left: dict[str, LeftOut] = {}
    states, products = Namer(states=True), Namer(states=False)
    try:
        makers = [(states.name(r), products.name(i)) for r, i in accounts.industries]
        regions = [states.name(region) for region, _ in accounts.demands]
    except ValueError as error:
        raise InputError(f"{origin.file}: {error}") from error
    z, y = _not_negative(accounts.z, "Z", left), _not_negative(accounts.y, "Y", left)
    _tell_imbalance(accounts, z, y, left)
    delivering = z.any(axis=1) | y.any(axis=1)
    output = dict(zip(makers, np.where(delivering, accounts.x, 0.0).tolist(), strict=True))
    bills = _bills(makers, z, output, left)
    final = _flows(makers, [(region, FINAL) for region in regions], y)
    if by_region:
        buyers = [(state,) for state in (*(state for state, _ in makers), *regions)]
        flows = _flows(makers, buyers, np.hstack((z, y)))
    else:
        flows = final | _taken(_flows(makers, _users(makers), z), bills)
    large = large_enough(flows, left)
    needs, bills = _served(totals(final, 1, 2), bills, makers, large)
    tables = trade_tables(large, states, products, unit, left, origin.file, _large(output)) | {
        "needs.csv": needs_table(_large(needs)),
        "inputs.csv": _inputs(bills),
    }
    return Found("mrio", _scenario(origin, by_region=by_region), tables, unit, left)


def _scenario(origin: Origin, *, by_region: bool) -> dict[str, Any]:
    """Make the scenario's own keys."""
    whose = (
        "All users in a region take a product from the same suppliers;"
        if by_region
        else "Industries and final use have suppliers of their own;"
    )
    said = (
        f"An input-output table of {origin.year}: one product an industry, counted in money.",
        f"{whose} capacity is the year's output; stocks and lead times are not in the data.",
    )
    whole = scenario(origin, f"Inputs and outputs of {origin.year}", int(origin.year), said)
    whole["products"]["constants"] = {"input_cover": COVER}
    own = {"source": origin.kind, "confidence": "documented"}
    whole["factories"] = [whole["factories"], {"table": "inputs.csv", **own}]
    return whole


def _large(amounts: Mapping[Any, float]) -> dict[Any, float]:
    """Return the amounts that a scenario can hold."""
    return {key: each for key, each in amounts.items() if each >= SMALLEST}


def _users(makers: Sequence[Label]) -> list[Label]:
    """Name industries as users: where they are, and the factory."""
    return [(state, factory_name(state, product)) for state, product in makers]


def _not_negative(matrix: Floats, name: str, left: dict[str, LeftOut]) -> Floats:
    for each in matrix[matrix < 0].tolist():
        left.setdefault(f"entries of {name} below 0", LeftOut()).add(each)
    return np.maximum(matrix, 0.0)


def _tell_imbalance(a: Accounts, z: Floats, y: Floats, left: dict[str, LeftOut]) -> None:
    """Count the industries whose output is not what they deliver."""
    gap = a.x - z.sum(axis=1) - y.sum(axis=1)
    for each in gap[np.abs(gap) > TOLERANCE * np.abs(a.x)].tolist():
        left.setdefault("outputs that are not what is delivered", LeftOut()).add(each)


def _flows(
    makers: Sequence[Label], buyers: Sequence[tuple[str, ...]], matrix: Floats
) -> dict[tuple[str, ...], float]:
    """Add deliveries up by exporter, importer, product and, where buyers have one, user."""
    added, names = _added(matrix.T, buyers)
    flows: dict[tuple[str, ...], float] = {}
    for row, column in zip(*map(np.ndarray.tolist, np.nonzero(added.T)), strict=True):
        (exporter, product), (importer, *user) = makers[row], names[column]
        flows[exporter, importer, product, *user] = float(added[column, row])
    return flows


def _added(matrix: Floats, keys: Sequence[K]) -> tuple[Floats, list[K]]:
    """Add up the rows of a matrix that have the same key, one after the other; also list the keys
    of what comes out.
    """
    names = list(dict.fromkeys(keys))
    place = {key: row for row, key in enumerate(names)}
    added = np.zeros((len(names), matrix.shape[1]))
    for key, row in zip(keys, matrix, strict=True):
        added[place[key]] += row
    return added, names


def _bills(
    makers: Sequence[Label], z: Floats, output: dict[Label, float], left: dict[str, LeftOut]
) -> dict[tuple[str, str, str], float]:
    """Return the bills of materials: factory, product, input -> units of it per unit made."""
    used, goods = _added(z, [product for _, product in makers])
    bills: dict[tuple[str, str, str], float] = {}
    for column, (state, product) in enumerate(makers):
        made = output[state, product]
        for good, each in zip(goods, used[:, column].tolist(), strict=True):
            if made >= SMALLEST and SMALLEST <= each / made <= MOST_INPUT:
                bills[factory_name(state, product), product, good] = each / made
            elif each:
                is_much = made >= SMALLEST and each / made > MOST_INPUT
                left.setdefault(TOO_MUCH if is_much else TOO_LITTLE, LeftOut()).add(each)
    return bills


def _taken(
    flows: dict[tuple[str, ...], float], bills: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, ...], float]:
    """Return the flows of what is in a factory's bill of materials."""
    known = {(factory, good) for factory, _, good in bills}
    return {key: each for key, each in flows.items() if (key[3], key[2]) in known}


def _served(
    needs: dict[tuple[str, ...], float],
    bills: dict[tuple[str, str, str], float],
    makers: Sequence[Label],
    flows: Flows,
) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, str, str], float]]:
    """Return the needs and the inputs of which something flows: what all flows were too small for
    would be short for good, and stop whoever waits for what is made of it.
    """
    width = len(next(iter(flows), ())) - 1
    known = {key[1:] for key in flows}
    home = {factory: state for state, factory in _users(makers)}
    return (
        {key: each for key, each in needs.items() if (*key, FINAL)[:width] in known},
        {
            (factory, product, good): each
            for (factory, product, good), each in bills.items()
            if (home[factory], good, factory)[:width] in known
        },
    )


def _inputs(bills: dict[tuple[str, str, str], float]) -> Table:
    """Make the table of the bills of materials."""
    rows = [(*key, number(each)) for key, each in sorted(bills.items())]
    return Table(("factory", "product", "input", "amount"), list(rows), 3)

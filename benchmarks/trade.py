"""Make tables of a world's trade, of any size, with the sizes and the zero pattern of the real one.

States and products have log-normal sizes, and so has what a state can make of a product; a flow is
what exporter and importer weigh, less with the distance between them, times a log-normal number of
its own. Of each product the largest flows are kept, so few large exporters reach nearly everybody,
most states export little to few, and most cells are empty, as in Helpman, Melitz and Rubinstein
(2008), who find about half of all pairs of countries without any trade. The spreads are assumed.

    python -m benchmarks.trade FOLDER --rows 1000000
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from benchmarks.worlds import state_name

FULL = 1 / 16
"""Share of the pairs of states that trade a product, on average: of 200 states some 2,500, so 1,200
four-digit codes have three million flows. Assumed."""
STATES = 200
MONTHS = 12
SLACK = 1.15
"""Capacity over what is exported at rest. Assumed."""
STATE_SPREAD, PRODUCT_SPREAD, SKILL_SPREAD, FLOW_SPREAD = 1.6, 1.0, 1.5, 1.5
"""Standard deviations of the logarithms of a state's size, of a product's number of flows, of what
a state can make of a product, and of what a single flow has of its own. Assumed."""
DISTANCE_POWER = 1.0
"""How fast flows fall with distance: about -1 in the gravity equations of Head and Mayer (2014)."""


@dataclass(frozen=True, eq=False)
class TradeWorld:
    """Hold flows, arrays [flows], by product, then exporter, then importer."""

    states: Sequence[str]
    products: Sequence[str]
    exporter: np.ndarray
    """Row of `states`"""
    importer: np.ndarray
    product: np.ndarray
    flow: np.ndarray
    """Units a month"""

    def largest(self) -> tuple[str, str]:
        """Return the exporter and the product of the largest exports."""
        key = self.product * len(self.states) + self.exporter
        product, exporter = divmod(int(np.bincount(key, self.flow).argmax()), len(self.states))
        return self.states[exporter], self.products[product]


def world_trade(rows: int, *, states: int = STATES, seed: int = 0) -> TradeWorld:
    """Return so many flows, the same for the same seed; products grow with their number."""
    rng = np.random.default_rng(seed)
    size = np.exp(STATE_SPREAD * rng.standard_normal(states))
    place = rng.random((states, 2))
    distance = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) + 0.05
    nearness = distance**-DISTANCE_POWER
    np.fill_diagonal(nearness, 0.0)
    pairs = states * (states - 1)
    counts = _counts(rng, rows, max(1, round(rows / pairs / FULL)), pairs // 2)
    parts = [_flows(rng, size, nearness, count) for count in counts]
    exporter, importer, flow = (np.concatenate(each) for each in zip(*parts, strict=True))
    product = np.repeat(np.arange(len(counts)), [part[0].size for part in parts])
    names = [f"c{1000 + row}" for row in range(len(counts))]
    return TradeWorld(
        list(map(state_name, range(states))), names, exporter, importer, product, flow
    )


def _counts(rng: np.random.Generator, rows: int, products: int, most: int) -> list[int]:
    """Share the flows out over products, at least one and at most so many each."""
    share = np.exp(PRODUCT_SPREAD * rng.standard_normal(products))
    counts = np.clip((rows * share / share.sum()).astype(int), 1, most)
    while (left := rows - int(counts.sum())) > 0 and (room := np.flatnonzero(counts < most)).size:
        counts[room[: max(1, left)]] += np.minimum(
            most - counts[room[: max(1, left)]], max(1, left // room.size)
        )
    return counts.tolist()


def _flows(
    rng: np.random.Generator, size: np.ndarray, nearness: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return exporter, importer and flow of the largest flows of a product."""
    states = size.size
    skill = size * np.exp(SKILL_SPREAD * rng.standard_normal(states))
    flow = skill[:, None] * size[None] * nearness
    flow *= np.exp(FLOW_SPREAD * rng.standard_normal((states, states)))
    chosen = np.sort(np.argpartition(flow, -count, axis=None)[-count:])
    exporter, importer = np.divmod(chosen, states)
    return exporter, importer, np.maximum(np.round(flow.ravel()[chosen], 4), 1e-4)


def write_world(folder: Path, world: TradeWorld, months: int = MONTHS) -> Path:
    """Write the tables of factories, needs and trade, and the scenario that names them: the
    exporter of the largest exports stops that product; return the scenario's path."""
    folder.mkdir(parents=True, exist_ok=True)
    used = np.union1d(world.exporter, world.importer)
    _write(folder, "states", ("state", "title"), ((world.states[row],) * 2 for row in used))
    goods = ((name, f"Product {name}", "units") for name in world.products)
    _write(folder, "products", ("product", "title", "unit"), goods)
    made = _totals(world, world.exporter)
    lines = ((*names, round(SLACK * total, 4)) for names, total in made)
    _write(folder, "factories", ("state", "product", "capacity"), lines)
    needs = ((*names, round(total, 4)) for names, total in _totals(world, world.importer))
    _write(folder, "needs", ("state", "product", "units"), needs)
    _write(folder, "trade", ("exporter", "importer", "product", "weight"), _shares(world))
    exporter, product = world.largest()
    scenario = {
        "name": f"trade_of_{world.flow.size}",
        "title": f"Trade in {len(world.products)} products, {world.flow.size} flows",
        "start": "2024-01",
        "months": months,
        "states": {"table": "states.csv", "constants": {"stock_cover": 1}},
        **{name: {"table": f"{name}.csv"} for name in ("products", "factories", "needs", "trade")},
        "events": {
            "stop": {
                "kind": "cut_off",
                "date": "2024-04",
                "exporter": exporter,
                "importer": "*",
                "product": product,
            }
        },
    }
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    return path


def _totals(world: TradeWorld, state: np.ndarray) -> Iterator[tuple[tuple[str, str], float]]:
    """List what each state exports, or imports, of each product, state by state."""
    products = len(world.products)
    total = np.bincount(state * products + world.product, world.flow)
    for key in np.flatnonzero(total).tolist():
        row, product = divmod(key, products)
        yield (world.states[row], world.products[product]), total[key]


def _shares(world: TradeWorld) -> Iterator[tuple[str, str, str, str]]:
    """List each flow as its exporter's share in what the importer gets of the product."""
    key = world.importer * len(world.products) + world.product
    share = world.flow / np.bincount(key, world.flow)[key]
    columns = (each.tolist() for each in (world.exporter, world.importer, world.product, share))
    for exporter, importer, product, part in zip(*columns, strict=True):
        names = world.states[exporter], world.states[importer], world.products[product]
        yield *names, f"{max(part, 1e-8):.6g}"


def _write(
    folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trade", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000, help="flows, and so links")
    parser.add_argument("--states", type=int, default=STATES)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    made = world_trade(given.rows, states=given.states, seed=given.seed)
    print(write_world(given.folder, made), f"{made.flow.size:,} flows")

"""Give a scenario to explore, small enough for paper, and a desk that answers in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from sim.explore.desk import Desk
from sim.explore.guard import Guard
from sim.explore.web import app
from sim.study.executors import Crew, Here

PORT = 8642
HOST = f"127.0.0.1:{PORT}"
SMALL = """\
name: small
title: A seller stops selling
start: 2013-01
months: 36
members: 3
rules: {sourcing: {rule: cheapest, sensitivity: 2}}
states:
  AAA: {title: Buyerland, stock_cover: 1}
  BBB: {title: Sellerland}
  CCC: {title: Allyland}
products:
  engines: {title: Engines, unit: engines, complexity: hard}
complexity:
  hard: {build_months: 6, qualification_months: {value: 3, low: 1, high: 5}, ramp_months: 4,
         capital_cost: 2}
factories:
  works: {title: Works, state: BBB, lines: {engines: {capacity: 30, unit_cost: 1}}}
  home: {title: Home works, state: AAA,
         lines: {engines: {capacity: {value: 3, low: 2, high: 4}, unit_cost: 2}}}
needs:
  AAA: {engines: {value: 10, low: 9, high: 12}}
  CCC: {engines: 5}
trade:
  engines: {exporter: BBB, importer: '*', product: engines}
  home: {exporter: AAA, importer: '*', product: engines, weight: 0.5}
events:
  ban: {kind: cut_off, title: Ban, date: 2014-01, exporter: BBB, importer: '*',
        share: {value: 0.8, low: 0.6, high: 1.0}}
  second: {kind: cut_off, date: 2014-02, exporter: BBB, importer: CCC, share: 0.95}
  thaw: {kind: lifting, date: 2015-06, lifts: [ban, second]}
  echo: {kind: demand, after: {event: ban, months: 3}, state: AAA, factor: 1.2}
  surge: {kind: demand, date: 2014-04, until: 2014-10, state: CCC, factor: 2}
programmes:
  help:
    title: Help
    chair: AAA
    beneficiaries: [AAA]
    budget: {2014-02: {value: 20, low: 16, high: 24}, 2014-06: 4}
    candidates: {home: {factory: home, product: engines}}
"""


def written(folder: Path, text: str = SMALL) -> Path:
    """Write the scenario into a folder."""
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def desk(path: Path) -> Desk:
    """Give a desk that answers in this process, one thing after the other."""
    lane = Crew(Here(), 1)
    return Desk(str(path), lane, lane)


def client(path: Path, token: str = "", **how: Any) -> TestClient:
    """Give a browser without a screen that sits before the explorer of a scenario."""
    return TestClient(app(desk(path), Guard(PORT, token)), base_url=f"http://{HOST}", **how)

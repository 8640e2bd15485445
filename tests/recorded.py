"""Make the scenario and the records of a run by hand: two buyers, two products, a cut in 2013-03,
capacity built in 2014."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import sim
from sim.kernels.sums import NEVER
from sim.records import EventRow, Records
from sim.scenario.schema import Scenario

MONTHS = 48
NEEDS = [("AAA", "engines"), ("AAA", "turbines"), ("CCC", "engines")]
LINES = [("home", "AAA", "engines"), ("works", "BBB", "engines"), ("works", "BBB", "turbines")]
ROUTES = [
    ("AAA", "AAA", "engines"),
    ("BBB", "AAA", "engines"),
    ("BBB", "AAA", "turbines"),
    ("BBB", "CCC", "engines"),
]
CUT = 14

DATA: dict[str, Any] = {
    "name": "small",
    "title": "A seller stops selling",
    "start": "2012-01",
    "months": MONTHS,
    "members": 5,
    "seed": 7,
    "states": {
        "AAA": {"title": "Buyerland"},
        "BBB": {"title": "Sellerland"},
        "CCC": {"title": "Third $tate"},
    },
    "products": {
        "engines": {"title": "Engines", "unit": "engines"},
        "turbines": {"title": "Turbines", "unit": "sets"},
    },
    "factories": {
        "home": {"title": "Home works", "state": "AAA", "lines": {"engines": 2}},
        "works": {"title": "Works", "state": "BBB", "lines": {"engines": 20, "turbines": 6}},
    },
    "needs": {"AAA": {"engines": 10, "turbines": 5}, "CCC": {"engines": 4}},
    "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
    "events": {
        "ban": {
            "kind": "cut_off",
            "title": "The ban",
            "date": "2013-03",
            "exporter": "BBB",
            "importer": "AAA",
        },
        "lift": {"kind": "lifting", "date": "2015-06", "lifts": ["ban"]},
    },
}


def scenario(**changes: Any) -> Scenario:
    """Make the scenario, with other top-level keys where given."""
    return sim.parse({**DATA, **changes})


def records(members: Sequence[int] = range(5), **changes: Any) -> Records:
    """Make its records for these members: member k loses (50 + 10 k) % of the turbines, and all
    recover from 2014 on."""
    months = [f"{2012 + month // 12}-{month % 12 + 1:02d}" for month in range(MONTHS)]
    fill = np.ones((MONTHS, len(NEEDS), len(members)))
    usable = np.empty((MONTHS, len(LINES), len(members)))
    flows = np.empty((4, len(ROUTES), len(members)))
    for column, member in enumerate(members):
        lost = 0.5 + 0.1 * member
        fill[CUT:, 0, column] = 0.5
        fill[CUT:, 1, column] = 1 - lost * np.linspace(1, 0, MONTHS - CUT)
        usable[:, :, column] = (2, 20, 6)
        usable[30:, 0, column] += 1 + member
        flows[:, :, column] = [[24, 96, 60, 48], [24, 24, 30, 48], [30, 0, 30, 48], [36, 0, 40, 48]]
    need = np.array([10.0, 5.0, 4.0])[None, :, None] * np.ones_like(fill)
    made = Records(
        months=months,
        years=[2012, 2013, 2014, 2015],
        members=list(members),
        needs=NEEDS,
        lines=LINES,
        routes=ROUTES,
        hit=np.array([CUT, CUT, NEVER])[:, None] * np.ones(len(members), dtype=np.int64),
        acted=np.array([[False], [True], [True], [False]]) & np.ones(len(members), dtype=np.bool_),
        series={
            "need": need,
            "fill_rate": fill,
            "unmet": need * (1 - fill),
            **{name: need * fill for name in ("received", "imports", "legacy")},
            "leaked": 0 * need,
        },
        usable=usable,
        output=usable / 2,
        capacity=usable * 1.5,
        flows=flows,
        final_routes=range(len(ROUTES)),
        final_flows=flows,
        events=[
            EventRow("2013-03", "ban", "cut_off", "begins", "links", 2, 1.0),
            EventRow("2015-06", "lift", "lifting", "begins", "links", 2, 1.0),
            EventRow("2015-06", "ban", "cut_off", "ends", "links", 2, 1.0),
        ],
        residuals={"goods": 1.25, "money": 0.0},
        summary={
            "fill_rate_after": fill[CUT:].mean(axis=0),
            "unmet": (need * (1 - fill)).sum(axis=0),
            "substitution_ratio": np.array([[0.25], [0.0], [np.nan]]) * np.ones(len(members)),
            "T90": np.array([[np.inf], [30.0], [np.nan]]) * np.ones(len(members)),
        },
    )
    return replace(made, **changes)

"""What rounding leaves is nothing: nobody goes short of it, nothing begins by it, and it passes no
level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.scenario.loading.load import parse
from sim.study.observables import COMPARISONS
from tests.worlds import world

NEED = {"state": "AAA", "product": "engines"}
SUPPLIERS = ("BBB", "CCC", "DDD")


def thirds(weight: float = 3, **changes: Any) -> Any:
    """Return a world in which three suppliers deliver a third of 100 units each: in binary numbers
    a little less than 100 together."""
    return run(
        parse(
            {
                "name": "thirds",
                "title": "Three suppliers alike",
                "start": "2014-01",
                "months": 12,
                "members": 1,
                "states": {
                    name: {"title": name, "stock_cover": 0} for name in ("AAA", "EEE", *SUPPLIERS)
                },
                "products": {"engines": {"title": "Engines", "unit": "engines"}},
                "factories": {
                    name.lower(): {"title": name, "state": name, "lines": {"engines": 1000}}
                    for name in (*SUPPLIERS, "EEE")
                },
                "needs": {"AAA": {"engines": 100}},
                "trade": {
                    **{
                        name.lower(): {
                            "exporter": name,
                            "importer": "AAA",
                            "product": "engines",
                            "weight": weight,
                        }
                        for name in SUPPLIERS
                    },
                    "found": {
                        "exporter": "EEE",
                        "importer": "AAA",
                        "product": "engines",
                        "by_search": True,
                    },
                },
                **changes,
            }
        )
    ).records


def test_nothing_is_unmet() -> None:
    """All is met in every month, to the bit."""
    series = thirds().series
    assert (series["unmet"] == 0).all()
    assert (series["fill_rate"] == 1).all()


def test_nobody_looks_for_suppliers_for_it() -> None:
    """A buyer that looks as soon as less than all comes has no cause to."""
    search = {
        "rule": "gravity",
        "threshold": 1.0,
        "patience": 1,
        "probability": 1.0,
        "qualification_months": 0.0,
    }
    records = thirds(rules={"search": search})
    assert not records.output[:, [line[1] for line in records.lines].index("EEE")].any()


@pytest.mark.parametrize(
    ("metric", "level"),
    [
        ("fill_rate", {"below": 1}),
        ("unmet", {"above": 0}),
        ("backlog_months", {"above": 0}),
        ("import_share", {"below": 1}),
        ("stock", {"above": 0}),
        ("stock_months", {"below": 2}),
        ("stock_months", {"above": 2}),
    ],
)
@pytest.mark.parametrize(("need", "weight"), [(100, 3), (7, 7), (10, 1), (13, 5)])
def test_no_event_begins_by_it(
    metric: str, level: dict[str, float], need: int, weight: int
) -> None:
    """All is met, all comes from abroad, and two months are in stock where two are held."""
    cover = 2 if metric == "stock_months" else 0
    demand = {"kind": "demand", **NEED, "factor": 2, "when": {"metric": metric, **NEED, **level}}
    needs = {"AAA": {"engines": {"units": need, "stock_cover": cover}}}
    assert not thirds(weight, needs=needs, events={"more": demand}).events


def test_no_limit_is_passed_by_it() -> None:
    """0.1 + 0.2 is as good as 0.3, and 0.31 is not."""
    sums = np.array([0.1 + 0.2, 0.31, 0.29])
    assert COMPARISONS["<="](sums, 0.3).tolist() == [True, False, True]
    assert COMPARISONS[">"](sums, 0.3).tolist() == [False, True, False]
    assert COMPARISONS[">="](sums[::-1], 0.3).tolist() == [False, True, True]
    assert COMPARISONS["<"](sums, 0.3).tolist() == [False, False, True]
    assert COMPARISONS[">="](np.array([1 - 1e-16, np.nan, np.inf]), 1).tolist() == [1, 0, 1]


def test_nothing_is_built_by_it() -> None:
    """30.5 of money, and gaps of 44.8 engines and 14.3 gears at 1 each: it all goes to engines,
    which leaves 14.3 of both. No gear is begun, so the event that waits for gears never comes."""
    goods = ("engines", "gears")
    site = {"factory": "home", "build_months": 1, "qualification_months": 0, "capital_cost": 1}
    plants = {
        name: {"title": name, "state": state, "lines": dict.fromkeys(goods, capacity)}
        for name, state, capacity in (("home", "AAA", 0), ("old", "BBB", 100))
    }
    scenario = world(
        products={name: {"title": name, "unit": "sets"} for name in goods},
        factories=plants,
        needs={"AAA": {"engines": 44.8, "gears": 14.3}},
        trade={"any": {"exporter": "*", "importer": "AAA", "product": "*"}},
        programmes={
            "build": {
                "title": "Build",
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "budget": {"2014-06": 30.5},
                "rule": "equalise_remaining_gap",
                "candidates": {name: {**site, "ramp_months": 0, "product": name} for name in goods},
            }
        },
        events={
            "ban": {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"},
            "after": {
                "kind": "demand",
                "state": "AAA",
                "factor": 0,
                "after": {"completion": "build.gears"},
            },
        },
    )
    records = run(scenario).records
    assert records.capacity[-1, :2, 0] == pytest.approx([30.5, 0])
    assert records.series["need"][-1, :, 0].tolist() == [44.8, 14.3]

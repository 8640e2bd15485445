"""What selectors select and which trade rule holds."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from sim.scenario.loading.load import load, parse
from sim.scenario.routes import Route, Routes
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import factories_of, products_of, states_of
from sim.scenario.trade_rules import Buyer, TradeRules
from tests.reference.trade_rules import permitting_rules, specificity
from tests.tiny_scenario import data

pytestmark = pytest.mark.untraced

BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"


@pytest.fixture
def tiny() -> Scenario:
    return parse(data())


@pytest.mark.parametrize(
    ("selector", "states"),
    [
        ("*", ("RUS", "BLR", "UKR")),
        ("UKR", ("UKR",)),
        ("CSTO", ("RUS", "BLR")),
        (["UKR", "RUS"], ("RUS", "UKR")),
        (["CSTO", "RUS"], ("RUS", "BLR")),
        (["*", "RUS"], ("RUS", "BLR", "UKR")),
        ([], ()),
    ],
)
def test_states_are_selected_once_in_the_scenarios_order(
    tiny: Scenario, selector: str | list[str], states: tuple[str, ...]
) -> None:
    assert states_of(selector, tiny) == states


def test_products_and_factories_are_selected_by_name(tiny: Scenario) -> None:
    assert (
        products_of(["helicopters", "engines"], tiny)
        == products_of("*", tiny)
        == ("engines", "helicopters")
    )
    assert factories_of(["kazan", "sich"], tiny) == ("sich", "kazan")


def test_routes_join_lines_with_needs_and_with_inputs(tiny: Scenario) -> None:
    assert set(Routes.of(tiny)) == {
        Route("UKR", "RUS", "engines"),
        Route("RUS", "RUS", "engines"),
        Route("RUS", "RUS", "helicopters"),
        Route("RUS", "BLR", "helicopters"),
    }


@pytest.mark.parametrize(
    ("exporter", "importer", "product", "rank"),
    [
        ("*", "*", "*", 0),
        ("*", "CSTO", "*", 1),
        ("UKR", "*", "*", 2),
        ("*", "*", "engines", 2),
        ("UKR", "CSTO", ["engines"], 5),
        ("UKR", "RUS", "engines", 6),
        ("UKR", ["CSTO", "RUS"], "*", 4),
        (["*", "UKR"], ["CSTO", "BLR"], "*", 3),
        ("BLR", "RUS", "engines", None),
        ("UKR", "BLR", "engines", None),
        ("UKR", "RUS", "helicopters", None),
    ],
)
def test_names_count_more_than_blocs_and_blocs_more_than_all(
    tiny: Scenario,
    exporter: str | list[str],
    importer: str | list[str],
    product: str | list[str],
    rank: int | None,
) -> None:
    rule = Trade(exporter=exporter, importer=importer, product=product)
    assert specificity(rule, Route("UKR", "RUS", "engines"), tiny) == rank


def test_the_most_specific_rule_holds_alone(tiny: Scenario) -> None:
    rules = TradeRules(tiny)
    assert names(rules, "UKR", "RUS", "engines") == ["ukrainian_engines"]
    assert names(rules, "RUS", "RUS", "engines") == ["any"]


def test_where_no_rule_speaks_none_holds() -> None:
    rules = TradeRules(parse({**data(), "trade": {}}))
    assert rules.of("UKR", [Buyer("RUS"), Buyer("BLR")], "engines") == [(), ()]


def test_a_tie_between_rules_that_a_third_overrides_is_no_fault() -> None:
    """Only the most specific rule of a route holds, so what ties below it does not matter."""
    trade = {
        **data()["trade"],
        "broad": {"exporter": "UKR", "importer": "*", "product": "*"},
        "as_broad": {"exporter": "*", "importer": "*", "product": "engines"},
        "home": {"exporter": "RUS", "importer": "RUS", "product": "*"},
    }
    rules = TradeRules(parse({**data(), "trade": trade}))
    assert names(rules, "UKR", "RUS", "engines") == ["ukrainian_engines"]


def test_the_index_finds_what_trying_every_rule_finds() -> None:
    """Names, blocs, lists and `*`, in any company; ties included."""
    selectors = {
        "exporter": ["*", "UKR", "CSTO", ["UKR", "CSTO"], ["*", "RUS"]],
        "importer": ["*", "RUS", "CSTO", ["BLR", "CSTO"], ["RUS", "UKR", "BLR"]],
        "product": ["*", "engines", ["engines", "helicopters"]],
    }
    rng = Random(0)
    for _ in range(200):
        trade = {
            f"rule_{row}": Trade(**{key: rng.choice(each) for key, each in selectors.items()})
            for row in range(rng.randint(0, 6))
        }
        scenario = parse(data()).model_copy(update={"trade": trade})
        rules = TradeRules(scenario)
        for route in product(scenario.states, scenario.states, scenario.products):
            assert names(rules, *route) == permitting_rules(scenario, *route)


def test_importers_are_looked_up_together() -> None:
    scenario = load(BASELINE)
    rules, routes = TradeRules(scenario), Routes.of(scenario)
    for exporter, each in routes.lines:
        importers = [Buyer(state) for state in routes.buyers.get(each, ())]
        for importer, found in zip(importers, rules.of(exporter, importers, each), strict=True):
            assert [rules.names[row] for row in found] == permitting_rules(
                scenario, exporter, importer.state, each
            )


def names(rules: TradeRules, exporter: str, importer: str, each: str) -> list[str]:
    (found,) = rules.of(exporter, [Buyer(importer)], each)
    return [rules.names[row] for row in found]

"""What selectors select and which trade rule holds."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sim.scenario.loading.load import load, parse
from sim.scenario.routes import Route, Routes
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import factories_of, products_of, states_of
from sim.scenario.trade_rules import Buyer, Pairs, Parties, TradeRules, buyers_of
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
    assert names(tiny, "UKR", "RUS", "engines") == ["ukrainian_engines"]
    assert names(tiny, "RUS", "RUS", "engines") == ["any"]


def test_where_no_rule_speaks_none_holds() -> None:
    scenario = parse({**data(), "trade": {}})
    assert not names(scenario, "UKR", "RUS", "engines")
    assert not names(scenario, "UKR", "BLR", "engines")


def test_a_tie_between_rules_that_a_third_overrides_is_no_fault() -> None:
    """Only the most specific rule of a route holds, so what ties below it does not matter."""
    trade = {
        **data()["trade"],
        "broad": {"exporter": "UKR", "importer": "*", "product": "*"},
        "as_broad": {"exporter": "*", "importer": "*", "product": "engines"},
        "home": {"exporter": "RUS", "importer": "RUS", "product": "*"},
    }
    scenario = parse({**data(), "trade": trade})
    assert names(scenario, "UKR", "RUS", "engines") == ["ukrainian_engines"]


def test_the_index_finds_what_trying_every_rule_finds() -> None:
    """Names, blocs, lists and `*`, in any company; ties and users included."""
    plant = next(iter(parse(data()).factories))
    selectors = {
        "exporter": ["*", "UKR", "CSTO", ["UKR", "CSTO"], ["*", "RUS"]],
        "importer": ["*", "RUS", "CSTO", ["BLR", "CSTO"], ["RUS", "UKR", "BLR"]],
        "product": ["*", "engines", ["engines", "helicopters"]],
        "user": ["*", "*", "final", plant, "helicopters", ["final", "engines", "*"]],
    }
    rng = Random(0)
    for _ in range(200):
        trade = {
            f"rule_{row}": Trade(**{key: rng.choice(each) for key, each in selectors.items()})
            for row in range(rng.randint(0, 6))
        }
        scenario = parse(data()).model_copy(update={"trade": trade})
        for route in product(scenario.states, scenario.states, scenario.products):
            for user in ((), (plant, "helicopters"), (plant, "engines")):
                assert names(scenario, *route, *user) == permitting_rules(scenario, *route, *user)


def test_rules_find_the_pairs_of_which_they_speak() -> None:
    """Of all sellers and buyers at once, ties listed pair by pair."""
    scenario = load(BASELINE)
    rules, routes = TradeRules(scenario), Routes.of(scenario)
    sellers = list(routes.lines)
    buyers = [
        (each, buyer)
        for each, several in buyers_of(scenario, by_user=False).items()
        for buyer in several
    ]
    parties = Parties.of(scenario, sellers, buyers)
    every = {
        (row, at): permitting_rules(scenario, state, buyer.state, each)
        for row, (state, each) in enumerate(sellers)
        for at, (bought, buyer) in enumerate(buyers)
        if bought == each
    }
    spoken = rules.pairs(parties, np.ones(len(rules.names), dtype=np.bool_))
    pairs = list(zip(*map(np.ndarray.tolist, spoken), strict=True))
    assert pairs == sorted(pair for pair, found in every.items() if found)
    row, rule = rules.best(parties, spoken)
    assert {pairs[at]: [rules.names[each]] for at, each in zip(row, rule, strict=True)} == {
        pair: found for pair, found in every.items() if found
    }
    assert not list(rules.ties(parties))


def names(
    scenario: Scenario, exporter: str, importer: str, each: str, factory: str = "", makes: str = ""
) -> list[str]:
    """Name the most specific rules of a route and a buyer."""
    rules = TradeRules(scenario)
    buyer = Buyer(importer, factory, makes)
    parties = Parties.of(scenario, [(exporter, each)], [(each, buyer)])
    only = np.zeros(1, dtype=np.int64)
    _, found = rules.best(parties, Pairs(only, only))
    return [rules.names[row] for row in sorted({*found.tolist()})]

"""What selectors select and which trade rule holds."""

from __future__ import annotations

import pytest

from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import (
    Route,
    factories_of,
    permitting_rule,
    products_of,
    routes,
    specificity,
    states_of,
)
from tests.tiny_scenario import data


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
    assert set(routes(tiny)) == {
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
    assert permitting_rule(tiny, "UKR", "RUS", "engines") == "ukrainian_engines"
    assert permitting_rule(tiny, "RUS", "RUS", "engines") == "any"


def test_where_no_rule_speaks_none_holds() -> None:
    scenario = parse({**data(), "trade": {}})
    assert permitting_rule(scenario, "UKR", "RUS", "engines") is None


def test_a_tie_between_rules_that_a_third_overrides_is_no_fault() -> None:
    """Only the most specific rule of a route holds, so what ties below it does not matter."""
    trade = {
        **data()["trade"],
        "broad": {"exporter": "UKR", "importer": "*", "product": "*"},
        "as_broad": {"exporter": "*", "importer": "*", "product": "engines"},
        "home": {"exporter": "RUS", "importer": "RUS", "product": "*"},
    }
    assert (
        permitting_rule(parse({**data(), "trade": trade}), "UKR", "RUS", "engines")
        == "ukrainian_engines"
    )

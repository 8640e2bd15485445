"""Make random worlds that may use any key of a scenario, as plain data, for laws that hold in
any."""

from __future__ import annotations

from random import Random

from tests.laws.wide_draws import MONTHS, PRODUCTS, STATES, Tree, maybe, month, number, some, when
from tests.laws.wide_events import KINDS, event_of
from tests.laws.wide_plants import counting, programme
from tests.laws.wide_rules import OF_FACTORIES, OF_STATES, own_rules, rules
from tests.laws.wide_trade import trade


def wide_world(rng: Random) -> Tree:
    """Return two goods and a third made of them, in four states, with up to seven events."""
    world: Tree = {
        "name": "wide",
        "title": "A wide world",
        "start": month(0),
        "months": MONTHS,
        "members": 3,
        "seed": rng.randint(0, 9),
        "rules": rules(rng),
        "states": {each: _state(rng, each) for each in STATES},
        "products": _products(rng),
        "complexity": {each: _class(rng) for each in ("hard", "easy")},
        "factories": {f"plant_{each}": _factory(rng, each) for each in range(rng.randint(3, 5))},
    }
    wanted = {state: some(rng, PRODUCTS, 2) for state in STATES if rng.random() < 0.6}
    wanted = wanted or {"DDD": ["tank"]}
    world["needs"] = {
        state: {product: _need(rng) for product in some} for state, some in wanted.items()
    }
    world["trade"] = trade(rng, world)
    world["programmes"] = {
        each: programme(rng, world) for each in ("build", "grow") if rng.random() < 0.5
    }
    world["events"] = {}
    for each in range(rng.randint(0, 7)):
        event = event_of(rng, rng.choice(KINDS), world)
        if event is not None:
            world["events"][f"event_{each}"] = event
    return world


def _state(rng: Random, name: str) -> Tree:
    others = [each for each in (*STATES, "east") if each != name]
    return {
        "title": name,
        "bloc": {"AAA": "east", "BBB": "west"}.get(name) or rng.choice(["east", "west", None]),
        **own_rules(rng, OF_STATES),
        **maybe(
            rng,
            0.4,
            stock_cover=lambda: number(rng, 0, 1, 2.5),
            affinity=lambda: {rng.choice(others): number(rng, 0, 0.2, 0.9)},
        ),
    }


def _input(rng: Random, *amounts: float) -> Tree:
    criticality = rng.choice(["critical", "important", "minor"])
    return {"amount": number(rng, *amounts), "criticality": criticality}


def _products(rng: Random) -> Tree:
    products: Tree = {
        name: {
            "title": name,
            "unit": "units",
            "complexity": rng.choice(["hard", "easy"]),
            **maybe(
                rng,
                0.4,
                cancellation=lambda: number(rng, 0, 1, 0.25),
                learning_rate=lambda: number(rng, 0.1, 0.2),
                input_cover=lambda: number(rng, 0, 1, 2),
            ),
            **maybe(rng, 0.1, lot=lambda: rng.choice([1, 4])),
        }
        for name in PRODUCTS
    }
    products["tank"]["inputs"] = {"steel": _input(rng, 1, 2), "gun": _input(rng, 1, 0.5)}
    if rng.random() < 0.3:
        products["gun"]["inputs"] = {"steel": _input(rng, 0.5, 1)}
    return products


def _class(rng: Random) -> Tree:
    turned = {"retool_months": number(rng, 0, 2), "retool_loss": 0.1, "retool_cost": 0.5}
    costs = {"capital_cost": number(rng, 1, 5, 20)}
    return {**counting(rng), **costs, **turned}


def _line(rng: Random) -> Tree:
    rest = {"after_months": rng.choice([1, 3]), "return_months": rng.choice([0, 2])}
    return {
        "capacity": number(rng, 8, 20, 50, 100),
        "unit_cost": number(rng, 0, 1, 3),
        **maybe(
            rng,
            0.15,
            **{"yield": lambda: number(rng, 0.8, 0.9)},
            utilisation=lambda: number(rng, 0.7, 0.9),
            qualified=lambda: when(rng, 2, 11),
            decay=lambda: number(rng, 0.1, 0.4),
            mothball=lambda: {**rest, "return_share": number(rng, 0.5, 1)},
        ),
    }


def _factory(rng: Random, place: int) -> Tree:
    # the first three see to it that everything is made somewhere
    made = {PRODUCTS[place % 3], *some(rng, PRODUCTS, 2)}
    lines = {product: _line(rng) for product in PRODUCTS if product in made}
    for product, line in lines.items():
        if rng.random() < 0.15 and product != PRODUCTS[place % 3]:
            line["capacity"] = 0
        if product == "tank" and rng.random() < 0.2:
            line["inputs"] = {"gun": _input(rng, 1, 2)} if rng.random() < 0.7 else {}
    return {
        "title": f"Plant {place}",
        "state": rng.choice(STATES[:3]),
        "lines": lines,
        **own_rules(rng, OF_FACTORIES),
        **maybe(rng, 0.2, usable_share=lambda: number(rng, 0.7, 0.9), idle_cost=lambda: 0.2),
    }


def _need(rng: Random) -> Tree:
    form = rng.choice(["units", "units", "series", "by_year"])
    if form == "units":
        need: Tree = {"units": number(rng, 10, 30, 0)}
    elif form == "series":
        need = {"series": [number(rng, 5, 10, 20) for _ in range(rng.randint(1, 30))]}
    else:
        need = {"by_year": {2014: number(rng, 120, 300), 2015: 240}}
    if form != "series" and rng.random() < 0.2:
        need["profile"] = [rng.choice([0, 1, 2]) for _ in range(11)] + [3]
    need |= maybe(
        rng,
        0.2,
        tier=lambda: 1,
        stock_cover=lambda: number(rng, 0, 1, 3),
        initial_stock_cover=lambda: number(rng, 0, 2),
        ceiling=lambda: number(rng, 0, 30, 100),
    )
    if rng.random() < 0.15:
        dates = [rng.choice(["november", "april", month(6)]) for _ in range(2)]
        need["targets"] = {each: {"months": number(rng, 0, 1, 3)} for each in dates}
    return need

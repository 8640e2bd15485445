"""Make random worlds that use every part of a scenario: for tests of what holds in any world."""

from __future__ import annotations

from random import Random
from typing import Any

from sim.scenario.loading.load import parse
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.schema import Scenario

Tree = dict[str, Any]

MONTHS = 40
FIRST_YEAR = 2012
PRODUCTION = ("leontief", "strongly_critical", "half_critical", "weakly_critical", "linear")
RESTRICTIONS = ("cut_off", "sanction", "quota")


def random_scenario(rng_seed: int, **changes: Any) -> Scenario:
    """Return a checked scenario, the same for the same seed, with some top-level keys replaced.

    It has 3 to 6 states, 2 to 5 products with a bill of materials, 4 to 10 factories, trade rules
    with caps and lead times, two programmes and events of most kinds, half of the numbers drawn per
    member.
    """
    rng = Random(rng_seed)
    states, products = _states(rng), _products(rng)
    factories = _factories(rng, list(states), list(products))
    world: Tree = {
        "name": f"random_{rng_seed}",
        "title": f"Random world {rng_seed}",
        "start": f"{FIRST_YEAR}-{rng.randint(1, 12):02d}",
        "months": MONTHS,
        "members": 8,
        "seed": rng_seed,
        "rules": _rules(rng),
        "states": states,
        "products": products,
        "complexity": {"hard": _capacity_terms(rng), "easy": _capacity_terms(rng)},
        "factories": factories,
        "needs": _needs(rng, list(states), list(products)),
    }
    world["trade"] = _trade(rng, world)
    world["programmes"] = {name: _programme(rng, world) for name in ("north", "south")}
    world["events"] = _events(rng, world)
    return parse({**world, **changes})


def richer_scenario(rng_seed: int) -> Scenario:
    """Return such a world in which, beside, lines have bills of materials of their own, trade rules
    name users, an outage hits states by sizes of their own, and events add to needs."""
    rng = Random(f"richer {rng_seed}")
    tree = random_scenario(rng_seed).model_dump(by_alias=True, exclude_unset=True)
    tree["rules"]["perception_months"] = rng.choice([1.0, 2.5, 3.0, 6.0])
    users = _own_bills(rng, tree)
    tree["trade"] |= _by_user(rng, tree, users)
    states = list(tree["states"])
    state, good = rng.choice([(each, good) for each, own in tree["needs"].items() for good in own])
    hit = rng.choice([factory["state"] for factory in tree["factories"].values()])
    plant = rng.choice([name for name, each in tree["factories"].items() if each["state"] == hit])
    share = _number(rng, 0.1, 0.9, 2)
    tree["events"] |= {
        "quake": {
            **{"kind": "outage", "date": _month(rng, 14, 29), "until": _month(rng, 30, 45)},
            **{"state": hit, "share": share, "sizes": {plant: _number(rng, 0.1, 0.9, 2)}},
        },
        "surge": {
            **{"kind": "demand", "date": _month(rng, 14, 29), "phase_in": 3, "state": state},
            **{"product": good, "units": _number(rng, 1, 20)},
        },
        "calm": {"kind": "lifting", "date": _month(rng, 30, 35), "lifts": ["surge"], "share": 0.7},
    }
    assert hit in states
    return parse(tree)


def _own_bills(rng: Random, tree: Tree) -> list[tuple[str, str, str]]:
    """Give some lines a bill of their own, of inputs that their product's has; list who uses what:
    (factory, product made, input)."""
    users = []
    for name, factory in tree["factories"].items():
        for made, line in factory["lines"].items():
            inputs = [each for each in tree["products"][made].get("inputs", {}) if each != made]
            if inputs and rng.random() < 0.6:
                own = line if isinstance(line, dict) and "capacity" in line else {"capacity": line}
                own["inputs"] = {each: _input(rng) for each in _some(rng, inputs)}
                factory["lines"][made] = own
                inputs = list(own["inputs"])
            users += [(name, made, each) for each in inputs]
    return users


def _by_user(rng: Random, tree: Tree, users: list[tuple[str, str, str]]) -> Tree:
    """Return trade rules for the goods of one maker: one user for each importer, of all kinds."""
    rules: Tree = {}
    makers = {
        product: [each["state"] for each in tree["factories"].values() if product in each["lines"]]
        for product in tree["products"]
    }
    for place, (factory, made, good) in enumerate(rng.sample(users, min(4, len(users)))):
        route = {
            "exporter": rng.choice(makers[good]),
            "importer": tree["factories"][factory]["state"],
            "product": good,
        }
        if all({key: each[key] for key in route} != route for each in rules.values()):
            user = rng.choice([factory, made, "final"])
            rules[f"user_{place}"] = {**route, "user": user, **_terms(rng)}
    return rules


def _number(rng: Random, low: float, high: float, digits: int = 1) -> Any:
    """Return a bare number, half of the time, or a quantity that members draw."""
    value = round(rng.uniform(low, high), digits)
    if rng.random() < 0.5:
        return value
    dist = rng.choice(["triangular", "uniform", "loguniform" if low > 0 else "triangular"])
    below, above = max(low, round(value * 0.7, 3)), min(high, round(value * 1.3, 3))
    return {"value": value, "low": min(below, value), "high": max(above, value), "dist": dist}


def _month(rng: Random, first: int = 14, last: int = MONTHS) -> str:
    month = 12 * FIRST_YEAR + rng.randint(first, last)
    return f"{month // 12}-{month % 12 + 1:02d}"


def _some(rng: Random, names: list[str], most: int = 3) -> list[str]:
    return rng.sample(names, rng.randint(1, min(most, len(names))))


def _rules(rng: Random) -> Tree:
    rules: Tree = {"production": rng.choice(PRODUCTION)}
    if rng.random() < 0.5:
        rules["ordering"] = {"rule": "hold_cover", "adjustment_months": rng.choice([1.0, 2.0, 6.0])}
    if rng.random() < 0.3:
        rules["rounds"] = rng.randint(1, 3)
    return rules


def _states(rng: Random) -> Tree:
    states: Tree = {}
    for each in range(rng.randint(3, 6)):
        state: Tree = {"title": f"State {each}", "bloc": rng.choice(["east", "west", None])}
        if rng.random() < 0.5:
            state["stock_cover"] = _number(rng, 0, 3)
        if rng.random() < 0.2:
            state["rules"] = {"ordering": {"rule": "hold_cover", "adjustment_months": 4.0}}
        states["ABCDEF"[each] * 3] = state
    return states


def _products(rng: Random) -> Tree:
    names = [f"good_{each}" for each in range(rng.randint(2, 5))]
    products: Tree = {}
    for place, name in enumerate(names):
        product: Tree = {
            "title": name,
            "unit": "sets",
            "complexity": rng.choice(["hard", "easy"]),
            "learning_rate": rng.choice([0, 0.15, _number(rng, 0.05, 0.3, 2)]),
            "cancellation": rng.choice([0, 0, 1, _number(rng, 0, 0.5, 2)]),
        }
        if place and (place == len(names) - 1 or rng.random() < 0.4):
            product["inputs"] = {each: _input(rng) for each in _some(rng, names[:place])}
            product["input_cover"] = _number(rng, 0, 2)
        products[name] = product
    if rng.random() < 0.2:
        # a circle that leaves something over: a machine that makes machines
        products[names[-1]]["inputs"][names[-1]] = round(rng.uniform(0.05, 0.2), 2)
    return products


def _input(rng: Random) -> Any:
    amount = _number(rng, 0.5, 3)
    return (
        amount
        if rng.random() < 0.4
        else {"amount": amount, "criticality": rng.choice(["critical", "important", "minor"])}
    )


def _factories(rng: Random, states: list[str], products: list[str]) -> Tree:
    factories: Tree = {}
    for each in range(rng.randint(4, 10)):
        # the first ones see to it that everything is made somewhere
        made = (
            {products[each % len(products)], *_some(rng, products, 2)}
            if each < len(products)
            else _some(rng, products, 2)
        )
        factory: Tree = {
            "title": f"Plant {each}",
            "state": rng.choice(states),
            "lines": {product: _line(rng) for product in products if product in made},
            "usable_share": _number(rng, 0.8, 1, 2),
        }
        if rng.random() < 0.3:
            factory["rules"] = {"production": rng.choice(PRODUCTION)}
        factories[f"plant_{each}"] = factory
    for each in range(4, len(products)):
        factories[f"plant_{each % 4}"]["lines"].setdefault(products[each], 20.0)
    return factories


def _line(rng: Random) -> Any:
    if rng.random() < 0.2:
        return 0
    line: Tree = {"capacity": _number(rng, 5, 60), "unit_cost": _number(rng, 0, 5)}
    if rng.random() < 0.4:
        line["yield"] = _number(rng, 0.7, 1, 2)
    if rng.random() < 0.3:
        line["utilisation"] = _number(rng, 0.6, 1, 2)
    if rng.random() < 0.15:
        line["qualified"] = _month(rng)
    return line


def _capacity_terms(rng: Random) -> Tree:
    return {
        "build_months": _number(rng, 1, 10),
        "qualification_months": _number(rng, 0, 5),
        "ramp_months": rng.choice([0, _number(rng, 1, 6)]),
        "capital_cost": _number(rng, 1, 10),
    }


def _needs(rng: Random, states: list[str], products: list[str]) -> Tree:
    needs: Tree = {
        state: {product: _need(rng) for product in products if rng.random() < 0.6}
        for state in states
    }
    needs[states[0]].setdefault(products[-1], 20)
    return {state: each for state, each in needs.items() if each}


def _need(rng: Random) -> Any:
    form = rng.choice(["units", "units", "by_year", "series"])
    if form == "units":
        need: Tree = {"units": _number(rng, 0, 20)}
    elif form == "by_year":
        need = {"by_year": {FIRST_YEAR + year: _number(rng, 50, 200, 0) for year in range(3)}}
    else:
        need = {"series": [_number(rng, 5, 15) for _ in range(rng.choice([3, MONTHS]))]}
    need["tier"] = rng.choice([0, 0, 1, 2])
    if rng.random() < 0.3:
        need["stock_cover"] = _number(rng, 0, 4)
        need["initial_stock_cover"] = _number(rng, 0, 4)
    return need


def _trade(rng: Random, world: Tree) -> Tree:
    states, products = list(world["states"]), list(world["products"])
    trade: Tree = {
        "anything": {"exporter": "*", "importer": "*", "product": "*", **_terms(rng)},
        "one_good": {
            "exporter": "*",
            "importer": "*",
            "product": rng.choice(products),
            **_terms(rng),
        },
        "one_maker": {
            "exporter": rng.choice(states),
            "importer": "*",
            "product": _some(rng, products),
            **_terms(rng),
        },
    }
    blocs = [state["bloc"] for state in world["states"].values() if state["bloc"]]
    if blocs:
        trade["from_bloc"] = {
            "exporter": rng.choice(blocs),
            "importer": "*",
            "product": "*",
            **_terms(rng),
        }
    for exporter, importer, product in sorted(
        {(rng.choice(states), rng.choice(states), rng.choice(products)) for _ in range(4)}
    ):
        terms = {**_terms(rng), "weight": rng.choice([0, 1, 3])}
        trade[f"{exporter}_{importer}_{product}"] = {
            "exporter": exporter,
            "importer": importer,
            "product": product,
            **terms,
        }
    return trade


def _terms(rng: Random) -> Tree:
    terms: Tree = {
        "weight": _number(rng, 0.1, 3),
        "lead_months": _number(rng, 1, 4),
        "unit_cost": _number(rng, 0, 2),
    }
    return {**terms, "cap": _number(rng, 2, 30)} if rng.random() < 0.4 else terms


def _programme(rng: Random, world: Tree) -> Tree:
    lines = [
        (factory, product)
        for factory, each in world["factories"].items()
        for product in each["lines"]
    ]
    candidates = {
        f"site_{place}": _candidate(rng, *line)
        for place, line in enumerate(rng.sample(lines, min(3, len(lines))))
    }
    states = list(world["states"])
    return {
        "title": "Programme",
        "chair": states[0],
        "beneficiaries": "all" if rng.random() < 0.3 else _some(rng, states),
        "budget": {_month(rng): _number(rng, 20, 200, 0) for _ in range(3)},
        "candidates": candidates,
        "lead_times": rng.choice(["drawn", "announced"]),
        "active": rng.random() < 0.7,
        "exclusive": rng.random() < 0.3,
    }


def _candidate(rng: Random, factory: str, product: str) -> Tree:
    candidate: Tree = {
        "factory": factory,
        "product": product,
        "announced_months": _number(rng, 1, 8),
    }
    if rng.random() < 0.4:
        candidate["max_capacity"] = _number(rng, 5, 30)
    if rng.random() < 0.4:
        candidate["absorption"] = _number(rng, 1, 5)
    if rng.random() < 0.3:
        candidate["ramp_months"] = _number(rng, 0, 8)
    return candidate


def _events(rng: Random, world: Tree) -> Tree:
    """Return two events of every kind that restricts, one of every other kind, in random order of
    time."""
    makers: list[tuple[str, str, str]] = [
        (name, factory["state"], product)
        for name, factory in world["factories"].items()
        for product in factory["lines"]
    ]
    buyers = [(state, product) for state, needs in world["needs"].items() for product in needs]
    routes = [
        (state, buyer, good)
        for _, state, good in makers
        for buyer, wanted in buyers
        if wanted == good and state != buyer
    ]
    events: Tree = {}
    for name in (
        "cut_off",
        "sanction",
        "quota",
        "cut_off_again",
        "quota_again",
        "leakage",
        "exemption",
    ):
        events[name] = _trade_event(rng, name.removesuffix("_again"), world, rng.choice(routes))
    plant, _, product = rng.choice(makers)
    state, good = rng.choice(buyers)
    programme = rng.choice(["north", "south"])
    site = rng.choice(list(world["programmes"][programme]["candidates"]))
    share = _number(rng, 0.3, 1, 2)
    events |= {
        "lifting": {
            "kind": "lifting",
            "lifts": [rng.choice(RESTRICTIONS), "cut_off_again"],
            "share": share,
        },
        "demand": {
            "kind": "demand",
            "state": state,
            "product": rng.choice([good, "*"]),
            "factor": _number(rng, 0, 2, 2),
        },
        "outage": {
            "kind": "outage",
            "factory": rng.choice(makers)[0],
            "share": _number(rng, 0.2, 1, 2),
        },
        "outage_again": {
            "kind": "outage",
            "factory": "*",
            "product": product,
            "share": _number(rng, 0.2, 1, 2),
        },
        "repair": {"kind": "repair", "repairs": ["outage", "outage_again"], "share": share},
        "closure": {"kind": "closure", "factory": plant, "product": product},
        "funding": {
            "kind": "funding",
            "programme": "north",
            "amount": _number(rng, 20, 300),
            "months": rng.randint(1, 12),
        },
        "programme_start": {"kind": "programme_start", "programme": programme},
        "programme_stop": {"kind": "programme_stop", "programme": rng.choice(["north", "south"])},
    }
    for event in events.values():
        _date(rng, event, f"{programme}.{site}")
    return events


def _trade_event(rng: Random, kind: str, world: Tree, route: tuple[str, str, str]) -> Tree:
    exporter, importer, product = route
    bloc = world["states"][importer]["bloc"]
    event: Tree = {
        "kind": kind,
        "exporter": exporter,
        "importer": rng.choice([importer, "*", bloc or importer]),
        "product": rng.choice([product, "*"]),
    }
    if kind == "quota" or (kind == "exemption" and rng.random() < 0.5):
        event["cap"] = _number(rng, 0, 10)
    else:
        event["share"] = _number(rng, 0.1, 1, 2)
    if kind == "sanction" and rng.random() < 0.7:
        event["contracts_until"] = _month(rng)
    if kind == "leakage" and rng.random() < 0.7:
        event |= {"end_share": _number(rng, 0, 0.5, 2), "until": _month(rng, 30, 50)}
    return event


def _date(rng: Random, event: Tree, project: str) -> None:
    """Let an event begin in some month, or after the first cut-off, or after a project's
    completion; some end again."""
    chance = rng.random()
    if chance < 0.6 or event["kind"] in RESTRICTIONS:
        event["date"] = _month(rng, 14, 29)
    elif chance < 0.8:
        event["after"] = {"event": "cut_off", "months": _number(rng, 0, 8)}
    else:
        event["after"] = {"completion": project, "months": rng.randint(0, 4)}
    if rng.random() < 0.3:
        event.setdefault("until", _month(rng, 30, 45))
    if rng.random() < 0.5:
        event["phase_in"] = _number(rng, 0, 8)
    for key in KINDS[event["kind"]].inert_keys:
        event.pop(key, None)

"""Every key that a scenario may have changes what a run of one tiny world gives; keys that are text
alone come back in what is written beside the tables."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest

from sim.assess.evidence import ledger
from sim.engine.run import run
from sim.report.result import TABLES
from sim.scenario.event_times import After, Dated, When
from sim.scenario.lead_time import FromPrecedents, LeadTime, Ramp
from sim.scenario.loading.dump import dump
from sim.scenario.loading.load import parse
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.need import Need, StockTarget
from sim.scenario.programme import Candidate, Complexity, Programme
from sim.scenario.provenance import Collection, Source
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.rule_choices import FactoryRules, RuleChoice, Rules, StateRules
from sim.scenario.schema import Factory, Input, Line, Mothball, Product, Scenario, State, Trade
from tests.whole_world import whole

pytestmark = pytest.mark.untraced

Tree = dict[str, Any]
ENTITIES: tuple[type[Frozen], ...] = (
    *(Scenario, State, Product, Input, Complexity, Factory, Line, Mothball, Need, Trade, Candidate),
    StockTarget,
    *(Programme, Collection, Source, Rules, StateRules, FactoryRules, RuleChoice, Quantity),
    *(LeadTime, FromPrecedents, Ramp, After, When),
    *KINDS.values(),
)
SHARED = ("title", "date", "after", "when", "until", "phase_in", "source", "note")
"""Keys of every event, tried for one kind each; an `inert_keys` entry refuses them elsewhere."""


class Case(NamedTuple):
    """Hold one change: a path and the value that is put there, and what both worlds have beside."""

    path: str
    value: Any
    beside: Tree = {}  # noqa: RUF012


def keys() -> Iterator[tuple[str, str]]:
    """List every key of every entity and kind as users write it, with its name here."""
    for model in ENTITIES:
        for name, field in model.model_fields.items():
            if not issubclass(model, Dated) or name not in (*SHARED, "kind"):
                yield f"{model.__name__}.{field.alias or name}", field.alias or name
    for name in SHARED:
        yield f"Dated.{name}", name


def put(world: dict[Any, Any], path: str, value: Any) -> None:
    """Put a value at a path of names, making mappings on the way."""
    *above, last = path.split("/")
    for each in above:
        world = world.setdefault(each, {})
    # years are numbers
    world[int(last) if last.isdigit() else last] = value


def drop(world: Tree, path: str) -> None:
    """Remove what stands at a path."""
    *above, last = path.split("/")
    for each in above:
        world = world[each]
    world.pop(last, None)


def scenario_of(changes: Tree) -> Scenario:
    """Return the world with values put at paths; None drops what stands there."""
    world = whole()
    for path, value in changes.items():
        if value is None:
            drop(world, path)
        else:
            put(world, path, deepcopy(value))
    return parse(world)


WEST: Tree = {"exporter": "BBB", "importer": "AAA"}
NORTH = "programmes/north"
SETS, METERS, HULLS = (f"{NORTH}/candidates/{each}" for each in ("sets", "meters", "vessels"))
OLD = "factories/old_works"
YARD, OWN = "factories/yard", "factories/home_works"
HISTORY: Tree = {
    SETS: {
        "factory": "home_works",
        "product": "sets",
        "head_start": "design",
        "lead_time": {"precedents": {"class": "simple"}},
        "ramp_months": 1,
    },
    "months": 60,
}
PROMISE: Tree = {**HISTORY, f"{SETS}/lead_time": {"announced": 6}}
PACED: Tree = {f"{METERS}/ramp": {"precedents": "simple"}}
DRAWN = f"{OLD}/lines/sets/capacity"
CHANCES: Tree = {
    DRAWN: {"dist": "discrete", "values": [40, 60], "chances": [0.5, 0.5]},
    "members": 8,
}
SLUMP: Tree = {"kind": "demand", "state": "AAA", "product": "sets", "factor": 0.3}
RISE: Tree = {"kind": "demand", "date": "2014-03", "state": "AAA", "product": "sets", "units": 1}
WATCHED: Tree = {"metric": "stock", "state": "AAA", "product": "sets", "below": 100}
OF_SETS: Tree = {f"events/{each}/product": "sets" for each in ("sanction", "exempt")}
EXEMPT: Tree = {"kind": "exemption", "date": "2014-10", **WEST, "product": "meters"}
BLAZE: Tree = {"kind": "outage", "date": "2014-05", "factory": "old_works", "share": 0.9}
FILLED: Tree = {"needs/AAA/sets/ceiling": 40, "needs/AAA/sets/targets": {"may": {"months": 2}}}
BUSY_YARD: Tree = {"needs/AAA/vessels/units": 7}
ANOTHER: Tree = {"title": "New", "state": "CCC", "lines": {"vessels": 2}}


def rules(family: str, choice: Any) -> dict[str, Case]:
    """Return the cases of a family: the scenario's own choice."""
    return {f"Rules.{family}": Case(f"rules/{family}", choice)}


def chosen(who: str, path: str, choices: Tree) -> dict[str, Case]:
    """Return the cases of what a state or a factory chooses by itself."""
    return {
        f"{who}.{family}": Case(f"{path}/rules/{family}", choice)
        for family, choice in choices.items()
    }


def kind(name: str, event: str, **values: Any) -> dict[str, Case]:
    """Return the cases of an event's keys: a new value for each."""
    return {f"{name}.{key}": Case(f"events/{event}/{key}", each) for key, each in values.items()}


CASES: dict[str, Case] = {
    "Scenario.start": Case("start", "2013-12"),
    "Scenario.months": Case("months", 20),
    "Scenario.members": Case("members", 3),
    "Scenario.seed": Case("seed", 6),
    "Scenario.rules": Case("rules", {}),
    "Scenario.states": Case("states/EEE", {"title": "New"}, {"needs/CCC": None, "events": {}}),
    "Scenario.products": Case("products/meters/lot", 3),
    "Scenario.complexity": Case("complexity/easy/capital_cost", 2),
    "Scenario.factories": Case(
        "factories/new", {"title": "New", "state": "AAA", "lines": {"sets": 5}}
    ),
    "Scenario.needs": Case("needs/BBB", {"sets": 3}),
    "Scenario.trade": Case("trade/far", None),
    "Scenario.events": Case("events/ban", None, {"events/relief/lifts": ["quota"]}),
    "Scenario.programmes": Case(f"{NORTH}/active", False),
    "Scenario.precedents": Case(
        "precedents", {"left_out": True, "clusters": ["rus_ukr_2014"]}, HISTORY
    ),
    "State.bloc": Case("states/CCC/bloc", "west", {"rules/allocation": "bloc_first"}),
    "State.affinity": Case("states/AAA/affinity/BBB", 0.1, {"rules/sourcing": "loyalty"}),
    "State.rules": Case("states/AAA/rules", {"search": "none"}),
    "State.stock_cover": Case("states/AAA/stock_cover", 3),
    "Product.inputs": Case("products/vessels/inputs/meters", None),
    "Product.input_cover": Case("products/vessels/input_cover", 2),
    "Product.complexity": Case("products/meters/complexity", "hard"),
    "Product.learning_rate": Case("products/sets/learning_rate", 0.3),
    "Product.lot": Case("products/vessels/lot", 3),
    "Product.cancellation": Case("products/sets/cancellation", 0.4),
    "Input.amount": Case("products/vessels/inputs/sets/amount", 2),
    "Input.criticality": Case(
        "products/vessels/inputs/sets/criticality", "minor", {"rules/production": "half_critical"}
    ),
    "Complexity.lead_time": Case(
        "complexity/hard", {"lead_time": {"announced": 5}, "ramp_months": 4, "capital_cost": 3}
    ),
    "Complexity.clock": Case("complexity/easy/clock", "2014-06"),
    "Complexity.runs_to": Case("complexity/easy/runs_to", "full_supply"),
    "Complexity.ramp": Case("complexity/hard/ramp", "linear"),
    "Complexity.build_months": Case("complexity/easy/build_months", 4),
    "Complexity.qualification_months": Case("complexity/easy/qualification_months", 3),
    "Complexity.ramp_months": Case("complexity/easy/ramp_months", 6),
    "Complexity.capital_cost": Case("complexity/easy/capital_cost", 2),
    "Complexity.stages": Case(
        "complexity/hard",
        {"build_months": 4, "qualification_months": 2, "ramp_months": 4, "capital_cost": 3},
    ),
    "Complexity.shape": Case("complexity/hard/shape", 1),
    "Complexity.retool_months": Case("complexity/easy/retool_months", 5),
    "Complexity.retool_loss": Case("complexity/easy/retool_loss", 0.5),
    "Complexity.retool_cost": Case("complexity/easy/retool_cost", 0.9),
    "Factory.state": Case(f"{YARD}/state", "CCC"),
    "Factory.lines": Case(f"{YARD}/lines/sets", 3),
    "Factory.usable_share": Case(f"{OLD}/usable_share", 0.8),
    "Factory.idle_cost": Case(f"{OLD}/idle_cost", 0.3),
    "Factory.rules": Case(f"{OWN}/rules", {}),
    "Line.capacity": Case(f"{OLD}/lines/sets/capacity", 50),
    "Line.utilisation": Case(f"{OLD}/lines/meters/utilisation", 0.8),
    "Line.qualified": Case("factories/turner/lines/sets/qualified", "2014-09"),
    "Line.yield": Case(f"{OLD}/lines/sets/yield", 0.8),
    "Line.unit_cost": Case(f"{OLD}/lines/sets/unit_cost", 3),
    "Line.decay": Case(f"{YARD}/lines/vessels/decay", 0.3),
    "Line.inputs": Case(f"{YARD}/lines/vessels/inputs", {"sets": 2}),
    "Line.mothball": Case(f"{OLD}/lines/sets/mothball", None),
    "Mothball.after_months": Case(f"{OLD}/lines/sets/mothball/after_months", 4),
    "Mothball.return_months": Case("factories/far_works/lines/sets/mothball/return_months", 3),
    "Mothball.return_share": Case("factories/far_works/lines/sets/mothball/return_share", 0.5),
    "Need.units": Case("needs/AAA/vessels/units", 6),
    "Need.by_year": Case("needs/AAA/sets/by_year/2015", 100),
    "Need.series": Case("needs/AAA/meters/series", [8, 9, 10, 14]),
    "Need.profile": Case("needs/AAA/sets/profile", [2, *[1] * 11]),
    "Need.ceiling": Case("needs/AAA/sets/ceiling", 9),
    "Need.targets": Case("needs/AAA/sets/targets/july/months", 3),
    "StockTarget.share": Case("needs/AAA/sets/targets/july/share", 0.3, FILLED),
    "StockTarget.months": Case("needs/AAA/sets/targets/july/months", 3, FILLED),
    "Need.tier": Case("needs/AAA/sets/tier", 1, {"rules/allocation": "proportional"}),
    "Need.stock_cover": Case("needs/AAA/vessels/stock_cover", 2),
    "Need.initial_stock_cover": Case("needs/AAA/vessels/initial_stock_cover", 1),
    "Trade.exporter": Case("trade/old_meters/exporter", "CCC"),
    "Trade.importer": Case("trade/old_meters/importer", "CCC"),
    "Trade.product": Case("trade/old_meters/product", "sets"),
    "Trade.user": Case("trade/old_meters/user", "final"),
    "Trade.weight": Case("trade/old_meters/weight", 4),
    "Trade.by_search": Case("trade/far/by_search", False),
    "Trade.cap": Case("trade/old_meters/cap", 6),
    "Trade.pairs": Case("trade/any/pairs", "together", {"trade/any/cap": 12}),
    "Trade.unit_cost": Case("trade/any/unit_cost", 0.3),
    "Trade.lead_months": Case("trade/old_meters/lead_months", 3),
    "Candidate.lead_time": Case(f"{SETS}/lead_time", {"announced": 9}, {f"{SETS}/clock": "money"}),
    "Candidate.clock": Case(f"{SETS}/clock", "2014-02"),
    "Candidate.runs_to": Case(f"{SETS}/runs_to", "full_supply"),
    "Candidate.ramp": Case(f"{METERS}/ramp/half", 6),
    "Candidate.factory": Case(f"{SETS}/factory", "turner"),
    "Candidate.product": Case(f"{HULLS}/product", "sets", {SETS: None}),
    "Candidate.build_months": Case(f"{SETS}/build_months", 8, {f"{SETS}/qualification_months": 1}),
    "Candidate.qualification_months": Case(
        f"{SETS}/qualification_months", 8, {f"{SETS}/build_months": 1}
    ),
    "Candidate.ramp_months": Case(f"{SETS}/ramp_months", 8),
    "Candidate.capital_cost": Case(f"{SETS}/capital_cost", 3),
    "Candidate.head_start": Case(f"{SETS}/head_start", "plant", HISTORY),
    "Candidate.stages": Case(f"{HULLS}/stages", "pure"),
    "Candidate.shape": Case(f"{HULLS}/shape", 1),
    "Candidate.max_capacity": Case(f"{SETS}/max_capacity", 1),
    "Candidate.absorption": Case(f"{SETS}/absorption", 0.5),
    "Candidate.announced_months": Case(
        f"{HULLS}/announced_months",
        3,
        {
            f"{NORTH}/lead_times": "announced",
            f"{SETS}/announced_months": 5,
            f"{METERS}/announced_months": 5,
        },
    ),
    "Programme.chair": Case(f"{NORTH}/chair", "CCC"),
    "Programme.beneficiaries": Case(
        f"{NORTH}/beneficiaries", ["AAA"], {f"{NORTH}/chair_weight": None}
    ),
    "Programme.chair_weight": Case(f"{NORTH}/chair_weight", 5),
    "Programme.budget": Case(f"{NORTH}/budget/2014-08", 12),
    "Programme.candidates": Case(HULLS, None),
    "Programme.rule": Case(f"{NORTH}/rule", "largest_gap_first"),
    "Programme.lead_times": Case(
        f"{NORTH}/lead_times",
        "announced",
        {f"{SETS}/announced_months": 5, f"{METERS}/announced_months": 5},
    ),
    "Programme.common_delay": Case(f"{NORTH}/common_delay", 1.5, HISTORY),
    "Programme.slippage": Case(f"{NORTH}/slippage", 2),
    "Programme.cost_overrun": Case(f"{NORTH}/cost_overrun", 2),
    "Programme.cancelled_share": Case(f"{NORTH}/cancelled_share", 0.1),
    "Programme.active": Case(f"{NORTH}/active", False),
    "Programme.exclusive": Case(f"{NORTH}/exclusive", True, {"needs/DDD/vessels": 2}),
    "Collection.clusters": Case(
        "precedents/clusters", ["rus_ukr_2014"], {**HISTORY, "precedents/left_out": True}
    ),
    "Collection.left_out": Case(
        "precedents/left_out", True, {**HISTORY, "precedents/clusters": ["rus_ukr_2014"]}
    ),
    **rules("allocation", "home_first"),
    **rules("sourcing", "fixed"),
    **rules("search", "none"),
    **rules("ordering", "anchored"),
    **rules("stockpile", "draw_down"),
    **rules("production", "linear"),
    **rules("overtime", "none"),
    **rules("learning", "wright"),
    **rules("pricing", "at_cost"),
    **rules("investment", "expand_when_pressed"),
    **rules("programme", "largest_gap_first"),
    **rules("rounds", 1),
    **rules("decisions", "before_events"),
    **rules("perception_months", 6),
    **chosen(
        "StateRules",
        "states/AAA",
        {
            "sourcing": "fixed",
            "search": "none",
            "ordering": "anchored",
            "stockpile": {"rule": "reserve", "floor_months": 2},
        },
    ),
    **chosen("FactoryRules", OLD, {"allocation": "equal_losses", "pricing": "at_cost"}),
    **chosen("FactoryRules", OLD, {"learning": "wright"}),
    **chosen(
        "FactoryRules",
        YARD,
        {"sourcing": "home_first", "search": "none", "ordering": "anchored"},
    ),
    **chosen("FactoryRules", YARD, {"production": "linear"}),
    "FactoryRules.investment": Case(f"{YARD}/rules/investment", "expand_when_pressed", BUSY_YARD),
    **chosen("FactoryRules", OWN, {"overtime": "none"}),
    "RuleChoice.rule": Case("rules/pricing/rule", "at_cost"),
    "RuleChoice.parameters": Case("rules/pricing/parameters/premium", 2),
    "Quantity.value": Case(f"{DRAWN}/value", 45),
    "Quantity.low": Case(f"{DRAWN}/low", 20),
    "Quantity.high": Case(f"{DRAWN}/high", 80),
    "Quantity.dist": Case(f"{DRAWN}/dist", "uniform"),
    "Quantity.values": Case(f"{DRAWN}/values", [40, 90], CHANCES),
    "Quantity.chances": Case(f"{DRAWN}/chances", [0.1, 0.9], CHANCES),
    "Quantity.per": Case(f"{DRAWN}/per", "year", {f"{DRAWN}/value": 40}),
    "LeadTime.precedents": Case(f"{SETS}/lead_time/precedents", {"class": "deep"}, HISTORY),
    "LeadTime.announced": Case(f"{SETS}/lead_time/announced", 12, PROMISE),
    "LeadTime.stated_on": Case(f"{SETS}/lead_time/stated_on", "2014-03", PROMISE),
    "LeadTime.class": Case(f"{SETS}/lead_time/class", "deep", PROMISE),
    "LeadTime.own": Case(f"{SETS}/lead_time/own", 1.5, HISTORY),
    "FromPrecedents.class": Case(f"{SETS}/lead_time/precedents/class", "deep", HISTORY),
    "FromPrecedents.head_start": Case(f"{SETS}/lead_time/precedents/head_start", "plant", HISTORY),
    "Ramp.shape": Case(f"{METERS}/ramp/shape", "linear"),
    "Ramp.half": Case(f"{METERS}/ramp/half", 4),
    "Ramp.precedents": Case(f"{METERS}/ramp/precedents", "deep", PACED),
    "Ramp.own": Case(f"{METERS}/ramp/own", 1.5, PACED),
    "After.event": Case("events/rebuilt/after/event", "ban"),
    "After.completion": Case("events/rebuilt/after", {"completion": "north.sets"}),
    "After.months": Case("events/rebuilt/after/months", 8),
    "When.metric": Case("events/frugal/when/metric", "stock_months"),
    "When.state": Case("events/frugal/when/state", "CCC", {"events/frugal/when/product": "sets"}),
    "When.product": Case("events/frugal/when/product", "sets"),
    "When.below": Case("events/frugal/when/below", 0.5),
    "When.above": Case(
        "events/frugal/when",
        {"metric": "fill_rate", "state": "AAA", "product": "vessels", "above": 0.5},
    ),
    "When.for": Case("events/frugal/when/for", 3),
    **kind("CutOff", "ban", exporter="CCC", importer="CCC", product="sets", share=0.5),
    "Sanction.exporter": Case("events/sanction/exporter", "DDD", OF_SETS),
    "Sanction.importer": Case("events/sanction/importer", "CCC", OF_SETS),
    **kind("Sanction", "sanction", product="sets", share=0.2),
    **kind("Sanction", "sanction", contracts_until="2015-03"),
    **kind("Quota", "quota", exporter="CCC", importer="CCC", product="meters", cap=3),
    "Quota.pairs": Case("events/quota/pairs", "together", {"events/quota/product": "*"}),
    **kind("Leakage", "leak", exporter="CCC", importer="CCC", product="meters", share=0.4),
    **kind("Leakage", "leak", end_share=0.9),
    "Exemption.exporter": Case(
        "events/exempt/exporter",
        "DDD",
        {**OF_SETS, "events/ban/exporter": "*", "events/exempt/cap": 4},
    ),
    "Exemption.importer": Case("events/exempt/importer", "CCC", OF_SETS),
    "Leakage.settles_months": Case("events/leak/settles_months", 3, {"events/leak/end_share": 0.9}),
    **kind("Exemption", "exempt", product="sets", cap=4),
    "Exemption.share": Case("events/exempt", {**EXEMPT, "share": 0.6}),
    "Exemption.pairs": Case(
        "events/exempt/pairs", "together", {"events/exempt/product": "*", "events/exempt/cap": 6}
    ),
    **kind("Tariff", "duty", exporter="DDD", importer="CCC", product="sets", rate=0.3),
    "Tariff.amount": Case("events/toll/amount", 0.5),
    **kind("Preference", "wary", exporter="DDD", importer="CCC", product="meters", factor=0.9),
    **kind("Reexport", "detour", exporter="DDD", product="meters", via="DDD"),
    "Reexport.importer": Case("events/detour/importer", "CCC", {"events/detour/via": "DDD"}),
    **kind("Reexport", "detour", capacity=3, growth=0.6, decay=0.2, mark_up=0.8, unit_cost=0.4),
    **kind("Reexport", "detour", lead_months=4, weight=5, detection=0.5, closed_months=8),
    **kind("Lifting", "relief", lifts=["ban"], share=0.2),
    **kind("Demand", "slump", state="CCC", product="meters", factor=0.6),
    "Demand.units": Case("events/slump", {**RISE, "units": 4}, {"events/slump": RISE}),
    "Thrift.state": Case("events/frugal/state", "AAA", {"factories/new": ANOTHER, **BUSY_YARD}),
    "Thrift.product": Case(
        "events/frugal/product", "vessels", {"products/toys/inputs": {"sets": 0.2}}
    ),
    **kind("Thrift", "frugal", input="meters", factor=0.5),
    **kind("Outage", "fire", factory="old_works", product="meters", share=0.9),
    "Outage.state": Case("events/fire/state", "BBB", {"events/fire/factory": "*"}),
    "Outage.sizes": Case("events/fire/sizes", {"turner": 0.9}),
    "Repair.repairs": Case("events/rebuilt/repairs", ["blaze"], {"events/blaze": BLAZE}),
    **kind("Repair", "rebuilt", share=0.4),
    **kind("Closure", "end", factory=["turner"]),
    "Closure.product": Case("events/end/product", "toys", {"events/end/factory": "turner"}),
    **kind("Retool", "turned", factory="turner", from_product="vessels", to_product="vessels"),
    **kind("Retool", "turned", share=0.8, months=5, loss=0.5, units_of_new_per_old=2),
    **kind("Licence", "permit", factory="turner", product="meters", royalty=0.4),
    **kind("ProgrammeStart", "go", programme="north"),
    **kind("Funding", "funds", programme="south", amount=20, months=1),
    "ProgrammeStop.programme": Case(
        "events/halt/programme", "north", {"events/halt/date": "2014-12"}
    ),
    "Dated.date": Case("events/ban/date", "2014-08"),
    "Dated.after": Case("events/slump", {**SLUMP, "after": {"event": "fire", "months": 1}}),
    "Dated.when": Case("events/slump", {**SLUMP, "when": WATCHED}),
    "Dated.until": Case("events/slump/until", "2014-09"),
    "Dated.phase_in": Case("events/ban/phase_in", 6),
}
"""Key -> where it stands in the world, and another value."""

TEXTS: dict[str, tuple[str, Any]] = {
    "Scenario.name": ("name", "other"),
    "Scenario.title": ("title", "Otherwise"),
    "Scenario.description": ("description", "Otherwise"),
    "Scenario.currency": ("currency", "million USD"),
    "Scenario.sources": ("sources/book/title", "Otherwise"),
    "State.title": ("states/AAA/title", "Otherwise"),
    "Product.title": ("products/sets/title", "Otherwise"),
    "Product.unit": ("products/sets/unit", "tonnes"),
    "Factory.title": (f"{OLD}/title", "Otherwise"),
    "Factory.note": (f"{OLD}/note", "Otherwise"),
    "Trade.source": ("trade/far/source", "report"),
    "Trade.note": ("trade/far/note", "Otherwise"),
    "Candidate.note": (f"{SETS}/note", "Otherwise"),
    "Programme.title": (f"{NORTH}/title", "Otherwise"),
    "Programme.source": (f"{NORTH}/source", "report"),
    "Programme.note": (f"{NORTH}/note", "Otherwise"),
    "Source.title": ("sources/report/title", "Otherwise"),
    "Source.publisher": ("sources/report/publisher", "Otherwise"),
    "Source.date": ("sources/report/date", "in May 2014"),
    "Source.address": ("sources/report/address", "https://example.org/report"),
    "Quantity.source": (f"{DRAWN}/source", "report"),
    "Quantity.confidence": (f"{OLD}/lines/meters/capacity/confidence", "estimated"),
    "Quantity.note": (f"{DRAWN}/note", "Otherwise"),
    "Dated.title": ("events/ban/title", "Otherwise"),
    "Dated.source": ("events/ban/source", "report"),
    "Dated.note": ("events/ban/note", "Otherwise"),
}
"""Key -> where it stands, and a text that acts on no number."""
IN_LEDGER = {
    *("Source.publisher", "Source.date", "Source.address"),
    *("Quantity.source", "Quantity.confidence", "Quantity.note"),
}
"""Those that bear on what a number rests on."""

KNOWN: dict[str, dict[str, Any]] = {}


def tables(changes: Tree) -> dict[str, Any]:
    """Return all tables of a run; worlds that several keys share are run once."""
    key = repr(changes)
    if key not in KNOWN:
        found = run(scenario_of(changes)).records
        KNOWN[key] = {
            name: {head: np.asarray(column).tobytes() for head, column in table(found).items()}
            for name, table in TABLES.items()
        }
    return KNOWN[key]


def reachable(shape: Any) -> Iterator[type[Frozen]]:
    """List the models that may stand somewhere below a shape of the schema."""
    seen: set[type[Frozen]] = set()
    ahead = [shape]
    while ahead:
        each = ahead.pop()
        ahead += get_args(each)
        if isinstance(each, type) and issubclass(each, Frozen) and each not in seen:
            seen.add(each)
            ahead += [field.annotation for field in each.model_fields.values()]
    yield from seen


def test_every_entity_and_kind_is_tried() -> None:
    assert set(reachable(Scenario)) == set(ENTITIES)


def test_every_key_has_a_case() -> None:
    known = {*CASES, *TEXTS}
    assert {name for name, _ in keys()} == known
    assert not set(CASES) & set(TEXTS)


@pytest.mark.parametrize("key", CASES)
def test_a_key_changes_what_comes_out(key: str) -> None:
    case = CASES[key]
    changed = {**case.beside, case.path: case.value}
    assert tables(changed) != tables(case.beside)


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_written_beside_the_tables(key: str) -> None:
    """In scenario.yaml, and where it says whence a number is, in sources.csv."""
    path, value = TEXTS[key]
    before, after = scenario_of({}), scenario_of({path: value})
    assert dump(after) != dump(before)
    assert str(value) in dump(after)
    told = [
        [list(map(str, column)) for column in ledger(each).values()] for each in (before, after)
    ]
    assert (told[0] != told[1]) == (key in IN_LEDGER)


def test_a_key_that_changes_nothing_would_be_noticed() -> None:
    assert tables({"states/AAA/title": "Elsewhere"}) == tables({})

"""Check that a scenario of right values and known names hangs together, and that everything in it
acts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.scenario.bills import bill_of
from sim.scenario.checks.bill_of_materials import bill_findings
from sim.scenario.checks.plant import plant_findings
from sim.scenario.checks.trade import acts_on_trade, ambiguous_trade, evasion_findings
from sim.scenario.event_kinds import Demand, Thrift
from sim.scenario.event_times import Dated
from sim.scenario.lead_terms import NUMBERS, has_score, missing, terms_of
from sim.scenario.loading.source_tree import Path
from sim.scenario.names import Selector
from sim.scenario.plant_kinds import Closure, Licence, Outage, Retool
from sim.scenario.plant_options import class_of
from sim.scenario.programme import Candidate, Complexity
from sim.scenario.routes import Routes
from sim.scenario.schema import Scenario
from sim.scenario.selectors import factories_of, lines_hit, names_in, products_of, states_of
from sim.scenario.trade_kinds import Trading

Finding = tuple[Path, str]

OPTIMAL = "optimal"
"""The allocation rule that sees the whole market."""
MOST_OPTIMISED = 200
"""Members that `optimal` may have: it takes milliseconds for each of them every month."""


def structure_findings(scenario: Scenario) -> Iterator[Finding]:
    """List, as (path, message), what is empty, cannot be built, is ambiguous, or acts on
    nothing.
    """
    found = Routes.of(scenario)
    yield from _empty(scenario)
    yield from bill_findings(scenario)
    yield from ambiguous_trade(scenario, found)
    yield from optimal_findings(scenario)
    yield from _programmes(scenario)
    yield from plant_findings(scenario)
    for name, event in scenario.events.items():
        yield from _event(scenario, found, name, event)
    yield from evasion_findings(scenario, found)


def optimal_findings(scenario: Scenario) -> Iterator[Finding]:
    """List, as (path, message), where the allocation rule `optimal` is chosen and cannot serve."""
    everywhere = scenario.rules.allocation.rule == OPTIMAL
    if everywhere and scenario.members > MOST_OPTIMISED:
        yield (
            ("members",),
            f"{scenario.members} is above {MOST_OPTIMISED}, the most for allocation rule {OPTIMAL}",
        )
    for name, factory in scenario.factories.items():
        path, own = ("factories", name, "rules", "allocation"), factory.rules.allocation
        if own and everywhere:
            yield (
                path,
                (
                    f"acts on nothing: the scenario's allocation rule {OPTIMAL} decides for the"
                    " whole market"
                ),
            )
        elif own and own.rule == OPTIMAL:
            yield (
                path,
                (
                    f"{OPTIMAL} decides for the whole market: choose it under the scenario's rules,"
                    " not for one factory"
                ),
            )


def _empty(scenario: Scenario) -> Iterator[Finding]:
    if not scenario.factories:
        yield ("factories",), "a scenario needs at least one factory"
    if not any(scenario.needs.values()):
        yield ("needs",), "a scenario needs at least one need"
    for name, factory in scenario.factories.items():
        if not factory.lines:
            yield ("factories", name, "lines"), "a factory needs at least one line"


def _programmes(scenario: Scenario) -> Iterator[Finding]:
    for name, programme in scenario.programmes.items():
        if not programme.candidates:
            yield ("programmes", name, "candidates"), "a programme needs at least one candidate"
        served = (
            set(scenario.states)
            if programme.beneficiaries == "all"
            else set(programme.beneficiaries)
        )
        if "chair_weight" in programme.model_fields_set and (
            programme.chair not in served or len(served) < 2
        ):
            yield (
                ("programmes", name, "chair_weight"),
                "acts on nothing: the beneficiaries are not the chair and others",
            )
        for key, candidate in programme.candidates.items():
            path = ("programmes", name, "candidates", key)
            yield from _candidate(scenario, path, candidate)
            if programme.lead_times == "announced" and not _is_promised(candidate):
                yield path, "missing key 'announced_months', which lead_times: announced needs"


def _is_promised(candidate: Candidate) -> bool:
    """Tell whether a candidate's months or its month were announced."""
    lead_time = candidate.lead_time
    return candidate.announced_months is not None or bool(lead_time and lead_time.announced)


def _candidate(scenario: Scenario, path: Path, candidate: Candidate) -> Iterator[Finding]:
    if candidate.product not in scenario.factories[candidate.factory].lines:
        yield (*path, "product"), _no_line(scenario, candidate.factory, f"'{candidate.product}'")
    hard = class_of(scenario, candidate.product)
    yield from _ramp(path, candidate, hard)
    absent, kind = list(missing(candidate, hard)), scenario.products[candidate.product].complexity
    if absent and kind is None:
        yield (
            path,
            f"give {', '.join(absent)}, or give product '{candidate.product}' a complexity class",
        )
    elif hard and hard.lead_time and absent and absent[0] in NUMBERS:
        told = f"months that a candidate gives replace the lead_time of class '{kind}'; give all"
        yield path, f"missing key '{absent[0]}': {told}"


def _ramp(path: Path, candidate: Candidate, hard: Complexity | None) -> Iterator[Finding]:
    own = candidate.ramp
    if own and has_score(own) and not terms_of(candidate, hard).ramp.precedents:
        yield (
            (*path, "ramp", "own"),
            "acts on nothing: no precedents say how many months the ramp takes",
        )


def _event(scenario: Scenario, found: Routes, name: str, event: Dated) -> Iterator[Finding]:
    path = ("events", name)
    if event.when and event.when.product not in scenario.needs.get(event.when.state, {}):
        yield (
            (*path, "when"),
            f"watches nothing: '{event.when.state}' has no need of '{event.when.product}'",
        )
    if isinstance(event, (Outage, Closure, Licence, Retool)):
        yield from _plant_event(scenario, path, event)
    elif isinstance(event, Trading) and not acts_on_trade(scenario, found, event):
        yield (
            path,
            (
                "acts on nothing: no such exporter has a line for such a product that such an"
                " importer needs"
            ),
        )
    elif isinstance(event, Demand) and not _hits_need(scenario, event):
        yield path, "acts on nothing: none of these states needs any of these products"
    elif isinstance(event, Thrift) and not _uses_input(scenario, event):
        yield path, "acts on nothing: no such maker uses any of these inputs"


def _plant_event(
    scenario: Scenario, path: Path, event: Outage | Closure | Licence | Retool
) -> Iterator[Finding]:
    if isinstance(event, Outage):
        yield from _outage(scenario, path, event)
    elif not isinstance(event, Retool):
        yield from _lines_of(scenario, path, event.factory, event.product)
    else:
        both = {event.from_product, event.to_product}
        yield from _factories(
            scenario,
            path,
            event.factory,
            " and ".join(f"'{each}'" for each in sorted(both)),
            lambda lines: both <= lines,
        )


def _outage(scenario: Scenario, path: Path, event: Outage) -> Iterator[Finding]:
    """Find fault with an outage that hits no line, and with sizes of what it does not hit."""
    hit = lines_hit(event, scenario)
    plants, goods = event.factory, event.product
    named = list(_lines_of(scenario, path, plants, goods)) if plants and goods else []
    yield from named
    if not hit and not named:
        yield path, "acts on nothing: no line of these factories, states and products is there"
    for name in event.sizes if hit else ():
        if name not in hit.values():
            yield (*path, "sizes", name), "acts on nothing: no line that is hit goes by this name"


def _lines_of(
    scenario: Scenario, path: Path, factory: Selector, product: Selector
) -> Iterator[Finding]:
    products = set(products_of(product, scenario))
    what = " or ".join(f"'{each}'" for each in names_in(product))
    yield from _factories(scenario, path, factory, what, lambda lines: bool(products & lines))


def _factories(
    scenario: Scenario,
    path: Path,
    selector: Selector,
    what: str,
    serves: Callable[[set[str]], bool],
) -> Iterator[Finding]:
    """Find fault with factories that are named and do not have the lines for it, or with all when
    none has.
    """
    factories = factories_of(selector, scenario)
    idle = {name for name in factories if not serves(set(scenario.factories[name].lines))}
    named = [(index, name) for index, name in enumerate(names_in(selector)) if name in idle]
    for index, name in named:
        yield (*path, "factory", index), _no_line(scenario, name, what)
    if len(idle) == len(factories) and not named:
        yield path, f"acts on nothing: no factory has a line of {what}"


def _no_line(scenario: Scenario, factory: str, what: str) -> str:
    return (
        f"factory '{factory}' has no line of {what}; it makes:"
        f" {', '.join(scenario.factories[factory].lines) or 'nothing'}"
    )


def _uses_input(scenario: Scenario, event: Thrift) -> bool:
    states, inputs = states_of(event.state, scenario), products_of(event.input, scenario)
    made = set(products_of(event.product, scenario))
    return any(
        product in made and not bill_of(scenario, name, product).keys().isdisjoint(inputs)
        for name, factory in scenario.factories.items()
        if factory.state in states
        for product in factory.lines
    )


def _hits_need(scenario: Scenario, event: Demand) -> bool:
    products = products_of(event.product, scenario)
    return any(
        product in scenario.needs.get(state, {})
        for state in states_of(event.state, scenario)
        for product in products
    )

"""Fill the world from a scenario: draw each member's numbers, then set the world at rest
(`balance.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from sim.kernels.capacity import kept
from sim.kernels.sums import NEVER, Floats, Ints, whole
from sim.scenario.event_kinds import Licence, Tariff
from sim.scenario.plant_options import class_of
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Candidate, Need, Programme, Scenario, Trade
from sim.world.axes import Axes, number
from sim.world.build_plant import build_upkeep, build_works, shape_of, timing
from sim.world.dormant_links import terms
from sim.world.lots import build_lots
from sim.world.projects import Projects
from sim.world.trade_caps import build_trade_caps
from sim.world.world import LeadGroup, Lines, Links, Needs, Programmes, World

Draw = Callable[[Quantity, str], Floats]
"""(quantity, its path in the scenario) -> [members]"""


def build(scenario: Scenario, members: Sequence[int], axes: Axes | None = None) -> World:
    """Build the world of these members, empty of flows; `balance.settle` sets it going."""
    axes = axes or number(scenario)

    def draw(quantity: Quantity, path: str) -> Floats:
        return quantity.draw(scenario.seed, path, members)

    width = len(members)
    lines = _lines(scenario, axes, draw, width)
    links = _links(scenario, axes, draw, width)
    caps = build_trade_caps(scenario, axes, draw, width)
    return World(
        axes=axes,
        trade_caps=caps,
        limits=caps.limits(axes.link_need, len(axes.needs)),
        members=tuple(members),
        lines=lines,
        needs=_needs(scenario, axes, draw, width, int(links.lead.max(initial=1)) + 1),
        links=links,
        projects=_projects(scenario, axes, draw, width),
        programmes=_programmes(scenario, axes, draw, width),
        works=build_works(scenario, axes, draw, width),
        upkeep=build_upkeep(scenario, axes, draw, width),
        lost_capacity=np.zeros_like(lines.capacity),
        lost_projects=np.zeros((len(axes.projects), width)),
        lots=build_lots(scenario, axes, draw, width),
    )


def _rows(rows: Iterable[Floats], width: int) -> Floats:
    listed = list(rows)
    return np.array(listed) if listed else np.zeros((0, width))


def _lines(scenario: Scenario, axes: Axes, draw: Draw, width: int) -> Lines:
    start = month_number(scenario.start)
    found = [
        (f"factories.{name}", scenario.factories[name], product) for name, product in axes.lines
    ]
    nominal = _rows(
        (
            draw(factory.lines[product].capacity, f"{path}.lines.{product}.capacity")
            for path, factory, product in found
        ),
        width,
    )
    share = _rows(
        (draw(factory.usable_share, f"{path}.usable_share") for path, factory, _ in found), width
    )
    used = _rows(
        (
            draw(factory.lines[product].utilisation, f"{path}.lines.{product}.utilisation")
            for path, factory, product in found
        ),
        width,
    )
    cost = _rows(
        (
            draw(factory.lines[product].unit_cost, f"{path}.lines.{product}.unit_cost")
            for path, factory, product in found
        ),
        width,
    )
    capacity = nominal * share * used
    shape = capacity.shape
    qualified = _months([factory.lines[product].qualified for _, factory, product in found], start)
    licences = {
        (event.factory, event.product)
        for event in scenario.events.values()
        if isinstance(event, Licence)
    }
    # a licence qualifies its line, not before it holds
    qualified[[line in licences for line in axes.lines]] = NEVER
    idle_cost = _rows(
        (draw(factory.idle_cost, f"{path}.idle_cost") for path, factory, _ in found), width
    )
    return Lines(
        nameplate=nominal,
        capacity=capacity,
        available=np.ones(shape),
        usable=capacity.copy(),
        yield_=_rows(
            (
                draw(factory.lines[product].yield_, f"{path}.lines.{product}.yield")
                for path, factory, product in found
            ),
            width,
        ),
        finished=np.zeros(shape),
        offer=np.zeros(shape),
        output=np.zeros(shape),
        shipped=np.zeros(shape),
        asked=np.zeros(shape),
        perceived=np.zeros(shape),
        experience=np.ones(shape),
        first_experience=np.ones(shape),
        unit_cost=cost,
        first_unit_cost=cost.copy(),
        price=cost,
        revenue=np.zeros(shape),
        idling=np.zeros(shape),
        idle_cost=idle_cost if idle_cost.any() else None,
        overtime=None,
        learning_rate=_rows(
            (
                draw(scenario.products[product].learning_rate, f"products.{product}.learning_rate")
                for _, product in axes.lines
            ),
            width,
        ),
        mothballed=np.zeros(shape),
        qualified_from=np.repeat(qualified, width, axis=1),
    )


def _months(labels: Sequence[str | None], start: int) -> Ints:
    """Count months from the start, one column; a month before every run where there is none."""
    return np.array(
        [month_number(each) - start if each else -NEVER for each in labels], dtype=np.int64
    ).reshape(-1, 1)


def _needs(scenario: Scenario, axes: Axes, draw: Draw, width: int, slots: int) -> Needs:
    finals, inputs = axes.needs[: axes.final], range(axes.final, len(axes.needs))
    found = [
        (f"needs.{state}.{product}", scenario.needs[state][product]) for state, product in finals
    ]
    by_month = [_by_month(scenario, need, path, draw) for path, need in found]
    varying = [row for row, series in enumerate(by_month) if len(series) > 1]
    bill = [(axes.lines[axes.need_line[row]][1], axes.needs[row][1]) for row in inputs]
    amounts = (
        draw(
            scenario.products[product].inputs[name].amount,
            f"products.{product}.inputs.{name}.amount",
        )
        for product, name in bill
    )
    input_cover = (
        draw(scenario.products[product].input_cover, f"products.{product}.input_cover")
        for product, _ in bill
    )
    final_cover = (_cover(scenario, state, product, draw) for state, product in finals)
    shape = (len(axes.needs), width)
    final_shape = (axes.final, width)
    return Needs(
        base=_rows((series[0] for series in by_month), width),
        series_rows=np.array(varying, dtype=np.int64),
        series=np.array([_full(by_month[row], scenario.months) for row in varying]).swapaxes(0, 1)
        if varying
        else np.zeros((scenario.months, 0, width)),
        factor=np.ones(final_shape),
        final=np.zeros(final_shape),
        amount=_rows(amounts, width),
        cancellation=_rows(
            (
                draw(scenario.products[name].cancellation, f"products.{name}.cancellation")
                for _, name in axes.needs
            ),
            width,
        ),
        cover=_rows((*final_cover, *input_cover), width),
        stock=np.zeros(shape),
        backlog=np.zeros(shape),
        deferred=np.zeros(final_shape),
        in_transit=np.zeros(shape),
        pipeline=np.zeros((slots, *shape)),
        lead=np.ones(shape),
        expected=np.zeros(shape),
        perceived=np.zeros(shape),
        ordered=np.zeros(shape),
        cancelled=np.zeros(shape),
        demand=np.zeros(shape),
        hit=np.full(shape, NEVER),
        received=np.zeros(shape),
        used=np.zeros(shape),
        spending=np.zeros(shape),
        delivery=np.zeros(shape),
    )


def _cover(
    scenario: Scenario, state: str, product: str, draw: Draw, *, initial: bool = False
) -> Floats:
    """Draw the months of need that a state holds of a product: its target, or what it has at the
    start.
    """
    need = scenario.needs[state][product]
    if initial and need.initial_stock_cover is not None:
        return draw(need.initial_stock_cover, f"needs.{state}.{product}.initial_stock_cover")
    if need.stock_cover is not None:
        return draw(need.stock_cover, f"needs.{state}.{product}.stock_cover")
    return draw(scenario.states[state].stock_cover, f"states.{state}.stock_cover")


def initial_cover(scenario: Scenario, axes: Axes, members: Sequence[int]) -> Floats:
    """Draw the months of need in each state's stock at the start, [final needs, members]."""

    def draw(quantity: Quantity, path: str) -> Floats:
        return quantity.draw(scenario.seed, path, members)

    return _rows(
        (
            _cover(scenario, state, product, draw, initial=True)
            for state, product in axes.needs[: axes.final]
        ),
        len(members),
    )


def _by_month(scenario: Scenario, need: Need, path: str, draw: Draw) -> list[Floats]:
    """List a final need month by month, units; one entry stands for all months."""
    if need.units is not None:
        return [draw(need.units, f"{path}.units")]
    if need.series is not None:
        return [
            draw(each, f"{path}.series.{step}")
            for step, each in enumerate(need.series[: scenario.months])
        ]
    totals = {
        year: draw(each, f"{path}.by_year.{year}") for year, each in (need.by_year or {}).items()
    }
    first = month_number(scenario.start)
    return [
        _month_of(totals, (first + step) // 12, (first + step) % 12)
        for step in range(scenario.months)
    ]


def _month_of(totals: dict[int, Floats], year: int, month: int) -> Floats:
    """Spread a year's total over its months; December takes the rest, so that the months add up to
    the total exactly.
    """
    earlier = [each for each in totals if each <= year]
    total = totals[max(earlier) if earlier else min(totals)]
    part = total / 12
    if month < 11:
        return part
    spent = np.zeros_like(part)
    for _ in range(11):
        spent = spent + part
    return total - spent


def _full(series: list[Floats], months: int) -> list[Floats]:
    return series + [series[-1]] * (months - len(series))


def _links(scenario: Scenario, axes: Axes, draw: Draw, width: int) -> Links:
    rules = [
        terms(scenario, name, via >= 0)
        for name, via in zip(axes.link_rule, axes.link_via.tolist(), strict=True)
    ]
    share = 1.0 / axes.siblings[:, None]
    weight = _rows((draw(rule.weight, f"{path}.weight") for path, rule in rules), width) * share
    unlimited = np.full(width, np.inf)
    cap = _rows(
        (
            draw(rule.cap, f"{path}.cap") if isinstance(rule, Trade) and rule.cap else unlimited
            for path, rule in rules
        ),
        width,
    )
    lead = whole(
        _rows((draw(rule.lead_months, f"{path}.lead_months") for path, rule in rules), width)
    )
    _reserve_exclusive_lines(scenario, axes, cap)
    base_cap = cap.copy()
    # before its event a re-export carries nothing
    cap[axes.link_via >= 0] = 0.0
    taxed = any(isinstance(event, Tariff) for event in scenario.events.values())
    unit_cost = _rows((draw(rule.unit_cost, f"{path}.unit_cost") for path, rule in rules), width)
    return Links(
        weight=weight,
        base_weight=weight.copy(),
        cap=cap,
        base_cap=base_cap,
        open=np.zeros(weight.shape, dtype=np.bool_),
        leaking=np.zeros(weight.shape),
        acted=np.zeros(weight.shape, dtype=np.bool_),
        base_flow=np.zeros(weight.shape),
        flow=np.zeros(weight.shape),
        unit_cost=unit_cost,
        tariff=np.zeros(weight.shape),
        tariff_rate=np.zeros(weight.shape),
        is_taxed=taxed,
        is_charged=bool(taxed or unit_cost.any() or (axes.link_via >= 0).any()),
        lead=lead,
        qualified_from=np.full((axes.dormant.size, width), NEVER),
        lead_groups=[
            LeadGroup.build(lead, months, axes.link_need, len(axes.needs))
            for months in np.unique(lead).tolist()
        ],
    )


def _reserve_exclusive_lines(scenario: Scenario, axes: Axes, cap: Floats) -> None:
    """Close the links from lines that only an exclusive programme builds to states that it does not
    serve.
    """
    for (name, _), line in zip(axes.projects, axes.project_line.tolist(), strict=True):
        programme = scenario.programmes[name]
        factory, product = axes.lines[line]
        if programme.exclusive and scenario.factories[factory].lines[product].capacity.value == 0:
            served = np.array([_serves(programme, state) for state in axes.states])
            cap[(axes.link_line == line) & ~served[axes.importer]] = 0.0


def _projects(scenario: Scenario, axes: Axes, draw: Draw, width: int) -> Projects:
    found = [
        (f"programmes.{name}.candidates.{each}", scenario.programmes[name].candidates[each])
        for name, each in axes.projects
    ]

    def number_of(path: str, candidate: Candidate, key: str) -> Floats:
        own: Quantity | None = getattr(candidate, key)
        return draw(
            own if own is not None else _class_number(scenario, candidate, key), f"{path}.{key}"
        )

    def limit(path: str, quantity: Quantity | None) -> Floats:
        return np.full(width, np.inf) if quantity is None else draw(quantity, path)

    def programme_number(key: str) -> Floats:
        return _rows(
            (
                draw(getattr(scenario.programmes[name], key), f"programmes.{name}.{key}")
                for name, _ in axes.projects
            ),
            width,
        )

    slippage, cancelled = programme_number("slippage"), programme_number("cancelled_share")
    qualification = (
        _rows(
            (number_of(path, candidate, "qualification_months") for path, candidate in found), width
        )
        * slippage
    )
    lead = (
        _rows((number_of(path, candidate, "build_months") for path, candidate in found), width)
        * slippage
        + qualification
    )
    for row, ((name, _), (path, candidate)) in enumerate(zip(axes.projects, found, strict=True)):
        if (
            scenario.programmes[name].lead_times == "announced"
            and candidate.announced_months is not None
        ):
            lead[row] = draw(candidate.announced_months, f"{path}.announced_months")
    times = timing(
        lead,
        [shape_of(candidate, class_of(scenario, candidate.product)) for _, candidate in found],
        scenario.months,
    )
    shape = lead.shape
    return Projects(
        delay=times.delay,
        qualification=np.minimum(whole(qualification), times.delay),
        spread=times.spread,
        profile=times.profile,
        half=times.half,
        due=np.full(shape, NEVER),
        ramp_keep=kept(
            _rows((number_of(path, candidate, "ramp_months") for path, candidate in found), width)
        ),
        capital_cost=_rows(
            (number_of(path, candidate, "capital_cost") for path, candidate in found), width
        )
        * programme_number("cost_overrun"),
        max_capacity=_rows(
            (limit(f"{path}.max_capacity", candidate.max_capacity) for path, candidate in found),
            width,
        ),
        absorption=_rows(
            (limit(f"{path}.absorption", candidate.absorption) for path, candidate in found), width
        ),
        added=np.zeros(shape),
        started=np.zeros(shape),
        unfinished=np.zeros(shape),
        matured=np.zeros(shape),
        pipeline=np.zeros((times.slots, *shape)),
        unramped=np.zeros(shape),
        completed=np.full(shape, NEVER, dtype=np.int64),
        cancelled_share=cancelled if cancelled.any() else None,
    )


def _class_number(scenario: Scenario, candidate: Candidate, key: str) -> Quantity:
    name = scenario.products[candidate.product].complexity
    number_: Quantity = getattr(scenario.complexity[name or ""], key)
    return number_


def _programmes(scenario: Scenario, axes: Axes, draw: Draw, width: int) -> Programmes:
    shape = (len(axes.programmes), width)
    programmes = [scenario.programmes[name] for name in axes.programmes]
    active = np.array([[each.active] for each in programmes], dtype=np.bool_).reshape(-1, 1)
    need_states = np.array(axes.states)[axes.need_state]
    beneficiary = np.array(
        [[_serves(each, state) for state in need_states] for each in programmes], dtype=np.bool_
    ).reshape(len(programmes), len(axes.needs))
    chairs = np.array([each.chair for each in programmes], dtype=np.str_)[:, None] == need_states
    weight = _rows(
        (
            draw(each.chair_weight, f"programmes.{name}.chair_weight")
            for name, each in scenario.programmes.items()
        ),
        width,
    )
    return Programmes(
        treasury=np.zeros(shape),
        active=np.repeat(active, width, axis=1),
        beneficiary=beneficiary,
        counts=np.where(chairs[:, :, None], 1.0, 1.0 / weight[:, None, :])
        * beneficiary[:, :, None],
        appropriated=np.zeros(shape),
        invested=np.zeros(shape),
    )


def _serves(programme: Programme, state: str) -> bool:
    return programme.beneficiaries == "all" or state in programme.beneficiaries

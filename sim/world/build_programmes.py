"""Fill the programmes and their projects: money, beneficiaries, lead times and costs."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import NEVER, whole
from sim.scenario.lead_terms import terms_of
from sim.scenario.plant_options import class_of
from sim.scenario.programme import Candidate, Programme
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.build_plant import shape_of, timing
from sim.world.clocks import Clocks
from sim.world.draws import Draws
from sim.world.lead_times import Building, lead_times, months_announced
from sim.world.projects import Programmes, Projects
from sim.world.ramps import Ramps


def build_projects(scenario: Scenario, axes: Axes, draw: Draws) -> Projects:
    """Draw what the programmes' projects take and cost; none has begun."""
    found = [
        (f"programmes.{name}.candidates.{each}", scenario.programmes[name].candidates[each])
        for name, each in axes.projects
    ]

    def own(key: str) -> Floats:
        return draw.rows(
            (_own_or_class(scenario, candidate, key), f"{path}.{key}") for path, candidate in found
        )

    def limit(key: str) -> Floats:
        return draw.rows_or(
            [(getattr(candidate, key), f"{path}.{key}") for path, candidate in found], np.inf
        )

    def of_programme(key: str) -> Floats:
        drawn = draw.rows(
            (getattr(programme, key), f"programmes.{name}.{key}")
            for name, programme in scenario.programmes.items()
        )
        return drawn.take(axes.project_programme, axis=0)

    slippage, cancelled = of_programme("slippage"), of_programme("cancelled_share")
    buildings = [
        Building(
            path,
            (scenario.programmes[name].common_delay, f"programmes.{name}.common_delay"),
            candidate,
            terms_of(candidate, class_of(scenario, candidate.product)),
        )
        for (name, _), (path, candidate) in zip(axes.projects, found, strict=True)
    ]
    terms = [each.terms for each in buildings]
    most = limit("max_capacity")
    drawn = lead_times(scenario, buildings, draw, slippage, most)
    announced = draw.rows_or(
        [
            _announced(scenario.programmes[name], candidate, path)
            for (name, _), (path, candidate) in zip(axes.projects, found, strict=True)
        ],
        np.nan,
    )
    lead = np.where(np.isnan(announced), drawn.lead, announced)
    times = timing(
        lead,
        [shape_of(candidate, class_of(scenario, candidate.product)) for _, candidate in found],
        scenario.months,
    )
    shape = lead.shape
    clocks = Clocks.build(
        scenario, axes, terms, _beneficiary(scenario, axes), lead, drawn.qualification
    )
    slots = max(times.slots, clocks.longest + 1) if clocks else times.slots
    return Projects(
        delay=times.delay,
        qualification=np.minimum(whole(drawn.qualification), times.delay),
        spread=times.spread,
        profile=times.profile,
        half=times.half,
        due=np.full(shape, NEVER),
        ramps=Ramps.build(drawn.shapes, drawn.lengths, scenario.months),
        capital_cost=own("capital_cost") * of_programme("cost_overrun"),
        max_capacity=most,
        absorption=limit("absorption"),
        added=np.zeros(shape),
        started=np.zeros(shape),
        unfinished=np.zeros(shape),
        matured=np.zeros(shape),
        pipeline=np.zeros((slots, *shape)),
        completed=np.full(shape, NEVER, dtype=np.int64),
        cancelled_share=cancelled if cancelled.any() else None,
        clocks=clocks,
    )


def _own_or_class(scenario: Scenario, candidate: Candidate, key: str) -> Quantity:
    """Return a candidate's own number, or that of its product's class."""
    own: Quantity | None = getattr(candidate, key)
    if own is not None:
        return own
    of_class: Quantity = getattr(class_of(scenario, candidate.product), key)
    return of_class


def _announced(
    programme: Programme, candidate: Candidate, path: str
) -> tuple[Quantity | None, str]:
    """Return the announced months that a candidate's lead time follows (None: it follows none), and
    the path of these months.
    """
    own, lead_time = candidate.announced_months, candidate.lead_time
    if programme.lead_times != "announced":
        return None, path
    if own is None and lead_time and lead_time.announced is not None:
        return months_announced(lead_time), f"{path}.lead_time.announced"
    return own, f"{path}.announced_months"


def build_programmes(scenario: Scenario, axes: Axes, draw: Draws) -> Programmes:
    """Draw how programmes see their beneficiaries; no money is there yet."""
    programmes = [scenario.programmes[name] for name in axes.programmes]
    shape = (len(programmes), draw.width)
    active = np.array([[each.active] for each in programmes], dtype=np.bool_).reshape(-1, 1)
    beneficiary = _beneficiary(scenario, axes)
    chairs = axes.chair[:, None] == axes.need_state
    weight = draw.rows(
        (each.chair_weight, f"programmes.{name}.chair_weight")
        for name, each in scenario.programmes.items()
    )
    return Programmes(
        treasury=np.zeros(shape),
        active=np.repeat(active, draw.width, axis=1),
        beneficiary=beneficiary,
        counts=np.where(chairs[:, :, None], 1.0, 1.0 / weight[:, None, :])
        * beneficiary[:, :, None],
        appropriated=np.zeros(shape),
        invested=np.zeros(shape),
    )


def _beneficiary(scenario: Scenario, axes: Axes) -> Bools:
    """Return which needs count for which programme, [programmes, needs]."""
    programmes = [scenario.programmes[name] for name in axes.programmes]
    served = np.array(
        [[serves(each, state) for state in axes.states] for each in programmes], dtype=np.bool_
    ).reshape(len(programmes), len(axes.states))
    return served.take(axes.need_state, axis=1)


def serves(programme: Programme, state: str) -> bool:
    """Tell whether a state's needs count for a programme."""
    return programme.beneficiaries == "all" or state in programme.beneficiaries

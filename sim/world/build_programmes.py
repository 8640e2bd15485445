"""Fill the programmes and their projects: money, beneficiaries, lead times and costs."""

from __future__ import annotations

import numpy as np

from sim.kernels.capacity import kept
from sim.kernels.sums import NEVER, Floats, whole
from sim.scenario.plant_options import class_of
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Candidate, Programme, Scenario
from sim.world.axes import Axes
from sim.world.build_plant import shape_of, timing
from sim.world.draws import Draws
from sim.world.projects import Projects
from sim.world.world import Programmes


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
    qualification = own("qualification_months") * slippage
    announced = draw.rows_or(
        [
            (_announced(scenario.programmes[name], candidate), f"{path}.announced_months")
            for (name, _), (path, candidate) in zip(axes.projects, found, strict=True)
        ],
        np.nan,
    )
    lead = np.where(np.isnan(announced), own("build_months") * slippage + qualification, announced)
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
        ramp_keep=kept(own("ramp_months")),
        capital_cost=own("capital_cost") * of_programme("cost_overrun"),
        max_capacity=limit("max_capacity"),
        absorption=limit("absorption"),
        added=np.zeros(shape),
        started=np.zeros(shape),
        unfinished=np.zeros(shape),
        matured=np.zeros(shape),
        pipeline=np.zeros((times.slots, *shape)),
        unramped=np.zeros(shape),
        completed=np.full(shape, NEVER, dtype=np.int64),
        cancelled_share=cancelled if cancelled.any() else None,
    )


def _own_or_class(scenario: Scenario, candidate: Candidate, key: str) -> Quantity:
    """Return a candidate's own number, or that of its product's class."""
    own: Quantity | None = getattr(candidate, key)
    if own is not None:
        return own
    of_class: Quantity = getattr(class_of(scenario, candidate.product), key)
    return of_class


def _announced(programme: Programme, candidate: Candidate) -> Quantity | None:
    return candidate.announced_months if programme.lead_times == "announced" else None


def build_programmes(scenario: Scenario, axes: Axes, draw: Draws) -> Programmes:
    """Draw how programmes see their beneficiaries; no money is there yet."""
    programmes = [scenario.programmes[name] for name in axes.programmes]
    shape = (len(programmes), draw.width)
    active = np.array([[each.active] for each in programmes], dtype=np.bool_).reshape(-1, 1)
    served = np.array(
        [[serves(each, state) for state in axes.states] for each in programmes], dtype=np.bool_
    ).reshape(len(programmes), len(axes.states))
    beneficiary = served.take(axes.need_state, axis=1)
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


def serves(programme: Programme, state: str) -> bool:
    """Tell whether a state's needs count for a programme."""
    return programme.beneficiaries == "all" or state in programme.beneficiaries

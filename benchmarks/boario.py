"""Measure one economy in BoARIO and here, where both give the same numbers: set-up, a step, and a
year of days."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.measure import Row
from sim.engine.load import load
from sim.engine.model import SupplyModel
from sim.engine.recorder import Tape
from sim.imports.folder import write
from sim.imports.found import Found
from sim.imports.mrio import from_pymrio
from sim.kernels.arrays import Floats
from sim.world.numbering import number

SIZES = {(40, 25): 10.0, (60, 50): 50.0}
"""Regions and sectors -> how many times faster a year must be."""
SUPPLIERS, BUYERS = 33, 5
"""Industries that each buys from; regions to whose final use each sells."""
MOST_INPUTS = 0.6
"""Largest share of inputs in output."""
STEPS, YEAR = 12, 365
TURNS = 3
"""Times that each is measured, in turns: a busy moment of the machine then meets both."""
STRUCK = (("reg00", "sec00"), ("reg01", "sec01"))
"""Industries that lose half of their capacity."""
FIRST = 3
"""The step of the loss; BoARIO has one step more before it."""
KEPT = ("output", "usable", "need", "used")
"""What is recorded here: as BoARIO does, output and capacity by industry, and final demand, with
what of it is met."""


class Measured(NamedTuple):
    """Hold processor times, seconds, and output [steps, industries]."""

    setup: float
    first: float
    """The first step, in which what the others need is prepared, too"""
    step: float
    """Each of the others: their mean"""
    output: Floats

    @property
    def year(self) -> float:
        """Return the time of a year of days."""
        return self.setup + self.first + (YEAR - 1) * self.step


def measure() -> Iterator[Row]:
    """Measure each size; nothing where BoARIO is not installed."""
    if find_spec("boario") is None:
        print("BoARIO is not installed (the extra bench): its rows are left out")
        return
    for (regions, sectors), least in SIZES.items():
        table = made_up(regions, sectors)
        turns = [(in_boario(table), here(table)) for _ in range(TURNS)]
        theirs, ours = (_least(each) for each in zip(*turns, strict=True))
        scale = theirs.output[0].sum() / ours.output[0].sum()
        np.testing.assert_allclose(ours.output * scale, theirs.output[1:], rtol=1e-9)
        size = f"{regions * sectors:,} industries"
        yield Row(f"a step of ARIO over BoARIO's, {size}", theirs.step / ours.step, "times")
        yield Row(f"BoARIO's step, {size}", 1e3 * theirs.step, "ms")
        yield Row(f"set-up of ARIO, {size}", ours.setup, "s")
        yield Row(f"BoARIO's set-up, {size}", theirs.setup, "s")
        yield Row(f"first step of ARIO, {size}", 1e3 * ours.first, "ms")
        yield Row(f"BoARIO's first step, {size}", 1e3 * theirs.first, "ms")
        faster = theirs.year / ours.year
        yield Row(f"a year of ARIO over BoARIO's, {size}", faster, "times", least=least)


def _least(several: Sequence[Measured]) -> Measured:
    """Take the least time of each stage; output is the same in all."""
    setup, first, step = (
        min(getattr(each, key) for each in several) for key in ("setup", "first", "step")
    )
    return Measured(setup, first, step, several[0].output)


def made_up(regions: int, sectors: int, seed: int = 1) -> SimpleNamespace:
    """Make up an input-output table: Z, Y and x, as `pymrio` has them."""
    random, size = np.random.Generator(np.random.PCG64(seed)), regions * sectors
    names = [f"reg{row:02d}" for row in range(regions)]
    rows = pd.MultiIndex.from_product(
        [names, [f"sec{row:02d}" for row in range(sectors)]], names=["region", "sector"]
    )
    final = pd.MultiIndex.from_product([names, ["final demand"]], names=["region", "category"])
    z, y = np.zeros((size, size)), np.zeros((size, regions))
    for industry in range(size):
        suppliers = random.choice(size, SUPPLIERS, replace=False)
        z[suppliers, industry] = random.lognormal(size=SUPPLIERS)
        buyers = random.choice(regions, BUYERS, replace=False)
        y[industry, buyers] = 100 * random.lognormal(size=BUYERS)
    # what an industry buys less, its suppliers sell less, so it takes some rounds
    while (share := z.sum(axis=0) / (z.sum(axis=1) + y.sum(axis=1))).max() > MOST_INPUTS:
        z *= np.minimum(1.0, 0.99 * MOST_INPUTS / share)
    return SimpleNamespace(
        Z=pd.DataFrame(z, rows, rows),
        Y=pd.DataFrame(y, rows, final),
        x=pd.DataFrame({"indout": z.sum(axis=1) + y.sum(axis=1)}, rows),
    )


def in_boario(table: SimpleNamespace) -> Measured:
    """Run a table in BoARIO, with fixed trade shares."""
    import pymrio
    from boario import event
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    loss = pd.Series(0.5, index=pd.MultiIndex.from_tuples(STRUCK, names=["region", "sector"]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        economy = pymrio.IOSystem(Z=table.Z, Y=table.Y, x=table.x)
        began = time.process_time()
        economy.calc_all()
        model = ARIOPsiModel(
            economy, order_type="noalt", main_inv_dur=20, inventory_restoration_tau=30
        )
        simulation = Simulation(model, n_temporal_units_to_sim=STEPS + 1)
        simulation.add_event(
            event.from_series(
                loss,
                event_type="arbitrary",
                occurrence=FIRST,
                duration=STEPS - FIRST,
                recovery_tau=1,
            )
        )
        ready = time.process_time()
        first, step = _steps(simulation.next_step, STEPS + 1)
    output = simulation.production_realised.to_numpy()
    return Measured(ready - began, first, step, output)


def here(table: SimpleNamespace) -> Measured:
    """Run a table as a scenario with ARIO's rules."""
    with TemporaryDirectory() as folder:
        write(_with_ario(from_pymrio(table, year=2000, publisher="made up", unit="units")), folder)
        began = time.process_time()
        scenario = load(Path(folder, "mrio.yaml"), members=1)
        axes = number(scenario)
        tape = Tape.blank(scenario, axes, 1, KEPT)
        model = SupplyModel(scenario, (0,), axes, tape, reporters={})
        ready = time.process_time()
    first, step = _steps(model.step, STEPS)
    model.release()
    return Measured(ready - began, first, step, tape.output[:, :, 0])


def _steps(step: Callable[[], object], steps: int) -> tuple[float, float]:
    """Do so many steps; return the time of the first, and the mean of the others."""
    began = time.process_time()
    step()
    first = time.process_time()
    for _ in range(steps - 1):
        step()
    return first - began, (time.process_time() - first) / (steps - 1)


def _with_ario(found: Found) -> Found:
    """Add the rules of `examples/peers/ario_fixed.yaml`, and the loss."""
    orders = {"adjustment_months": 30, "target": "demand", "sheds_surplus": False}
    overtime = {"most": 1.25, "months": 365, "counts_surplus": True}
    found.scenario["products"]["constants"] = {"input_cover": 19, "cancellation": 1}
    found.scenario |= {
        "months": STEPS,
        "rules": {
            "decisions": "before_events",
            "ordering": {"rule": "replace_use", **orders},
            "production": {"rule": "ario_psi", "psi": 0.8, "cover_months": 20},
            "overtime": {"rule": "ario", **overtime},
            "rounds": 1,
        },
        "states": {
            name: {"title": title, "rules": {"ordering": "hold_cover"}}
            for name, title in found.tables["states.csv"].rows
        },
        "events": {
            "loss": {
                "kind": "outage",
                "date": f"2000-{1 + FIRST:02d}",
                "factory": [f"{region.upper()}_{sector}" for region, sector in STRUCK],
                "share": 0.5,
            }
        },
    }
    return found

"""What buyers ask of whom is known from one step of a month to the next, and changes no number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.model import SupplyModel
from sim.kernels.kept import renewed
from sim.kernels.places import Opening
from sim.kernels.sums import MANY, GroupSum
from sim.scenario.loading.load import parse
from sim.world.asking import Asking
from sim.world.world import World
from tests.test_partial_cuts import CUT, one_supplier

ROOT = Path(__file__).parent.parent
FIRST = ROOT / "scenarios" / "examples" / "first.yaml"
PEERS = ROOT / "examples" / "peers"
WORLDS = (FIRST, PEERS / "ario_fixed.yaml", PEERS / "inoue_todo_proportional.yaml")


def _numbers(file: Path, months: int) -> list[np.ndarray]:
    """Return what flows and what lines are asked for, month by month, with three members."""
    model = SupplyModel(sim.load(file), 3, reporters={})
    found = []
    for _ in range(min(months, model.case.months)):
        model.step()
        found += [model.world.links.flow.copy(), model.world.lines.asked.copy()]
    return found


def noting(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Note, from now on, whether an allocation knows what is asked for in its first round."""
    known: list[bool] = []
    opening = Asking.opening

    def noted(self: Asking, world: World, supply: np.ndarray, demand: np.ndarray) -> Opening | None:
        found = opening(self, world, supply, demand)
        known.append(found is not None and found.asked is not None)
        return found

    monkeypatch.setattr(Asking, "opening", noted)
    return known


@pytest.mark.parametrize("file", WORLDS, ids=[each.stem for each in WORLDS])
def test_what_is_known_beforehand_changes_no_bit(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    known = noting(monkeypatch)
    quick = _numbers(file, 40)
    monkeypatch.setattr(Asking, "opening", lambda *_: None)
    slow = _numbers(file, 40)
    assert any(known)
    assert all(np.array_equal(*each) for each in zip(quick, slow, strict=True))


def test_shares_are_those_of_links_whose_line_can_deliver() -> None:
    """They are the same as long as nothing changes, and others once a line is out."""
    world = SupplyModel(sim.load(FIRST), reporters={}).world
    demand = world.needs.demand
    every = world.asking.opening(world, np.ones_like(world.lines.offer), demand)
    assert every is not None
    np.testing.assert_array_equal(every.weight, world.links.weight)
    none = world.asking.opening(world, np.zeros_like(world.lines.offer), demand)
    assert none is not None
    assert not none.weight.any()
    again = world.asking.opening(world, np.zeros_like(world.lines.offer), demand)
    assert again is not None
    assert again.weight is none.weight


def test_caps_are_told_where_a_link_has_one() -> None:
    """No link has any at first; then one has, of two members in the second alone."""
    world = SupplyModel(sim.load(FIRST), 2, reporters={}).world
    assert world.asking.caps(world.links) is None
    cap = np.full_like(world.links.cap, np.inf)
    cap[0, 1] = 5.0
    world.links.cap = renewed(cap)
    assert world.asking.caps(world.links) is world.links.cap


def test_long_groups_add_up_alike_for_one_member_and_for_several() -> None:
    """Also where the sparse product adds them up."""
    rows = 3 * MANY
    group = np.arange(rows) // 40
    values = np.random.Generator(np.random.PCG64(1)).lognormal(size=(rows, 2))
    by_group = GroupSum(group, int(group[-1]) + 1)
    together = by_group(values)
    for member in range(2):
        own = np.ascontiguousarray(values[:, [member]])
        assert np.array_equal(by_group(own), together[:, [member]])
        assert np.array_equal(by_group(own)[:, 0], np.bincount(group, own[:, 0]))


def test_what_is_cut_in_part_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cut takes its share only after orders are rationed: while one holds, July to September,
    what is ordered is not known. Nor is it at rest, before the first month."""
    known = noting(monkeypatch)
    cut = {**CUT, "share": 0.5, "until": "2014-10"}
    model = SupplyModel(parse(one_supplier({"AAA": 50, "CCC": 20}, cut=cut)))
    for _ in range(13):
        model.step()
    assert known == [False] + [True] * 6 + [False] * 3 + [True] * 4

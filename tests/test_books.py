"""The books that a run keeps: each finds what appears or vanishes, and names its month. And where a
run keeps its records: on a tape that is free as soon as the model is."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.engine.conservation import BOOKS
from sim.engine.model import SupplyModel
from sim.engine.notes import Candidates, Pantries
from sim.engine.recorder import Recorder
from sim.engine.tape import LINES, PARTS, Tape, recorded_of_inputs
from sim.errors import LedgerError
from sim.kernels.sums import GroupSum
from sim.world.numbering import number
from sim.world.world import World
from tests.on_paper import built
from tests.worlds import propulsion_world

TAMPERED = {
    "goods": "needs.stock",
    "backlog": "needs.backlog",
    "capacity": "lines.capacity",
    "unfinished": "projects.unfinished",
    "money": "programmes.treasury",
    "payments": "lines.revenue",
}


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("book", BOOKS)
def test_a_book_finds_what_appears(
    book: str, members: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tenth of a unit out of nowhere, in the third month."""
    model = SupplyModel(propulsion_world(), members)
    model.step()
    model.step()
    assert max(model.books.worst.values()) <= 64
    record = model.recorder.record

    def recorded(world: World) -> None:
        record(world)
        part, array = TAMPERED[book].split(".")
        owner = getattr(world, part)
        values = getattr(owner, array).copy()
        values[0] += 0.1
        setattr(owner, array, values)

    monkeypatch.setattr(model.recorder, "record", recorded)
    with pytest.raises(LedgerError, match=rf"balance: {book} in .*-03 is off by .* \(limit 64\)"):
        model.step()


def test_a_tape_is_free_with_its_model() -> None:
    """At once, and not when the garbage collector comes by."""
    gc.collect()
    gc.disable()
    try:
        model = SupplyModel(propulsion_world())
        model.step()
        tape = weakref.ref(model.recorder.tape)
        model.release()
        del model
        assert tape() is None
    finally:
        gc.enable()


def test_sums_of_arrays_below_one_another() -> None:
    """Rows 0 and 2 belong to group 1, row 1 to group 0, in each of the three."""
    values = np.arange(9.0)[:, None] * [1.0, 10.0]
    by_group = GroupSum(np.array([1, 0, 1]), 2).repeated(3)
    assert by_group(values)[:, 0].tolist() == [1, 2, 4, 8, 7, 14]
    assert by_group(values[:, 1:])[:, 0].tolist() == [10, 20, 40, 80, 70, 140]


def test_the_scarcest_of_three_inputs() -> None:
    """Line 2 has inputs 0 to 2, line 5 input 3. Of stocks for 4, 3 and 3 starts the second is the
    scarcest, as the first of two; where the line started 4, it was the first that allowed it, or
    the second, though there is nothing left of the first."""
    axes: Any = SimpleNamespace(input_line=np.array([2, 2, 2, 5]))
    pantries = Pantries(axes, width=1)
    assert pantries.lines.tolist() == [2, 5]
    offer = np.zeros((6, 1))
    had = np.array([4.0, 6.0, 3.0, 9.0])[:, None]
    none = np.array([0.0, 8.0, 9.0, 9.0])[:, None]
    for place, (started, there) in enumerate(((3.5, had), (4.0, had), (4.0, none))):
        offer[2] = started / 2
        needs = SimpleNamespace(
            stock=there - 1.0, used=np.ones((4, 1)), amount=np.array([[1.0], [2.0], [1.0], [0.0]])
        )
        lines = SimpleNamespace(offer=offer, yield_=np.full((6, 1), 0.5))
        world: Any = SimpleNamespace(
            needs=needs, lines=lines, axes=SimpleNamespace(inputs=slice(None))
        )
        pantries.note(world, place)
    assert pantries.scarcest(3)[:, :, 0].tolist() == [[1, 0, 1], [3, 3, 3]]
    assert pantries.scarcest(1)[:, :, 0].tolist() == [[1], [3]]


@pytest.mark.parametrize("part", [None, *PARTS])
def test_a_tape_holds_what_it_is_asked_to(part: str | None) -> None:
    """Six years from 2012 on of four members, of one part alone, or of none; what is not held takes
    no room."""
    scenario = propulsion_world()
    axes = number(scenario)
    tape = Tape.blank(scenario, axes, 4, only=[] if part is None else [part])
    lines, states = len(axes.lines), len(axes.states)
    full = {
        **dict.fromkeys(LINES, (72, lines, 4)),
        "flows": (6, axes.route_count, 4),
        "spent": (len(axes.programmes), 4),
        "inputs": (len(recorded_of_inputs()), 72, len(axes.input_needs), 4),
    }
    found = {name: getattr(tape, "of_inputs" if name == "inputs" else name) for name in full}
    for name, array in found.items():
        assert (array.shape == full[name]) == (name == part)
        assert array.size == (np.prod(full[name]) if name == part else 0)
    assert tape.series == {}
    assert list(tape.inputs) == (recorded_of_inputs() if part == "inputs" else [])
    assert {each.shape for each in tape.money.values()} == (
        {(6, states, 4)} if part == "money" else set()
    )
    assert len(tape.holding.months) == len(tape.holding.lost) == (6 if part == "holding" else 0)
    assert len(tape.holding.funded) == (len(axes.projects) if part == "holding" else 0)
    own = tape.part(1, 3)
    assert own.months == 72
    assert all(
        getattr(own, "of_inputs" if name == "inputs" else name).shape[-1] == 2 for name in full
    )


def test_what_is_under_way_may_be_enough_without_more_money() -> None:
    """Of 6 that a programme builds at home and 4 of the factory's own half will be good, and of 10
    at the ally's four fifths: 5 and 8. Who lacks more than that lacks money, where a programme
    that may spend has none left, and its candidate has room."""
    products = {"engines": {"title": "Engines", "unit": "engines", "complexity": "hard"}}
    hard = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    rules = {"investment": "expand_when_pressed"}
    model = built(products=products, complexity={"hard": hard}, rules=rules, members=2)
    world, candidates = model.world, Candidates(model.world)
    projects, purse = world.projects, world.programmes
    home = [each.factory for each in world.axes.works].index("home")
    projects.unfinished[:] = [[6, 6], [10, 10]]
    world.works.unfinished[home] = 4
    spent = np.array([[10.0, 10.0]])
    projects.max_capacity[:], projects.added[:] = 20, [[6, 6], [20, 10]]
    purse.active[:] = True
    for place, (treasury, active) in enumerate(((0, True), (1, True), (0, False))):
        purse.treasury[:], purse.active[0, 1] = treasury, active
        candidates.note(world, place, spent)
    assert [world.axes.lines[line] for line in candidates.lines] == [
        ("home", "engines"),
        ("ally", "engines"),
    ]
    lost = np.zeros((len(world.axes.lines), 3, 2))
    lost[candidates.lines] = np.array([5.5, 8.5])[:, None, None]
    found = candidates.unfunded(3, lost)
    assert found[0].tolist() == [[True, True], [False, False], [True, False]]
    assert found[1].tolist() == [[False, True], [False, False], [False, False]]
    lost[candidates.lines] = np.array([5.0, 8.0])[:, None, None]
    assert not candidates.unfunded(3, lost).any()


def test_a_tape_of_nothing_is_written_to_for_nothing() -> None:
    """A month that nobody asks for leaves no trace, whether a restriction may act or not."""
    model = SupplyModel(propulsion_world(), 2)
    model.step()
    world = model.world
    tape = Tape.blank(propulsion_world(), world.axes, 2, only=[])
    for suspects in (np.zeros_like, np.ones_like):
        marked = suspects(world.axes.link_line, dtype=np.bool_)
        Recorder(tape, world, 0, marked).record(world)
    assert tape.usable.size == tape.flows.size == tape.of_inputs.size == tape.spent.size == 0


@pytest.mark.parametrize(
    ("book", "part", "rows"),
    [
        ("transit", "needs", "in_transit"),
        ("unfinished", "projects", "unfinished"),
        ("unfinished works", "works", "unfinished"),
    ],
)
def test_what_is_under_way_is_what_the_pipelines_hold(book: str, part: str, rows: str) -> None:
    """But for a thousand-millionth of it: a unit more or less than they hold is found at the end,
    and so is what is no number."""
    products = {"engines": {"title": "Engines", "unit": "engines", "complexity": "hard"}}
    hard = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    rules = {"investment": "expand_when_pressed"}
    model = built(products=products, complexity={"hard": hard}, rules=rules)
    model.books.audit(model.world)
    counted = getattr(getattr(model.world, part), rows)
    right = counted[0, 0]
    for wrong in (1e-10, -1e-10):
        counted[0] = right + wrong
        model.books.audit(model.world)
    for wrong in (1.0, -1.0, 1e-6, np.nan):
        counted[0] = right + wrong
        with pytest.raises(LedgerError, match=f"do not balance: {book} differs"):
            model.books.audit(model.world)

"""The books that a run keeps: each finds what appears or vanishes, and names its month. And where a
run keeps its records: on a tape that is free as soon as the model is."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from sim.engine.conservation import BOOKS
from sim.engine.model import SupplyModel
from sim.engine.tape import BLOCK, cut
from sim.errors import LedgerError
from sim.kernels.sums import GroupSum
from sim.world.world import World
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
        getattr(getattr(world, part), array)[0] += 0.1

    monkeypatch.setattr(model.recorder, "record", recorded)
    with pytest.raises(LedgerError, match=f"do not balance: {book} in .*-03 is off by"):
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


def test_arrays_are_cut_out_of_blocks() -> None:
    """Two that fit share a block, the next begins another, and what is too large has its own."""
    half = BLOCK // 2
    shapes = {"a": (2, half // 2), "b": (0, 5), "c": (half,), "d": (3,), "e": (2, BLOCK), "f": (1,)}
    arrays = cut(shapes)
    assert {name: each.shape for name, each in arrays.items()} == shapes
    blocks = {name: id(each.base) for name, each in arrays.items()}
    assert blocks["a"] == blocks["b"] == blocks["c"]
    assert len({blocks[name] for name in "adef"}) == 4
    assert not any(
        np.shares_memory(arrays[one], arrays[other])
        for one, other in ("ac", "ae", "cd", "de", "ef")
    )


def test_sums_of_arrays_below_one_another() -> None:
    """Rows 0 and 2 belong to group 1, row 1 to group 0, in each of the three."""
    values = np.arange(9.0)[:, None] * [1.0, 10.0]
    by_group = GroupSum(np.array([1, 0, 1]), 2).repeated(3)
    assert by_group(values)[:, 0].tolist() == [1, 2, 4, 8, 7, 14]
    assert by_group(values[:, 1:])[:, 0].tolist() == [10, 20, 40, 80, 70, 140]

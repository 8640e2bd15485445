"""Libraries that Mesa imports and a run does not use are loaded when they are used."""

from __future__ import annotations

import sys

import pytest

import sim
from sim.engine.put_off import put_off


def test_a_stand_in_loads_the_library_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this_is_no_library", raising=False)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with put_off("colorsys", "this_is_no_library"):
        import colorsys as later

        import this_is_no_library as never

        # who asks all modules where they are from uses nothing of them
        assert not hasattr(later, "__file__")
    assert "colorsys" not in sys.modules
    assert later.hsv_to_rgb(0.0, 0.0, 1.0) == (1.0, 1.0, 1.0)
    import colorsys

    assert later.hsv_to_rgb is colorsys.hsv_to_rgb
    with pytest.raises(ModuleNotFoundError):
        _ = never.anything


def test_a_library_used_inside_is_loaded_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with put_off("colorsys"):
        import colorsys

        assert colorsys.hsv_to_rgb(0.0, 0.0, 1.0) == (1.0, 1.0, 1.0)
        assert sys.modules["colorsys"] is not colorsys
    assert "colorsys" in sys.modules


def test_a_function_imported_by_name_loads_its_library_when_it_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with put_off(functions=["colorsys.hsv_to_rgb"]):
        from colorsys import hsv_to_rgb
    assert "colorsys" not in sys.modules
    assert hsv_to_rgb(0.0, 0.0, v=1.0) == (1.0, 1.0, 1.0)
    assert "colorsys" in sys.modules


def test_what_is_loaded_stays_what_it_is() -> None:
    before = sys.modules["sys"]
    with put_off("sys"):
        assert sys.modules["sys"] is before


def test_mesa_still_makes_its_tables() -> None:
    model = sim.SupplyModel("examples/first")
    model.step()
    assert model.datacollector.get_model_vars_dataframe().shape == (1, 4)

"""Find what an event acts on: links, needs, lines or commissions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sim.scenario import event_kinds as kinds
from sim.scenario import plant_kinds, trade_kinds
from sim.scenario.selectors import factories_of, products_of, states_of
from tests.reference.things import Line

if TYPE_CHECKING:
    from tests.reference.start import Builder


def targets_of(world: Builder, event: Any, commissions: Mapping[str, Any]) -> list[Any]:
    """Return what an event acts on; nothing for one that undoes others."""
    if isinstance(event, kinds.ProgrammeStart | kinds.Funding | kinds.ProgrammeStop):
        return [commissions[event.programme]]
    if isinstance(event, trade_kinds.Trading):
        return _links(world, event)
    return FOUND[type(event)](world, event) if type(event) in FOUND else []


def sizes_of(world: Builder, path: str, event: plant_kinds.Outage) -> dict[Line, float]:
    """Return the lines for which an outage has another size than its share."""
    return {
        line: world.draw(event.sizes[name], f"{path}.sizes.{name}")
        for line, name in _out(world, event)
        if name
    }


def _links(world: Builder, event: trade_kinds.Trading) -> list[Any]:
    scenario = world.scenario
    exporters, importers = (
        states_of(event.exporter, scenario),
        states_of(event.importer, scenario),
    )
    goods = products_of(event.product, scenario)
    links = [
        each
        for each in world.links
        if each.exporter in exporters and each.importer in importers and each.product in goods
    ]
    return [each for each in links if each.exporter != each.importer]


def _inputs(world: Builder, event: kinds.Thrift) -> list[Any]:
    scenario = world.scenario
    states, goods = states_of(event.state, scenario), products_of(event.product, scenario)
    inputs = products_of(event.input, scenario)
    return [
        need
        for line in world.lines.values()
        for need in line.inputs
        if line.state in states and line.product in goods and need.product in inputs
    ]


def _needs(world: Builder, event: kinds.Demand) -> list[Any]:
    states, goods = (
        states_of(event.state, world.scenario),
        products_of(event.product, world.scenario),
    )
    return [
        need
        for (state, product), need in world.finals.items()
        if state in states and product in goods
    ]


def _licensed(world: Builder, event: plant_kinds.Licence) -> list[Any]:
    return [world.lines[event.factory, event.product]]


def _turned(world: Builder, event: plant_kinds.Retool) -> list[Any]:
    """List (line that gives its capacity, line that gets it)."""
    return [
        (world.lines[plant, event.from_product], world.lines[plant, event.to_product])
        for plant in world.scenario.factories
        if plant in factories_of(event.factory, world.scenario)
        and {(plant, event.from_product), (plant, event.to_product)} <= {*world.lines}
    ]


def _closed(world: Builder, event: plant_kinds.Closure) -> list[Any]:
    plants = factories_of(event.factory, world.scenario)
    goods = products_of(event.product, world.scenario)
    return [
        line
        for (plant, product), line in world.lines.items()
        if plant in plants and product in goods
    ]


def _hit(world: Builder, event: plant_kinds.Outage) -> list[Any]:
    return [line for line, size in _out(world, event) if size is not None]


def _out(world: Builder, event: plant_kinds.Outage) -> list[tuple[Line, str | None]]:
    """List all lines, each with the name in the outage's sizes that counts for it, "": its share;
    None: it is not hit."""
    scenario = world.scenario
    plants = factories_of(event.factory or "*", scenario)
    states = states_of(event.state or "*", scenario)
    goods = products_of(event.product or "*", scenario)
    selects = bool(event.factory or event.state or event.product)
    found: list[tuple[Line, str | None]] = []
    for (plant, product), line in world.lines.items():
        names = [plant, product, line.state, line.bloc]
        name = ([each for each in names if each in event.sizes] or [""])[0]
        is_hit = plant in plants and line.state in states and product in goods
        found.append((line, name if is_hit and (name or selects) else None))
    return found


FOUND: Mapping[type, Callable[..., list[Any]]] = {
    kinds.Thrift: _inputs,
    kinds.Demand: _needs,
    plant_kinds.Licence: _licensed,
    plant_kinds.Retool: _turned,
    plant_kinds.Closure: _closed,
    plant_kinds.Outage: _hit,
}
"""Kind of event -> how to find what it acts on"""

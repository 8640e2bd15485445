"""Define Mesa's agents: views of rows of the world, and the rules by which they decide.

An agent owns no numbers. `agent.capacity` looks the array up in the agent's model, so that two
models never share anything and nothing is out of date. Writing through a view changes the world: do
so only in notebooks and for inspection, never in the steps of a month.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.engine.put_off import without_what_mesa_seldom_uses
from sim.kernels.arrays import Floats
from sim.scenario.programme import Programme
from sim.scenario.rule_choices import FactoryRules, RuleChoice, Rules, StateRules
from sim.scenario.schema import Factory, State
from sim.world.construction import in_qualification

with without_what_mesa_seldom_uses():
    import mesa


Choices = Mapping[str, RuleChoice]
"""Family -> the rule that is followed"""


def shared(kind: type[StateRules | FactoryRules], rules: Rules) -> Choices:
    """Return a scenario's choices for all agents of a kind, in each family in which they decide."""
    return {family: getattr(rules, family) for family in kind.model_fields}


def with_own(own: StateRules | FactoryRules, defaults: Choices) -> Choices:
    """Return an agent's choices: its own, else the `defaults`.

    An agent without choices of its own gets the very object `defaults`, so that agents that decide
    alike can be recognised by it.
    """
    found = {family: getattr(own, family) for family in own.model_fields_set}
    found = {family: choice for family, choice in found.items() if choice is not None}
    return {**defaults, **found} if found else defaults


class View:
    """Show an agent its rows of one of the world's arrays, [rows, members], as a view and never a
    copy.
    """

    def __init__(self, part: str, array: str, rows: str) -> None:
        self.part, self.array, self.rows = part, array, rows

    def __get__(self, agent: Any, kind: type | None = None) -> Any:
        if agent is None:
            return self
        values: Floats = getattr(getattr(agent.model.world, self.part), self.array)
        return values[getattr(agent, self.rows)]


class SupplyAgent(mesa.Agent):
    """Hold what all agents have: a name, and a rule for each family in which they decide."""

    def __init__(self, model: mesa.Model, name: str, rules: Choices) -> None:
        super().__init__(model)
        self.name = name
        self.rules = rules

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class StateAgent(SupplyAgent):
    """Stand for a state: it uses goods, holds stocks, orders, and weighs its suppliers."""

    need = View("needs", "final", "needs")
    stock = View("needs", "stock", "needs")
    backlog = View("needs", "backlog", "needs")
    received = View("needs", "received", "needs")
    used = View("needs", "used", "needs")

    def __init__(self, model: mesa.Model, name: str, state: State, defaults: Choices) -> None:
        super().__init__(model, name, with_own(state.rules, defaults))
        self.title, self.bloc = state.title, state.bloc
        axes = model.world.axes
        self.needs = axes.final_spans[axes.state_rows[name]]

    @property
    def products(self) -> tuple[str, ...]:
        """List what it needs."""
        return tuple(product for _, product in self.model.world.axes.needs[self.needs])


class FactoryAgent(SupplyAgent):
    """Stand for a factory: its lines make goods from inputs and share them out when they
    are short.
    """

    nameplate = View("lines", "nameplate", "lines")
    capacity = View("lines", "capacity", "lines")
    usable = View("lines", "usable", "lines")
    output = View("lines", "output", "lines")
    unit_cost = View("lines", "unit_cost", "lines")
    input_stock = View("needs", "stock", "inputs")
    mothballed = View("lines", "mothballed", "lines")
    building = View("works", "unfinished", "works")
    invested = View("works", "invested", "works")

    def __init__(self, model: mesa.Model, name: str, factory: Factory, defaults: Choices) -> None:
        super().__init__(model, name, with_own(factory.rules, defaults))
        self.title, self.state = factory.title, factory.state
        axes = model.world.axes
        row = axes.factory_rows[name]
        self.lines, self.inputs = axes.line_spans[row], axes.input_spans[row]
        self.works = axes.work_spans[row]

    @property
    def products(self) -> tuple[str, ...]:
        """List what its lines make."""
        return tuple(product for _, product in self.model.world.axes.lines[self.lines])


class CommissionAgent(SupplyAgent):
    """Stand for a programme's commission: it shares the budget out among the candidates."""

    treasury = View("programmes", "treasury", "row")
    invested = View("programmes", "invested", "row")
    unfinished = View("projects", "unfinished", "projects")
    added = View("projects", "added", "projects")

    def __init__(self, model: mesa.Model, name: str, programme: Programme, defaults: Rules) -> None:
        super().__init__(model, name, {"programme": programme.rule or defaults.programme})
        self.title, self.chair = programme.title, programme.chair
        axes = model.world.axes
        self.row = axes.programmes.index(name)
        self.projects: slice = axes.project_spans[self.row]

    @property
    def in_qualification(self) -> Floats:
        """Count the unfinished capacity that is built and waits to be qualified, [projects,
        members].
        """
        # agents are looked at between months, when the world's month has already moved on
        return in_qualification(self.model.world.projects, self.model.world.month - 1)[
            self.projects
        ]

"""Make the controls of a scenario out of what it says: numbers, those that matter most first;
events, programmes, rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sim import rules
from sim.assess.drawn import drawn
from sim.assess.evidence import Number, numbers
from sim.explore.control import ALL, OFF, ON, Control, Range
from sim.explore.ranges import owner, range_of, scored
from sim.explore.without import without
from sim.report.charts.names import Names
from sim.scenario.event_times import Dated
from sim.scenario.field_texts import field_texts
from sim.scenario.lead_terms import terms_of
from sim.scenario.plant_options import class_of
from sim.scenario.programme import Programme
from sim.scenario.quantity import Quantity, month_label, month_number, plain
from sim.scenario.rule_choices import RuleChoice, Rules
from sim.scenario.schema import Scenario

FIRST = 12
"""Numbers that stand at the top, most important first."""
MOST = 600
"""Numbers that have a slider; of more, the others can be set by their paths."""
SECTIONS = ("events", "programmes")
"""Sections with a group of their own, where all that belongs to an entity stands together."""


@dataclass(frozen=True)
class Group:
    """Hold controls that stand together."""

    title: str
    controls: Sequence[Control]
    text: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class Menu:
    """Hold all that can be set in a scenario."""

    scenario: Scenario
    groups: Sequence[Group]

    @cached_property
    def states(self) -> dict[str, str]:
        """Return the titles of the states by code."""
        return dict(Names.of(self.scenario).states)

    @cached_property
    def products(self) -> dict[str, str]:
        """Return the titles of the products by code."""
        return dict(Names.of(self.scenario).products)

    @cached_property
    def controls(self) -> dict[str, Control]:
        """Return the controls by their names in an address."""
        return {each.id: each for group in self.groups for each in group.controls}


def menu(scenario: Scenario, ranking: Sequence[str] = ()) -> Menu:
    """Make the controls of a scenario; `ranking` lists paths of numbers, the most important
    first.
    """
    maker = _Maker(scenario)
    found = maker.by_path()
    first = [found.pop(path) for path in ranking if path in found][:FIRST]
    most = "by how much of the spread of what is met since the first hit comes from them"
    own = {section: list(maker.entities(section, found)) for section in SECTIONS}
    taken = {each.id for group in own.values() for each in group}
    left = [each for path, each in found.items() if path not in taken]
    groups = [
        Group("What matters most", first, most, is_open=True),
        Group("Events", own["events"], is_open=True),
        Group("Programmes and budgets", own["programmes"], is_open=True),
        Group("Rules", list(maker.choices())),
        *_by_section(left[:MOST]),
    ]
    return Menu(scenario, [group for group in groups if group.controls])


def _by_section(left: Sequence[Control]) -> Iterator[Group]:
    """Yield the numbers of each section of the scenario."""
    for section in dict.fromkeys(each.id.partition(".")[0] for each in left):
        mine = [each for each in left if each.id.partition(".")[0] == section]
        yield Group(f"Numbers: {section}", mine)


class _Maker:
    """Make controls, with the titles of a scenario."""

    def __init__(self, scenario: Scenario) -> None:
        rules.plugins.load()
        self.scenario = scenario
        self.names = Names.of(scenario)

    def by_path(self) -> dict[str, Control]:
        """Make the control of each number: of those given, and of scores of programmes that
        members draw; what factories build has scores, too, that no file can set.
        """
        given = {each.path: each for each in numbers(self.scenario)}
        every = (each.number for each in drawn(self.scenario))
        scores = {each.path: each for each in every if each.path.startswith("programmes.")}
        both = {**given, **scores}
        return {path: self.number(each) for path, each in both.items() if not _is_budget(path)}

    def number(self, number: Number) -> Control:
        """Make the slider of a number."""
        quantity = number.quantity
        return Control(
            number.path,
            "number",
            self._title(number.path),
            plain(quantity.value),
            f"{self._text(number.path)} {_pedigree(quantity)}".strip(),
            range_of(self.scenario, number.path, quantity),
            sets=list(self._beside(number.path)),
        )

    def _title(self, path: str) -> str:
        """Name a number; a score says what it is a place in."""
        title = self.names.path(path).replace(": candidates, ", ": ")
        return (
            f"{title.removesuffix(', own')}, among precedents" if path.endswith(".own") else title
        )

    def _text(self, path: str) -> str:
        """Return what the schema says of a number."""
        steps = path.split(".")
        model, name = scored(steps) or owner(self.scenario, steps)
        return field_texts(model).get(name, "") if model else ""

    def _beside(self, path: str) -> Iterator[tuple[str, object]]:
        """Yield what a score needs beside it: terms that the class gives become the candidate's."""
        steps = path.split(".")
        if steps[0] != "programmes" or steps[-1] != "own":
            return
        candidate = self.scenario.programmes[steps[1]].candidates[steps[3]]
        terms = terms_of(candidate, class_of(self.scenario, candidate.product))
        given = {"lead_time": terms.lead_time, "ramp": terms.ramp}[steps[-2]]
        own = getattr(candidate, steps[-2])
        if given is not None and own != given:
            whole = given.model_dump(by_alias=True, exclude_unset=True, mode="json")
            shape = {"shape": terms.shape} if steps[-2] == "ramp" else {}
            yield path.rpartition(".")[0], {**whole, **shape}

    def entities(self, section: str, found: Mapping[str, Control]) -> Iterator[Control]:
        """Yield the controls of each event, or of each programme, one after the other."""
        for name in getattr(self.scenario, section):
            path = f"{section}.{name}"
            if section == "events":
                yield from self._event(name, self.scenario.events[name])
            else:
                yield from self._programme(name, self.scenario.programmes[name], found)
            title = self.names.path(f"{path}.x").removesuffix(": x")
            for each in found:
                is_own = each.startswith(f"{path}.") and not each.startswith(f"{path}.candidates.")
                if is_own:
                    yield replace(found[each], entity=title)

    def _event(self, name: str, event: Dated) -> Iterator[Control]:
        path, title = f"events.{name}", self.names.event(name)
        gone = without(self.scenario, [name])
        also = [
            self.names.event(each.split(".")[1])
            for each, value in gone
            if value is None and each != path
        ]
        text = f"Without it there is no {', '.join(also)} either." if also else ""
        yield Control(path, "switch", title, ON, text)
        for key in ("date", "until"):
            month = getattr(event, key)
            if month is not None:
                yield Control(
                    f"{path}.{key}",
                    "month",
                    f"{title}: {'begins' if key == 'date' else 'ends'}",
                    month,
                    field_texts(type(event)).get(key, ""),
                    options=self._months(event, key),
                    entity=title,
                )

    def _months(self, event: Dated, key: str) -> list[tuple[str, str]]:
        """Return the first and the last month of a slider, in which the event keeps some length."""
        first = month_number(self.scenario.start)
        last = first + self.scenario.months - 1
        here = month_number(getattr(event, key))
        if key == "date" and event.until:
            last = max(min(last, month_number(event.until) - 1), here)
        if key == "until" and event.date:
            first = min(max(first, month_number(event.date) + 1), here)
        ends = (min(first, here), max(last, here))
        return [(month_label(each), month_label(each)) for each in ends]

    def _programme(
        self, name: str, programme: Programme, found: Mapping[str, Control]
    ) -> Iterator[Control]:
        path, title = f"programmes.{name}", self.names.programmes.get(name, name)
        texts = field_texts(Programme)
        active = ON if programme.active else OFF
        yield Control(
            f"{path}.active", "switch", f"{title}: spends from the start", active, texts["active"]
        )
        if programme.budget:
            amounts = [
                (f"{path}.budget.{month}", each.model_dump(exclude_unset=True))
                for month, each in programme.budget.items()
            ]
            text = f"{texts['budget']} All amounts are multiplied."
            name = f"{title}: budget, times"
            yield Control(
                f"{path}.budget",
                "scale",
                name,
                "1",
                text,
                Range(0.0, 3.0, 0.05),
                sets=amounts,
                entity=title,
            )
        named = ALL if programme.beneficiaries == ALL else ",".join(programme.beneficiaries)
        yield Control(
            f"{path}.beneficiaries",
            "states",
            f"{title}: whose needs count",
            named,
            texts["beneficiaries"],
            options=[(each, self.names.state(each)) for each in self.scenario.states],
            entity=title,
        )
        weight = f"{path}.chair_weight"
        if weight not in found and _weighs(programme, len(self.scenario.states)):
            yield replace(self.number(Number(weight, programme.chair_weight)), entity=title)
        if programme.rule:
            yield self._choice(f"{path}.rule", "programme", programme.rule, f"{title}: rule")

    def choices(self) -> Iterator[Control]:
        """Yield what rule decides, of each family and of states and factories with their own."""
        texts = field_texts(Rules)
        for family in rules.FAMILIES:
            chosen = getattr(self.scenario.rules, family)
            title = texts[family].rstrip(".").partition(":")[0]
            yield self._choice(f"rules.{family}", family, chosen, title)
        for section in ("states", "factories"):
            for name, entity in getattr(self.scenario, section).items():
                for family in type(entity.rules).model_fields:
                    chosen = getattr(entity.rules, family)
                    if chosen is not None:
                        path = f"{section}.{name}.rules.{family}"
                        yield self._choice(path, family, chosen, self.names.path(path))

    def _choice(self, path: str, family: str, chosen: RuleChoice, title: str) -> Control:
        known = [
            each.name
            for each in rules.rules(family)
            if each.name == chosen.rule
            or all(one.default is not one.empty for one in each.parameters.values())
        ]
        options = [(each, each.replace("_", " ")) for each in known]
        return Control(path, "choice", title, chosen.rule, options=options)


def _weighs(programme: Programme, states: int) -> bool:
    """Return whether the chair and others are served, so that its weight acts."""
    named = programme.beneficiaries
    return states > 1 if named == ALL else programme.chair in named and len(named) > 1


def _is_budget(path: str) -> bool:
    steps = path.split(".")
    return steps[0] == "programmes" and steps[2] == "budget"


def _pedigree(quantity: Quantity) -> str:
    """Write what the scenario says of a number: how it is drawn, and how well it is supported."""
    here = "Here a year, as in the file" if quantity.per == "year" else "In the file"
    spread = ""
    if quantity.low is not None and quantity.high is not None and quantity.is_drawn:
        spread = f", drawn between {plain(quantity.low)} and {plain(quantity.high)}"
    return f"{here}: {plain(quantity.value)}{spread} ({quantity.confidence})."

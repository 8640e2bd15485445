"""The ledger: every number with its path, its source and its confidence; what members draw, under
the engine's own names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.assess.drawn import drawn
from sim.assess.evidence import cited, counts, described, ledger, numbers
from sim.engine.model import SupplyModel
from sim.scenario.drawing import draw_all
from sim.scenario.quantity import CONFIDENCES, Quantity
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.tiny_scenario import data
from tests.worlds import propulsion_world

ROOT = Path(__file__).parent.parent


def tiny(**changes: Any) -> Scenario:
    """Make the tiny scenario that uses every part of the schema, with some top-level keys
    replaced.
    """
    return sim.parse({**data(), **changes})


def rows(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Give the ledger by path."""
    table = ledger(scenario)
    return {
        path: {name: column[row] for name, column in table.items()}
        for row, path in enumerate(table["path"])
    }


def test_a_row_says_all_that_is_known_of_a_number() -> None:
    report = {
        "report": {
            "title": "A report",
            "publisher": "A house",
            "date": "2014-08",
            "address": "https://example.org",
        }
    }
    need = {
        "value": 96,
        "low": 80,
        "high": 120,
        "per": "year",
        "source": "report",
        "confidence": "disputed",
        "note": "who knows",
    }
    row = rows(tiny(sources=report, needs={"RUS": {"helicopters": need}}))[
        "needs.RUS.helicopters.units"
    ]
    assert row == {
        **{
            "path": "needs.RUS.helicopters.units",
            "value": 96,
            "low": 80,
            "high": 120,
            "per": "year",
            "dist": "triangular",
        },
        **{"confidence": "disputed", "source": "report", "publisher": "A house", "date": "2014-08"},
        **{"address": "https://example.org", "note": "who knows", "precedents": ""},
    }


def test_a_bare_number_is_an_assumption_without_interval() -> None:
    row = rows(tiny())["factories.sich.lines.engines.capacity"]
    assert (row["value"], row["confidence"], row["dist"], row["source"], row["address"]) == (
        25,
        "assumed",
        "fixed",
        "",
        "",
    )
    assert np.isnan([row["low"], row["high"]]).all()


def test_paths_are_those_of_error_messages() -> None:
    """Aliases, years, months and events; a path of the ledger can be set."""
    found = rows(tiny())
    assert {
        "products.helicopters.inputs.engines.amount",
        "complexity.hard.build_months",
        "factories.klimov.lines.engines.yield",
        "needs.BLR.helicopters.by_year.2015",
        "trade.ukrainian_engines.cap",
        "events.ban.share",
        "events.relief.after.months",
        "programmes.csto.budget.2014-07",
        "programmes.csto.candidates.more_engines.announced_months",
    } <= set(found)
    changed = sim.parse(data(), ["factories.klimov.lines.engines.yield=0.8"])
    assert rows(changed)["factories.klimov.lines.engines.yield"]["value"] == 0.8


def test_what_is_left_to_defaults_is_not_listed() -> None:
    assert not [
        path
        for path in rows(tiny())
        if path.startswith("states.") or path.endswith(".cancellation")
    ]


def test_parameters_of_rules_are_assumptions() -> None:
    """Numbers only, in mappings and lists too; whole numbers that are no quantities of the scenario
    are not listed."""
    scenario = tiny()
    parameters = {"speed": 0.2, "order": ["RUS"], "levels": [1, 2], "strict": True}
    choice = scenario.rules.allocation.model_copy(update={"parameters": parameters})
    scenario = scenario.model_copy(
        update={"rules": scenario.rules.model_copy(update={"allocation": choice})}
    )
    found = {
        path: row["value"] for path, row in rows(scenario).items() if path.startswith("rules.")
    }
    assert found == {
        "rules.allocation.speed": 0.2,
        "rules.allocation.levels.0": 1,
        "rules.allocation.levels.1": 2,
    }
    assert {"months", "seed", "members"}.isdisjoint(rows(scenario))


def test_the_ledger_has_the_order_of_the_file() -> None:
    """The order of the schema and within it that of the file, the same each time."""
    assert [each.path for each in numbers(tiny())] == [
        each.path for each in numbers(sim.parse(data()))
    ]
    factories = [path for path in rows(tiny()) if path.startswith("factories.")]
    assert [path.split(".")[1] for path in factories] == ["sich", "klimov", "klimov", "kazan"]


def test_counts_by_confidence() -> None:
    """All numbers but one capacity are assumed; of those all but the ban's interval stand bare."""
    counted = counts(tiny())
    assert (counted["estimated"], counted["documented"], counted["disputed"]) == (1, 0, 0)
    assert counted["assumed"] == len(numbers(tiny())) - 1
    assert counted["bare"] == len(
        [
            each
            for each in numbers(tiny())
            if each.quantity.confidence == "assumed" and each.quantity.low is None
        ]
    )


def test_sources_that_nothing_names_and_that_nobody_gave() -> None:
    """Sources of numbers, events, rules of trade and programmes count; the first two lists are
    empty when all is well."""
    assert cited(tiny()) == ([], [])
    parts = data()
    parts["sources"] |= {"law": {"title": "A law"}, "idle": {"title": "Never named"}}
    parts["events"]["ban"]["source"] = "law"
    scenario = sim.parse(parts)
    assert cited(scenario) == ([], ["idle"])
    assert cited(scenario.model_copy(update={"sources": {}})) == (["report", "law"], [])


def test_the_description_names_what_is_amiss() -> None:
    parts = data()
    parts["sources"]["idle"] = {"title": "Never named"}
    text = described(sim.parse(parts))
    assert text.startswith(
        f"{len(numbers(tiny()))} numbers: 0 documented, 1 estimated, 0 disputed, "
    )
    assert "2 sources, of which nothing names idle" in text
    assert "Assumptions" not in text
    assert "\n1 source, all of them named\n" in described(tiny())
    assert "\n0 sources\n" in described(sim.load("examples/first"))
    assert "named and not given: report" in described(tiny().model_copy(update={"sources": {}}))


def test_values_are_an_interval_of_their_own_kind() -> None:
    """A number drawn from values does not stand alone; an assumption names them."""
    discrete = {"dist": "discrete", "values": [6, 8, 12]}
    parts = {**data(), "needs": {"RUS": {"helicopters": discrete}}, "events": {}}
    few = sim.parse(parts)
    plain = sim.parse({**parts, "needs": {"RUS": {"helicopters": 8}}})
    assert counts(plain)["bare"] == counts(few)["bare"] + 1
    told = described(few, assumptions=True)
    assert "  needs.RUS.helicopters.units: 8 (6, 8 or 12)\n" in told + "\n"


def test_assumptions_are_listed_with_their_intervals() -> None:
    lines = described(tiny(), assumptions=True).splitlines()
    assert "  events.ban.share: 0.9 (0.8 to 1)" in lines
    assert "  factories.sich.lines.engines.capacity: 25" in lines
    assert not any("klimov.lines.engines.capacity" in line for line in lines)


def test_a_number_per_year_says_so() -> None:
    need = {"value": 96, "per": "year", "note": "a guess"}
    assert "  needs.RUS.helicopters.units: 96 a year: a guess" in described(
        tiny(needs={"RUS": {"helicopters": need}}), assumptions=True
    )


def test_a_class_is_drawn_by_each_candidate() -> None:
    """The candidate leaves its months to the class and draws them under its own path; the class
    itself is not drawn."""
    parts = data()
    parts["complexity"]["hard"]["build_months"] = {"value": 24, "low": 12, "high": 36}
    found = {
        each.name: each.number.path for each in drawn(sim.parse(parts)) if "months" in each.name
    }
    assert found == {
        "programmes.csto.candidates.more_engines.build_months": "complexity.hard.build_months"
    }
    parts["programmes"]["csto"]["candidates"]["more_engines"]["build_months"] = 30
    assert not [each for each in drawn(sim.parse(parts)) if "months" in each.name]


def test_factories_that_invest_draw_their_class_too() -> None:
    parts = data()
    parts["complexity"]["hard"]["build_months"] = {"value": 24, "low": 12, "high": 36}
    parts["rules"]["investment"] = "expand_when_short"
    names = [
        each.name
        for each in drawn(Scenario.model_validate(parts))
        if each.number.path == "complexity.hard.build_months"
    ]
    assert names == [
        "programmes.csto.candidates.more_engines.build_months",
        "factories.sich.lines.engines.build_months",
        "factories.klimov.lines.engines.build_months",
    ]


def asked_of(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> dict[str, Quantity]:
    """Build the model of two members and note which numbers it draws under which names."""
    asked: dict[str, Quantity] = {}

    def noting(
        quantities: Sequence[Quantity], seed: int, names: Sequence[str], members: Sequence[int]
    ) -> Any:
        pairs = zip(names, quantities, strict=True)
        asked.update({name: quantity for name, quantity in pairs if quantity.is_drawn})
        return draw_all(quantities, seed, names, members)

    for module in ("sim.scenario.quantity", "sim.world.draws"):
        monkeypatch.setattr(f"{module}.draw_all", noting)
    SupplyModel(scenario, (0, 1), number(scenario)).release()
    return asked


@pytest.mark.parametrize("which", ["propulsion", "baseline"])
def test_the_engine_draws_what_the_ledger_says(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the same names from the same numbers: otherwise importance would be read off draws that
    nobody uses."""
    scenario = (
        propulsion_world()
        if which == "propulsion"
        else sim.load(ROOT / "scenarios" / "baseline.yaml")
    )
    asked = asked_of(scenario, monkeypatch)
    known = {each.name: each.number.quantity for each in drawn(scenario)}
    assert {name: known.get(name) for name in asked} == asked
    assert len(asked) > 5


def test_the_shipped_case_has_no_number_without_a_source_or_an_interval_of_doubt() -> None:
    """Every confidence is used, all sources are named, and a documented number has a source."""
    scenario = sim.load(ROOT / "scenarios" / "baseline.yaml")
    assert all(counts(scenario)[each] for each in CONFIDENCES)
    assert cited(scenario) == ([], [])
    table = ledger(scenario)
    columns = zip(table["confidence"], table["source"], table["publisher"], strict=True)
    assert all(
        source and publisher for confidence, source, publisher in columns if confidence != "assumed"
    )


def test_a_lead_time_that_is_assumed_names_the_precedents_that_could_carry_it() -> None:
    """Its class and head start as far as they are named; ramps know no head start. What is
    documented, drawn from precedents or no lead time is not touched."""
    parts = data()
    candidate = parts["programmes"]["csto"]["candidates"]["more_engines"]
    candidate |= {"build_months": 20, "qualification_months": 5, "ramp_months": 9}
    candidate |= {"head_start": "design"}
    found = rows(sim.parse(parts))
    path = "programmes.csto.candidates.more_engines."
    assert found[path + "build_months"]["precedents"] == "head start design"
    assert found[path + "ramp_months"]["precedents"] == "any"
    assert found["factories.sich.lines.engines.capacity"]["precedents"] == ""
    parts["complexity"]["hard"]["ramp"] = {"precedents": "deep"}
    del parts["complexity"]["hard"]["ramp_months"]
    told = described(sim.parse(parts), assumptions=True)
    assert f"{path}build_months (deep, head start design)" in told
    assert f"{path}ramp_months (deep)" in told
    assert f"  {path}build_months: 20 [precedents could carry it: deep, head start design]" in told
    candidate["build_months"] = {"value": 20, "source": "report", "confidence": "documented"}
    assert rows(sim.parse(parts))[path + "build_months"]["precedents"] == ""

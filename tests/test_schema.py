"""The JSON Schema of scenario and study files: shipped files validate, mistakes do not, and an
editor's language server completes and marks by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

import sim
from sim import rules
from sim.cli.main import main
from sim.cli.schema import schema_of
from sim.scenario.event_times import Dated
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.loading.source_tree import bare
from sim.scenario.loading.yaml_marks import read
from tests import language_server

ROOT = Path(__file__).parent.parent
STUDIES = sorted((ROOT / "examples").glob("*.yaml"))
SCENARIOS = [*sorted((ROOT / "scenarios").rglob("*.yaml")), ROOT / "sim" / "starter.yaml"]
SCENARIO = Draft7Validator(schema_of("scenario"))
STUDY = Draft7Validator(schema_of("study"))


def data(text: str | bytes) -> Any:
    """Read YAML as `sim` does, with the keys of JSON: texts."""
    tree = read(text.encode() if isinstance(text, str) else text, "a file")
    assert tree is not None
    return json.loads(json.dumps(bare(tree)))


def faults(text: str, validator: Draft7Validator = SCENARIO) -> list[str]:
    """List the places of what is wrong."""
    return [".".join(map(str, each.absolute_path)) for each in validator.iter_errors(data(text))]


@pytest.mark.parametrize("path", SCENARIOS, ids=[str(each.relative_to(ROOT)) for each in SCENARIOS])
def test_every_scenario_and_layer_validates(path: Path) -> None:
    assert not list(SCENARIO.iter_errors(data(path.read_bytes())))


@pytest.mark.parametrize("path", STUDIES, ids=[each.name for each in STUDIES])
def test_every_study_validates(path: Path) -> None:
    assert not list(STUDY.iter_errors(data(path.read_bytes())))


def test_the_schemas_are_sound() -> None:
    Draft7Validator.check_schema(SCENARIO.schema)
    Draft7Validator.check_schema(STUDY.schema)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("monhts: 3", ""),
        ("months: 0", "months"),
        ("start: 2014-13", "start"),
        ("states: {Russia: {title: Russia}}", "states"),
        ("states: {RUS: {bloc: [CSTO]}}", "states.RUS"),
        ("products: {engines: {cancellation: 2}}", "products.engines.cancellation"),
        ("products: {engines: {lot: {value: 0}}}", "products.engines.lot"),
        ("needs: {RUS: {engines: {vlaue: 3}}}", "needs.RUS.engines"),
        ("needs: {RUS: {engines: {by_year: {year: 3}}}}", "needs.RUS.engines"),
        ("factories: {plant: {lines: {engines: many}}}", "factories.plant.lines.engines"),
        ("events: {ban: {kind: cut_of}}", "events.ban.kind"),
        ("events: {ban: {kind: cut_off, shair: 1}}", "events.ban"),
        ("events: {ban: {shair: 1}}", "events.ban"),
        ("events: {ban: {kind: cut_off, cap: 1}}", "events.ban"),
        ("rules: {allocation: proportionate}", "rules.allocation"),
        ("rules: {allocation: tiers}", "rules.allocation"),
        ("rules: {allocation: {rule: tiers, ordr: [RUS]}}", "rules.allocation"),
        ("rules: {ordering: {rule: hold_cover, adjustment_months: 0}}", "rules.ordering"),
        ("rules: {ordering: proportional}", "rules.ordering"),
        ("programmes: {build: {rule: proportional}}", "programmes.build.rule"),
    ],
)
def test_mistakes_are_found_where_they_stand(text: str, place: str) -> None:
    found = faults(text)
    assert found
    # a fault of one of several alternatives is told of the place where they part
    assert all(place.startswith(each) for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "states: {RUS: null}",
        "products: {engines: {lot: null, cancellation: 0.5}}",
        "needs: {RUS: {engines: 3, glass: {value: 3, low: 2, high: 4}}}",
        "needs: {RUS: {steel: {units: 1, tier: 1}}}",
        "needs: {RUS: {engines: {by_year: {2014: 3, 2015: {value: 1}}}}}",
        "events: {ban: {share: 0.5}}",
        "rules: {allocation: {rule: tiers, order: [RUS]}, rounds: 1}",
        "rules: {allocation: {rule: tiers, parameters: {order: [RUS]}}}",
        "extends: [a.yaml, b.yaml]",
    ],
)
def test_layers_and_shorthands_are_taken(text: str) -> None:
    assert not faults(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("factors: {months: {lo: 1}}", "factors.months"),
        ("design: {kind: gird}", "design.kind"),
        ("members: 0", "members"),
    ],
)
def test_mistakes_in_studies_are_found(text: str, place: str) -> None:
    found = faults(text, STUDY)
    assert found
    # a fault of one of several alternatives is told of the place where they part
    assert all(place.startswith(each) for each in found)


def test_every_kind_and_every_rule_is_there() -> None:
    """With its keys, its parameters and its text."""
    definitions = schema_of("scenario")["definitions"]
    assert isinstance(definitions, dict)
    for name, kind in KINDS.items():
        keys = {field.alias or key for key, field in kind.model_fields.items()}
        assert set(definitions[name]["properties"]) == keys
        assert definitions[name]["description"]
        assert issubclass(kind, Dated)
    for rule in rules.rules():
        choice = json.dumps(definitions[f"{rule.family} rule"])
        assert f'"const": "{rule.name}"' in choice
        assert all(f'"{key}"' in choice for key in rule.parameters)


def described(schema: Any, path: str = "") -> Iterator[tuple[str, bool]]:
    """List every key of every mapping, and whether it has a text."""
    for key, each in schema.get("properties", {}).items():
        yield f"{path}.{key}", "description" in each or "const" in each
    for each in schema.get("anyOf", []):
        yield from described(each, path)


@pytest.mark.parametrize("what", ["scenario", "study"])
def test_every_key_has_a_text(what: str) -> None:
    schema: Any = schema_of(what)
    named = {name: each for name, each in schema["definitions"].items() if " " not in name}
    # of a number with bounds the keys are described at the quantity
    kinds = {name for name, each in named.items() if "A number (" in each.get("description", "")}
    keys = dict(described(schema, "top"))
    for name in named.keys() - kinds:
        keys |= described(named[name], name)
    assert len(keys) > 10
    assert not [key for key, has_text in keys.items() if not has_text]


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of("scenario")
    assert main(["schema", "study"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of("study")
    assert main(["schema", "result"]) == 2


def test_what_it_takes_sim_takes() -> None:
    """The bounds are those of the models, not a copy of them."""
    first = ROOT / "scenarios" / "examples" / "first.yaml"
    for value in (0, 1, -0.1, 1.1):
        if faults(f"events: {{ban: {{kind: cut_off, share: {value}}}}}"):
            with pytest.raises(sim.ScenarioError):
                sim.load(first, [f"events.ban.share={value}"])
        else:
            assert sim.load(first, [f"events.ban.share={value}"])


@pytest.fixture(scope="module")
def editor(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[language_server.LanguageServer]:
    """Start the YAML language server with our schema."""
    path = tmp_path_factory.mktemp("editor") / "scenario.schema.json"
    path.write_text(json.dumps(schema_of("scenario")), encoding="utf-8")
    with language_server.LanguageServer(path) as server:
        yield server


@pytest.mark.skipif(language_server.found() is not None, reason=str(language_server.found()))
class TestEditor:
    """What an editor shows of a scenario."""

    def test_it_marks_nothing_in_what_is_right(
        self, editor: language_server.LanguageServer
    ) -> None:
        for path in (*SCENARIOS[:3], ROOT / "scenarios" / "examples" / "first.yaml"):
            assert editor.marks(path.read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("monhts: 3\n", "monhts is not allowed"),
            ("events:\n  a: {kind: cut_of}\n", '"cut_off"'),
            ("events:\n  a: {kind: cut_off, shair: 1}\n", "shair is not allowed"),
            ("events:\n  a: {kind: cut_off, share: 2}\n", "above the maximum of 1"),
            ("rules:\n  allocation: proportionate\n", '"proportional"'),
        ],
    )
    def test_it_marks_typos(
        self, editor: language_server.LanguageServer, text: str, message: str
    ) -> None:
        assert message in " ".join(editor.marks(text))

    @pytest.mark.parametrize(
        ("text", "offered"),
        [
            ("|", {"states", "events", "extends"}),
            ("events:\n  a:\n    kind: |\n", {"cut_off", "leakage"}),
            ("events:\n  a:\n    kind: cut_off\n    |\n", {"date", "exporter", "share"}),
            ("rules:\n  allocation: |\n", {"proportional", "talmud"}),
            ("needs:\n  AAA:\n    glass:\n      value: 3\n      |\n", {"low", "per", "source"}),
        ],
    )
    def test_it_completes(
        self, editor: language_server.LanguageServer, text: str, offered: set[str]
    ) -> None:
        assert offered <= set(editor.offers(text))

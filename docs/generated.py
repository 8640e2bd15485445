"""Make the parts of the reference that come from the code: keys, rules, metrics.

A page holds a comment `<!-- generated: rules -->` where the table of that name goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim import rules as all_rules
from sim.cli.schema import schema_of
from sim.rules.registry import Rule

Json = dict[str, Any]
_PLACE = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)
_OUTSIDE = re.compile(r"\[[^\]]+\]\((?:\.\./)+((?:sim|scenarios|results|examples|[A-Z]+)[^)]*)\)")
"""A link to a file of the repository that is no page of the guide."""


def filled(page: str) -> str:
    """Return the page with everything that is generated in its places.

    A link to a file of the repository that is no page of the guide becomes the file's name.
    """
    return _OUTSIDE.sub(r"`\1`", _PLACE.sub(lambda place: PARTS[place[1]](), page))


def scenario() -> str:
    """Describe every key of a scenario file, entity by entity."""
    schema = schema_of("scenario")
    definitions = _definitions(schema)
    kinds = list(_kinds(definitions))
    plain = [
        name
        for name, each in definitions.items()
        if name not in kinds and " " not in name and _full(each) and not _is_number(each)
    ]
    sections = [_section("The file", schema, definitions)]
    sections += [_section(name, definitions[name], definitions) for name in plain]
    return "\n\n".join(sections)


def events() -> str:
    """Describe every kind of event."""
    definitions = _definitions(schema_of("scenario"))
    kinds = list(_kinds(definitions))
    shared = set.intersection(*(set(definitions[kind]["properties"]) for kind in kinds)) - {"kind"}
    first = definitions[kinds[0]]
    common = {
        **first,
        "properties": {
            key: first["properties"][key] for key in first["properties"] if key in shared
        },
        "description": "Keys of every event.",
    }
    own = [
        {
            **definitions[kind],
            "properties": {
                key: each
                for key, each in definitions[kind]["properties"].items()
                if key not in shared
            },
        }
        for kind in kinds
    ]
    sections = [_section("Every event", common, definitions)]
    sections += [
        _section(f"`{kind}`", each, definitions) for kind, each in zip(kinds, own, strict=True)
    ]
    return "\n\n".join(sections)


def numbers() -> str:
    """Describe the physical kinds of numbers, with their units and bounds."""
    definitions = _definitions(schema_of("scenario"))
    rows = [
        (name, re.findall(r"\((.*)\)", each["description"])[0])
        for name, each in definitions.items()
        if _is_number(each)
    ]
    return _table(("kind of number", "unit and bounds"), rows)


def study() -> str:
    """Describe every key of a study file."""
    schema = schema_of("study")
    definitions = _definitions(schema)
    names = [name for name, each in definitions.items() if _full(each)]
    sections = [_section("The file", schema, definitions)]
    return "\n\n".join(
        [*sections, *(_section(name, definitions[name], definitions) for name in names)]
    )


def rules() -> str:
    """Describe every rule that ships with sim, family by family."""
    parts = []
    for family in all_rules.FAMILIES:
        parts.append(f"## {family}\n")
        parts += [_rule(each) for each in all_rules.rules(family)]
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    first, *rest = rule.documentation.split("\n\n")
    _, *described = rule.description().splitlines()
    lines = [line.strip() for line in described]
    parameters = [line for line in lines if line.split(":")[0] in rule.parameters]
    listed = [f"- `{key}`: {text}" for key, text in (line.split(": ", 1) for line in parameters)]
    source = f"Source: {_linked(rule.source)}." if rule.source else ""
    body = ["### " + f"`{rule.name}`", " ".join(first.split()), *rest, "\n".join(listed), source]
    return "\n\n".join(part for part in body if part) + "\n"


def _linked(source: str) -> str:
    """Let a mention of the page with the equations lead there."""
    return re.sub(
        r"equations (\d+(?:\.\d+)?)",
        lambda found: f"[equations {found[1]}](../explanation/equations.md)",
        source,
    )


def _section(name: str, schema: Json, definitions: Mapping[str, Json]) -> str:
    properties = _full(schema) or {}
    rows = [
        (f"`{key}`", _type(each, definitions), each.get("description", ""))
        for key, each in properties.items()
        if key != "kind"
    ]
    text = schema.get("description", "")
    table = _table(("key", "what stands there", "what it is"), rows) if rows else ""
    return f"## {name}\n\n{text}\n\n{table}"


def _type(schema: Json, definitions: Mapping[str, Json]) -> str:
    """Write what may stand somewhere in a few words."""
    if "$ref" in schema:
        return _named(schema["$ref"].rpartition("/")[2], definitions)
    if "anyOf" in schema:
        several = [_type(each, definitions) for each in schema["anyOf"]]
        return " or ".join(dict.fromkeys(each for each in several if each not in ("", "null")))
    if "allOf" in schema:
        return "[event](events.md)"
    inner = schema.get("items", schema.get("additionalProperties"))
    if inner:
        several_of = "list of" if "items" in schema else "by name:"
        return f"{several_of} {_type(inner, definitions)}"
    return _plain(schema)


def _shown(choice: object) -> str:
    """Write a choice; a sign or a blank in quotes, as YAML takes it."""
    is_sign = isinstance(choice, str) and not any(map(str.isalnum, choice))
    return json.dumps(choice) if is_sign else str(choice)


def _plain(schema: Json) -> str:
    if "enum" in schema:
        return ", ".join(f"`{_shown(each)}`" for each in schema["enum"])
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    if str(schema.get("pattern", "")).startswith("^([0-9]{4})-"):
        return "month, YYYY-MM"
    kind = str(schema.get("type", "anything"))
    bounds = [f"from {schema['minimum']:g}"] if "minimum" in schema else []
    return " ".join([words.get(kind, kind), *bounds])


def _named(name: str, definitions: Mapping[str, Json]) -> str:
    if name.endswith(" rule"):
        family = name.removesuffix(" rule")
        return f"[{name}](rules.md#{family})"
    if _is_number(definitions[name]):
        return f"[{name}](scenario.md#kinds-of-numbers)"
    page = "study.md" if "Design" in definitions else "scenario.md"
    return f"[{name}]({page}#{name.lower()})"


def _is_number(schema: Json) -> bool:
    return str(schema.get("description", "")).startswith("A number (")


def _full(schema: Json) -> Json | None:
    """Return the properties of a mapping, also where a shorthand may stand in its place."""
    if schema.get("type") == "object" and "properties" in schema:
        return dict(schema["properties"])
    found = [_full(each) for each in schema.get("anyOf", []) if "$ref" not in each]
    return next((each for each in found if each), None)


def _definitions(schema: Mapping[str, Any]) -> Mapping[str, Json]:
    definitions: Mapping[str, Json] = schema["definitions"]
    return definitions


def _kinds(definitions: Mapping[str, Json]) -> list[str]:
    return [
        name
        for name, each in definitions.items()
        if "const" in each.get("properties", {}).get("kind", {})
    ]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


PARTS: Mapping[str, Callable[[], str]] = {
    each.__name__: each for each in (scenario, events, numbers, study, rules)
}

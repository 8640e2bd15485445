"""Describe the choice of a rule as JSON Schema: the names of a family, and their parameters."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from sim.rules.registry import FAMILIES, Rule, rules

Json = dict[str, Any]


def choice_schemas() -> dict[str, Json]:
    """Return family -> JSON Schema of a choice of its registered rules: a name, or a mapping with
    parameters.
    """
    return {family: _choice(rules(family)) for family in FAMILIES}


def _choice(family: list[Rule]) -> Json:
    texts = {rule.name: " ".join(rule.documentation.split()) for rule in family}
    bare = [
        {"const": rule.name, "description": texts[rule.name]}
        for rule in family
        if not _required(rule)
    ]
    named = {
        "anyOf": [{"const": rule.name, "description": texts[rule.name]} for rule in family],
    }
    with_parameters = [
        {
            "if": {"properties": {"rule": {"const": rule.name}}, "required": ["rule"]},
            "then": _parameters(rule),
        }
        for rule in family
    ]
    full = {
        "type": "object",
        "properties": {"rule": named},
        "required": ["rule"],
        "allOf": with_parameters,
    }
    return {"anyOf": [*bare, full]}


def _parameters(rule: Rule) -> Json:
    hints = get_type_hints(rule.function, include_extras=True)
    properties = {
        key: TypeAdapter(hints[key]).json_schema() | _default(each)
        for key, each in rule.parameters.items()
    }
    together = {
        "type": "object",
        "properties": properties,
        "required": _required(rule),
        "additionalProperties": False,
    }
    beside = {
        "properties": {"rule": {}, **properties},
        "required": _required(rule),
        "additionalProperties": False,
    }
    apart = {
        "properties": {"rule": {}, "parameters": together},
        "required": ["parameters"],
        "additionalProperties": False,
    }
    return {"anyOf": [beside, apart]}


def _required(rule: Rule) -> list[str]:
    return [key for key, each in rule.parameters.items() if each.default is inspect.Parameter.empty]


def _default(parameter: inspect.Parameter) -> Json:
    if parameter.default is inspect.Parameter.empty or parameter.default is None:
        return {}
    return {"default": parameter.default}

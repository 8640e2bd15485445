"""Write a scenario out: as one YAML file that loads to an equal scenario, and as the digest of its
content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import yaml

from sim.scenario.column_table import columns_of, without_columns
from sim.scenario.loading.column_text import json_rows, json_text
from sim.scenario.loading.yaml_marks import BOOLEAN, INTEGER, NOT_FINITE, NOTHING, NUMBER
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario

_TAGS = (
    ("null", NOTHING.pattern),
    ("bool", BOOLEAN.pattern),
    ("int", INTEGER.pattern),
    ("float", f"{NUMBER.pattern}|{NOT_FINITE.pattern}"),
    ("merge", "<<"),
)
# a dumper that writes YAML 1.2: it quotes what the reader would take for something other than text,
# and uses no aliases
_Dumper: Any = type(
    "_Dumper",
    (getattr(yaml, "CSafeDumper", yaml.SafeDumper),),
    {
        "yaml_implicit_resolvers": {
            None: [
                (f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"))
                for tag, pattern in _TAGS
            ]
        },
        "ignore_aliases": lambda self, data: True,
    },
)


def dump(scenario: Scenario, tables: Mapping[str, Any] | None = None) -> str:
    """Write the scenario as YAML, without what it leaves to defaults; `load` of the text gives an
    equal scenario. `tables` stand for blocks that are written elsewhere.
    """
    kept = without_columns(scenario) if tables else scenario
    text: str = yaml.dump(
        {**plain(kept), **(tables or {})},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=140,
        default_flow_style=None,
    )
    return text


def digest(scenario: Scenario) -> str:
    """Sum up the scenario's content, defaults included, as a SHA-256; equal scenarios in the same
    order have equal digests.
    """
    tables = columns_of(scenario)
    content = without_columns(scenario).model_dump(mode="json", by_alias=True)
    summed = hashlib.sha256()
    for place, (key, value) in enumerate(content.items()):
        summed.update(f"{',' if place else '{'}{json_text(key)}:".encode())
        parts = json_rows(tables[key]) if key in tables else [json_text(value)]
        for part in parts:
            summed.update(part.encode())
    summed.update(b"}")
    return summed.hexdigest()


def plain(value: Any) -> Any:
    """Turn a part of a scenario into plain data, in the shortest form that loads to the same."""
    if isinstance(value, RuleChoice):
        return _plain_choice(value)
    if isinstance(value, Frozen):
        return _plain_model(value)
    if isinstance(value, Mapping):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return (
        int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        else value
    )


def _plain_choice(choice: RuleChoice) -> Any:
    is_flat = not {"rule", "parameters"} & set(choice.parameters)
    inner = choice.parameters if is_flat else {"parameters": choice.parameters}
    return {"rule": choice.rule, **inner} if inner else choice.rule


def _plain_model(model: Frozen) -> Any:
    given = {
        (field.alias or name): plain(getattr(model, name))
        for name, field in type(model).model_fields.items()
        if name in model.model_fields_set
    }
    return given["value"] if isinstance(model, Quantity) and given.keys() == {"value"} else given

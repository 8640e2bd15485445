"""Write the models of scenario and study files as JSON Schema, for editors and other programs.

A file may be a layer that others extend, so no key is required, and null, which takes away what was
inherited, may stand anywhere. Whether all layers together make a scenario, `sim validate` checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from sim.scenario import quantity
from sim.scenario.event_times import Dated
from sim.scenario.field_texts import class_text, field_texts
from sim.scenario.loading.schema_walk import SHORTHANDS, options
from sim.scenario.quantity import Frozen, Quantity, Within, plain
from sim.scenario.rule_choices import FactoryRules, RuleChoice, Rules, StateRules
from sim.scenario.schema import Scenario
from sim.scenario.tables.levels import named_fields
from sim.scenario.tables.table import Table

Json = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors know best."""
ANY_EVENT = "event without a kind"
QUANTITY = "Quantity"
TABLE = "Table"
_PLAIN: Mapping[Any, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}
_LIMITS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_EXTENDS: Json = {
    "description": (
        "A file, or a list of files, relative to this one, over which this one is laid: entities"
        " merge by name, values and lists replace, null removes."
    ),
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}
_KINDS = {
    id(get_args(kind)[1]): name
    for name, kind in vars(quantity).items()
    if get_args(kind)[:1] == (Quantity,)
}
"""The validator of each physical kind of number -> its name."""
_MONTH = get_args(quantity.Month)[1]
"""The validator of a month."""


def scenario_schema(rules: Mapping[str, Json]) -> Json:
    """Return the JSON Schema of scenario files; `rules` holds, by family, that of a choice of
    rule.
    """
    writer = _Writer(rules, {})
    top = writer.model(Scenario)
    top["properties"] = {"extends": _EXTENDS, **top["properties"]}
    return writer.document("A scenario of sim, or a layer of one", top)


def model_schema(model: type[Frozen], title: str, bare: Mapping[type[Frozen], Json]) -> Json:
    """Return the JSON Schema of files that hold another model; `bare` lists what may stand in place
    of a mapping of some model.
    """
    writer = _Writer({}, bare)
    return writer.document(title, writer.model(model))


class _Writer:
    """Write schemas of shapes, and collect the definitions that they refer to."""

    def __init__(self, rules: Mapping[str, Json], bare: Mapping[type[Frozen], Json]) -> None:
        self.rules = rules
        self.bare = bare
        self.definitions: dict[str, Json] = {}

    def document(self, title: str, top: Json) -> Json:
        """Put a whole schema together."""
        rules = {_rule_name(family): choice for family, choice in self.rules.items()}
        definitions = {**self.definitions, **rules}
        head = {"$schema": DIALECT, "title": title, **top, "description": title}
        return {**head, "definitions": dict(sorted(definitions.items()))}

    def model(self, model: type[Frozen]) -> Json:
        """Describe a mapping with the fields of a model."""
        texts = field_texts(model)
        properties = {
            field.alias or name: self._field(model, name, field, texts.get(name, ""))
            for name, field in model.model_fields.items()
        }
        return {
            "type": "object",
            "description": class_text(model),
            "properties": properties,
            "additionalProperties": False,
        }

    def _field(self, model: type[Frozen], name: str, field: FieldInfo, text: str) -> Json:
        annotation: Any = field.annotation
        if RuleChoice in options(annotation):
            family = name if model in (Rules, StateRules, FactoryRules) else "programme"
            schema = _reference(_rule_name(family))
        else:
            schema = self.shape(annotation, field.metadata)
        if name in named_fields(model):
            schema = self._or_table(schema)
        default = _default(field)
        if default:
            text = f"{text} Default: `{default}`.".strip()
        described = {"description": text} if text else {}
        return {**described, **_or_null(schema)}

    def _or_table(self, block: Json) -> Json:
        """Allow a table in place of a block, or a list of its parts, tables among them."""
        if TABLE not in self.definitions:
            self.definitions[TABLE] = {}
            self.definitions[TABLE] = {**self.model(Table), "required": ["table"]}
        either = _any_of((block, _reference(TABLE)))
        return _any_of((either, {"type": "array", "items": either}))

    def shape(self, shape: Any, metadata: Sequence[Any] = ()) -> Json:
        """Describe what may stand where the models have this annotation."""
        extras = getattr(shape, "__metadata__", None)
        if extras is not None:
            return self.shape(get_args(shape)[0], (*extras, *metadata))
        several = options(shape)
        if len(several) > 1:
            return self._one_of(shape, several)
        if isinstance(shape, type) and issubclass(shape, Frozen):
            return self._entity(shape, metadata)
        return self._container(shape) or {**_PLAIN[shape], **_limits(metadata)}

    def _container(self, shape: Any) -> Json:
        """Describe a list, a mapping by name or a choice of words; nothing where it is neither."""
        origin, parts = get_origin(shape), get_args(shape)
        if origin is Literal:
            return {"enum": list(parts)}
        if origin is list:
            return {"type": "array", "items": self.shape(parts[0])}
        return self._mapping(*parts) if origin is dict else {}

    def _one_of(self, shape: Any, several: Sequence[Any]) -> Json:
        if all(isinstance(each, type) and issubclass(each, Dated) for each in several):
            return self._event(several)
        # the members of a union as they are written, since their bounds stand in Annotated
        written = [self.shape(each) for each in get_args(shape)]
        return _any_of(each for each in written if each != _PLAIN[NoneType])

    def _mapping(self, key: Any, value: Any) -> Json:
        pattern = r"^[0-9]{1,4}$" if key is int else self.shape(key).get("pattern")
        names = {"propertyNames": {"pattern": pattern}} if pattern else {}
        values = _or_null(self.shape(value))
        return {"type": "object", **names, "additionalProperties": values}

    def _entity(self, model: type[Frozen], metadata: Sequence[Any]) -> Json:
        kind = next((_KINDS[id(each)] for each in metadata if id(each) in _KINDS), None)
        if model is Quantity:
            return self._number(kind, metadata)
        name = model.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # stands already where a model holds itself
            self.definitions[name] = self._with_bare(model, self.model(model))
        return _reference(name)

    def _with_bare(self, model: type[Frozen], full: Json) -> Json:
        """Add what may stand in place of a mapping of this model."""
        if model in self.bare:
            return {"description": full.pop("description"), **_any_of((full, self.bare[model]))}
        if model not in SHORTHANDS:
            return full
        key = SHORTHANDS[model]
        text = f"{full.pop('description')} A bare number stands for its {key}."
        field = model.model_fields[key]
        number = self.shape(field.annotation, field.metadata)
        return {"description": text, **_any_of((number, full))}

    def _number(self, kind: str | None, metadata: Sequence[Any]) -> Json:
        """Describe a bare number or a quantity of a physical kind, with its bounds."""
        self.definitions.setdefault(QUANTITY, self.model(Quantity))
        if kind is None:
            return _any_of((_PLAIN[float], _reference(QUANTITY)))
        within = next(each.func for each in metadata if isinstance(each, AfterValidator))
        if kind not in self.definitions and isinstance(within, Within):
            bounds = {"type": "number", "minimum": within.low, "maximum": within.high}
            bounded = {"properties": {key: _or_null(bounds) for key in ("value", "low", "high")}}
            text = f"{within.unit}, {within.low:g} to {within.high:g}"
            self.definitions[kind] = {
                "description": f"A number ({text}), or a quantity with an interval and a source.",
                "anyOf": [bounds, {"allOf": [_reference(QUANTITY), bounded]}],
            }
        return _reference(kind)

    def _event(self, kinds: Sequence[type[Dated]]) -> Json:
        """Describe an event: its keys go by its kind; a layer may leave the kind to what it
        extends.
        """
        by_name = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in kinds}
        branches = []
        keys: Json = {}
        for name, kind in by_name.items():
            self.definitions[name] = self.model(kind)
            self.definitions[name]["properties"]["kind"] = {"const": name}
            keys |= {key: {} for key in self.definitions[name]["properties"]}
            asked = {"properties": {"kind": {"const": name}}, "required": ["kind"]}
            branches.append({"if": asked, "then": _reference(name)})
        del keys["kind"]
        self.definitions[ANY_EVENT] = {"properties": keys, "additionalProperties": False}
        without = {"if": {"required": ["kind"]}, "else": _reference(ANY_EVENT)}
        named = [{"const": name, "description": class_text(kind)} for name, kind in by_name.items()]
        kind_key = {"description": "What happens.", "anyOf": named}
        return {
            "type": "object",
            "properties": {"kind": kind_key},
            "allOf": [*branches, without],
        }


def _reference(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _rule_name(family: str) -> str:
    return f"{family} rule"


def _or_null(schema: Json) -> Json:
    return _any_of((schema, _PLAIN[NoneType])) if schema else {}


def _any_of(schemas: Iterable[Json]) -> Json:
    """Allow any of these; one that is itself a choice gives its own alternatives."""
    several = [
        each
        for schema in schemas
        for each in (schema["anyOf"] if list(schema) == ["anyOf"] else [schema])
    ]
    return {"anyOf": several} if len(several) > 1 else several[0]


def _default(field: FieldInfo) -> str:
    """Write a field's default where it is a plain value."""
    value = field.default
    if isinstance(value, Quantity):
        return plain(value.value)
    if isinstance(value, RuleChoice):
        return value.rule
    return str(value) if isinstance(value, (str, int)) and value != "" else ""


def _limits(metadata: Sequence[Any]) -> Json:
    """Take the bounds and patterns out of what stands in an Annotated."""
    found: Json = {}
    for each in metadata:
        if isinstance(each, FieldInfo):
            found |= _limits(each.metadata)
        if each is _MONTH:
            found["pattern"] = f"^{quantity.MONTH.pattern}$"
        if getattr(each, "pattern", None):
            found["pattern"] = each.pattern
        found |= {
            key: getattr(each, limit) for limit, key in _LIMITS.items() if hasattr(each, limit)
        }
    return found

"""Read what stands under the fields of a model: their documentation, as the source gives it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pydantic import BaseModel

_EVERYWHERE = {
    "title": "What people call it, in tables and figures.",
    "source": "Where it was published: a key of `sources`.",
    "note": "What a reader should know about it.",
    "exporter": "The selling state: a name, a list of names, a bloc, or `*` for all.",
    "importer": "The buying state: a name, a list of names, a bloc, or `*` for all.",
    "product": "The product: a name, a list of names, or `*` for all.",
    "factory": "The factory, by its name; where several may be meant, a list or `*` for all.",
    "state": "The state, by its name; where several may be meant, a list, a bloc, or `*` for all.",
    "programme": "The programme, by its name.",
}
"""Texts of keys that mean the same wherever they stand without a text of their own."""


@cache
def field_texts(model: type[BaseModel]) -> dict[str, str]:
    """Return field -> text on one line, for the fields of a model and of what it derives from.

    A text is the string that stands right under the field. Fields without one are left out, unless
    their name means the same everywhere.
    """
    found = {name: text for name, text in _EVERYWHERE.items() if name in model.model_fields}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found.update(_texts(each))
    return found


def class_text(model: type[BaseModel]) -> str:
    """Return what the docstring of a model says, on one line for each paragraph."""
    paragraphs = (inspect.getdoc(model) or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


def _texts(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, below in pairwise(statements):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if not isinstance(below, ast.Expr) or not isinstance(below.value, ast.Constant):
            continue
        if isinstance(below.value.value, str):
            yield field.target.id, " ".join(below.value.value.split())

"""Define what a name is; names are the same in keys, paths, tables of results and charts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
StateName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,19}$")]
"""Codes of countries as publishers write them: `AT`, `AUT`, `ROW`, `EU27`."""

Selector = str | list[str]
"""A name, a list of names, or `*` for all; where states are meant, a bloc stands for its states."""

"""Write text so that it does no harm where it goes: to a terminal, to a file, to a spreadsheet; and
tell what is no text.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
"""What a terminal obeys instead of showing it: control characters other than tab and line feed, and
those that turn the direction of writing."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What is no text at all, by YAML 1.2: control characters but tab, line feed, carriage return and
next line; halves of surrogate pairs."""
_ACTIVE = re.compile(r"(^|[;\t\r\n])(?='*[ ]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_HELD = re.compile(r"(^|[;\t\r\n])'(?='*[ ]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_SHEETS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How files begin that spreadsheets save as their own: zipped, and the older ones."""
WIDE = b"\xff\xfe", b"\xfe\xff"
"""How UTF-16 begins."""
_NO_LETTERS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HEAD = 1000
"""Bytes in which it shows whether a file is text."""
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|inf)")


def printable(text: str) -> str:
    r"""Write out what a terminal would obey and what no encoding can hold: `\x1b` for an escape."""
    return encodable(_COMMANDS.sub(lambda found: repr(found.group())[1:-1], text))


def binary(data: bytes) -> str:
    """Say what a file's content is that is no text in any encoding; empty where it may be text."""
    if data.startswith(_SHEETS):
        return "in a spreadsheet's own format, or an archive"
    if data.startswith(WIDE) or not _NO_LETTERS.search(data[:_HEAD]):
        return ""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "binary, no text"
    return ""


def decoded(data: bytes, otherwise: str = "save the sheet as CSV") -> str:
    """Read a file's content as UTF-8. Raises ValueError with what it is instead, and what to do."""
    what = binary(data)
    if what:
        raise ValueError(f"is {what}; {otherwise}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8 text (byte {error.start + 1}); save it as UTF-8"
        raise ValueError(message) from error


def encodable(text: str) -> str:
    """Write out halves of surrogate pairs, which no file can hold; a file's name that is not UTF-8
    has them.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def cell(text: str) -> str:
    """Write text as the cell of a table, with an apostrophe where a spreadsheet would take what
    follows for a formula.

    That is: before = + - or @ at the beginning, of the text or of what a spreadsheet may take for a
    cell of its own. A negative number stays as it is. `from_cell` gives the text back.
    """
    return text if _NUMBER.fullmatch(text) else _ACTIVE.sub(r"\1'", text)


def from_cell(text: str) -> str:
    """Read text that `cell` has written."""
    return _HELD.sub(r"\1", text)


def documentation(function: Callable[..., Any] | None) -> str:
    """Return a function's docstring; from its source where Python dropped it (PYTHONOPTIMIZE=2).

    Empty where there is none, or where there is no source to look into either.
    """
    found = inspect.getdoc(function)
    if found is not None or function is None:
        return found or ""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError):
        return ""
    first = tree.body[0]
    if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef):
        return ast.get_docstring(first) or ""
    return ""

"""Say once which letters the figures' font lacks, instead of a warning for each of them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_MISSING = re.compile(r"Glyph ([0-9]+) .*missing from")


@contextmanager
def missing_glyphs_said() -> Iterator[None]:
    """Gather the warnings of letters that a font lacks, and give one with all of them in the end;
    other warnings pass.
    """
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield
    missing: dict[str, None] = {}
    for each in found:
        glyph = _MISSING.match(str(each.message))
        if glyph:
            missing[chr(int(glyph[1]))] = None
        else:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
    if missing:
        warnings.warn(
            f"figures show a box for {' '.join(missing)}: their font has no such letters",
            stacklevel=3,
        )

"""Tell texts that are names, as a scenario may have them, from others."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

is_name = re.compile("[A-Za-z][A-Za-z0-9_]*").fullmatch
_WITH_LETTERS = re.sub(b"[A-Za-z]", b"a", bytes(range(256)))
_KINDS = re.sub(b"[^a0\n]", b"?", re.sub(b"[0-9_]", b"0", _WITH_LETTERS))
"""What each byte is in a name: `a` may begin it, `0` may not, `?` may not stand there."""


def are_names(texts: Sequence[str]) -> bool:
    """Tell whether all texts are names as a scenario may have them."""
    whole = "\n".join(("", *texts, ""))
    if not whole.isascii():
        return False
    # all in one go: very many are asked
    kinds = np.frombuffer(whole.encode().translate(_KINDS), dtype=np.uint8)
    ends = np.flatnonzero(kinds == ord("\n"))
    begins = kinds[ends[:-1] + 1] == ord("a")
    return ends.size == len(texts) + 1 and bool(begins.all()) and not (kinds == ord("?")).any()

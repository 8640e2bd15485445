"""Wait for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

TRIES = 2000
"""So often it is looked; a busy machine makes each look take longer, and is no fault."""
PAUSE = 0.03
"""Seconds between two looks."""


def wait_until(condition: Callable[[], object], otherwise: str) -> None:
    """Look until it is so; AssertionError with this text where it never is."""
    for _ in range(TRIES):
        if condition():
            return
        time.sleep(PAUSE)
    raise AssertionError(otherwise)

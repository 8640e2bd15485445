"""Let the process that forks workers print nothing about a worker whose parent has ended meanwhile.

This module is loaded only in that process, and takes effect by being loaded.
"""

from __future__ import annotations

import sys
from types import TracebackType


def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that ends a process, unless it is that what the parent had laid out is no
    longer there: its end was told already, and no worker is missed.
    """
    if not isinstance(error, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = tell

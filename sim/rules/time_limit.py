"""Stop a call that takes too long, by an exception in the thread that makes it."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 60.0
"""What one call of a rule may take; rules take some microseconds."""


class TooLongError(BaseException):
    """Stop a call; no rule that catches `Exception` can keep it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooLongError within this block when it takes more seconds.

    It comes between two steps of Python code: a single call into a library is not cut short.
    """
    thread, lock = threading.get_ident(), threading.Lock()
    is_over = is_stopped = False

    def stop() -> None:
        nonlocal is_stopped
        with lock:
            if not is_over:
                is_stopped = True
                _raise_in(thread, ctypes.py_object(TooLongError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            is_over = True
        timer.cancel()
        if is_stopped:
            # it ended by itself at the last moment: nothing is to be raised any more
            _raise_in(thread, None)


def _raise_in(thread: int, error: ctypes.py_object[type[BaseException]] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)

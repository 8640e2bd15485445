"""Stop a call that takes too long, by an exception in the thread that makes it."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

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
    is_over = is_stopped = has_come = False

    def stop() -> None:
        nonlocal is_stopped
        with lock:
            if not is_over:
                is_stopped = True
                _raise_in(thread)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            yield
        finally:
            with lock:
                is_over = True
            timer.cancel()
    except TooLongError:
        has_come = True
        raise
    finally:
        if is_stopped and not has_come:
            _let_it_come()


def _raise_in(thread: int) -> None:
    error = ctypes.py_object(TooLongError)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)


def _let_it_come() -> None:
    """Take an exception that is on its way though the call has ended by itself.

    To call it back would be shorter, but leaves Python 3.11 in an endless loop where lines are
    traced.
    """
    with suppress(TooLongError):
        while True:
            time.sleep(0.001)

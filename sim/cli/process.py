"""Set up the process: its standard streams, Ctrl-C, and warnings of libraries."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from sim.cli.common import say

INTERRUPTED = 130
"""Exit code"""


def fill_standard_streams() -> None:
    """Open /dev/null in place of those of stdin, stdout and stderr that the caller has closed.

    Otherwise the next file opened would get their number, and whatever is printed would be written
    into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Print warnings of libraries as lines to read, each once."""
    told: set[str] = set()

    def show(message: Warning | str, *_: object, **__: object) -> None:
        text = " ".join(str(message).split())
        if text not in told:
            told.add(text)
            say(f"warning: {text}", err=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


@contextmanager
def interrupts() -> Iterator[None]:
    """Let the first Ctrl-C stop the command, which clears up behind it, and the second one stop it
    at once; what is left then, the next run clears away.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _first)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is _first:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _first(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _second)
    raise KeyboardInterrupt


def _second(number: int, frame: FrameType | None) -> NoReturn:
    say("sim: interrupted", err=True)
    for worker in multiprocessing.active_children():
        # one that is still starting would complain that we are gone
        worker.kill()
    os._exit(INTERRUPTED)

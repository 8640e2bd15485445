"""Settings of all tests: a busy machine is no fault of the code; what runs whole worlds again and
again is not traced for coverage."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("sim", deadline=None)
settings.load_profile("sim")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a check in a shell's background; programs that are to be interrupted would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test that is marked `untraced`, with its fixtures, without the tracer of coverage, but
    where it is asked which tests reach a line.

    `no_cover` of pytest-cov does nothing in the workers of pytest-xdist, where two tracers stand.
    """
    asks_who_reaches = item.config.getoption("cov_context", None)
    if asks_who_reaches or item.get_closest_marker("untraced") is None:
        return (yield)
    tracers = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    try:
        return (yield)
    finally:
        sys.settrace(tracers[0])
        threading.settrace(tracers[1])  # type: ignore[arg-type]

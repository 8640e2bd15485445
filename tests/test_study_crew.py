"""Give crews: what their workers find, and what is left when they go."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.study.executors import BLAS_THREADS, crew, lane


def test_worker_processes_use_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """For linear algebra; this process keeps its own settings, there or not."""
    first, *others = BLAS_THREADS
    monkeypatch.setenv(first, "7")
    for name in others:
        monkeypatch.delenv(name, raising=False)
    with crew(jobs=2) as found:
        assert found.size == 2
        assert [found.submit(os.getenv, name).result() for name in BLAS_THREADS] == ["1"] * len(
            BLAS_THREADS
        )
        assert found.submit(os.getpid).result() != os.getpid()
    assert [os.environ.get(name) for name in BLAS_THREADS] == ["7", *[None] * len(others)]


def test_one_job_stays_in_this_process() -> None:
    with crew() as found:
        assert found.size == 1
        assert found.submit(os.getpid).result() == os.getpid()


def test_a_lane_has_ended_when_it_is_left() -> None:
    """So that nothing of it is still at work when Python ends, which would tell of that."""
    before = threading.active_count()
    with lane() as found:
        assert found.submit(os.getpid).result() != os.getpid()
        assert threading.active_count() > before
    assert threading.active_count() == before


@pytest.mark.parametrize(("jobs", "size"), [(1, os.cpu_count()), (5, 5)])
def test_an_executor_is_kept_as_busy_as_said(jobs: int, size: int) -> None:
    """By default as if it had a worker for each core."""
    with ThreadPoolExecutor(1) as pool, crew(jobs, pool) as found:
        assert found.executor is pool
        assert found.size == size

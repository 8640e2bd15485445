"""Run a study on a real Dask cluster: a scheduler and two worker processes on this machine, one of
which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.study.spec import ask
from sim.study.sweep import run_study
from tests.small_study import contents, scenario, study
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
POINTS = 600


@contextmanager
def started(module: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start one of Dask's processes, and end it."""
    command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *words]
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(tmp_path: Path) -> None:
    """What the worker had under way is done by the other."""
    from distributed import Client

    file = tmp_path / "scheduler.json"
    whole = run_study(ask(study(points=POINTS)), tmp_path / "whole", [scenario()])
    with ExitStack() as stack:
        stack.enter_context(
            started("dask_scheduler", "--host", HOST, "--port", "0", "--scheduler-file", str(file))
        )
        wait_until(file.exists, "the scheduler never wrote its file")
        words = (
            "--nthreads",
            "1",
            "--no-nanny",
            "--scheduler-file",
            str(file),
            "--local-directory",
            str(tmp_path),
        )
        workers = [stack.enter_context(started("dask_worker", *words)) for _ in range(2)]
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        with Client(address) as client:
            client.wait_for_workers(2, timeout=60)
        seen: list[int] = []

        def progress(done: int, total: int) -> None:
            if not seen:
                workers[0].send_signal(signal.SIGKILL)
            seen.append(done)

        found = run_study(
            ask(study(points=POINTS)),
            tmp_path / "study",
            [scenario()],
            scheduler=address,
            progress=progress,
        )
        assert workers[0].wait(10) == -signal.SIGKILL
        assert workers[1].poll() is None
    assert 0 < seen[0] < seen[-1] == 3 * POINTS
    assert found.failures.empty
    assert contents(found.folder) == contents(whole.folder)


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Whatever stands there can be run by other means afterwards."""
    with pytest.raises(
        InputError, match=r"^tcp://127\.0\.0\.1:1: cannot reach a Dask scheduler there"
    ):
        run_study(ask(study()), tmp_path / "study", [scenario()], scheduler="tcp://127.0.0.1:1")
    assert run_study(ask(study()), tmp_path / "study", [scenario()]).failures.empty

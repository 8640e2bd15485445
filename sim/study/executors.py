"""Have tasks done by an executor: this process, processes of its own, a Dask cluster, or any
executor that is given.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from typing import Any, ParamSpec, TypeVar

from sim.errors import InputError, SimError

P = ParamSpec("P")
T = TypeVar("T")

START = "forkserver" if sys.platform == "linux" else "spawn"
"""How processes start. Named, since the default differs by system and some versions of Mesa change
it; a process that was forked from one with threads may hang, hence no plain fork."""
BLAS_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(eq=False)
class Crew:
    """Hold an executor, and how to replace it when its workers have died."""

    executor: Executor
    size: int
    """How many tasks it works on at a time"""
    replacement: Callable[[], Executor] | None = None
    """None: it cannot be replaced"""

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand in a call. Raises BrokenExecutor where workers have died."""
        return self.executor.submit(function, *args, **kwargs)

    def renew(self) -> None:
        """Replace an executor whose workers have died.

        Raises SimError where that is not ours to do, or does not help.
        """
        if self.replacement is None:
            raise SimError(
                "the executor broke down; what is done is kept: resume the study (--resume)"
                " to finish it"
            )
        self.executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self.replacement()
        self.check()

    def check(self) -> None:
        """See whether workers start at all. Raises SimError."""
        try:
            self.submit(_ready).result()
        except BrokenExecutor as error:
            hint = (
                "a script that uses several processes must guard what it does by: if __name__ =="
                " '__main__':"
            )
            raise SimError(f"worker processes end as soon as they start; {hint}") from error


class Here(Executor):
    """Do what is handed in at once, in this very thread."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do a call and return what came of it, an error included."""
        future: Future[T] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 -- an executor hands on whatever it was
            future.set_exception(error)
        return future


@contextmanager
def crew(
    jobs: int = 1, executor: Executor | None = None, scheduler: str | None = None
) -> Iterator[Crew]:
    """Give a crew of so many processes, of an executor, or of a Dask scheduler `tcp://host:port`.

    An executor that is given is left running; `jobs` above 1 says how many tasks it works on at a
    time. Raises InputError where the scheduler cannot be reached, SimError where worker processes
    do not start.
    """
    _check(jobs, executor, scheduler)
    with ExitStack() as stack:
        if scheduler is not None:
            yield stack.enter_context(_cluster(scheduler))
            return
        if executor is not None:
            yield Crew(executor, jobs if jobs > 1 else os.cpu_count() or 1)
            return
        found = _processes(jobs, stack) if jobs > 1 else Crew(Here(), 1)
        try:
            yield found
        except BaseException:
            found.executor.shutdown(wait=False, cancel_futures=True)
            raise
        found.executor.shutdown()


@contextmanager
def lane() -> Iterator[Crew]:
    """Give a process that does one thing after the other, beside this one.

    Raises SimError where it does not start.
    """
    with ExitStack() as stack:
        found = _processes(1, stack)
        try:
            yield found
        finally:
            # who ends while it still closes would be shown a traceback by Python
            found.executor.shutdown(wait=True, cancel_futures=True)


def _check(jobs: int, executor: Executor | None, scheduler: str | None) -> None:
    if isinstance(jobs, bool) or not isinstance(jobs, int):
        raise InputError(f"jobs: {jobs!r} is not a whole number")
    if jobs < 1:
        raise InputError(f"jobs: {jobs} is below 1")
    if executor is not None and scheduler is not None:
        raise InputError("give an executor or a scheduler, not both")


def warm_up(jobs: int) -> None:
    """Begin to load what worker processes need, where that can be done ahead; they start sooner
    then.
    """
    if jobs > 1:
        _preload()


def _preload() -> None:
    if START == "forkserver":
        # a process of multiprocessing's own, whose start would undo the deafness of the next
        with _environment({"PYTHONWARNINGS": _quiet_tracker()}):
            resource_tracker.ensure_running()
        with _one_thread_each(), _deaf_children():
            # what it has loaded, all processes that it forks have
            multiprocessing.get_context(START).set_forkserver_preload(
                ["sim.study.fork_server", "sim.study.worker"]
            )
            forkserver.ensure_running()


def _processes(jobs: int, stack: ExitStack) -> Crew:
    stack.enter_context(_one_thread_each())
    _preload()

    def pool() -> Executor:
        return ProcessPoolExecutor(
            jobs, multiprocessing.get_context(START), initializer=_begin_worker
        )

    found = Crew(pool(), jobs, pool)
    found.check()
    return found


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Let processes that start meanwhile, and theirs, not hear of Ctrl-C, from their first moment
    on: it is for the process that started them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _one_thread_each() -> AbstractContextManager[None]:
    """Let processes that start meanwhile use one thread each for linear algebra: the others have
    work of their own.
    """
    return _environment(dict.fromkeys(BLAS_THREADS, "1"))


def _quiet_tracker() -> str:
    """Let the process that clears up behind one that ended at once do so without a word."""
    asked = os.environ.get("PYTHONWARNINGS")
    return ",".join([*([asked] if asked else []), "ignore:resource_tracker:UserWarning"])


@contextmanager
def _environment(names: dict[str, str]) -> Iterator[None]:
    """Set variables of the environment, which processes that start meanwhile inherit."""
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin_worker() -> None:
    """Leave interrupts to the process that started this one, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _ready() -> bool:
    return True


@contextmanager
def _cluster(scheduler: str) -> Iterator[Crew]:
    distributed = require_dask()
    try:
        client = distributed.Client(scheduler, timeout="5s")
    except (OSError, ValueError) as error:
        raise InputError(f"{scheduler}: cannot reach a Dask scheduler there: {error}") from error
    with client:
        size = sum(client.ncores().values())
        if not size:
            raise InputError(f"{scheduler}: the scheduler has no workers")
        yield Crew(client.get_executor(), size)


def require_dask() -> Any:
    """Return Dask's package. Raises InputError where it is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise InputError(
            "a scheduler needs Dask: pip install 'supply-substitution[cluster]'"
        ) from error
    return distributed

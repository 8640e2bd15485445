"""Take questions of the page, hand them to processes, and give what they answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from sim.errors import InputError, SimError
from sim.explore.answer import Question, answer, charts, ranking
from sim.explore.menu import Menu
from sim.explore.settings import Asked, Settings, command
from sim.explore.source import Known, Source
from sim.study.executors import Crew

P = ParamSpec("P")
T = TypeVar("T")

QUICK = 16
"""Members of the first answer to a change"""
LOOK = 0.1
"""Seconds between looks whether the page still waits for its answer"""
Gone = Callable[[], Awaitable[bool]]


class LeftError(Exception):
    """Report that the page no longer waits: it has asked anew, or was closed."""


@dataclass(eq=False)
class Desk:
    """Hold a scenario and two lanes, so that a quick answer never waits for a full one."""

    path: str
    quick: Crew
    full: Crew
    members: int = 64
    """Of the full answer"""
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        self.source = Source(self.path, self._rank)

    def _rank(self, path: str, version: str) -> Sequence[str]:
        return _handed(self.full, ranking, path, version).result()

    def warmed(self) -> Menu:
        """Return the controls, when both lanes have answered for the scenario as it is, and so have
        loaded all that they need.

        Raises InputError for a faulty scenario.
        """
        version = self.source.version()
        lanes = ((self.quick, QUICK, True), (self.full, self.members, False))
        waits = [
            _handed(lane, answer, Question(self.path, version, members, (), is_first=is_first))
            for lane, members, is_first in lanes
        ]
        menu = self.source.known().menu
        for each in waits:
            each.result()
        return menu

    async def known(self) -> Known:
        """Return the controls of the scenario as it is on the disk. Raises InputError."""
        return await asyncio.to_thread(self.source.known)

    async def version(self) -> str:
        """Return what tells one state of its files from another. Raises InputError."""
        return await asyncio.to_thread(self.source.version)

    async def answer(self, asked: Asked, members: int, gone: Gone) -> dict[str, Any]:
        """Answer with so many members, the fewer the quicker, with the command that repeats it.

        Raises InputError where the settings make no scenario, LeftError when nobody waits.
        """
        question = self.question(asked, await self.known(), members)
        lane = self.quick if members <= QUICK else self.full
        try:
            found = await _waited(_handed(lane, answer, question), gone)
        except BrokenExecutor as error:
            raise SimError("the process that ran this has died; memory may be short") from error
        return {**found, "command": command(self.path, question.now, members)}

    def question(self, asked: Asked, known: Known, members: int) -> Question:
        """Check what is asked and return it as processes take it. Raises InputError with all
        faults.
        """
        menu = known.menu
        faults = _faults(asked, menu)
        sides: list[tuple[str, ...]] = []
        for side in (asked.now, asked.kept or Settings()):
            try:
                sides.append(tuple(side.sets(menu)))
            except InputError as error:
                faults += str(error).split("\n")
        if faults:
            raise InputError("\n".join(dict.fromkeys(faults)))
        return Question(
            self.path,
            known.version,
            members,
            sides[0],
            None if asked.kept is None else sides[1],
            asked.chart,
            asked.states,
            asked.products,
            is_first=members <= QUICK < self.members,
        )


def _faults(asked: Asked, menu: Menu) -> list[str]:
    """List what is asked to be shown and cannot be."""
    known = (
        ("chart", (asked.chart,), charts()),
        ("states", asked.states, menu.states),
        ("products", asked.products, menu.products),
    )
    return [
        f"{what}: there is no {name[:40]!r}; there are {', '.join(names)}"
        for what, given, names in known
        for name in given
        if name not in names
    ]


def _handed(lane: Crew, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Hand in a call, to a new process where the last one has died. Raises SimError."""
    try:
        return lane.submit(function, *args, **kwargs)
    except BrokenExecutor:
        lane.renew()
        return lane.submit(function, *args, **kwargs)


async def _waited(future: Future[dict[str, Any]], gone: Gone) -> dict[str, Any]:
    """Wait for an answer as long as somebody waits for it; one that is still in the queue is taken
    out of it.
    """
    wrapped = asyncio.wrap_future(future)
    while not wrapped.done():
        await asyncio.wait([wrapped], timeout=LOOK)
        if not wrapped.done() and await gone():
            future.cancel()
            raise LeftError
    return wrapped.result()

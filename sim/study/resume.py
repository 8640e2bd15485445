"""Check that a folder belongs to a study before anything is added to it, so that results of two
studies are never mixed.
"""

from __future__ import annotations

import os
from pathlib import Path

from sim.errors import InputError
from sim.scenario.suggestions import listed
from sim.study.experiment import Experiment, prepared
from sim.study.spec import read_study
from sim.study.store import SPEC, State, Store

GROWING = {"design", "members"}
"""What may change where a study is extended."""


def reopened(folder: str | os.PathLike[str]) -> tuple[Store, Experiment]:
    """Open a study's folder and make the study that stands there ready.

    Raises InputError where there is none of this version.
    """
    store = Store(Path(folder))
    return store, agreed(store, prepared(read_study(store.folder / SPEC)), store.state.shard)


def agreed(
    store: Store, experiment: Experiment, shard: str = "", *, extend: bool = False
) -> Experiment:
    """Order the points of a study as its folder does.

    Raises InputError where that holds another study, or, unless told to extend, a smaller one.
    """
    then, now, folder = store.state, State.of(experiment, shard), store.folder
    if then.sim != now.sim:
        raise InputError(
            f"{folder}: was begun with sim {then.sim}, and this is {now.sim}; finish it there, or"
            " give another folder"
        )
    changed = _changed(then, now, extend)
    if changed:
        more = "; extend adds points and members" if set(changed) <= GROWING else ""
        raise InputError(
            f"{folder}: {listed(changed)} changed since the study was begun: put that back, or give"
            f" another folder{more}"
        )
    if now.members < then.members:
        raise InputError(f"{folder}: has {then.members} members already, more than {now.members}")
    if store.begins(experiment):
        return experiment
    try:
        return experiment.after(store.points())
    except InputError as error:
        raise InputError(f"{folder}: {error}") from error


def _changed(then: State, now: State, extend: bool) -> list[str]:
    """Name what differs between the study of a folder and another."""
    changed = [what for what, mark in now.marks.items() if then.marks.get(what) != mark]
    for what in ("shard", "design", "members"):
        may_differ = extend and what in GROWING
        if not may_differ and getattr(then, what) != getattr(now, what):
            changed.append(what)
    return changed

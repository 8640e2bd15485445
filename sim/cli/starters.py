"""Write a scenario to start from: a whole small one, or what is to differ from another."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from textwrap import fill

import sim
from sim.scenario.loading.shipped import located
from sim.scenario.schema import Scenario

CHANGED = " (changed)"
"""End of the title of a scenario that extends another."""
_HEAD = """\
# A scenario for `sim run`. It extends {base} and holds only what differs from it: entities merge by
# name, what is not mentioned stays, and null takes away. Change it, check it with
# `sim validate {file}`, run it with `sim run {file}`, and see what is the difference's doing with
# `sim compare {file} {base}`.
extends: {base}
name: {name}
title: {title}
description: Say here what differs, and why.

# What may be changed or taken away, by its name, as in  events: {{{event}: null}}
"""
_KINDS = ("events", "programmes", "trade", "factories", "products", "states")


def starter(path: Path) -> str:
    """Return a whole scenario, commented, that is to stand at a path."""
    text = files("sim").joinpath("starter.yaml").read_text(encoding="utf-8")
    named = text.replace("name: starter", f"name: {path.stem}", 1)
    return named.replace("NAME.yaml", path.name)


def extension(path: Path, base: str) -> str:
    """Return a scenario that extends another one, given by its file or as a shipped one, and is to
    stand at a path.

    Raises ScenarioError where the other one cannot be loaded.
    """
    scenario = sim.load(base)
    file = located(base)
    is_file = file == os.path.join("", base)
    entry = Path(os.path.relpath(file, path.parent)).as_posix() if is_file else base
    head = _HEAD.format(
        base=entry,
        file=path.name,
        name=path.stem,
        title=json.dumps(f"{scenario.title.removesuffix(CHANGED)}{CHANGED}", ensure_ascii=False),
        event=next(iter(scenario.events), "name"),
    )
    return head + "".join(_listed(scenario, kind) for kind in _KINDS)


def _listed(scenario: Scenario, kind: str) -> str:
    names = ", ".join(getattr(scenario, kind))
    text = fill(f"{kind}: {names}", 98, initial_indent="#   ", subsequent_indent="#     ")
    return f"{text}\n" if names else ""

"""Give one small valid scenario that uses every part of the schema, to be edited by tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

TEXT = """\
name: tiny
title: Two suppliers of engines
start: 2014-01
months: 24
members: 8
rules:
  sourcing: fixed
  allocation: {rule: tiers, order: [RUS, BLR]}
states:
  RUS: {title: Russia, bloc: CSTO}
  BLR: {title: Belarus, bloc: CSTO}
  UKR: {title: Ukraine}
products:
  engines: {title: Helicopter engines, unit: engines, complexity: hard}
  helicopters:
    title: Helicopters
    unit: helicopters
    inputs: {engines: 2}
complexity:
  hard: {build_months: 24, qualification_months: 12, ramp_months: 6, capital_cost: 2}
factories:
  sich:
    title: Engine works
    state: UKR
    lines: {engines: 25}
  klimov:
    title: New engine works
    state: RUS
    lines:
      engines: {capacity: {value: 4, low: 2, high: 5, source: report, confidence: estimated}, yield: 0.9}
  kazan:
    title: Helicopter works
    state: RUS
    lines: {helicopters: {capacity: 10}}
needs:
  RUS:
    helicopters: 8
  BLR:
    helicopters:
      by_year: {2014: 12, 2015: 24}
trade:
  any: {exporter: "*", importer: "*", product: "*"}
  ukrainian_engines: {exporter: UKR, importer: RUS, product: engines, cap: 30}
events:
  ban: {kind: cut_off, date: 2014-06, exporter: UKR, importer: RUS, share: {value: 0.9, low: 0.8, high: 1}}
  relief: {kind: lifting, after: {event: ban, months: 6}, lifts: [ban]}
  slump: {kind: demand, date: 2015-01, state: CSTO, product: helicopters, factor: 0.5}
  fire: {kind: outage, date: 2014-03, factory: klimov, share: 0.5}
  rebuilt: {kind: repair, date: 2014-09, repairs: [fire]}
  money: {kind: funding, date: 2015-01, programme: csto, amount: 10}
programmes:
  csto:
    title: Substitution
    chair: RUS
    beneficiaries: [RUS, BLR]
    budget: {2014-07: 100}
    candidates:
      more_engines: {factory: klimov, product: engines, announced_months: 18}
sources:
  report: {title: A report}
"""


def edited(*edits: tuple[str, str]) -> str:
    """Replace each (old, new) in the text; raises ValueError unless old occurs exactly once."""
    text = TEXT
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} occurs {text.count(old)} times")
        text = text.replace(old, new)
    return text


def data() -> dict[str, Any]:
    """Give the scenario as plain data, new each time; nothing in it reads differently in
    YAML 1.1.
    """
    read: dict[str, Any] = yaml.safe_load(TEXT)
    return read


def write(folder: Path, text: str = TEXT, name: str = "tiny.yaml") -> Path:
    """Write a scenario file and give its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def python(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and give what it prints."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=variables
    ).stdout.strip()

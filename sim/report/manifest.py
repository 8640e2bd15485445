"""Write down where a result comes from: version, scenario, seed, machine, books, and each file with
its hash.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.records import Records
from sim.report.files import MANIFEST
from sim.scenario.loading.dump import digest
from sim.scenario.schema import Scenario
from sim.version import __version__

PACKAGES = (
    "mesa",
    "networkx",
    "numpy",
    "scipy",
    "pandas",
    "pyyaml",
    "pydantic",
    "click",
    "tqdm",
    "altair",
    "vl-convert-python",
    "jinja2",
)

LEDGER_LIMIT = 64
"""Most that a book may be off, in units of eps times gross volume."""


def manifest(
    scenario: Scenario,
    records: Records,
    wall_seconds: float,
    command: str | None,
    files: Mapping[str, str],
) -> dict[str, Any]:
    """Describe a result; `files` holds the sha256 of each by its name within the folder."""
    worst = {book: float(f"{each:.6g}") for book, each in records.residuals.items()}
    return origin(scenario, command) | {
        "months": len(records.months),
        "ledger": {"worst": worst, "limit": LEDGER_LIMIT},
        "warnings": list(records.warnings),
        "wall_seconds": round(wall_seconds, 3),
        "files": dict(files),
    }


def origin(scenario: Scenario, command: str | None) -> dict[str, Any]:
    """Say which program made something, of which scenario, on which machine."""
    return {
        **_program(command),
        "scenario": {"name": scenario.name, "title": scenario.title, "sha256": digest(scenario)},
        **({"tables": dict(scenario.origin.tables)} if scenario.origin.tables else {}),
        "seed": scenario.seed,
        "members": scenario.members,
        **_machine(),
    }


def origin_of_table(file: str, sha256: str, command: str | None) -> dict[str, Any]:
    """Say which program made something, of which table, on which machine."""
    return {**_program(command), "tables": {file: sha256}, **_machine()}


def origin_of_many(command: str | None) -> dict[str, Any]:
    """Say which program made something out of several scenarios, on which machine."""
    return {**_program(command), **_machine()}


def _program(command: str | None) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"sim": __version__, "command": command, "created": now}


def _machine() -> dict[str, Any]:
    return {
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name)) is not None},
    }


def hashes(folder: Path) -> dict[str, str]:
    """Hash every file below a folder but the manifest itself, in the order of their names."""
    paths = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    return {
        name: hashlib.sha256(paths[name].read_bytes()).hexdigest()
        for name in sorted(paths)
        if name != MANIFEST
    }


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None

"""Give one small study that several tests run, and what its folder holds."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sim.scenario.schema import Scenario
from tests.worlds import propulsion_world

METRICS = ["fill_rate_after", "T50", "unmet[2014]"]


def scenario(**changes: Any) -> Scenario:
    """Make the world of the study: three years of it, drawn numbers, a ban, a programme."""
    return propulsion_world(**{"months": 36, **changes})


def study(points: int = 24, **changes: Any) -> dict[str, Any]:
    """Say what is swept: two numbers that travel side by side, one of them 0 at times, and a rule
    that does not."""
    return {
        "design": {"kind": "random", "points": points, "seed": 5},
        "factors": {
            "events.ban.share": {"low": 0.2, "high": 1},
            "programmes.build.budget": [0, 300, 900],
            "rules.sourcing": ["fixed", "loyalty"],
        },
        "members": 3,
        "metrics": METRICS,
        **changes,
    }


def contents(folder: Path) -> dict[str, str]:
    """Sum up every file below a folder by its content."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }

"""Write the tables of docs/cases anew: `python -m tests.golden.told`.

Each case is run with all its members, without its shock and with its policy; a test does the same
and compares, so that no number on these pages is older than the model. Two CPU seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

import sim
from sim.assess.observation import Observation
from sim.assess.outcomes import read_outcomes
from sim.assess.past import Past
from sim.engine.run import run
from sim.experiments.scores import Rivals, Score
from sim.scenario.quantity import month_number

ROOT = Path(__file__).parents[2]
CASES, PAGES = ROOT / "scenarios" / "cases", ROOT / "docs" / "cases"
POLICIES = {
    "artillery_shells_2022": "powder_first",
    "gallium_2023": "reserves",
    "korea_japan_2019": "more_stock",
    "neon_2022": "no_reuse",
    "rare_earths_2010": "no_thrift",
}
"""Case -> its variant with another policy"""
HEAD = "| {} | when | in the model | without the shock | `{}` | in fact |"
NOTHING = Rivals(math.nan, math.nan, math.nan)
_PLACE = re.compile(r"(<!-- told -->\n)((?:\|.*\n)*)")


def table(name: str) -> list[str]:
    """Return the lines of a case's table: each outcome that a run can tell, and what came."""
    variants = [f"{name}{end}" for end in ("", "_no_shock", f"_{POLICIES[name]}")]
    pasts = [past_of(each) for each in variants]
    last = month_number(pasts[0].scenario.start) + pasts[0].scenario.months
    lines = [HEAD.format("of what", POLICIES[name]), "|" + " --- |" * 6]
    for outcome in told(read_outcomes(CASES / f"{name}_outcomes.csv")):
        rows = [Score(outcome, past.forecast(outcome), NOTHING, last).row for past in pasts]
        wide = f"{rows[0]['p50']} ({rows[0]['p05']} to {rows[0]['p95']})"
        said = f"{rows[0]['outcome']}" + (" (said)" if outcome.kind == "claim" else "")
        what = f"{outcome.state}: {outcome.metric}, {outcome.products}".replace("_", " ")
        cells = what, outcome.date, wide, rows[1]["p50"], rows[2]["p50"], said
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return lines


def told(outcomes: Iterable[Observation]) -> list[Observation]:
    """Return the outcomes that a run can tell."""
    return [each for each in outcomes if each.reading and each.kind != "plan"]


def past_of(name: str) -> Past:
    """Run a case or a variant with all its members."""
    scenario = sim.load(CASES / f"{name}.yaml")
    return Past(scenario, run(scenario).records)


def written(name: str) -> list[str]:
    """Return the lines of the table on a case's page."""
    place = _PLACE.search((PAGES / f"{name}.md").read_text(encoding="utf-8"))
    assert place is not None
    return place[2].splitlines()


if __name__ == "__main__":
    for case in POLICIES:
        page = PAGES / f"{case}.md"
        lines = "".join(f"{line}\n" for line in table(case))
        text = page.read_text(encoding="utf-8")
        place = _PLACE.search(text)
        assert place is not None
        first, last = place.start(2), place.end(2)
        page.write_text(text[:first] + lines + text[last:], encoding="utf-8")

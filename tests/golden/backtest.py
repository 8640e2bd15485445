"""Run the full backtest and write what comes out: `python -m tests.golden.backtest`.

Written are `sim/assess/held.csv`, which says beside intervals what they held, those words in README
and guide, the tables and the picture of `docs/backtest.md`, and the golden numbers of the small
form: as long as these are met, what the full form found holds. Half a minute.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from sim.assess import held
from sim.experiments.backtest import backtest
from sim.experiments.backtest_all import (
    Everything,
    backtest_all,
    held_in_cases,
    held_in_precedents,
    scored_scenarios,
)
from sim.experiments.tally import tally, tally_text

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "backtest.csv"
PAGE = ROOT / "docs" / "backtest.md"
PICTURE = ROOT / "docs" / "images" / "calibration.svg"
HELD = ROOT / "sim" / "assess" / held.TABLE
SAYING = (
    *("README.md", "docs/case.md", "docs/backtest.md"),
    *(f"docs/cases/{page.name}" for page in sorted((ROOT / "docs/cases").glob("*.md"))),
)
"""Pages with intervals, which say beside them how many outcomes such intervals held."""
WORDS = re.compile(r"in the backtest,\s90 % intervals\sheld\s\d+ of \d+ outcomes", re.IGNORECASE)
MEMBERS, MONTHS = 3, 72
COLUMNS = ["case", "metric", "date", "p05", "p50", "p95", "plan", "twice_plan", "naive"]
_PLACE = re.compile(r"(<!-- (tally|outcomes) -->\n)(?:\|.*\n)*")


def small() -> pd.DataFrame:
    """Return the forecasts of the form that takes seconds: few members, the shipped case to
    2017."""
    frames = []
    for path in scored_scenarios(ROOT / "scenarios"):
        months = MONTHS if path.stem == "baseline" else None
        found = backtest(path, members=MEMBERS, months=months)
        frames.append(found.table.assign(case=path.stem)[COLUMNS])
    return pd.concat(frames, ignore_index=True).astype(str)


def kept() -> pd.DataFrame:
    """Return the golden numbers of the small form."""
    return pd.read_csv(GOLDEN, dtype=str, keep_default_na=False)


def filled(page: str, table: pd.DataFrame) -> str:
    """Return the page with its tables made anew."""
    parts = {"tally": tally_text(tally(table)).split("\n\n")[0], "outcomes": _outcomes(table)}
    return _PLACE.sub(lambda place: f"{place[1]}{parts[place[2]]}\n", page)


def _outcomes(table: pd.DataFrame) -> str:
    """Lay out the observed outcomes with their forecasts."""
    lines = ["| case | outcome | date | came | forecast | 50 % | 90 % | plan |", "|" + " --- |" * 8]
    for row in table[table["kind"] != "claim"].to_dict("records"):
        cells = (
            *(row[key] for key in ("case", "metric", "date", "outcome")),
            f"{row['p50']} ({row['p05']} to {row['p95']})",
            *(row[key] for key in ("in50", "in90", "plan")),
        )
        lines.append(f"| {' | '.join(str(each).replace('_', ' ') for each in cells)} |")
    return "\n".join(lines)


def renew(found: Everything) -> None:
    """Write everything from what the full backtest found."""
    assert found.precedents is not None
    rows = held_in_cases(found.table) + held_in_precedents(found.precedents)
    text = pd.DataFrame(rows).to_csv(index=False, float_format="%.4f", lineterminator="\n")
    HELD.write_text(text, encoding="utf-8", newline="\n")
    held.held_by.cache_clear()
    for name in SAYING:
        page = (ROOT / name).read_text(encoding="utf-8")
        (ROOT / name).write_text(WORDS.sub(_same_case, page), encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), found.table), encoding="utf-8")
    chart = found.chart()
    assert chart is not None
    chart.save(PICTURE)
    small().to_csv(GOLDEN, index=False, lineterminator="\n")


def _same_case(place: re.Match[str]) -> str:
    """Return the words as they are now, with the capital that they had."""
    words = held.beside_intervals()
    return words[0].upper() + words[1:] if place[0][0] == "I" else words


if __name__ == "__main__":
    renew(backtest_all(scored_scenarios(ROOT / "scenarios")))

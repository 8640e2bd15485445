"""Write the golden summaries of the shipped scenarios anew: `python -m tests.golden.renew`.

Do so after a change that is meant to move numbers, and commit the files together with it;
CHANGELOG.md says why.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import sim
from sim.engine.run import run
from sim.records import Floats, Records

GOLDEN = Path(__file__).parent
SCENARIOS = GOLDEN.parents[1] / "scenarios"
MEMBERS = 3
KEPT = (0, 2)
"""The central case and a drawn member."""
DIGITS = 9

Headline = list[float | str | None]
"""A number for each member kept; "inf": never reached, null: does not apply."""

COVERED = (
    "helicopter_engines",
    "small_turbojets",
    "misc_components",
    "hard_components",
    "naval_propulsion_units",
    "electronics",
    "marine_diesels",
)
ALLIES = ("BLR", "KAZ", "ARM", "KGZ", "TJK")


def names() -> list[str]:
    """List the shipped scenarios."""
    return sorted(path.stem for path in SCENARIOS.glob("*.yaml"))


def case_names() -> list[str]:
    """List the cases of the casebook and their variants."""
    return sorted(path.stem for path in (SCENARIOS / "cases").glob("*.yaml"))


def ran(name: str) -> Records:
    """Run a shipped scenario with the members that the golden summaries need."""
    folder = SCENARIOS / "cases" if name in case_names() else SCENARIOS
    return run(sim.load(folder / f"{name}.yaml", members=MEMBERS)).records


def headlines(records: Records) -> dict[str, Headline]:
    """Take the numbers that a golden summary holds out of the records of a run."""
    found = {
        f"fill_rate_after of RUS {product}": _summary(records, "fill_rate_after", "RUS", product)
        for product in COVERED
    }
    found["T90 of RUS helicopter_engines"] = _summary(records, "T90", "RUS", "helicopter_engines")
    found["unmet of RUS trainer_jet_engines"] = _summary(
        records, "unmet", "RUS", "trainer_jet_engines"
    )
    found["unmet of KAZ repair_services"] = _summary(records, "unmet", "KAZ", "repair_services")
    found["unmet of BLR helicopter_engines"] = _summary(
        records, "unmet", "BLR", "helicopter_engines"
    )
    ours = [row for row, (_, state, _) in enumerate(records.lines) if state in ALLIES]
    found["capacity of the allies at the end, units per month"] = records.usable[-1, ours].sum(
        axis=0
    )
    found["shipped UKR to RUS"] = _shipped(records, "UKR", "RUS")
    found["shipped UKR to KAZ"] = _shipped(records, "UKR", "KAZ")
    found["spending of RUS"] = sum(
        _summary(records, "spending", state, product)
        for state, product in records.needs
        if state == "RUS"
    )
    return {
        name: [_written(float(values[member])) for member in KEPT] for name, values in found.items()
    }


def case_headlines(records: Records) -> dict[str, Headline]:
    """Take what each need got and lacked, and what each line made, out of the records of a case."""
    found: dict[str, Floats] = {}
    for state, product in records.needs:
        for metric in ("fill_rate_after", "unmet"):
            found[f"{metric} of {state} {product}"] = _summary(records, metric, state, product)
    for row, (factory, _, product) in enumerate(records.lines):
        found[f"made by {factory} of {product}"] = records.output[:, row].sum(axis=0)
    return {
        name: [_written(float(values[member])) for member in KEPT] for name, values in found.items()
    }


def summary_of(name: str) -> dict[str, Headline]:
    """Run a shipped scenario and take its golden summary."""
    records = ran(name)
    return case_headlines(records) if name in case_names() else headlines(records)


def path_of(name: str) -> Path:
    """Say where the golden summary of a scenario stands."""
    return GOLDEN / "cases" / f"{name}.json" if name in case_names() else GOLDEN / f"{name}.json"


def renew() -> None:
    """Write every golden summary, and remove those of scenarios that are gone."""
    (GOLDEN / "cases").mkdir(exist_ok=True)
    for path in GOLDEN.rglob("*.json"):
        path.unlink()
    for name in names() + case_names():
        lines = (
            f"  {json.dumps(headline)}: {json.dumps(values)}"
            for headline, values in summary_of(name).items()
        )
        path_of(name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _summary(records: Records, metric: str, state: str, product: str) -> Floats:
    return records.summary[metric][records.needs.index((state, product))]


def _shipped(records: Records, exporter: str, importer: str) -> Floats:
    rows = [
        row
        for row, (seller, buyer, _) in enumerate(records.routes)
        if (seller, buyer) == (exporter, importer)
    ]
    return records.flows[:, rows].sum(axis=(0, 1))


def _written(number: float) -> float | str | None:
    if math.isnan(number):
        return None
    return "inf" if math.isinf(number) else float(f"{number:.{DIGITS}g}")


if __name__ == "__main__":
    renew()

"""Find out which of three numbers of a scenario matters for how much of a need is met, and in which
year.

python examples/sensitivity.py [FOLDER]

With a folder the study stays there as FOLDER/study, and what it says, with a figure, as
FOLDER/sensitivity.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sim import sensitivity
from sim.study.sweep import run_study

STUDY = Path(__file__).parent / "sensitivity.yaml"


def main(folder: str | None = None) -> None:
    """Run the study, print which factors matter, and how that changes from year to year."""
    study = run_study(STUDY, Path(folder, "study") if folder else None, resume=True)
    found = sensitivity(study)
    print(found.text)
    by_year = found.table[found.table["metric"].str.startswith("unmet")]
    print(
        by_year.pivot(index="factor", columns="metric", values="ST").to_string(
            float_format="{:.2f}".format
        )
    )
    if folder:
        found.save(Path(folder, "sensitivity"))


if __name__ == "__main__":
    main(*sys.argv[1:])

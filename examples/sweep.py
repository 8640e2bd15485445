"""Sweep three numbers of a scenario at 64 points, and print where its need is met best and worst.

python examples/sweep.py [FOLDER]

With a folder the study stays there; run the script again to finish a study that was interrupted.
"""

from __future__ import annotations

import sys

from sim import sweep

FIRST = "examples/first"
FACTORS = {
    "events.leak.share": {"low": 0, "high": 0.5},
    "programmes.build.budget": {"low": 100, "high": 1000, "dist": "loguniform"},
    "programmes.build.candidates.home.build_months": {"low": 12, "high": 36},
}


def main(folder: str | None = None) -> None:
    """Run the study and print its ends."""
    study = sweep(
        FIRST,
        {"kind": "sobol", "points": 64, "seed": 1},
        factors=FACTORS,
        members=20,
        metrics=["fill_rate_after"],
        out=folder,
        resume=True,
        jobs=2,
    )
    table = study.points.merge(study.results, on="point").sort_values("mean")
    table = table[[*FACTORS, "mean", "p05", "p95"]].rename(
        columns=lambda path: path.rpartition(".")[2]
    )
    print(table.iloc[[0, 1, -2, -1]].to_string(index=False, float_format="{:.3g}".format))


# worker processes read this file, too: what is not for them stands behind this line
if __name__ == "__main__":
    main(*sys.argv[1:])

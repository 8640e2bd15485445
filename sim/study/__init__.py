"""Run studies: one scenario at many points, thousands of runs, resumable, on every core or a cluster.

A study is asked for as a file or from Python (`spec`), checked throughout (`experiment`), cut into tasks whose points
travel side by side (`task`, `columns`), handed out (`dispatch`, `crew`), and kept in a folder (`store`, `results`).
"""

from sim.study.replaying import replay
from sim.study.running import How, run_study, sweep
from sim.study.shards import merge
from sim.study.spec import ask, read_study
from sim.study.study import Study

__all__ = ["How", "Study", "ask", "merge", "read_study", "replay", "run_study", "sweep"]

"""Run studies: one scenario at many points, thousands of runs, resumable, on every core or a
cluster.

A study is asked for as a file or from Python (`spec`), checked throughout (`experiment`), cut into
tasks whose points travel side by side (`worker`, `batched_points`), handed out (`dispatch`,
`executors`), and kept in a folder (`store`, `results`).
"""

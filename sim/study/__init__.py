"""Run studies: one scenario at many points, in thousands of runs that can be resumed, on every core
or on a cluster.

A study is described in a file or from Python (`spec`), checked as a whole (`experiment`), divided
into tasks whose points are run side by side (`worker`, `batched_points`), handed out (`dispatch`,
`executors`), and kept in a folder (`store`, `results`).
"""

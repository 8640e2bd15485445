"""Define the metrics of runs: one table of all of them (`table`), their arithmetic, and how they
are derived from what is recorded (`derive`).
"""

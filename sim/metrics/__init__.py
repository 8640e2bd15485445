"""What runs are measured by: one table of all metrics (`table`), their arithmetic, and how they
follow from what is recorded (`derive`).
"""

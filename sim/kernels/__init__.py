"""Arithmetic on arrays whose last axis is the ensemble member. Imports numpy and scipy only.

Every kernel gives a member the same bits in a chunk of any width: sums over groups run in a fixed
order (`sums.py`), and everything else is elementwise.
"""

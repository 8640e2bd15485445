"""Define the decisions that users can exchange: a named function for each rule, a file for each
family.
"""

from sim.rules import (
    allocation,
    investment,
    learning,
    ordering,
    overtime,
    plugins,
    pricing,
    production,
    programme,
    search,
    sourcing,
    stockpile,
)
from sim.rules.registry import FAMILIES, Rule, check, find, rule, rules

__all__ = [
    "FAMILIES",
    "Rule",
    "allocation",
    "check",
    "find",
    "investment",
    "learning",
    "ordering",
    "overtime",
    "plugins",
    "pricing",
    "production",
    "programme",
    "rule",
    "rules",
    "search",
    "sourcing",
    "stockpile",
]

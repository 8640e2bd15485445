"""The decisions that people exchange: one small named function a rule, one file a family."""

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

"""The decisions that people exchange: one small named function a rule, one file a family."""

from sim.rules import allocation, ordering, plugins, production, programme, sourcing
from sim.rules.registry import Rule, check, find, rule, rules

__all__ = ["Rule", "allocation", "check", "find", "ordering", "plugins", "production", "programme", "rule", "rules", "sourcing"]

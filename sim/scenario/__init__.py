"""Hold scenarios: load them from YAML or Python data, check them, write them out."""

from sim.scenario.dumping import digest, dump
from sim.scenario.loading import load, parse
from sim.scenario.references import CheckRule
from sim.scenario.schema import Scenario

__all__ = ["CheckRule", "Scenario", "digest", "dump", "load", "parse"]

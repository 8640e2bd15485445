"""The same month in plain Mesa: agents that own their numbers, Python loops, one member. The engine
must agree with it."""

from tests.reference.model import ReferenceModel, simulate
from tests.reference.records import Recorded

__all__ = ["Recorded", "ReferenceModel", "simulate"]

"""Settings of all tests: a busy machine is no fault of the code."""

from hypothesis import settings

settings.register_profile("sim", deadline=None)
settings.load_profile("sim")

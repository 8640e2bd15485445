"""Build the model of a scenario, run it, and record what happens: the only rooms that know Mesa."""

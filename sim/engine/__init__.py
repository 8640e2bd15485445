"""Build the model of a scenario, run it, and record what happens; only this package knows Mesa."""

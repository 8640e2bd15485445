"""Hold the simulated world: its rows, its arrays, and how both are built from a scenario."""

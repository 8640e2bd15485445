"""The commands of `sim`, a function each; `sim.cli` puts them together."""

"""Search over studies for what would have been enough: a number, a date, a set of plants."""

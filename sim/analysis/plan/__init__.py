"""What would have been enough: a search over studies for a number, a date or a set of plants."""

"""Find, by a search over studies, what would have been enough: a number, a date, a set of plants."""

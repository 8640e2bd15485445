"""Find which factors matter, by Sobol indices and elementary effects of a study."""

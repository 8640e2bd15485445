"""Which factors matter: Sobol indices and elementary effects of a study."""

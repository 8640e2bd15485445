"""Laws of change: relations between two runs of worlds of which one is made from the other."""

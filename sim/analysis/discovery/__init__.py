"""Find in which part of the factors' ranges a condition holds, as boxes in words."""

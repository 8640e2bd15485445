"""Measure how fast the engine is: ratios taken in one process, so that they hold on any machine."""

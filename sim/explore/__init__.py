"""Explore a scenario in the browser: its own numbers, events and rules as sliders and switches,
each change answered by a run.

`menu` makes the controls, `settings` reads what was set, `answer` runs it and lays out charts;
`web` serves that, `guard` says to whom, `serving` starts it.
"""

"""Define each chart once: from the tables of a result to what was found, the data of its panels,
and one specification.

The page, pictures (PNG, SVG, PDF) and notebooks are all made from these definitions; `gallery`
lists them.
"""

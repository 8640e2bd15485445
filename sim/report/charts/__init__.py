"""Define each chart once: tables of a result -> what was found, data of panels, one specification.

The page, pictures (PNG, SVG, PDF) and notebooks are all made from these definitions; `gallery`
names them.
"""

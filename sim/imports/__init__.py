"""Bring publishers' files into a folder of tables and a scenario that names them.

`comtrade`, `sipri` and `mrio` read; `write` puts what they found into a folder, and can do so again
over one that was edited.
"""

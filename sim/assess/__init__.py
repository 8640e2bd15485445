"""Judge what a run says: its evidence, fates, importance of assumptions, and outcomes that really
happened.
"""

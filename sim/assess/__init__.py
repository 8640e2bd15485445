"""Judge a run: the evidence behind it, the fates of needs, the importance of assumptions, and what
really happened.
"""

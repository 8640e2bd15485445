"""Describe scenarios (`schema`), read them from files (`loading/`), and check what types cannot
(`checks/`).
"""

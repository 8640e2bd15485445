"""Scenarios: what a file may say (`schema`), how it is read (`loading/`), what is checked beyond
types (`checks/`).
"""

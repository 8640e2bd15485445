"""Read a scenario: YAML with places, `extends`, `--set`, all faults with their lines; and write it
out again.
"""

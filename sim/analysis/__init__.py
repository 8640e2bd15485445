"""Ask what a study's runs say: which factors matter, where a condition holds, what would have been
enough.
"""

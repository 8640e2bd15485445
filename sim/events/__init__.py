"""Change the world at dated events: restrictions, outages, funding, and what triggers or undoes
them.
"""

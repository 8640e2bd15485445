"""Take the world through the steps of a month, one file a step; the order stands in
`engine/model.py`.
"""

"""Turn what a run recorded into tables, a page and a result folder; nothing here knows the
model.
"""

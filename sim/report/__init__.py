"""Turn what a run recorded into tables, figures and a result folder; nothing here knows the
model.
"""

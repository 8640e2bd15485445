"""Turn records of a run into tables, a page and a result folder; nothing here knows the model."""

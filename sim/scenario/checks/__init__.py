"""Check what types cannot: references, structure, bills of materials, plants, dates."""

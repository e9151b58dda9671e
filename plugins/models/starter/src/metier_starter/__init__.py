"""Small pretrained models, found in wheels of the Python package index."""

"""Text classification: one label a text, or several."""

"""Regression: a number for a text, or for two texts that are read together."""

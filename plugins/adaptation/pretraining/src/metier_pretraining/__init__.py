"""Continued pretraining on an industry's own text, for metier."""

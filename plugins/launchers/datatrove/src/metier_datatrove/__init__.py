"""Prepares a recipe's corpus with datatrove, in many tasks at once."""

"""Weak supervision: labelling functions, and the label model that combines what they say."""

"""Optimizers of the library pytorch-optimizer, for metier."""

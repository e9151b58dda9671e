"""Adversarial training on word embeddings, for metier."""

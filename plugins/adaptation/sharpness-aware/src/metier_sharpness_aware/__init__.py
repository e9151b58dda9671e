"""Sharpness-aware minimisation (SAM and ASAM), for metier."""

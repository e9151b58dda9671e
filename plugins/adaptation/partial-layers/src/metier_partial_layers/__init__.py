"""Training of some layers while the others stay as they are, for metier."""

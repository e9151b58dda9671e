"""Documents as people have them, read as text with its structure kept."""

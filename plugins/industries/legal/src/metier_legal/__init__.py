"""The trade of law."""

"""The trade of medicine."""

"""The trade of education."""

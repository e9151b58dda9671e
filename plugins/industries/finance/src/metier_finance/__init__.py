"""The trade of finance."""

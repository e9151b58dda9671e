"""The trade of manufacturing and maintenance."""

"""Token classification: named entities as spans of characters."""

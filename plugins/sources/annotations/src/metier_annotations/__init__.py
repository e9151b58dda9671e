"""Annotated text in the formats that people have, as spans of characters."""

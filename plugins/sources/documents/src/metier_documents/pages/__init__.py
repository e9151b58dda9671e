"""From the characters of a page to blocks of text."""

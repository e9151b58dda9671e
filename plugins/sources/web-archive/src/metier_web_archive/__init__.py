"""Web pages as crawlers and browsers keep them, read for their main text."""

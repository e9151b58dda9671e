"""Question answering: answers as spans of a text, or that there is none."""

"""Multiple choice: the right one of several answers to a question."""

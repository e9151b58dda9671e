"""Tells a heading by its looks, where a document does not name its headings."""

from __future__ import annotations

import re

LONGEST = 200
"""Characters that a heading has at most; half of it where only its weight tells."""
SENTENCE = re.compile(r"[.!?,;:。！？；：][\"'”’]*(?:\s*\([^)]*\))?$")
"""The end of what is no heading, if only its weight speaks for one."""


def stands_out(text: str) -> bool:
    """Return whether bold text that stands alone may be a heading: short, no sentence, no small letter first."""
    letters = sum(character.isalpha() for character in text)
    return letters > 1 and len(text) <= LONGEST / 2 and not text[0].islower() and not SENTENCE.search(text)

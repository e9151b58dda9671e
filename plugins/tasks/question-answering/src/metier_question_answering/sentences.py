"""Sentences and words of a text, as the baselines see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier_question_answering.matching import SEGMENT

SENTENCE = re.compile(r"""\S[^\n]*?(?:[.!?]["'”’）)]*(?=\s)|[。！？；]["'”’）)]*|(?=\n)|$)""")
Place = tuple[int, int]


def sentences(text: str) -> list[Place]:
    """Return where sentences lie: each ends with its full stop, or with its line."""
    return [found.span() for found in SENTENCE.finditer(text) if found.end() > found.start()]


def words(text: str, place: Place) -> Iterator[Place]:
    """Yield where the words of a stretch of a text lie: its numbers, Han characters, other words and signs."""
    for found in SEGMENT.finditer(text, *place):
        yield found.span()

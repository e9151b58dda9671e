"""Words as the baselines see them: runs of letters and digits, each other sign, and each Han or kana character."""

from __future__ import annotations

import re
from typing import NamedTuple

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+|[^\w\s]")


class Word(NamedTuple):
    """A word and where it lies."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Return the words of a text, in order."""
    return [Word(found.group(), found.start(), found.end()) for found in WORD.finditer(text)]


def shape(word: str) -> str:
    """Return a word's kinds of character, each run once: `Xx0-x` for `Beta2-blocker`."""
    kinds = "".join("X" if one.isupper() else "x" if one.isalpha() else "0" if one.isdigit() else one for one in word)
    return re.sub(r"(.)\1+", r"\1", kinds)

"""Joins lines, and words that a hyphen parts at the end of one; leaves the hyphen where it belongs to the word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
BEFORE = re.compile(r"(?P<all>(?:[^\W\d_]+-)*(?P<last>[^\W\d_]+))-$")
AFTER = re.compile(r"[^\W\d_]+")
REACH = 80
"""Characters at the end of a line in which its last word is looked for."""
SUSPENDED = frozenset({"and", "or", "to", "und", "oder", "bis", "sowie", "bzw", "et", "ou", "y", "o"})
"""Words before which a hyphen stands for what is left out: `short- and long-term`."""
HALF = 3
"""Letters from which on half a word may be a word."""
JOINED = "hyphens at line ends removed"


def vocabulary(lines: Iterable[str]) -> set[str]:
    """Return the words of lines in small letters, but not the halves of those that a line's end parts."""
    words: set[str] = set()
    parted = False
    for line in lines:
        found = [word.casefold() for word in WORD.findall(line)]
        if parted:
            found = found[1:]
        parted = BEFORE.search(line[-REACH:]) is not None
        words.update(found[:-1] if parted else found)
    return words


def join(first: str, second: str, words: Set[str]) -> tuple[str, bool]:
    """Return two lines as one, and whether a hyphen was removed; `words` are those of the whole document."""
    if parted(first, second, words):
        return f"{first[:-1]}{second}", True
    return f"{first}{between(first, second)}{second}", False


def parted(first: str, second: str, words: Set[str]) -> bool:
    """Return whether the hyphen at the end of `first` only parts a word that goes on in `second`.

    It does not where the document has the word with a hyphen, or where what stands before it is a word as well as what
    follows, or is itself a word with a hyphen (`off-the-` before `shelf`).
    """
    before, after = BEFORE.search(first[-REACH:]), AFTER.match(second)
    if before is None or after is None or not second[0].islower():
        return False
    whole, left, right = before["all"].casefold(), before["last"].casefold(), after.group().casefold()
    if right in SUSPENDED:
        return False
    if f"{left}{right}" in words:
        return True
    compound = left in words and min(len(left), len(right)) >= HALF and (right in words or whole != left)
    return f"{whole}-{right}" not in words and not compound


def between(first: str, second: str) -> str:
    """Return what stands between two lines put together: nothing in a compound or a script without spaces."""
    if not first or not second:
        return ""
    after = AFTER.match(second)
    if first.endswith("-") and first[-2:-1].isalnum() and second[0].isalnum():
        return " " if after is not None and after.group().casefold() in SUSPENDED else ""
    return "" if _unspaced(first[-1]) and _unspaced(second[0]) else " "


def _unspaced(character: str) -> bool:
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"

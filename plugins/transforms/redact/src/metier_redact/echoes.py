"""Names that were told once by the words around them, found wherever else they stand in the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier_redact.english_names import INITIAL, LOWER, NO_NAMES, UPPER, WORD
from metier_redact.recognizer import Place
from metier_redact.words import words

WORDS = frozenset(words("ordinary_words"))
"""Names that are ordinary words as well: alone they are not taken for the person."""
HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
FIRST = rf"(?:(?P<first>{WORD}) (?:{INITIAL} )?|{INITIAL} )?"
"""A first name or initials before a family name that is known."""


def echoes(names: Sequence[str], text: str) -> Iterator[Place]:
    """Yield where one of `names`, or one of its words that is no ordinary word, stands in the text."""
    chinese = [name for name in names if HAN.fullmatch(name)]
    whole = [name for name in names if len(name.split()) > 1]
    parts = {part for name in names for part in re.findall(WORD, name)}
    alone = [part for part in parts if len(part) > 2 and part.casefold() not in WORDS | NO_NAMES]
    edge = f"[{UPPER}{LOWER}-]"
    if chinese:
        yield from (match.span() for match in re.finditer(_any(chinese), text))
    if whole or alone:
        for match in re.finditer(rf"(?<!{edge}){FIRST}(?P<known>{_any([*whole, *alone])})(?!{edge})", text):
            first = match["first"]
            begins = (
                not first
                or first.casefold() in NO_NAMES
                or (". " not in match[0] and not _goes_on(text, match.start()))
            )
            yield (match.start("known") if begins and first else match.start()), match.end()


def _any(names: Sequence[str]) -> str:
    """Return a pattern of any of the names, the longest first."""
    return "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))


def _goes_on(text: str, place: int) -> bool:
    """Return whether a sentence is under way, so that a capital there begins no sentence."""
    return re.search(r"[a-z0-9,] $", text[max(0, place - 2) : place]) is not None

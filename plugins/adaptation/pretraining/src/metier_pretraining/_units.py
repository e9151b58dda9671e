"""What is hidden together: a token, the pieces of a word, or those of a term of the industry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from metier_pretraining._lexicon import IS_CHINESE

NO_UNIT = -1
"""The unit of a token that is never to be guessed: special, padding."""
Span = tuple[int, int]


class Pieces(NamedTuple):
    """One text's tokens as a fast tokenizer gives them."""

    words: Sequence[int | None]
    """The number of each token's word: of what the tokenizer splits a text into first."""
    offsets: Sequence[Span]
    """Where each token stands in the text."""


def word_units(text: str, pieces: Pieces, *, terms: Sequence[int | None]) -> list[int]:
    """Return the unit of each token, numbered from 0: a word's tokens have the same.

    `terms` says which tokens are of which term (see `terms_of`): a term is one unit, and what is left of a word beside
    it another.
    """
    numbers: list[int] = []
    number, end = -1, 0
    for place, (word, (start, stop)) in enumerate(zip(*pieces, strict=True)):
        term, before = terms[place], terms[place - 1] if place else None
        if term is None and before is None:
            begins = not place or word != pieces.words[place - 1] or _is_parted(text, start, end)
        else:
            begins = term != before
        number += begins
        numbers.append(number)
        end = stop
    return numbers


def terms_of(text: str, offsets: Sequence[Span], terms: Sequence[Span]) -> list[int | None]:
    """Return the number of the term that each token is of, None for those of no term; `terms` are in order and apart.

    A space that is a token goes with what follows, as spaces inside of tokens do.
    """
    found: list[int | None] = []
    current = 0
    for start, end in offsets:
        while current < len(terms) and terms[current][1] <= start:
            current += 1
        inside = current < len(terms) and terms[current][0] < end
        found.append(current if inside else None)
    for place in range(len(found) - 2, -1, -1):
        if text[slice(*offsets[place])].isspace():
            found[place] = found[place + 1]
    return found


def _is_parted(text: str, start: int, end: int) -> bool:
    """Return whether a new word begins at `start`, though the tokenizer has it in one word with what ends at `end`.

    Some take a whole text for one word (SentencePiece without a pre-tokenizer): then spaces tell, between tokens or at
    the beginning of one. A Chinese character is a word, as in BERT's tokenizer, though its bytes may be several tokens
    of the same place.
    """
    spaces = text[end : start + 1]
    return start >= end and (any(one.isspace() for one in spaces) or _has_chinese(text[max(0, start - 1) : start + 1]))


def _has_chinese(text: str) -> bool:
    return IS_CHINESE.search(text) is not None

"""Finds rows of one split in another, as they are or nearly, and texts of a split inside the corpus."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from datasets import Dataset

from metier.data import near, tables
from metier.data.keys import key, words
from metier.data.shingles import Hashes, Shingles, shingles

EXAMPLES = 5
THRESHOLD = near.THRESHOLD
CORPUS_WORDS = 8
"""Words in a row that a text must share with the corpus; shorter texts are found only whole."""
CORPUS_SHARE = 0.8
"""Share of a text's word 8-grams that, found in the corpus, makes it one that the corpus holds."""
BLOCK = 1000


class Leak(NamedTuple):
    """A row of one split that another split holds too; `exact` where key equals key."""

    row: int
    other: int
    similarity: float
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Prints:
    """A split's texts, as keys and as n-grams."""

    keys: tuple[str, ...]
    grams: Shingles

    def select(self, rows: Sequence[int]) -> Prints:
        """Return the prints of some rows."""
        chosen = np.asarray(rows, dtype=np.int64)
        return Prints(tuple(self.keys[row] for row in rows), self.grams.select(chosen))


def prints(rows: Dataset, columns: Sequence[str]) -> Prints:
    """Return what is compared of a split's texts."""
    return Prints(tuple(map(key, tables.texts(rows, columns))), shingles(tables.texts(rows, columns)))


def between(one: Prints, other: Prints, threshold: float = THRESHOLD) -> list[Leak]:
    """Return the rows of `one` that `other` holds too, each with the likest there, in order."""
    first = {name: row for row, name in reversed(list(enumerate(other.keys)))}
    exact = [Leak(row, first[name], 1.0, exact=True) for row, name in enumerate(one.keys) if name in first]
    found = {leak.row for leak in exact}
    rest = [row for row in range(len(one.keys)) if row not in found]
    nearly = near.matches(one.select(rest).grams, other.grams, threshold)
    return sorted([*exact, *(Leak(rest[match.row], match.other, match.similarity) for match in nearly)])


def inside(rows: Dataset, columns: Sequence[str], corpus: Dataset, corpus_column: str = "text") -> list[int]:
    """Return the rows whose text the corpus holds: most of its word 8-grams, or a whole record for short ones."""
    texts = list(tables.texts(rows, columns))
    grams = shingles(texts, CORPUS_WORDS)
    short = {key(text): row for row, text in enumerate(texts) if len(words(text)) < CORPUS_WORDS}
    wanted = np.unique(grams.flat)
    seen = np.zeros(len(wanted), bool)
    whole: set[str] = set()
    for block in _blocks(tables.texts(corpus, [corpus_column])):
        found = shingles(block, CORPUS_WORDS).flat
        seen |= np.isin(wanted, found)
        whole.update(name for name in map(key, block) if name in short)
    held = wanted[seen]
    return [
        row
        for row, text in enumerate(texts)
        if (key(text) in whole if len(words(text)) < CORPUS_WORDS else _share(grams.of(row), held) >= CORPUS_SHARE)
    ]


def _share(mine: Hashes, held: Hashes) -> float:
    return float(np.isin(mine, held).mean()) if len(mine) else 0.0


def _blocks(texts: Iterator[str]) -> Iterator[list[str]]:
    while block := list(islice(texts, BLOCK)):
        yield block

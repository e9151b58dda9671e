"""Texts as sets of hashed word n-grams, flat in one array."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metier.data.keys import words

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]
SIZE = 3
"""Words of an n-gram; a shorter text is one n-gram."""


class _Vocabulary(dict[str, int]):
    """Word to a 64-bit hash that is the same in every process."""

    def __missing__(self, word: str) -> int:
        value = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        self[word] = value
        return value


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashed n-grams of many texts: those of text `i` are `flat[offsets[i]:offsets[i + 1]]`, repeats included."""

    flat: Hashes
    offsets: Rows

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, row: int) -> Hashes:
        """Return a text's n-grams as a sorted set."""
        return np.unique(self.flat[self.offsets[row] : self.offsets[row + 1]])

    def select(self, rows: Rows) -> Shingles:
        """Return the n-grams of some texts."""
        lengths = self.offsets[rows + 1] - self.offsets[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        positions = np.arange(offsets[-1]) + np.repeat(self.offsets[rows] - offsets[:-1], lengths)
        return Shingles(self.flat[positions], offsets)


def shingles(texts: Iterable[str], size: int = SIZE) -> Shingles:
    """Return the n-grams of `size` words of each text; a text without words has none."""
    vocabulary = _Vocabulary()
    flat, lengths = array("Q"), array("q")
    for text in texts:
        found = [vocabulary[word] for word in words(text)]
        if found and len(found) < size:
            found += [0] * (size - len(found))
        flat.extend(found)
        lengths.append(len(found))
    tokens = np.frombuffer(flat, dtype=np.uint64) if flat else np.zeros(0, np.uint64)
    counts = np.frombuffer(lengths, dtype=np.int64) if lengths else np.zeros(0, np.int64)
    grams = np.maximum(counts - size + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(grams)]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else np.zeros(0, np.int64)
    first = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], grams)
    mixed = np.zeros(len(first), np.uint64)
    for step in range(size):
        mixed = _mixed(mixed * np.uint64(0x9E3779B97F4A7C15) + tokens[first + step])
    return Shingles(mixed, offsets)


def jaccard(one: Hashes, other: Hashes) -> float:
    """Return the share of n-grams that two sorted sets have in common; 0 where either is empty."""
    if not len(one) or not len(other):
        return 0.0
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def _mixed(values: Hashes) -> Hashes:
    """Spread each value over all bits (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))

"""Finds near-duplicates: MinHash bands propose, the true Jaccard similarity of word n-grams decides.

Broder, "On the resemblance and containment of documents" (1997); bands: Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", chapter 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rensa import RMinHash, RMinHashLSH

from metier.data.shingles import Hashes, Rows, Shingles, jaccard

THRESHOLD = 0.8
PERMUTATIONS = 128
SEED = 1
MISS = 1e-4
"""How likely a pair just at the threshold may be missed."""
MARGIN = 0.18
"""How far below the threshold an estimate from 128 permutations may lie (five standard deviations) to be looked at."""
BLOCK = 4096

Signatures = npt.NDArray[np.uint32]


class Match(NamedTuple):
    """A row and the earlier or reference row that it is nearly equal to."""

    row: int
    other: int
    similarity: float


def duplicates(
    texts: Shingles, threshold: float = THRESHOLD, *, labels: Sequence[object] | None = None
) -> Iterator[Match]:
    """Yield each row that is nearly equal to an earlier one that stays; given labels, to one with the same label."""
    search = _Search(texts, threshold, labels)
    for position in range(len(search.rows)):
        match = search.match(position)
        if match is None:
            search.insert(position)
        else:
            yield match


def matches(texts: Shingles, references: Shingles, threshold: float = THRESHOLD) -> Iterator[Match]:
    """Yield each row of `texts` that is nearly equal to one of `references`, with the likest of them."""
    count = len(references)
    both = Shingles(
        np.concatenate([references.flat, texts.flat]),
        np.concatenate([references.offsets[:-1], texts.offsets + references.offsets[-1]]),
    )
    search = _Search(both, threshold, None)
    for position, row in enumerate(search.rows):
        if row < count:
            search.insert(position)
            continue
        match = search.match(position)
        if match is not None:
            yield Match(match.row - count, match.other, match.similarity)


class _Search:
    """Rows that share a band with another, in order, and buckets of those inserted so far."""

    def __init__(self, texts: Shingles, threshold: float, labels: Sequence[object] | None) -> None:
        self.texts = texts
        self.threshold = threshold
        self.labels = labels
        self.bands = bands(threshold)
        self.rows = _suspects(texts, self.bands)
        self.signatures = _signatures(texts, self.rows)
        self.buckets: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self.sets: dict[int, Hashes] = {}

    def insert(self, position: int) -> None:
        """Let later rows find this one."""
        for key in self._keys(position):
            self.buckets[key].append(position)

    def match(self, position: int) -> Match | None:
        """Return the likest inserted row at or above the threshold, the earliest of equals."""
        found = {other for key in self._keys(position) for other in self.buckets.get(key, ())}
        if not found:
            return None
        candidates = np.fromiter(sorted(found), np.int64, len(found))
        estimates = (self.signatures[candidates] == self.signatures[position]).mean(axis=1)
        candidates = candidates[estimates >= self.threshold - MARGIN]
        mine = self._set(position)
        similar = [(jaccard(mine, self._set(int(other))), -int(other)) for other in candidates]
        best = max((pair for pair in similar if pair[0] >= self.threshold), default=None)
        if best is None:
            return None
        return Match(int(self.rows[position]), int(self.rows[-best[1]]), best[0])

    def _set(self, position: int) -> Hashes:
        if position not in self.sets:
            self.sets[position] = self.texts.of(int(self.rows[position]))
        return self.sets[position]

    def _keys(self, position: int) -> Iterator[tuple[object, ...]]:
        label = self.labels[int(self.rows[position])] if self.labels is not None else None
        width = PERMUTATIONS // self.bands
        signature = self.signatures[position]
        for band in range(self.bands):
            yield band, label, signature[band * width : (band + 1) * width].tobytes()


def bands(threshold: float) -> int:
    """Return the fewest bands, a power of two, that miss a pair at the threshold at most once in `1 / MISS`."""
    for count in (4, 8, 16, 32, 64):
        if (1 - threshold ** (PERMUTATIONS // count)) ** count <= MISS:
            return count
    return PERMUTATIONS


def _suspects(texts: Shingles, count: int) -> Rows:
    """Return the rows that share a band with another row; texts without words are none."""
    filled = np.flatnonzero(np.diff(texts.offsets))
    some = texts.select(filled)
    if not len(some):
        return filled
    search = RMinHashLSH(threshold=0.5, num_perm=PERMUTATIONS, num_bands=count)
    flags = np.asarray(search.query_duplicate_flags_matrix_one_shot(_matrix(some)), dtype=bool)
    found: Rows = filled[flags]
    return found


def _signatures(texts: Shingles, rows: Rows) -> Signatures:
    """Return MinHash signatures (rows, permutations); by blocks, as they come as lists of Python numbers."""
    made = np.zeros((len(rows), PERMUTATIONS), np.uint32)
    for start in range(0, len(rows), BLOCK):
        some = texts.select(rows[start : start + BLOCK])
        made[start : start + BLOCK] = _matrix(some).to_rows()
    return made


def _matrix(texts: Shingles) -> RMinHash:
    offsets = texts.offsets.astype(np.uint64)
    return RMinHash.digest_matrix_from_flat_token_hashes(texts.flat, offsets, PERMUTATIONS, SEED)

"""Passages by the words that they share with a question; everything that imports bm25s is here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from metier.errors import DataError
from metier_retrieval.ranking import Ranking, best
from metier_retrieval.words import words

VARIANT = {"method": "lucene", "k1": 1.2, "b": 0.75}
"""Lucene's: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), times f / (f + k1 (1 - b + b length / mean length))."""

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it says each step, and asks for it in so many words


def write(texts: Sequence[str], folder: Path) -> None:
    """Write the index of `texts` into `folder`; raises `DataError` where none has a word."""
    cut = [words(text) for text in texts]
    if not any(cut):
        raise DataError("no passage has a word", where="data.corpus", hint="look at it with `metier data inspect`")
    index = bm25s.BM25(**VARIANT)
    index.index(cut, show_progress=False)
    index.save(folder, show_progress=False)


class Bm25:
    """BM25 (Robertson et al. 1994), in the variant of Lucene (Kamphuis et al. 2020, table 1)."""

    def __init__(self, folder: Path) -> None:
        self._index = bm25s.BM25.load(folder, show_progress=False)

    def rankings(self, questions: Sequence[str], count: int) -> list[Ranking]:
        """Return for each question its `count` best passages; none that shares no word with it."""
        return [best(self.scores(question), count, above=0.0) for question in questions]

    def scores(self, question: str) -> np.ndarray:
        """Return the score of every passage, (passages,)."""
        known = self._index.get_tokens_ids(words(question))
        scores: np.ndarray = self._index.get_scores_from_ids(known)
        return scores

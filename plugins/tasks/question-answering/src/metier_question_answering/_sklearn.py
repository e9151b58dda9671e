"""Sentences near to a question by TF-IDF; scikit-learn is imported here and in `_linear`."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from metier_question_answering.matching import Match
from metier_question_answering.sentences import Place, sentences


class Near(NamedTuple):
    """A sentence of a text, and how near it is to a question, from 0 to 1."""

    start: int
    end: int
    similarity: float


class Nearest:
    """Finds a text's sentences that are near to a question; words count for more that few training sentences have."""

    def __init__(self, texts: Sequence[str], match: Match) -> None:
        units = {"analyzer": "char", "ngram_range": (1, 2)} if match == "characters" else {"token_pattern": r"\b\w+\b"}
        self._vectorizer = TfidfVectorizer(**units, sublinear_tf=True)
        known = [text[start:end] for text in dict.fromkeys(texts) for start, end in sentences(text)]
        self._blind = not any(re.search(r"\w", sentence) for sentence in known)
        if not self._blind:
            self._vectorizer.fit(known)
        self._read = functools.lru_cache(maxsize=64)(self._vectors)

    def __call__(self, question: str, text: str) -> list[Near]:
        """Return a text's sentences, the nearest first; of equally near ones the first."""
        places, vectors = self._read(text)
        if self._blind or not places:
            return [Near(start, end, 0.0) for start, end in places]
        similarities = (vectors @ self._vectorizer.transform([question]).T).toarray().ravel()
        order = np.argsort(-similarities, kind="stable")
        return [Near(*places[int(one)], float(similarities[one])) for one in order]

    def _vectors(self, text: str) -> tuple[list[Place], Any]:
        """Return a text's sentences with their vectors: many questions may be asked of one text."""
        places = sentences(text)
        if self._blind or not places:
            return places, None
        return places, self._vectorizer.transform([text[start:end] for start, end in places])

"""The baseline over words; everything that imports scikit-learn is here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from metier.data.keys import words
from metier_embedding.ranking import Similarities


def cosines(known: Sequence[str], texts: Sequence[str], others: Sequence[str]) -> Similarities:
    """Return what compares `texts` with `others` by TF-IDF; `known` texts tell how rare words are.

    In Chinese and its like each character is a word.
    """
    if not any(words(text) for text in known):
        return lambda some, candidates: np.zeros((some.stop - some.start, len(candidates)))
    options = {"ngram_range": (1, 2), "sublinear_tf": True, "dtype": np.float32}
    vectorizer = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, **options).fit(known)
    left, right = vectorizer.transform(texts), vectorizer.transform(others)

    def similarities(some: slice, candidates: np.ndarray) -> np.ndarray:
        found: np.ndarray = (left[some] @ right[candidates].T).toarray()
        return found

    return similarities

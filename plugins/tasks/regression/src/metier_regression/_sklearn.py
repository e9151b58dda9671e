"""The linear baselines; everything that imports scikit-learn is here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from metier.data.keys import words

Features: TypeAlias = csr_matrix | np.ndarray
STRENGTH = 1.0
"""scikit-learn's `alpha`, its default."""


def words_ridge(train: Sequence[Sequence[str]], targets: np.ndarray, texts: Sequence[Sequence[str]]) -> np.ndarray:
    """Return what a ridge regression over the words of each row's texts says of `texts`, (texts,)."""
    vectorizer = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
    if not any(terms(row) for row in train):
        return np.zeros(len(texts))
    return ridge(vectorizer.fit_transform(train), targets, vectorizer.transform(texts))


def ridge(known: Features, targets: np.ndarray, unknown: Features) -> np.ndarray:
    """Return what a ridge regression, fitted on features (rows, features) and `targets`, says of others."""
    said: np.ndarray = Ridge(alpha=STRENGTH).fit(known, targets).predict(unknown)
    return said


def terms(texts: Sequence[str]) -> list[str]:
    """Return the words of a row and its pairs of words; of two texts also the words that both have, marked."""
    each = [words(text) for text in texts]
    found = [term for one in each for term in (*one, *map(" ".join, pairwise(one)))]
    if len(each) == 2:
        found += [f"both {word}" for word in sorted(set(each[0]) & set(each[1]))]
    return found

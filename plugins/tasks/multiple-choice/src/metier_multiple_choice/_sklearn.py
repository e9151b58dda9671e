"""The linear baselines; everything that imports scikit-learn is here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from metier.data.keys import words

STEPS = 300


def likeness(known: Sequence[str], texts: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """Return the cosine of each text with its other by TF-IDF over words, (texts,); `known` tell how rare words are.

    In Chinese and its like each character is a word.
    """
    if not any(words(text) for text in known):
        return np.zeros(len(texts))
    vectorizer = TfidfVectorizer(tokenizer=words, token_pattern=None, lowercase=False, ngram_range=(1, 2)).fit(known)
    cosines: np.ndarray = np.asarray(vectorizer.transform(texts).multiply(vectorizer.transform(others)).sum(axis=1))
    return cosines.ravel()


def probability(known: np.ndarray, targets: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """Return the probability of 1 of a logistic regression over features (rows, features), for others, (rows,)."""
    scaler = StandardScaler().fit(known)
    model = LogisticRegression(max_iter=STEPS, C=0.01).fit(scaler.transform(known), targets)
    found: np.ndarray = model.predict_proba(scaler.transform(unknown))[:, 1]
    return found

"""The linear baselines; everything that imports scikit-learn is here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Features: TypeAlias = csr_matrix | np.ndarray
STRENGTH = 10.0
"""scikit-learn's `C`; 10 beats its default of 1 on short texts of few rows, which are what industries have."""
STEPS = 300
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Characters of scripts that put no space between words: kana, Han, Thai."""
UNSPACED_SHARE = 0.2
SAMPLE = 1000
"""Texts that decide whether the language puts spaces between words."""


def word_probability(
    train: Sequence[str], targets: np.ndarray, texts: Sequence[str], *, labels: int, balanced: bool
) -> np.ndarray:
    """Return probability (texts, labels); `targets` are positions (rows,), or 0 and 1 (rows, labels)."""
    if not any(re.search(r"\w", text) for text in train):
        shares = targets.mean(axis=0) if targets.ndim == 2 else np.bincount(targets, minlength=labels) / len(targets)
        return np.tile(shares, (len(texts), 1))
    units = {"analyzer": "char"} if unspaced(train) else {"token_pattern": r"(?u)\b\w+\b"}
    vectorizer = TfidfVectorizer(**units, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
    known, unknown = vectorizer.fit_transform(train), vectorizer.transform(texts)
    return feature_probability(known, targets, unknown, labels=labels, balanced=balanced)


def feature_probability(
    known: Features, targets: np.ndarray, unknown: Features, *, labels: int, balanced: bool
) -> np.ndarray:
    """Return probability (rows, labels) of logistic regressions over features (rows, features)."""
    if targets.ndim == 1:
        return _fitted(known, targets, unknown, labels, balanced=balanced)
    each = [_fitted(known, targets[:, i].astype(np.int64), unknown, 2, balanced=balanced)[:, 1] for i in range(labels)]
    return np.stack(each, axis=1)


def _fitted(known: Features, targets: np.ndarray, unknown: Features, labels: int, *, balanced: bool) -> np.ndarray:
    """Return probability (texts, labels); a label that no row has stays at 0."""
    probability = np.zeros((unknown.shape[0], labels))
    seen = np.unique(targets)
    if len(seen) == 1:
        probability[:, seen[0]] = 1.0
        return probability
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS, class_weight="balanced" if balanced else None)
    probability[:, seen] = model.fit(known, targets).predict_proba(unknown)
    return probability


def unspaced(texts: Sequence[str]) -> bool:
    """Return whether the texts' language puts no spaces between words."""
    sample = unicodedata.normalize("NFC", "".join(texts[:SAMPLE]))
    letters = sum(character.isalpha() for character in sample)
    return len(UNSPACED.findall(sample)) > UNSPACED_SHARE * max(letters, 1)

"""Baselines by TF-IDF; everything that imports scikit-learn is here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from metier_text_generation.overlap import words

AT_A_TIME = 512
"""Texts that are compared with all training prompts at a time."""


def most_typical(texts: Sequence[str]) -> int:
    """Return which text is most like all others: the largest mean cosine; the most frequent one among short texts."""
    vectors = _vectorizer().fit_transform(texts)
    mean = np.asarray(vectors.mean(axis=0)).ravel()
    return int(np.argmax(vectors @ mean))


def nearest(prompts: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Return which of `prompts` is nearest to each text, by the cosine of words and pairs of words."""
    vectorizer = _vectorizer()
    known = vectorizer.fit_transform(prompts)
    found: list[int] = []
    for start in range(0, len(texts), AT_A_TIME):
        alike = vectorizer.transform(texts[start : start + AT_A_TIME]) @ known.T
        found.extend(np.asarray(alike.argmax(axis=1)).ravel().tolist())
    return found


def _vectorizer() -> TfidfVectorizer:
    """Return TF-IDF over words and pairs of them; of Chinese, characters and pairs of those."""
    return TfidfVectorizer(tokenizer=_words, token_pattern=None, lowercase=False, ngram_range=(1, 2), sublinear_tf=True)


def _words(text: str) -> list[str]:
    """Return the words; of a text without any, the text, so that there is something to compare."""
    return words(text) or [text]

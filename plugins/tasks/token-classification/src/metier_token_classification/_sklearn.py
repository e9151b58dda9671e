"""The linear baseline; everything that imports scikit-learn is here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import SGDClassifier

from metier_token_classification.decoding import best_tags
from metier_token_classification.spans import OUTSIDE, Piece, Span, spans_of, tag_names, tags_of
from metier_token_classification.words import Word, shape, words

FEATURES = 2**18
STRENGTH = 1e-6
"""scikit-learn's `alpha`."""
PASSES = 20
"""Over the training words."""
AROUND = (-2, -1, 1, 2)
"""Neighbours that are looked at."""


def linear_spans(
    train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str], labels: Sequence[str]
) -> list[Sequence[Span]]:
    """Return the spans of each text by a logistic regression over words of the training texts."""
    index = {label: i for i, label in enumerate(labels)}
    known = [words(text) for text in train]
    targets = [
        OUTSIDE if tag is None else tag
        for text, found, spans in zip(train, known, truth, strict=True)
        for tag in tags_of(text, spans, [(word.start, word.end) for word in found], index)
    ]
    seen = np.unique(targets)
    if len(seen) < 2:
        return [[] for _ in texts]
    hasher = FeatureHasher(FEATURES, input_type="string", alternate_sign=False, dtype=np.float32)
    model = SGDClassifier(loss="log_loss", alpha=STRENGTH, max_iter=PASSES, tol=None, random_state=0)
    model.fit(hasher.transform(one for found in known for one in _described(found)), targets)
    return [_found(text, model, hasher, labels) for text in texts]


def _found(text: str, model: SGDClassifier, hasher: FeatureHasher, labels: Sequence[str]) -> Sequence[Span]:
    tokens = words(text)
    if not tokens:
        return []
    scores = np.full((len(tokens), len(tag_names(labels))), -30.0)
    probabilities = model.predict_proba(hasher.transform(_described(tokens)))
    scores[:, model.classes_] = np.log(probabilities.clip(1e-13))
    tags = best_tags(scores)
    pieces = [Piece(word.start, word.end, int(tag), 1.0, 0) for word, tag in zip(tokens, tags, strict=True)]
    return spans_of(pieces, labels, text)


def _described(tokens: Sequence[Word]) -> Iterator[list[str]]:
    """Yield what is looked at of each word."""
    for at, word in enumerate(tokens):
        text = word.text
        found = [f"word={text}", f"low={text.lower()}", f"shape={shape(text)}", "any"]
        found += [f"head{size}={text[:size].lower()}" for size in (2, 3)]
        found += [f"tail{size}={text[-size:].lower()}" for size in (2, 3)]
        for step in AROUND:
            other = tokens[at + step].text if 0 <= at + step < len(tokens) else "<edge>"
            found += [f"{step}={other.lower()}", f"{step}shape={shape(other)}"]
        yield found

"""What labelling functions say of texts, as a matrix of positions of labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from metier_weak_label._dawid_skene import ABSTAIN
from metier_weak_label.functions import LabellingFunction

BATCH = 256


def votes_of(functions: Sequence[LabellingFunction], texts: Iterable[str], labels: Sequence[str]) -> np.ndarray:
    """Return what each function says of each text (texts, functions), int16; texts are read by the batch."""
    place: dict[str | None, int] = {None: ABSTAIN, **{label: number for number, label in enumerate(labels)}}
    rest, parts = iter(texts), [np.zeros((0, len(functions)), np.int16)]
    while batch := list(islice(rest, BATCH)):
        said = [[place[label] for label in function.say(batch)] for function in functions]
        parts.append(np.array(said, np.int16).T)
    return np.concatenate(parts)


def vote_counts(votes: np.ndarray, labels: int) -> np.ndarray:
    """Return how many functions say each label (texts, labels)."""
    return np.stack([(votes == label).sum(axis=1) for label in range(labels)], axis=1)

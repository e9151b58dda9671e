"""The likeliest tags of a sequence of tokens, by Viterbi's algorithm, such that each word is of one span or of none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Chain(NamedTuple):
    """What neighbours in a sequence of tags add to its score; all zero they are independent."""

    transitions: np.ndarray
    """(tags, tags): from the row's tag to the column's."""
    first: np.ndarray
    """(tags,): beginning with a tag."""
    last: np.ndarray
    """(tags,): ending with it."""

    @classmethod
    def zero(cls, tags: int) -> Chain:
        """Return one that adds nothing."""
        return cls(np.zeros((tags, tags)), np.zeros(tags), np.zeros(tags))


def best_tags(scores: np.ndarray, steps: Sequence[np.ndarray] | None = None) -> np.ndarray:
    """Return the best sequence of tags (tokens,) for scores (tokens, tags), which are added up.

    `steps` are what each step from a token's tag (row) to the next one's (column) adds; by default that an inside
    follows its own label's beginning or inside alone. A window may begin within a span.
    """
    steps = [transitions(scores.shape[1])] * (len(scores) - 1) if steps is None else steps
    total, back = scores[0].copy(), np.zeros(scores.shape, dtype=np.int64)
    for step in range(1, len(scores)):
        ways = total[:, None] + steps[step - 1]
        back[step] = ways.argmax(axis=0)
        total = ways[back[step], np.arange(len(total))] + scores[step]
    tags = [int(total.argmax())]
    for step in range(len(scores) - 1, 0, -1):
        tags.append(int(back[step, tags[-1]]))
    return np.array(tags[::-1])


def word_tags(scores: np.ndarray, words: np.ndarray, chain: Chain | None = None) -> np.ndarray:
    """Return the best tags (tokens,) in which each of `words` (tokens,) is of one span, or of none.

    A word's first token may begin a span; the others go on with it. So a word is scored as a whole, by the tag of its
    first token: outside, beginning or inside.
    """
    count = scores.shape[1]
    chain = chain or Chain.zero(count)
    begins = np.diff(words, prepend=words[0] - 1) != 0
    first = np.flatnonzero(begins)
    several = np.diff(first, append=len(words)) > 1
    inner = np.arange(count)
    inner[1::2] += 1  # the tags of the tokens behind a word's first
    later = scores[:, inner] + chain.transitions[inner, inner]
    second = np.isin(np.arange(len(words)), first[several] + 1)
    later[second] = scores[second][:, inner] + chain.transitions[np.arange(count), inner]
    later[first] = scores[first]
    whole = np.add.reduceat(later, first, axis=0)
    whole[0] += chain.first
    whole[-1] += chain.last[inner] if several[-1] else chain.last
    alone = chain.transitions + transitions(count)
    tags = best_tags(whole, [alone[inner] if long else alone for long in several[:-1]])
    spread: np.ndarray = tags[np.cumsum(begins) - 1]
    return np.where(begins, spread, inner[spread])


def transitions(tags: int) -> np.ndarray:
    """Return what each step from a tag (row) to another (column) adds: 0, or minus infinity where it cannot be."""
    allowed = np.zeros((tags, tags))
    for inside in range(2, tags, 2):
        allowed[:, inside] = -np.inf
        allowed[[inside - 1, inside], inside] = 0.0
    return allowed

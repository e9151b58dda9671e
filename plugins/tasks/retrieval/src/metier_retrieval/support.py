"""Which passage a written answer is from: the one that has most of its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from metier.data.keys import words


class Support(NamedTuple):
    """The passage that supports an answer best."""

    passage: Mapping[str, Any]
    share: float
    """Of the answer's words, those of the question aside, the share that stands in the passage."""


def best_support(answer: str, question: str, passages: Sequence[Mapping[str, Any]]) -> Support | None:
    """Return the passage with the largest share of the answer's words, the first of equals; None without passages.

    Words of the question say nothing of where an answer is from, and are left aside where it has others.
    """
    said = set(words(answer))
    told = said - set(words(question)) or said
    found = [Support(one, len(told & set(words(one["text"]))) / max(len(told), 1)) for one in passages]
    return max(found, key=lambda one: one.share, default=None)


def same_words(one: str, other: str) -> bool:
    """Return whether two texts have the same words in the same order, whatever their case and punctuation."""
    return words(one) == words(other)

"""Finds phrases in a text by their words, whatever their case; of Chinese each character is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from metier.data.keys import words


class Phrases:
    """Words and phrases to look for."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._after: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for phrase in phrases:
            if found := words(phrase):
                self._after[found[0]].add(tuple(found[1:]))

    def are_in(self, text: str) -> bool:
        """Return whether the text holds one of them."""
        found = words(text)
        return any(
            tuple(found[place + 1 : place + 1 + len(rest)]) == rest
            for place, word in enumerate(found)
            for rest in self._after.get(word, ())
        )

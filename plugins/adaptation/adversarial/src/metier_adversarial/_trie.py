"""Finds known sequences inside a longer one, the longest first: token ids, or the words of a text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
_END = object()
"""The key under which a node keeps the value of the sequence that ends there."""


class Trie(Generic[Value]):
    """Sequences by their beginnings; looking for all of them costs the length of the text, not their number."""

    def __init__(self) -> None:
        self._root: dict[Any, Any] = {}

    def add(self, sequence: Sequence[Hashable], value: Value) -> None:
        """Keep `value` under `sequence`; what was added first stays."""
        node = self._root
        for one in sequence:
            node = node.setdefault(one, {})
        node.setdefault(_END, value)

    def find(
        self, sequence: Sequence[Hashable], stands: Callable[[int, int, Value], bool]
    ) -> Iterator[tuple[int, int, Value]]:
        """Yield `(start, end, value)` of what `sequence` holds, left to right, none overlapping another.

        At each place the longest counts for which `stands(start, end, value)` says that it stands alone.
        """
        start = 0
        while start < len(sequence):
            for end, value in reversed(self._from(sequence, start)):
                if stands(start, end, value):
                    yield start, end, value
                    start = end - 1
                    break
            start += 1

    def _from(self, sequence: Sequence[Hashable], start: int) -> list[tuple[int, Value]]:
        node: Any = self._root
        found: list[tuple[int, Value]] = []
        for at in range(start, len(sequence)):
            node = node.get(sequence[at])
            if node is None:
                break
            if _END in node:
                found.append((at + 1, node[_END]))
        return found

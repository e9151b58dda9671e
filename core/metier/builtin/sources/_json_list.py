"""Reads the items of a JSON list one by one, holding no more than one and a buffer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

BLOCK = 1 << 16
SPACE = " \t\r\n"
ENDS = (*SPACE, ",", "]")


class ListReader:
    """Walks over `[item, item, …]` in a text stream; `line` is that of the item last given."""

    def __init__(self, text: TextIO) -> None:
        self.line = 1
        self._text = text
        self._buffer = ""
        self._at = 0
        self._decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[Any]:
        """Yield the items; raises `ValueError` where the text is no JSON list, with `line` near the fault."""
        self._expect("[")
        if self._peek() == "]":
            self._at += 1
        else:
            while True:
                yield self._item()
                if self._peek() == "]":
                    self._at += 1
                    break
                self._expect(",")
        if self._peek():
            raise ValueError("there is more after the end of the list")

    def _item(self) -> Any:
        self._peek()
        wanted = BLOCK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except ValueError:
                if not self._more(wanted):
                    raise
            else:
                # A number may go on in the next block: 1 | 2.5, or 1. | 5
                if self._buffer[end : end + 1] in ENDS or not self._more(wanted):
                    self._pass(end)
                    return value
            wanted *= 2  # so that a long item is not tried over and over

    def _expect(self, mark: str) -> None:
        found = self._peek()
        if found != mark:
            raise ValueError(f"'{mark}' expected, not {f'{found!r}' if found else 'the end'}")
        self._at += 1

    def _peek(self) -> str:
        """Return the next character that is no space, or an empty string at the end."""
        while True:
            end = self._at
            while end < len(self._buffer) and self._buffer[end] in SPACE:
                end += 1
            self._pass(end)
            if end < len(self._buffer):
                return self._buffer[end]
            if not self._more(BLOCK):
                return ""

    def _pass(self, end: int) -> None:
        self.line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _more(self, size: int) -> bool:
        block = self._text.read(size)
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)

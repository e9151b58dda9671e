"""Goes through the elements of an HTML page in order and gathers the text of each block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from metier_documents.blocks import Block, Kind, row
from metier_documents.emphasis import stands_out
from metier_documents.markup.cells import cells_of
from metier_documents.markup.tags import BLOCKS, HEADINGS, is_bold, is_hidden, page_break, tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element

AROUND = frozenset({"nav", "footer"})
LEFT_OUT = "navigations and footers of pages left out"


class Walk:
    """One way through a page."""

    def __init__(self, counts: Counter[str]) -> None:
        self.bold: set[int] = set()
        """Numbers of the blocks that may be headings by their weight."""
        self.breaks: list[int] = []
        """Numbers of the blocks before which a printed page ends."""
        self._counts = counts
        self._parts: list[str] = []
        self._plain = False
        self._number = 0
        self._lists: list[int | None] = []  # for each list around, the number of its last item; None without numbers
        self._mark = ""
        self._weight = 0
        self._raw = 0

    def blocks(self, root: _Element) -> Iterator[Block]:
        """Yield the blocks of a tree; it may be deep, so nothing here recurses."""
        steps: list[tuple[_Element, bool]] = [(root, True)]
        while steps:
            element, entering = steps.pop()
            tag = tag_of(element)
            if not entering:
                yield from self._leave(element, tag)
            elif self._unseen(element, tag):
                pass
            elif (cells := cells_of(element) if tag == "tr" else None) is not None:
                yield from self._flush()
                yield from self._row(cells)
            else:
                yield from self._enter(element, tag)
                steps.append((element, False))
                steps.extend((child, True) for child in reversed(element))
                continue
            self._text(element.tail)
        yield from self._flush()

    def _enter(self, element: _Element, tag: str) -> Iterator[Block]:
        if tag in BLOCKS:
            yield from self._flush()
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._mark = self._next_mark()
        elif tag == "br":
            self._parts.append("\n")
        if tag == "hr" or page_break(element) == "before":
            self.breaks.append(self._number)
        self._weight += is_bold(element, tag)
        self._raw += tag == "pre"
        self._text(element.text)

    def _leave(self, element: _Element, tag: str) -> Iterator[Block]:
        if tag in HEADINGS:
            yield from self._flush("heading", HEADINGS[tag])
        elif tag in BLOCKS:
            yield from self._flush()
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._mark = ""
        if page_break(element) == "after" and tag != "hr":
            self.breaks.append(self._number)
        self._weight -= is_bold(element, tag)
        self._raw -= tag == "pre"

    def _next_mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _text(self, text: str | None) -> None:
        if text:
            self._parts.append(text if self._raw else re.sub(r"\s+", " ", text))
            self._plain = self._plain or not (self._weight or text.isspace())

    def _flush(self, kind: Kind = "paragraph", level: int = 1) -> Iterator[Block]:
        lines = "".join(self._parts).split("\n")
        text = "\n".join(line.rstrip() if self._raw else " ".join(line.split()) for line in lines).strip("\n")
        plain, self._parts, self._plain = self._plain, [], False
        if not text.strip():
            return
        if kind == "paragraph" and self._mark:
            yield Block(f"{self._mark}{text}", "item", max(1, len(self._lists)))
            self._mark = ""
        else:
            yield Block(text, kind, level)
            if kind == "paragraph" and not plain and stands_out(text):
                self.bold.add(self._number)
        self._number += 1

    def _row(self, cells: list[str]) -> Iterator[Block]:
        made = row(cells)
        if made is not None:
            self._number += 1
            yield made

    def _unseen(self, element: _Element, tag: str) -> bool:
        if tag in AROUND and not any(True for _ in element.iterancestors("article", "section", "blockquote")):
            self._counts[LEFT_OUT] += 1
            return True
        return is_hidden(element, tag)

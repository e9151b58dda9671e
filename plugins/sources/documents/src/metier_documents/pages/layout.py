"""From lines to blocks: headings by size and weight, paragraphs by indents and gaps, lists by marks, rows by cells."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median, quantiles

from metier_documents.blocks import Block, Kind, row
from metier_documents.hyphens import JOINED, join
from metier_documents.pages.lines import Cell, Line, Page
from metier_documents.pages.rows import BULLETS, goes_on, rows
from metier_documents.pages.style import Style

ITEM = re.compile(rf"(?:(?P<bullet>[{BULLETS}–-])\s*|\(?(?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,5}}|[IVX]{{1,5}})[.)]\s)(?=\S)")
"""What an item of a list begins with."""
NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s")
"""What a section that is numbered as a part of another begins with."""
APART = 1.35
"""Times the usual distance of lines from which on two belong to two paragraphs."""
INDENT = 0.7
"""Heights of a line from which on its left edge counts as moved."""
END = re.compile(r"[.!?:;…。！？：；][\"'”’»)\]]*$")


class Layout:
    """Makes blocks of the lines of a document's pages, which come in order."""

    def __init__(self, style: Style, counts: Counter[str]) -> None:
        self._style = style
        self._counts = counts
        self._before: Block | None = None

    def blocks(self, page: Page) -> Iterator[Block]:
        """Yield the blocks of a page; its first may go on with the last of the page before."""
        lines = list(rows(page.lines))
        margins, pitch = _Margins(lines), _pitch(lines)
        held: list[Line] = []
        first = True
        for line in lines:
            if held and self._apart(held, line, pitch, margins):
                yield from self._made(held, page.number, margins, first=first)
                held, first = [], False
            held.append(line)
        if held:
            yield from self._made(held, page.number, margins, first=first)

    def _apart(self, held: Sequence[Line], line: Line, pitch: float, margins: _Margins) -> bool:
        """Return whether a line begins a new block."""
        before = held[-1]
        gap = before.bottom - line.bottom
        level, above = self._style.level(line), self._style.level(before)
        if level is not None or above is not None:
            return level != above or not 0 < gap < 1.6 * before.size
        if len(held[0].cells) > 1:
            row_above = next(one for one in reversed(held) if len(one.cells) > 1)
            return len(line.cells) == 1 and goes_on(row_above, before, line) is None
        if len(line.cells) > 1 or gap <= 0 or gap > APART * pitch or abs(line.size - before.size) > 0.1 * before.size:
            return True
        forced = margins.forced(before, line)
        ended = END.search(before.text) is not None
        if ITEM.match(line.text) and (forced or ended or _moved(before, line)):
            return True
        if NUMBERED.match(line.text) and NUMBERED.match(held[0].text):
            return True
        return (forced and ended) or _indented(held, line, forced=forced)

    def _made(self, held: Sequence[Line], page: int, margins: _Margins, *, first: bool) -> Iterator[Block]:
        level = self._style.level(held[0])
        heading = " ".join(line.text for line in held)
        if level is not None and self._style.title(heading, level):
            made = [Block(heading, "heading", level, page)]
        elif len(held[0].cells) > 1:
            made = [one for line in self._wrapped(held) if (one := row((cell.text for cell in line.cells), page))]
        else:
            made = [self._text(held, page, margins, first=first)]
        for block in made:
            self._before = block
            yield block

    def _wrapped(self, held: Sequence[Line]) -> list[Line]:
        """Return the rows of a table; a cell that goes on over several lines is put together."""
        made: list[Line] = []
        for at, line in enumerate(held):
            cell = goes_on(made[-1], held[at - 1], line) if made else None
            if cell is None:
                made.append(line)
            else:
                left, right, text = made[-1].cells[cell]
                made[-1].cells[cell] = Cell(left, max(right, line.right), self._join(text, line.text))
        return made

    def _join(self, first: str, second: str) -> str:
        text, removed = join(first, second, self._style.words)
        if removed:
            self._counts[JOINED] += 1
        return text

    def _text(self, held: Sequence[Line], page: int, margins: _Margins, *, first: bool) -> Block:
        text = held[0].text
        for before, line in itertools.pairwise(held):
            text = f"{text}\n{line.text}" if margins.forced(before, line) else self._join(text, line.text)
        mark = ITEM.match(text)
        kind: Kind = "item" if mark else "paragraph"
        if mark and mark["bullet"]:
            text = f"- {text[mark.end() :]}"
        before_page = self._before
        continues = (
            first
            and kind == "paragraph"
            and text[:1].islower()
            and before_page is not None
            and before_page.kind in ("paragraph", "item")
            and not END.search(before_page.text)
        )
        return Block(text, kind, page=page, continues=continues)


class _Margins:
    """Where the lines of a page end that begin at one place: a column's right margin."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._by_left: dict[int, list[float]] = {}
        for line in lines:
            self._by_left.setdefault(self._key(line), []).append(line.right)
        rights = [line.right for line in lines]
        self._page = quantiles(rights, n=10)[-1] if len(rights) > 1 else 0.0

    @staticmethod
    def _key(line: Line) -> int:
        return round(line.left / 6)

    def forced(self, before: Line, line: Line) -> bool:
        """Return whether a line's first word would have fitted on the line before: the break is meant."""
        rights = self._by_left[self._key(before)]
        margin = max(rights) if len(rights) > 2 else max(self._page, *rights)
        word = line.text.split(" ", 1)[0]
        width = (line.right - line.left) * (len(word) + 1) / max(len(line.text), 1)
        return before.right + width + line.size < margin and not before.text.endswith("-")


def _moved(one: Line, other: Line) -> bool:
    return abs(one.left - other.left) > INDENT * other.size


def _indented(held: Sequence[Line], line: Line, *, forced: bool) -> bool:
    """Return whether a line's left edge says that it begins a paragraph."""
    base = held[-1].left
    if line.left > base + INDENT * line.size:
        hanging = len(held) == 1 and (bool(ITEM.match(held[0].text)) or not forced)
        return not hanging
    return line.left < base - INDENT * line.size and len(held) > 1


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of a page's lines."""
    gaps = [
        gap
        for one, other in itertools.pairwise(lines)
        if 0 < (gap := one.bottom - other.bottom) < 4 * other.size and abs(one.size - other.size) < 0.1 * one.size
    ]
    return median(gaps) if gaps else 1.2 * (lines[0].size if lines else 1.0)

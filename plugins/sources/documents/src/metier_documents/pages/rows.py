"""Puts together what stands on one line: cells of a table's row, a number and the text that it counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metier_documents.pages.lines import Cell, Line

BULLETS = "•■▪●○◦‣➢➤►▶◆❖"
MARK = re.compile(
    rf"(?:\(?(?:\d{{1,3}}|[a-zA-Z]|[ivx]{{1,5}}|[IVX]{{1,5}})[.)]|\d{{1,3}}(?:\.\d{{1,3}})+\.?|[{BULLETS}–-])"
)
"""What an item of a list or a numbered paragraph begins with."""
LEVEL = 0.3
"""Heights of a line by which two on one level may differ."""
ALIGNED = 0.6
"""Heights of a line by which the left edges of a column's cells may differ."""


def rows(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines in order, those on one level as one with several cells, marks joined to their text."""
    made: list[Line] = []
    for line in lines:
        if made and _level(made[-1], line) and line.left >= made[-1].right:
            made[-1].cells.extend(line.cells)
        elif MARK.fullmatch(line.text) and (other := _marked(line, made)) is not None:
            other.cells[:0] = line.cells
        else:
            made.append(line)
    for line in made:
        first = line.cells[0]
        if len(line.cells) > 1 and MARK.fullmatch(first.text):
            second = line.cells[1]
            line.cells[:2] = [Cell(first.left, second.right, f"{first.text} {second.text}")]
        yield line


def goes_on(row: Line, before: Line, line: Line) -> int | None:
    """Return the cell of `row` that a line of one cell below it goes on with; None where it begins something new.

    `before` is the line above: the row, or another line that goes on with it.
    """
    if len(row.cells) < 2 or len(line.cells) > 1 or not 0 < before.bottom - line.bottom < 2 * before.size:
        return None
    aligned = (at for at, cell in enumerate(row.cells) if at and abs(cell.left - line.left) < ALIGNED * line.size)
    return next(aligned, None)


def _level(one: Line, other: Line) -> bool:
    return abs(one.bottom - other.bottom) < LEVEL * max(one.size, other.size)


def _marked(mark: Line, lines: Iterable[Line]) -> Line | None:
    """Return the line that a mark stands before, where the page's content has the mark later."""
    return next((line for line in lines if _level(mark, line) and 0 < line.left - mark.right < 3 * mark.size), None)

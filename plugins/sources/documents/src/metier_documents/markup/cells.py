"""The cells of a table's row, where it is one and does not only lay out the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metier_documents.markup.tags import BLOCKS, is_hidden, tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element

LAYOUT = 600
"""Characters from which on a cell is no cell of a table but a part of the page that a table lays out."""
SPACERS = 12
"""Cells from which on a row has empty ones for the looks alone."""
OPENING, CLOSING = frozenset({"$", "€", "£", "¥", "("}), frozenset({")", "%", ")%"})
"""What financial statements have in cells of their own, though it belongs to the number after or before."""


def cells_of(line: _Element) -> list[str] | None:
    """Return the texts of a table's row; None for one that only lays out the page, or has text beside its cells."""
    cells = [one for one in line if one.tag in ("td", "th")]
    if len(cells) < 2 or next(line.iter("table"), None) is not None or _beside(line, cells):
        return None
    texts = [_seen(cell) for cell in cells]
    if max(map(len, texts)) > LAYOUT:
        return None
    if len(cells) > SPACERS or any(cell.get("colspan", "1") != "1" for cell in cells):
        texts = [text for text in texts if text]
    return _put_together(texts)


def _beside(line: _Element, cells: list[_Element]) -> bool:
    """Whether a row, by markup that is wrong, holds text outside its cells."""
    parts = [line.text, *(one.tail for one in line), *(_seen(one) for one in line if one not in cells)]
    return any(text and not text.isspace() for text in parts)


def _put_together(texts: list[str]) -> list[str]:
    """Return cells with signs of money, brackets and per cent put to their numbers."""
    made: list[str] = []
    for text in texts:
        if made and (made[-1] in OPENING or text in CLOSING):
            made[-1] += text
        else:
            made.append(text)
    return made


def _seen(cell: _Element) -> str:
    parts: list[str] = []
    steps: list[tuple[_Element, bool]] = [(cell, True)]
    while steps:
        element, entering = steps.pop()
        tag = tag_of(element)
        if entering and not is_hidden(element, tag):
            parts.append(" " if tag in BLOCKS or tag == "br" else "")
            parts.append(element.text or "")
            steps.append((element, False))
            steps.extend((child, True) for child in reversed(element))
        elif element is not cell:
            parts.append(element.tail or "")
    return " ".join("".join(parts).split())

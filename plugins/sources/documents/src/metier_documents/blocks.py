"""What every format gives: blocks of text; and how blocks become the texts of records."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from metier_documents.hyphens import join

Kind = Literal["heading", "paragraph", "item", "row"]
TIGHT = frozenset({"item", "row"})
"""Kinds of which several in a row stand on lines below each other; a blank line is between all others."""
CELLS = " | "
"""What stands between the cells of a table's row."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to read, and what a format may have to know of the options."""

    path: Path
    encoding: str = "auto"
    limit: int = 1 << 28
    """Bytes that it may have when unpacked."""
    counts: Counter[str] = field(default_factory=Counter)
    """What was left out or mended, for the data report: `page numbers left out` and how many."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, an item of a list, or a row of a table."""

    text: str
    kind: Kind = "paragraph"
    level: int = 1
    """Of a heading: 1 is the highest; of an item: 1 is the outermost list."""
    page: int | None = None
    """Counted from 1; None in formats that have no pages."""
    continues: bool = False
    """Whether a paragraph goes on from the page before."""


class Piece(NamedTuple):
    """The text of a record, and where in the document it stands."""

    text: str
    page: int | None
    section: str


def row(cells: Iterable[str], page: int | None = None) -> Block | None:
    """Return a row of a table, its empty cells at the end left out; None where all are empty."""
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return Block(CELLS.join(texts), "row", page=page) if texts else None


def pages(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield a piece a page; its section is that of its first block."""
    trail = Trail()
    for page, group in itertools.groupby(blocks, key=lambda block: block.page):
        some = list(group)
        sections = [trail.follow(block) for block in some]
        yield Piece(render(some), page, sections[0])


def sections(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield a piece a heading with what follows it; a heading with nothing under it goes with the next."""
    return _cut(blocks, lambda held, block: block.kind == "heading" and any(one.kind != "heading" for one in held))


def paragraphs(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield a piece a paragraph, item, or table; headings go with the first that follows them."""

    def begins(held: Sequence[Block], block: Block) -> bool:
        in_table = block.kind == held[-1].kind == "row"
        return held[-1].kind != "heading" and not (block.continues or in_table)

    return _cut(blocks, begins)


def _cut(blocks: Iterable[Block], begins: Callable[[Sequence[Block], Block], bool]) -> Iterator[Piece]:
    """Yield a piece up to each block with which, behind those that are `held`, a new one begins."""
    trail = Trail()
    held: list[Block] = []
    section = ""
    for block in blocks:
        if held and begins(held, block):
            yield Piece(render(held), held[0].page, section)
            held = []
        held.append(block)
        section = trail.follow(block)
    if held:
        yield Piece(render(held), held[0].page, section)


def whole(blocks: Sequence[Block]) -> Iterator[Piece]:
    """Yield the document as one piece."""
    yield Piece(render(blocks), None, "")


class Trail:
    """The headings above a place: `2 Fees > 2.1 Late payment`."""

    def __init__(self) -> None:
        self._above: list[Block] = []

    def follow(self, block: Block) -> str:
        """Return the section that `block` is in; blocks come in order."""
        if block.kind == "heading":
            self._above = [one for one in self._above if one.level < block.level] + [block]
        return " > ".join(" ".join(one.text.split()) for one in self._above)


def render(blocks: Iterable[Block]) -> str:
    """Return blocks as text: headings and items are marked as in Markdown, a table's row is a line."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        if block.continues and before is not None and before.kind in ("paragraph", "item"):
            parts[-1], _ = join(parts[-1], block.text, frozenset())
        else:
            tight = before is not None and before.kind == block.kind and block.kind in TIGHT
            parts.append(("\n" if tight else "\n\n" if before is not None else "") + _marked(block))
        before = block
    return "".join(parts)


def _marked(block: Block) -> str:
    if block.kind == "heading":
        return f"{'#' * min(block.level, 6)} {' '.join(block.text.split())}"
    return f"{'  ' * (block.level - 1)}{block.text}" if block.kind == "item" else block.text

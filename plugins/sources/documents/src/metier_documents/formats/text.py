"""Plain text: paragraphs end at blank lines, pages at form feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metier.builtin.sources.encoding import encoding_of, open_text
from metier_documents.blocks import Block, Document
from metier_documents.hyphens import JOINED, parted, vocabulary

FORM_FEED = "\f"


def blocks(document: Document) -> Iterator[Block]:
    """Yield the paragraphs of a file; lines stay as they are, but for words that a hyphen parts."""
    with open_text(document.path, encoding_of(document.path, document.encoding)) as text:
        source = text.read()
    paged = FORM_FEED in source
    words = vocabulary(source.splitlines())
    for number, page in enumerate(source.split(FORM_FEED), start=1):
        held: list[str] = []
        for line in [*page.split("\n"), ""]:
            if line.strip():
                held.append(line.strip())
            elif held:
                joined = _joined(held, words)
                if len(held) > len(joined):
                    document.counts[JOINED] += len(held) - len(joined)
                yield Block("\n".join(joined), page=number if paged else None)
                held = []


def _joined(lines: Sequence[str], words: set[str]) -> list[str]:
    """Return lines; one that ends within a word has the rest of it, and of its line, from the next."""
    made = [lines[0]]
    for line in lines[1:]:
        if parted(made[-1], line, words):
            made[-1] = f"{made[-1][:-1]}{line}"
        else:
            made.append(line)
    return made

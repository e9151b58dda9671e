"""What is usual in a document, so that what stands out can be told: sizes of letters, weight, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metier_documents.emphasis import LONGEST, stands_out
from metier_documents.hyphens import vocabulary
from metier_documents.pages.lines import Line, Page
from metier_documents.pages.rows import BULLETS

LARGER = 1.12
"""Times the size of the text from which on a line is a heading."""
SHARE = 0.15
"""Share of the letters from which on a size is one of the text."""
SIZES = 5
"""Levels of headings that sizes tell; the next is for those that only their weight tells."""


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document."""

    size: float
    """Of its text, in points."""
    bold: bool
    """Whether most of it is bold, so that weight tells nothing."""
    headings: Sequence[float]
    """Sizes of headings, the largest first."""
    words: frozenset[str]
    """In small letters."""

    def level(self, line: Line) -> int | None:
        """Return the level of a heading; None for text."""
        text = line.text
        if sum(character.isalpha() for character in text) < 2 or len(text) > LONGEST or text[0] in BULLETS:
            return None
        if line.size >= self.size * LARGER:
            return 1 + min(range(len(self.headings)), key=lambda at: abs(self.headings[at] - line.size))
        if not line.bold or self.bold or len(text) > LONGEST / 2 or len(line.cells) > 1:
            return None
        return 1 + len(self.headings)

    def title(self, text: str, level: int) -> bool:
        """Return whether the text of lines with that level is a heading's: weight alone is not much of a sign."""
        return len(text) <= LONGEST and (level <= len(self.headings) or stands_out(text))


def style_of(pages: Iterable[Page]) -> Style:
    """Return what is usual in a document."""
    sizes: Counter[float] = Counter()
    bold = total = 0
    texts: list[str] = []
    for page in pages:
        for line in page.lines:
            count = len(line.text)
            sizes[round(2 * line.size) / 2] += count
            total += count
            bold += count if line.bold else 0
            texts.append(line.text)
    size = max((one for one, count in sizes.items() if count >= SHARE * total), default=1.0)
    larger = sorted((one for one in sizes if one >= size * LARGER), reverse=True)
    return Style(size, bold > total / 2, _distinct(larger)[:SIZES], frozenset(vocabulary(texts)))


def _distinct(sizes: Iterable[float]) -> list[float]:
    """Return sizes without those that are nearly the one before."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size < kept[-1] * 0.95:
            kept.append(size)
    return kept

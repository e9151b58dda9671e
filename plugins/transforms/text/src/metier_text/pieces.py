"""Where a text is cut: windows of words, whole paragraphs, or sections with a heading each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

Piece = tuple[int, int]
"""Where a piece begins and ends in its text."""

UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Characters of scripts that put no space between words."""
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
HEADING = (
    r"#{1,6} \S|\d{1,2}(?:\.\d{1,2}){0,3}\.? +[A-Z\u4e00-\u9fff]"
    r"|(?i:chapter|section|article|item|part|appendix)\s+[\dIVXA-Z]+\b"
    r"|第[一二三四五六七八九十百零〇\d]+[编篇章节条部]|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]"
)
"""How a line begins that is a heading: Markdown, numbers, `Item 7`, 第三章."""
LONGEST = 100
"""Characters of a heading at most; a longer line is a sentence, as is one that ends like one."""
CLOSING = ".,;:!?。，；：！？"


def windows(text: str, start: int, end: int, *, size: int, overlap: int) -> Iterator[Piece]:
    """Yield pieces of `text[start:end]` of `size` words at most; each has the last `overlap` words of the one before.

    Of Chinese and Japanese each character is a word. What stands between two words belongs to the first.
    """
    places = [match.start() for match in WORD.finditer(text, start, end)]
    for first in range(0, max(len(places) - overlap, 1), size - overlap):
        last = first + size >= len(places)
        yield start if first == 0 else places[first], end if last else places[first + size]


def paragraphs(text: str, start: int, end: int, *, size: int, overlap: int) -> Iterator[Piece]:
    """Yield whole paragraphs, as many in a piece as `size` words hold; a longer one is cut into windows."""
    edges = [start, *(match.end() for match in PARAGRAPH.finditer(text, start, end) if match.end() < end), end]
    begun, words = start, 0
    for one, other in itertools.pairwise(edges):
        count = _words(text, one, other)
        if words and words + count > size:
            yield begun, one
            begun, words = one, 0
        if count > size:
            yield from windows(text, begun, other, size=size, overlap=overlap)
            begun, words = other, 0
        else:
            words += count
    if begun < end:
        yield begun, end


def sections(text: str, start: int, end: int, *, size: int, overlap: int, heading: str) -> Iterator[Piece]:
    """Yield what stands from one heading to the next; a longer section is cut by paragraphs.

    Headings with nothing between them begin one section together.
    """
    edges, title_end = [start], start
    lines = re.compile(rf"^[^\S\n]*(?:{heading})[^\n]*?(?<![{CLOSING}])$", re.MULTILINE)
    for match in lines.finditer(text, start, end):
        if len(match[0]) <= LONGEST:
            if _words(text, title_end, match.start()):
                edges.append(match.start())
            title_end = match.end()
    for one, other in itertools.pairwise([*edges, end]):
        yield from paragraphs(text, one, other, size=size, overlap=overlap)


def beside(pieces: Sequence[Piece], spans: Sequence[Piece]) -> list[Piece]:
    """Return pieces that cut no span: an edge inside one moves before it, or behind it where that is no step on."""
    kept: list[Piece] = []
    for start, end in pieces:
        begun = kept[-1][0] if kept else -1
        start = _moved(start, spans, beyond=begun)
        end = _moved(end, spans, beyond=start)
        if not kept or end > max(start, kept[-1][1]):
            kept.append((start, end))
    return kept


def trimmed(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces without space at their ends; the first keeps that at its beginning."""
    made = [(start, start + len(text[start:end].rstrip())) for start, end in pieces]
    return [(start, end) for start, end in made if text[start:end].strip()]


def _words(text: str, start: int, end: int) -> int:
    return sum(1 for _ in WORD.finditer(text, start, end))


def _moved(place: int, spans: Sequence[Piece], *, beyond: int) -> int:
    """Return the nearest place before that is inside no span, or the nearest behind where that is not `beyond`."""
    back, forth = place, place
    while crossing := [start for start, end in spans if start < back < end]:
        back = min(crossing)
    while crossing := [end for start, end in spans if start < forth < end]:
        forth = max(crossing)
    return back if back > beyond else forth

"""Headers, footers and page numbers: what stands at the edges of pages and comes again on their neighbours."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from metier_documents.pages.lines import Line, Page

TOP, BOTTOM = 4, 6
"""Lines that a header and a footer have at most."""
NEAR = (-2, -1, 1, 2)
"""Neighbours that are looked at: left and right pages may have different headers."""
SAME_PLACE = 4.0
"""Points that a line may stand higher or lower than its like."""
GAP = 1.6
"""Heights of a line from which on two are apart."""
MARGIN = 0.1
"""Share of a page's height that counts as near its edge."""
NUMBERING = re.compile(r"[0-9]+(?:[./-][0-9]+)*")
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
NUMBER = re.compile(
    r"(?:page|seite|p\.)?\W{0,3}(?:[a-z]{1,2}\s?-\s?)?(?P<digits>\d{1,4}|[ivxlc]{1,7})(?:\s*(?P<of>of|von|/)\s*\d+)?\W{0,3}"
)
HEADERS, NUMBERS = "lines of headers and footers left out", "page numbers left out"


def without_running(pages: Sequence[Page], counts: Counter[str]) -> Iterator[Page]:
    """Yield the pages without their headers, footers and page numbers, which are counted."""
    edges = [(_edge(page, top=True), _edge(page, top=False)) for page in pages]
    everywhere = _everywhere(pages)
    for index, page in enumerate(pages):
        running: dict[int, str] = {}
        for side in (0, 1):
            of_side = [edge[side] for edge in edges]
            found = {id(line): _running(line, index, of_side, page, everywhere) for line in edges[index][side]}
            running.update(_outermost(edges[index][side], found, page))
        if len(running) == len(page.lines):  # pages that are all alike, such as forms
            near = {id(line) for line in page.lines if _near(line, page)}
            running = {key: what for key, what in running.items() if key in near}
        counts.update(running.values())
        yield replace(page, lines=[line for line in page.lines if id(line) not in running])


def _outermost(edge: Sequence[Line], found: Mapping[int, str | None], page: Page) -> dict[int, str]:
    """Return what of `found` stands outside of all text; away from the page's edge, a gap must be between them."""
    kept: dict[int, str] = {}
    waiting: dict[int, str] = {}
    for line, inner in itertools.zip_longest(edge, edge[1:]):
        what = found[id(line)]
        if what is None:
            break
        waiting[id(line)] = what
        if _near(line, page) or (inner is not None and abs(inner.bottom - line.bottom) > GAP * line.size):
            kept |= waiting
            waiting = {}
    return kept


def _near(line: Line, page: Page) -> bool:
    return not MARGIN * page.height < line.bottom < (1 - MARGIN) * page.height


def _edge(page: Page, *, top: bool) -> list[Line]:
    """Return the outermost lines, from the edge inwards."""
    ordered = sorted(page.lines, key=lambda line: line.bottom, reverse=top)
    return ordered[: TOP if top else BOTTOM]


def masked(text: str) -> str:
    """Return a text in small letters with its numbers taken out."""
    return NUMBERING.sub("#", _bare(text))


def _everywhere(pages: Sequence[Page]) -> set[tuple[str, int]]:
    """Return the spots near an edge where a tenth of the pages have the same, but for numbers of any kind."""
    spots = Counter(spot for page in pages for spot in {_spot(line, page) for line in page.lines} if spot)
    return {spot for spot, count in spots.items() if count >= max(3, len(pages) / 10)}


def _spot(line: Line, page: Page) -> tuple[str, int] | None:
    """Return what and where a line is; None for one that is not near an edge."""
    if not _near(line, page):
        return None
    return masked(line.text), round(line.bottom / SAME_PLACE)


def _running(
    line: Line, index: int, edges: Sequence[Sequence[Line]], page: Page, everywhere: Set[tuple[str, int]]
) -> str | None:
    """Return what a line at the edge is called in the data report; None where it seems to be text."""
    number = _number(line.text)
    if number is not None and number[1]:
        return NUMBERS
    likes = 2 if _spot(line, page) in everywhere else 0
    for step in NEAR:
        for other in edges[index + step] if 0 <= index + step < len(edges) else ():
            if number is not None:
                found = _number(other.text)
                if found is not None and found[0] - number[0] == step:
                    return NUMBERS
            elif _alike(line.text, other.text, step):
                likes += 2 if _near(line, page) and abs(other.bottom - line.bottom) <= SAME_PLACE else 1
    if likes < 2:
        return None
    return HEADERS if number is None else NUMBERS


def _alike(text: str, other: str, step: int) -> bool:
    """Return whether two lines are the same but for the page's number, or for one of several numbers."""
    one, two = _bare(text), _bare(other)
    if NUMBERING.split(one) != NUMBERING.split(two):
        return False
    pairs = list(zip(NUMBERING.findall(one), NUMBERING.findall(two), strict=True))
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    if len(differing) < min(2, len(pairs)):
        return True
    return all(first.isdigit() and second.isdigit() and int(second) - int(first) == step for first, second in differing)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split())


def _number(text: str) -> tuple[int, bool] | None:
    """Return a page number, and whether it is sure to be one, as `Page 3 of 8` and `- 3 -` are; else None."""
    bare = text.strip().casefold()
    found = NUMBER.fullmatch(bare)
    if found is None:
        return None
    digits = found["digits"]
    sure = found["of"] in ("of", "von") or bare.startswith(("page ", "seite ")) or (bare[0] == "-" == bare[-1])
    return (int(digits) if digits.isdigit() else _roman(digits)), sure


def _roman(digits: str) -> int:
    values = [ROMAN[digit] for digit in digits]
    return sum(-one if one < following else one for one, following in zip(values, [*values[1:], 0], strict=True))

"""Numbers of the pages of an earlier print, which stand alone in the midst of today's pages and count up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from metier_documents.pages.lines import Line, Page
from metier_documents.pages.running import NUMBERS

APART = 15
"""Lines that a page has at least; numbers that stand closer count something else, such as the rows of a table."""
SHORTEST = 4
"""Numbers in a row from which on they are those of pages; footnotes count up, too."""


@dataclass
class _Run:
    """Lines that are n, n + 1, n + 2, …"""

    last: int
    """The place of the last one."""
    lines: list[Line] = field(default_factory=list)


def without_reprinted(pages: Sequence[Page], counts: Counter[str]) -> Iterator[Page]:
    """Yield the pages without such numbers, which are counted."""
    gone = {id(line) for run in _runs(pages) if len(run.lines) >= SHORTEST for line in run.lines}
    counts[NUMBERS] += len(gone)
    for page in pages:
        yield replace(page, lines=[line for line in page.lines if id(line) not in gone])


def _runs(pages: Sequence[Page]) -> list[_Run]:
    found: list[_Run] = []
    open_runs: dict[int, _Run] = {}  # by the number that would go on with them
    lines = [line for page in pages for line in sorted(page.lines, key=lambda one: -one.bottom)]
    for place, line in enumerate(lines):
        text = line.text.strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 4):
            continue
        number = int(text)
        run = open_runs.get(number)
        if run is None or place - run.last < APART:
            found.append(run := _Run(place))
        open_runs.pop(number, None)
        run.lines.append(line)
        run.last = place
        open_runs[number + 1] = run
    return found

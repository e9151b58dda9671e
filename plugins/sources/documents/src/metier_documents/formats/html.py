"""HTML, by lxml: what a reader of the page sees, without its navigation and footer."""

from __future__ import annotations

import codecs
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from metier.builtin.sources.encoding import encoding_of, open_text
from metier.errors import DataError
from metier_documents.blocks import Block, Document
from metier_documents.checks import SKIP
from metier_documents.markup.walk import Walk
from metier_documents.pages.running import HEADERS, masked

if TYPE_CHECKING:
    from lxml.etree import _Element

DEEPEST = 2048
"""Elements in each other that libxml2 reads."""
HEAD = 4096
"""Bytes at the beginning in which a page names its encoding (HTML standard, 4.2.5.5: in the first 1024)."""
EDGE = 3
"""Blocks before and after the end of a printed page that may be its footer or header."""
REPEATS = 3
"""Times from which on it is one."""
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]+)", re.IGNORECASE)


def blocks(document: Document) -> Iterator[Block]:
    """Yield the blocks of a page. Raises `DataError` where its elements are nested too deep."""
    with open_text(document.path, _encoding(document)) as text:
        markup = text.read()
    yield from blocks_of(markup, document.counts, str(document.path))


def blocks_of(markup: str, counts: Counter[str], where: str) -> list[Block]:
    """Return the blocks of HTML; where it names no headings, bold lines that stand alone are those."""
    root = _parsed(markup, where)
    if root is None:
        return []
    walk = Walk(counts)
    found = list(walk.blocks(root))
    if not any(one.kind == "heading" for one in found):
        found = [replace(one, kind="heading") if number in walk.bold else one for number, one in enumerate(found)]
    return _without_repeats(found, walk.breaks, counts)


def _without_repeats(blocks: list[Block], breaks: Sequence[int], counts: Counter[str]) -> list[Block]:
    """Return blocks without those that stand at the ends of printed pages again and again, as in reports to the SEC."""
    sides = [[*range(at - 1, max(-1, at - 1 - EDGE), -1)] for at in breaks]
    sides += [[*range(at, min(len(blocks), at + EDGE))] for at in breaks]
    likes = Counter(masked(blocks[number].text) for side in sides for number in set(side))
    gone: set[int] = set()
    for side in sides:
        gone.update(itertools.takewhile(lambda number: likes[masked(blocks[number].text)] >= REPEATS, side))
    if gone:
        counts[HEADERS] += len(gone)
    return [one for number, one in enumerate(blocks) if number not in gone]


def _encoding(document: Document) -> str:
    """Return the encoding: the given one, that which the bytes tell for sure, that which the page names, or a guess."""
    if document.encoding != "auto":
        return encoding_of(document.path, document.encoding)
    with document.path.open("rb") as handle:
        said = CHARSET.search(handle.read(HEAD))
    named = _codec(said[1].decode("ascii")) if said else ""
    try:
        found = encoding_of(document.path, "auto")
    except DataError:
        if not named:
            raise
        return named
    return found if found.startswith("utf") or not named or named.startswith("utf") else named


def _codec(name: str) -> str:
    """Return the codec for a name in a page; an empty string for none. What is called Latin-1 there is Windows-1252."""
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return ""
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


def _parsed(markup: str, where: str) -> _Element | None:
    from lxml import etree, html

    parser = html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup), parser=parser)
    except etree.ParserError:  # there is nothing in it
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        hint = f"simplify the page, {SKIP}"
        raise DataError(f"its elements are nested more than {DEEPEST} deep", where=where, hint=hint)
    return root

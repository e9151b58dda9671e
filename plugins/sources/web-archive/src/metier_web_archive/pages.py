"""What a page says: its main text, its title, and the day on which it appeared."""

from __future__ import annotations

import codecs
import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from metier_web_archive.tree import deepen_lists, too_deep

if TYPE_CHECKING:
    from resiliparse.parse.html import DocumentNode

CELLS = " | "
TABS = re.compile(r"\s*\t\s*")
STRAY = re.compile(r"^ (?=\S)")
DATE = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})")
DATES = (
    *(
        'meta[property="article:published_time"]',
        'meta[property="og:published_time"]',
        'meta[itemprop="datePublished"]',
    ),
    *('meta[name="citation_publication_date"]', 'meta[name="dcterms.issued"]', 'meta[name="dc.date.issued"]'),
    *('meta[name="DC.date.issued"]', 'meta[name="dc.date"]', 'meta[name="DC.date"]', 'meta[name="pubdate"]'),
    *('meta[name="publish-date"]', 'meta[name="date"]', 'time[itemprop="datePublished"]', "time[pubdate]"),
)
"""Where pages say when they appeared, the surest first."""
IN_DATA = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
"""The same in JSON-LD (schema.org)."""


class Content(NamedTuple):
    """What a page says; `date` is a day like 2024-05-31, or empty."""

    text: str
    title: str
    date: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was kept; `plain` where it is text already."""

    content: bytes
    url: str = ""
    captured: str = ""
    encoding: str = ""
    """As the server or the mail header named it."""
    plain: bool = False

    def read(self, *, main: bool) -> Content | None:
        """Return what the page says, with `main` without what stands around its text; None for one nested too deep."""
        if self.plain:
            return Content(_tidy(self.content.decode("utf-8", "replace")), "", "")
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.html import HTMLTree

        tree = HTMLTree.parse(_decoded(self.content, self.encoding))
        document = tree.document
        if document is None or too_deep(document):
            return None
        title, date = " ".join((tree.title or "").split()), _date(document)
        if main:
            deepen_lists(document)
        text = extract_plain_text(tree, main_content=main, preserve_formatting=True, alt_texts=False)
        return Content(_tidy(text), title, date)


def _decoded(content: bytes, named: str) -> str:
    """Return a page as text, in the first encoding that fits: its server's, its own, or that which the bytes tell."""
    from resiliparse.parse.encoding import detect_encoding

    told = (named, detect_encoding(content, from_html_meta=True), detect_encoding(content), "utf-8")
    codecs_told = [codec for name in told if (codec := _codec(name or ""))]
    for codec in codecs_told:
        try:
            return content.decode(codec).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    return content.decode(codecs_told[0], "replace")


def _codec(name: str) -> str:
    """Return a name under which Python and browsers know the encoding; empty for one that nobody knows."""
    try:
        codec = codecs.lookup(name).name if name else ""
    except LookupError:
        return ""
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


def _date(document: DocumentNode) -> str:
    for selector in DATES:
        node = document.query_selector(selector)
        if node is not None and (day := _day(node.getattr("content") or node.getattr("datetime") or "")):
            return day
    for script in document.query_selector_all('script[type="application/ld+json"]')[:]:
        if (found := IN_DATA.search(script.text or "")) and (day := _day(found[1])):
            return day
    return ""


def _day(text: str) -> str:
    found = DATE.match(text.strip())
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _tidy(text: str) -> str:
    """Return text without stray spaces at the ends of lines, blank lines in a row, and tabs between cells."""
    lines = [
        TABS.sub(CELLS, line.strip()) if "\t" in line else STRAY.sub("", line.rstrip()) for line in text.splitlines()
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

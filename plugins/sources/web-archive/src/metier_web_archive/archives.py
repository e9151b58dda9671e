"""WARC files (ISO 28500), by warcio: the pages that a server sent, and plain text that was made of pages (WET)."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from metier.errors import DataError
from metier_web_archive.pages import Page

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

LARGEST = 16 << 20
"""Bytes of a page; what is larger is no page that a person reads."""
PLAIN = "text/plain"
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
PAGES = frozenset({"text/html", "application/xhtml+xml"})


def archived(file: Path, counts: Counter[str]) -> Iterator[tuple[int, Page]]:
    """Yield the pages of an archive, each with the number of its record.

    What is no page is counted. Raises `DataError` where the archive is none, is damaged, or ends within a record.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        with file.open("rb") as stream:  # packed or not: each record is packed by itself, which warcio sees to
            for number, record in enumerate(ArchiveIterator(stream), start=1):
                kind, skipped = _kind(record)
                if skipped:
                    counts[skipped] += 1
                if not kind:
                    continue
                content = _content(record, counts)
                if content is None:
                    continue
                if record.raw_stream.limit > 0:
                    raise _damaged(file, number, "it ends within a record")
                yield number, _page(record, content, plain=kind == PLAIN)
    except (ArchiveLoadFailed, EOFError, OSError, zlib.error) as error:
        raise _damaged(file, number + 1, str(error)) from error


def _kind(record: ArcWarcRecord) -> tuple[str, str]:
    """Return the media type of a record that is a page, else an empty string; and what it is counted as if left out."""
    headers = record.http_headers if record.http_headers is not None else record.rec_headers
    kind = str(headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    if record.rec_type == "conversion":
        return (kind, "") if kind == PLAIN else ("", "conversions left out that are no plain text")
    if record.rec_type not in ("response", "resource"):
        return "", ""  # a request, a fact about the crawl: no page
    if record.http_headers is not None and record.http_headers.get_statuscode() != "200":
        return "", "answers left out that are no success: moved, missing, refused"
    return (kind, "") if kind in PAGES else ("", "answers left out that are no HTML page")


def _content(record: ArcWarcRecord, counts: Counter[str]) -> bytes | None:
    """Return a page as its server meant it, unpacked; None, and counted, where that cannot be or is too large."""
    try:
        content = bytes(record.content_stream().read(LARGEST + 1))
    except zlib.error:
        counts["pages left out that are packed wrongly"] += 1
        return None
    if len(content) > LARGEST:
        counts[f"pages left out that are larger than {LARGEST >> 20} MiB"] += 1
        return None
    return content


def _page(record: ArcWarcRecord, content: bytes, *, plain: bool) -> Page:
    headers = record.http_headers if record.http_headers is not None else record.rec_headers
    named = CHARSET.search(str(headers.get_header("Content-Type") or ""))
    return Page(
        content,
        url=str(record.rec_headers.get_header("WARC-Target-URI") or ""),
        captured=str(record.rec_headers.get_header("WARC-Date") or ""),
        encoding=named[1] if named else "",
        plain=plain,
    )


def _damaged(file: Path, number: int, what: str) -> DataError:
    hint = "get it anew, or keep what comes before: `on_error: skip`"
    return DataError(f"it is damaged at record {number}: {what}", where=str(file), hint=hint)

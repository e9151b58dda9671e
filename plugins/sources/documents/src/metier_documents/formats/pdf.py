"""PDF, by PDFium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from metier.errors import DataError
from metier_documents.blocks import Block, Document
from metier_documents.checks import SKIP
from metier_documents.pages.lines import Page, lines_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

TAIL = 4096
"""Bytes at the end in which `%%EOF` must stand; it ought to be the last line (ISO 32000-1, 7.5.5)."""
MOST = 100_000
"""Pieces of text that a page may have; where each letter is one, a page of fine print has 10,000."""


def blocks(document: Document) -> Iterator[Block]:
    """Yield the blocks of each page. Raises `DataError` where the file is damaged, cut short or encrypted."""
    from metier_documents.pages.layout import Layout
    from metier_documents.pages.reprinted import without_reprinted
    from metier_documents.pages.running import without_running
    from metier_documents.pages.style import style_of

    kept = list(without_running(_pages(document), document.counts))
    pages = list(without_reprinted(kept, document.counts))
    layout = Layout(style_of(pages), document.counts)
    for page in pages:
        yield from layout.blocks(page)


def _pages(document: Document) -> list[Page]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(document.path)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(document, error) from error
    try:
        _whole(document, pdf)
        return [_page(pdf, index, document) for index in range(len(pdf))]
    finally:
        pdf.close()


def _page(pdf: PdfDocument, index: int, document: Document) -> Page:
    page = pdf[index]
    try:
        _bounded(page, f"{document.path}:page {index + 1}")
        text = page.get_textpage()
        try:
            lines = list(lines_of(text, document.counts))
        finally:
            text.close()
        if not lines:
            document.counts["pages without text left out: empty, or pictures that need text recognition"] += 1
        return Page(index + 1, page.get_height(), lines)
    finally:
        page.close()


def _bounded(page: PdfPage, where: str) -> None:
    """Raise `DataError` where a page is made to use up time and memory."""
    from pypdfium2 import raw

    count = raw.FPDFPage_CountObjects(page)
    if count > MOST:
        kinds = Counter(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) for at in range(count))
        if kinds[raw.FPDF_PAGEOBJ_TEXT] > MOST:
            message = f"it has {kinds[raw.FPDF_PAGEOBJ_TEXT]:,} pieces of text, more than a page holds"
            raise DataError(message, where=where, hint=f"print it into a new PDF, {SKIP}")


def _whole(document: Document, pdf: PdfDocument) -> None:
    """Raise `DataError` where the end of the file is missing: PDFium reads what is there, and would lose the rest."""
    from pypdfium2 import raw

    if raw.FPDF_DocumentHasValidCrossReferenceTable(pdf):
        return
    with document.path.open("rb") as handle:
        handle.seek(max(0, document.path.stat().st_size - TAIL))
        tail = handle.read()
    if b"%%EOF" not in tail:
        raise DataError("it is cut short: its end is missing", where=str(document.path), hint=f"get it anew, {SKIP}")
    document.counts["files whose table of objects had to be rebuilt: something may be missing"] += 1


def _unreadable(document: Document, error: Exception) -> DataError:
    if "password" in str(error).lower():
        return DataError(
            "it is encrypted with a password", where=str(document.path), hint=f"save it without a password, {SKIP}"
        )
    return DataError(f"it is damaged, no whole PDF: {error}", where=str(document.path), hint=f"get it anew, {SKIP}")

"""Files of each format, made by the formats' own libraries."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from metier.components import ReadContext
from metier.values import Record
from metier_documents.documents import Documents


class Piece(NamedTuple):
    """A line of text on a page, in points from the lower left corner of a page of 612 by 792."""

    text: str
    x: float
    y: float
    size: float = 11.0
    font: str = "Helvetica"


MakePdf = Callable[[Path, Sequence[Sequence[Any]]], Path]


def write_pdf(path: Path, pages: Sequence[Sequence[Any]]) -> Path:
    """Write a PDF with lines of text, each `(text, x, y, size, font)`, and return its path."""
    import pypdfium2
    from pypdfium2 import raw

    pdf = pypdfium2.PdfDocument.new()
    for pieces in pages:
        page = pdf.new_page(612, 792)
        for piece in (Piece(*one) for one in pieces):
            font = raw.FPDFText_LoadStandardFont(pdf, piece.font.encode())
            text = raw.FPDFPageObj_CreateTextObj(pdf, font, piece.size)
            codes = piece.text.encode("utf-16-le") + b"\0\0"
            raw.FPDFText_SetText(text, ctypes.cast(ctypes.c_char_p(codes), raw.FPDF_WIDESTRING))
            raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, piece.x, piece.y)
            raw.FPDFPage_InsertObject(page, text)
        page.gen_content()
        page.close()
    pdf.save(path)
    pdf.close()
    return path


@pytest.fixture
def make_pdf() -> MakePdf:
    return write_pdf


class Read:
    """Reads with the source; `notes` then has what it said."""

    notes: list[str]

    def __call__(self, path: Path, **options: Any) -> list[Record]:
        context = ReadContext(offline=True)
        source = Documents(Documents.Config.model_validate({"path": str(path), **options}))
        records = list(source.read(context))
        self.notes = context.notes
        return records

    def text(self, path: Path, **options: Any) -> str:
        """Return the texts of all records, a blank line between them."""
        return "\n\n".join(record.values["text"] for record in self(path, **options))


@pytest.fixture
def read() -> Read:
    return Read()

"""The formats: a module each with a function `blocks`; a new one is a module and a line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, cast

from metier_documents.blocks import Block, Document

Reader = Callable[[Document], Iterable[Block]]


class Format(NamedTuple):
    """A format: what people call it, its module here, and what its files begin with where that is sure."""

    title: str
    module: str
    signature: bytes = b""


PDF = Format("PDF", "pdf", b"%PDF-")
WORD = Format("Word document", "docx", b"PK")
EXCEL = Format("Excel workbook", "xlsx", b"PK")
POWERPOINT = Format("PowerPoint presentation", "pptx", b"PK")
HTML = Format("HTML page", "html")
MARKDOWN = Format("Markdown text", "markdown")
EMAIL = Format("e-mail", "email")
TEXT = Format("plain text", "text")

FORMATS: dict[str, Format] = {
    ".pdf": PDF,
    ".docx": WORD,
    ".docm": WORD,
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".pptx": POWERPOINT,
    ".pptm": POWERPOINT,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".eml": EMAIL,
    ".txt": TEXT,
    ".text": TEXT,
}
"""By the end of a file's name, in small letters."""


def format_of(file: Path) -> Format | None:
    """Return a file's format by its name; None where it is none of these."""
    return FORMATS.get(file.suffix.lower())


def reader(of: Format) -> Reader:
    """Return the function that reads a format; its library is imported when it is called."""
    module = importlib.import_module(f"{__name__}.{of.module}")
    return cast("Reader", module.blocks)

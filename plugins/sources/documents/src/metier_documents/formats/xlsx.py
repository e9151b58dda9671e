"""Excel workbooks, by openpyxl: a section a sheet, its rows as rows."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator
from typing import Any

from metier_documents.blocks import Block, Document, row

MIDNIGHT = datetime.time(0)


def blocks(document: Document) -> Iterator[Block]:
    """Yield for each sheet its name as a heading, and its rows; formulas as the values that Excel saved last."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of looks and checks of input that it does not read
        book = openpyxl.load_workbook(document.path, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    document.counts["hidden sheets left out"] += 1
                    continue
                sheet.reset_dimensions()  # what it says of its size may be a million empty rows
                rows = (row(map(_text, values)) for values in sheet.iter_rows(values_only=True))
                found = [one for one in rows if one is not None]
                if found:
                    yield Block(sheet.title, "heading")
                    yield from found
        finally:
            book.close()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, float):
        return format(value, ".15g")  # the digits that Excel shows at most
    return str(value)

"""The step that writes a task's part of the corpus: a JSON object a line, packed with gzip."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep

from metier.errors import DataError
from metier.files import whole
from metier_datatrove import layout
from metier_datatrove.job import Job

ID = "metier_id"
"""The key under which the id stands that the row has where one machine prepares it."""
LEVEL = 6
"""How hard gzip tries."""


class WriteStep(PipelineStep):  # type: ignore[misc]
    """Writes the file whole or not at all; the same documents give the same bytes."""

    type = "writer"
    name = "metier corpus"

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__()

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Write each document with its other columns, the text under the source's name for it, and pass it on.

        Raises `DataError` for a text that is no Unicode.
        """
        rows = characters = 0
        with whole(layout.corpus_file(self.job.folder, rank)) as temporary, _packed(temporary) as packed:
            for document in data:
                packed.write(self._line(document))
                rows, characters = rows + 1, characters + len(document.text)
                yield document
        self.stat_update("rows", value=rows, unit="task")
        self.stat_update("characters", value=characters, unit="task")

    def _line(self, document: Document) -> bytes:
        others = {name: value for name, value in document.metadata.items() if name != ID}
        values = {ID: document.id, self.job.chosen["text"]: document.text, **others}
        return _json(values, document.id, document.text)


@contextmanager
def _packed(path: Path) -> Iterator[gzip.GzipFile]:
    """Give a gzip file without name and time in it, so that its digest is one of its content."""
    with path.open("wb") as stored, gzip.GzipFile("", "wb", LEVEL, stored, mtime=0) as packed:
        yield packed


def _json(values: dict[str, Any], row: str, text: str) -> bytes:
    try:
        return json.dumps(values, ensure_ascii=False, default=_plain).encode() + b"\n"
    except UnicodeEncodeError:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            hint = "correct the text; half of a pair of surrogates is no character"
            raise DataError(f"the text is not Unicode: {error}", where=row, hint=hint) from error
        return json.dumps(values, default=_plain).encode() + b"\n"  # it is in a column that nobody trains on


def _plain(value: Any) -> str:
    """Return what JSON has no word for as text: dates as ISO 8601 has them, bytes in Base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, date | time) else str(value)

"""The step that reads a task's files with the recipe's own data source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep

from metier.components import ReadContext, TransformContext

# What makes a row of a record, and what leaves it out: as where one machine reads.
from metier.data.intake import reason_to_drop, row_of
from metier.discovery import discover
from metier.offline import refuse_connections
from metier.values import Record
from metier_datatrove import layout, said
from metier_datatrove.blame import blamed
from metier_datatrove.files import File
from metier_datatrove.job import Job, source_of

FILE = "file"
"""The column in which sources of files give a file's name."""


class ReadStep(PipelineStep):  # type: ignore[misc]
    """Yields a document a record that has text; `metadata` holds the record's other columns."""

    type = "metier source"

    def __init__(self, job: Job) -> None:
        self.name = job.source.name
        self.job = job
        super().__init__()

    def run(self, data: Iterator[Document] | None = None, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield the documents of the task's files, in order; raises `DataError` for a file that cannot be read."""
        if self.job.refuse:
            refuse_connections()
        context, notes = TransformContext(text_columns=()), said.Notes()
        for file in layout.task_files(self.job.folder, rank):
            yield from self._documents(file, context, notes)
        for reason, change in context.dropped.items():
            self.stat_update(f"dropped: {reason}", value=change.count)
        path = layout.said_file(self.job.folder, rank, 0)
        said.write(path, changed={}, dropped=context.dropped, notes=notes)

    def _documents(self, file: File, context: TransformContext, notes: said.Notes) -> Iterator[Document]:
        name = Path(file.path).name
        reading = ReadContext(offline=self.job.offline)
        read = 0
        with blamed(f"reading it by '{self.job.source.name}'", file.path, name=name):
            for found in source_of(self.job, discover(), file).read(reading):
                read += 1
                record = _placed(found, name, file.place)
                row = row_of(record, self.job.columns, self.job.chosen)
                reason = reason_to_drop(row, self.job.columns)
                if reason:
                    context.drop(reason, record.where, str(row))
                else:
                    yield Document(text=row["text"], id=row["id"], metadata=self._others(record, row))
        notes.take(reading.notes, name=name, place=file.place)
        self.stat_update("files")
        self.stat_update("rows", value=read, unit="file")

    def _others(self, record: Record, row: dict[str, Any]) -> dict[str, Any]:
        """Return the record's columns without the text, those that the task reads as it reads them."""
        chosen = self.job.chosen
        read = {chosen[one.name]: row[one.name] for one in self.job.columns if one.name != "text"}
        return {name: value for name, value in {**record.values, **read}.items() if name != chosen["text"]}


def _placed(record: Record, name: str, place: str) -> Record:
    """Return a record with the place that it has among all files, where it was read from one of them alone."""
    if name == place:
        return record
    where, values = record
    if not where.startswith(name):
        return Record(f"{place}: {where}", values)
    if values.get(FILE) == name:
        values = {**values, FILE: place}
    return Record(f"{place}{where[len(name) :]}", values)

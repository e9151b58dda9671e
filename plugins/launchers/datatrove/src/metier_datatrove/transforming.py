"""The step that applies one of metier's transforms to documents, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from datasets import Dataset, Features
from datatrove.data import Document
from datatrove.pipeline.base import PipelineStep

from metier.columns import CORPUS_SPLIT
from metier.components import Industry, Transform, TransformContext
from metier.data import store
from metier.data.intake import TYPES
from metier.data.steps import check_columns
from metier.discovery import discover
from metier.errors import DataError
from metier_datatrove import layout, said
from metier_datatrove.blame import blamed
from metier_datatrove.job import Job

ROWS = 10_000
"""Documents of a batch at most: some transforms load a model at each call."""
CHARACTERS = 1 << 24
"""Characters of a batch, roughly."""
NUMBER = "metier_number"
"""The column that says which document of the batch a row was made of."""


class TransformStep(PipelineStep):  # type: ignore[misc]
    """Yields documents as a transform leaves them; one may become several, or none."""

    type = "metier transform"

    def __init__(self, job: Job, number: int) -> None:
        self.use = job.steps[number]
        self.name = self.use.name
        self.job = job
        self.number = number
        super().__init__()

    def run(self, data: Iterator[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """Yield what becomes of the documents, in order; raises `DataError` or `StageError` with the rows' places."""
        registry, job = discover(), self.job
        transform = registry.create(Transform, self.use)
        industry = registry.create(Industry, job.industry) if job.industry else None
        context = TransformContext(text_columns=("text",), seed=job.seed, split=CORPUS_SPLIT, industry=industry)
        before = after = 0
        for batch in _batches(data):
            with self.track_time("batch"):
                made = self._apply(transform, batch, context)
            before, after = before + len(batch), after + len(made)
            yield from made
        self.stat_update("rows in", value=before, unit="task")
        self.stat_update("rows out", value=after, unit="task")
        for kind, book in ((said.CHANGED, context.changed), (said.DROPPED, context.dropped)):
            for reason, change in book.items():
                self.stat_update(f"{kind}: {reason}", value=change.count)
        path = layout.said_file(job.folder, rank, self.number + 1)
        said.write(path, changed=context.changed, dropped=context.dropped)

    def _apply(self, transform: Transform, batch: list[Document], context: TransformContext) -> list[Document]:
        where = f"{batch[0].id} to {batch[-1].id}"
        with blamed(f"'{self.use.name}'", where):
            rows = self._rows(batch)
            after = transform.apply(rows, context)
            check_columns(rows, after, self.use.name, self.use.path)
            return [self._document(values, batch) for values in store.records(after)]

    def _rows(self, batch: list[Document]) -> Dataset:
        """Return documents as one machine would give them to the transform, and their numbers."""
        columns: dict[str, list[Any]] = {"id": [one.id for one in batch], "text": [one.text for one in batch]}
        types = {"id": pa.string()}
        for column in self.job.columns:
            if column.name != "text":
                columns[column.name] = [one.metadata[self.job.chosen[column.name]] for one in batch]
            types[column.name] = TYPES.get(column.kind) or _type(columns[column.name])
        columns[NUMBER], types[NUMBER] = list(range(len(batch))), pa.int64()
        schema = pa.schema([(name, types[name]) for name in columns])
        try:
            return Dataset.from_dict(columns, features=Features.from_arrow_schema(schema))
        except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
            hint = "give a column values of one type throughout, and texts that are Unicode"
            raise DataError(f"a value does not fit its column: {error}", hint=hint) from error

    def _document(self, values: dict[str, Any], batch: list[Document]) -> Document:
        """Return a row as a document, with the other columns of the document that it was made of."""
        made_of = batch[values.pop(NUMBER)]
        row, text = values.pop("id"), values.pop("text")
        named = {self.job.chosen.get(name, name): value for name, value in values.items()}
        return Document(text=text, id=row, metadata={**made_of.metadata, **named})


def _type(values: list[Any]) -> pa.DataType:
    kind = pa.array(values).type
    return pa.string() if pa.types.is_null(kind) else kind


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    batch, size = list[Document](), 0
    for document in documents:
        batch.append(document)
        size += len(document.text)
        if len(batch) == ROWS or size >= CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch

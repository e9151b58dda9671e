"""The transform `chunk`: long texts cut into pieces, each a row of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from metier.components import ComponentConfig, Pattern, Transform, TransformContext
from metier.errors import DataError
from metier_text import pieces

if TYPE_CHECKING:
    from datasets import Dataset

CORPUS = "corpus"
CUT = "cut into chunks"


class Chunk(Transform):
    """Cuts long texts into chunks, by words, paragraphs or sections, each a row of its own."""

    name: ClassVar[str] = "chunk"

    class Config(ComponentConfig):
        """Options of `chunk`."""

        by: Literal["words", "paragraphs", "sections"] = "words"
        """`words` makes windows; `paragraphs` puts as many whole ones into a chunk as it holds; `sections` begins a
        chunk at each heading. What is longer than a chunk is cut by the next smaller unit."""
        size: int = Field(256, ge=1)
        """Words that a chunk has at most: runs of letters and digits; of Chinese and Japanese, each character. A model
        counts tokens, of which there are more: about four for three English words."""
        overlap: int | None = Field(None, ge=0)
        """Words of a window that the one before it has, too; by default an eighth of `size`."""
        heading: Pattern | None = None
        """Regular expression of how a line begins that is a heading, for `by: sections`; by default Markdown's `#`,
        numbers, `Chapter 2`, `Item 7`, 第三章, 一、."""
        labelled: Literal["refuse", "keep", "repeat"] = "refuse"
        """What to do with a row of the task that is longer than a chunk: stop, leave it whole, or cut it, each chunk
        with the row's label and the spans that lie in it."""

        @model_validator(mode="after")
        def _goes_forward(self) -> Self:
            if self.overlap is not None and self.overlap >= self.size:
                raise ValueError(f"overlap must be less than size: {self.overlap} of {self.size} words")
            return self

    config: Config

    def rowwise(self) -> bool:
        """Return True."""
        return True

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return a row a chunk: the first keeps the row's id, the others are `<id>#2`, `<id>#3`; other columns stay.

        Raises `DataError` where a row of the task would be cut and may not be.
        """
        from metier.data import tables

        labelled = context.split != CORPUS
        if labelled and self.config.labelled == "keep":
            return rows
        (column, *others) = context.text_columns
        spans = _span_columns(rows)
        ids = set(tables.column(rows, "id"))

        def change(batch: tables.Columns) -> tables.Columns:
            made: tables.Columns = {name: [] for name in batch}
            for values in zip(*batch.values(), strict=True):
                row = dict(zip(batch, values, strict=True))
                found = self.pieces(row[column], [one for name in spans for one in row[name]])
                if labelled and len(found) > 1:
                    self._check(row["id"], len(found), others)
                for chunk in _chunks(row, found, column, spans, ids):
                    for name, value in chunk.items():
                        made[name].append(value)
                if len(found) > 1:
                    shown = f"{len(found)} chunks, the first: {row[column][: found[0][1]]}"
                    context.change(CUT, row["id"], row[column], shown)
            return made

        return tables.rewrite(rows, change)

    def pieces(self, text: str, spans: list[Mapping[str, Any]]) -> list[pieces.Piece]:
        """Return where `text` is cut, so that no span is."""
        config = self.config
        overlap = config.size // 8 if config.overlap is None else config.overlap
        options = {"size": config.size, "overlap": overlap}
        if config.by == "sections":
            found = list(pieces.sections(text, 0, len(text), heading=config.heading or pieces.HEADING, **options))
        else:
            cut = pieces.windows if config.by == "words" else pieces.paragraphs
            found = list(cut(text, 0, len(text), **options))
        if spans:
            return pieces.beside(found, [(one["start"], one["end"]) for one in spans])
        found = pieces.trimmed(text, found)
        return found if len(found) > 1 else [(0, len(text))]

    def _check(self, row: str, count: int, others: list[str]) -> None:
        if self.config.labelled == "refuse":
            hint = "`labelled: keep` leaves the task's rows whole, `labelled: repeat` gives each chunk the row's label"
            raise DataError(f"this row would become {count} chunks", where=f"chunk, {row}", hint=hint)
        if others:
            hint = "set `labelled: keep`"
            raise DataError("a row of several texts cannot be cut", where=f"chunk, {row}", hint=hint)


def _span_columns(rows: Dataset) -> list[str]:
    from metier.data import spans

    return [field.name for field in rows.features.arrow_schema if field.type == spans.TYPE]


def _chunks(
    row: Mapping[str, Any], found: list[pieces.Piece], column: str, spans: list[str], ids: set[str]
) -> Iterator[dict[str, Any]]:
    """Yield a row a piece, with an id that no other has."""
    number = 1
    for start, end in found:
        name = row["id"] if (start, end) == found[0] else ""
        while not name:
            number += 1
            name = "" if f"{row['id']}#{number}" in ids else f"{row['id']}#{number}"
        ids.add(name)
        inside = {
            key: [
                {**one, "start": one["start"] - start, "end": one["end"] - start}
                for one in row[key]
                if start <= one["start"] and one["end"] <= end
            ]
            for key in spans
        }
        yield {**row, **inside, "id": name, column: row[column][start:end]}

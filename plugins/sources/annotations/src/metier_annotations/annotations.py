"""The data source `annotations`: texts with spans, whatever tool they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import EncodingName, encoding_of, open_text, text_files
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, DataSource, ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record
from metier_annotations.columns import Join

Format = Literal["auto", "conll", "json", "brat"]
JSON = frozenset({".json", ".jsonl", ".ndjson"})


class Annotations(DataSource):
    """Texts with spans of characters: CoNLL columns, JSON of doccano, Label Studio or CLUE, or brat's standoff."""

    name: ClassVar[str] = "annotations"
    patterns: ClassVar[tuple[str, ...]] = ("*.conll", "*.iob", "*.iob2", "*.bio", "*.ann")

    class Config(ComponentConfig):
        """Options of `annotations`."""

        path: RecipePath
        """A file, or a glob; `**` reaches folders in folders. For brat name the `.ann` files."""
        format: Format = "auto"
        """How they are written; `auto` goes by the file's name: `.json`, `.jsonl`, `.ann`, and all else is CoNLL's
        columns (IOB1, IOB2, BIOES and its like)."""
        column: int = -1
        """CoNLL: the column with the tags, counted from 0, or from the end with -1. The first column is the token."""
        join: Join = "auto"
        """CoNLL: what stands between tokens of the text: a `space`, `none`, or with `auto` a space but between Chinese,
        Japanese or Thai characters."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look at the files."""
        return paths.look(self.config.path)

    def columns(self) -> Sequence[str] | None:
        """Return `text` and `spans`."""
        return ("text", "spans")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield a record a sentence of CoNLL, an object of JSON, a text of brat."""
        for file, place, encoding in text_files(self.config.path, self.config.encoding, context):
            yield from self._of(file, place, encoding, context)

    def _of(self, file: Path, place: str, encoding: str, context: ReadContext) -> Iterator[Record]:
        kind = self.config.format
        if kind == "auto":
            kind = "json" if file.suffix in JSON else "brat" if file.suffix == ".ann" else "conll"
        if kind == "brat":
            yield Record(place, self._standoff(file, encoding, context, place))
        elif kind == "json":
            yield from self._objects(file, place, encoding, context)
        else:
            from metier_annotations.columns import sentences

            with open_text(file, encoding) as lines:
                for number, values in sentences(
                    lines, column=self.config.column, join=self.config.join, where=str(file)
                ):
                    yield Record(f"{place}:{number}", values)

    def _objects(self, file: Path, place: str, encoding: str, context: ReadContext) -> Iterator[Record]:
        from metier_annotations.objects import read

        inner = Jsonl(Jsonl.Config.model_validate({"path": str(file), "encoding": encoding}))
        for record in inner.read(ReadContext(offline=context.offline)):
            where = place + record.where.removeprefix(file.name)  # which files of one name in two folders do not share
            yield Record(where, read(record.values, where))

    def _standoff(self, file: Path, encoding: str, context: ReadContext, place: str) -> dict[str, Any]:
        from metier_annotations.brat import entities

        source = file.with_suffix(".txt")
        if not source.is_file():
            hint = "brat keeps the text beside it, under the same name"
            raise DataError(f"there is no {source.name} beside it", where=str(file), hint=hint)
        with open_text(source, encoding_of(source, self.config.encoding), newline="") as handle:
            text = handle.read()
        with open_text(file, encoding) as lines:
            spans, parted = entities(lines, text, str(file))
        if parted:
            context.notes.append(f"{place}: {parted} entities in several stretches are taken as one, gaps and all")
        return {"text": text, "spans": spans}

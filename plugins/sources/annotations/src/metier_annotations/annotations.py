"""The data source `annotations`: texts with spans or labels, whatever tool they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import EncodingName, encoding_of, open_text, say, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record
from metier_annotations import choices
from metier_annotations.annotated import Annotated, Annotation, Classified
from metier_annotations.brat import SUFFIX, entities, text_beside
from metier_annotations.columns import Columns, Join
from metier_annotations.objects import Offsets, read

Format = Literal["auto", "conll", "json", "brat"]
JSON = frozenset({".json", ".jsonl", ".ndjson"})


class Annotations(FileSource):
    """Texts with spans or labels: CoNLL columns, JSON of doccano, Label Studio or CLUE, or brat's standoff."""

    name: ClassVar[str] = "annotations"
    patterns: ClassVar[tuple[str, ...]] = ("*.conll", "*.iob", "*.iob2", "*.bio", "*.ann")

    class Config(FilesConfig):
        """Options of `annotations`."""

        path: RecipePath
        """A file, or a glob; `**` reaches folders in folders. For brat name the `.ann` files."""
        format: Format = "auto"
        """How they are written; `auto` goes by the file's name: `.json`, `.jsonl`, `.ann`, and all else is CoNLL's
        columns (IOB1, IOB2, BIOES and its like)."""
        annotation: Annotation = "spans"
        """What people gave: `spans` of a text, one `label` of the whole, or several `labels`. Labels are in JSON."""
        column: int = -1
        """CoNLL: the column with the tags, counted from 0, or from the end with -1."""
        token_column: int = 0
        """CoNLL: the column with the tokens; CoNLL-U has numbers in the first."""
        join: Join = "auto"
        """What stands between tokens where no text is given: a `space`, `none`, or with `auto` a space but between
        Chinese, Japanese or Thai characters."""
        scheme: Literal["one", "any"] = "one"
        """CoNLL: tags of several schemes in one file are an error; with `any` each is read for itself, and an inside
        behind no beginning begins an entity."""
        offsets: Offsets = "auto"
        """JSON: what offsets count; with `auto` tokens where an object has a list of them, else characters."""
        proposals: bool = False
        """Label Studio: whether a model's predictions stand for an answer that is not there yet; if not, tasks without
        an answer are left out."""
        label_depth: int | None = Field(None, ge=1)
        """How many parts of a label like `State/Failed` are kept, from the front; by default all."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

        @model_validator(mode="after")
        def _labels_are_in_json(self) -> Annotations.Config:
            if self.annotation != "spans" and self.format in {"conll", "brat"}:
                raise ValueError(f"`format: {self.format}` holds spans, and no labels of whole texts")
            return self

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files; an empty one with the annotations of brat is a text without entities."""
        if self._is_brat and Path(self.config.path).is_file() and not Path(self.config.path).stat().st_size:
            return ()
        return paths.look(self.config.path)

    def columns(self) -> Sequence[str] | None:
        """Return `text` and what people gave."""
        return ("text", self.config.annotation)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield a record a sentence of CoNLL, an object of JSON, a text of brat; what nobody annotated is left out.

        Raises `DataError` where nothing is left.
        """
        annotation = self.config.annotation
        for place, text, given in self.given(context):
            if annotation == "spans":
                yield Record(place, {"text": text, "spans": given})
            else:
                names = [one["label"] for one in given]
                yield Record(place, {"text": text, annotation: names if annotation == "labels" else names[0]})

    def given(self, context: ReadContext) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
        """Yield the place, text and annotations of each text, as `read` does; labels with the scores that they have."""
        remarks: Counter[str] = Counter()
        kept = left = 0
        standoff = self._is_brat and self.config.annotation == "spans"
        for place, found in self._standoffs(context, remarks) if standoff else self._texts(context):
            remarks[found.remark] += 1
            annotations = found.labels if isinstance(found, Classified) else found.spans
            if annotations is None:
                left += 1
                continue
            kept += 1
            yield place, found.text, [{**one, "label": self._label(one["label"])} for one in annotations]
        if left and not kept:
            hint = "annotate some, or take what a model proposes: `proposals: true`"
            raise DataError(f"none of its {left} tasks has an answer", where=self.config.path, hint=hint)
        context.notes.extend(f"{count} {remark}" for remark, count in sorted(remarks.items()) if remark and count)

    @property
    def _is_brat(self) -> bool:
        auto = self.config.format == "auto"
        return self.config.path.endswith(SUFFIX) if auto else self.config.format == "brat"

    def _label(self, label: Any) -> Any:
        depth = self.config.label_depth
        return "/".join(label.split("/")[:depth]) if depth and isinstance(label, str) else label

    def _texts(self, context: ReadContext) -> Iterator[tuple[str, Annotated | Classified]]:
        config = self.config
        columns = Columns(config.token_column, config.column, config.join, one_scheme=config.scheme == "one")
        for file, place, encoding in text_files(config.path, config.encoding, context):
            if config.format == "json" or (config.format == "auto" and file.suffix in JSON):
                yield from self._objects(file, place, encoding, context)
            elif config.annotation != "spans":
                hint = "name a JSON file, or say `format: json`"
                raise DataError("labels of whole texts are read from JSON alone", where=str(file), hint=hint)
            elif config.format == "auto" and file.suffix == SUFFIX:
                hint = "give brat's files a path of their own: `*.ann`"
                raise DataError("brat's annotations among other files", where=str(file), hint=hint)
            else:
                with open_text(file, encoding) as lines:
                    for number, found in columns.sentences(lines, str(file)):
                        yield f"{place}:{number}", found

    def _objects(
        self, file: Path, place: str, encoding: str, context: ReadContext
    ) -> Iterator[tuple[str, Annotated | Classified]]:
        config = self.config
        inner = Jsonl(Jsonl.Config.model_validate({"path": str(file), "encoding": encoding}))
        for record in inner.read(ReadContext(offline=context.offline)):
            where = place + record.where.removeprefix(file.name)  # which files of one name in two folders do not share
            if config.annotation == "spans":
                yield (
                    where,
                    read(record.values, where, offsets=config.offsets, join=config.join, proposals=config.proposals),
                )
            else:
                several = config.annotation == "labels"
                yield where, choices.read(record.values, where, proposals=config.proposals, several=several)

    def _standoffs(self, context: ReadContext, remarks: Counter[str]) -> Iterator[tuple[str, Annotated]]:
        files, encodings = paths.expand(self.config.path), {}
        for file, place in zip(files, paths.places(files), strict=True):
            source = text_beside(file)
            encodings[place] = encoding_of(source, self.config.encoding)
            with open_text(source, encodings[place], newline="") as handle:
                text = handle.read()
            with open_text(file, encoding_of(file, self.config.encoding)) as lines:
                spans, told = entities(lines, text, str(file))
            remarks.update(told)
            yield place, Annotated(text, spans)
        context.notes.extend(say(encodings, self.config.encoding))

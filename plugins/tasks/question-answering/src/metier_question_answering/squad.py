"""The data source `squad`: questions, texts and the places of answers, as SQuAD and its kin are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources.encoding import EncodingName, open_text, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record


class Squad(FileSource):
    """Questions with the places of their answers: SQuAD's JSON of either version, or flat JSON and JSON lines."""

    name: ClassVar[str] = "squad"
    patterns: ClassVar[tuple[str, ...]] = ("*squad*.json", "*squad*.jsonl", "*squad*.json.gz")

    class Config(FilesConfig):
        """Options of `squad`."""

        path: RecipePath
        """A file, or a glob; `**` reaches folders in folders."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

    config: Config

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield a record a question: `question`, `text`, `spans`, and what else its object says (`id`, `title`).

        Its place is the file's with its id, or where it has none with its number. Of answers that do not stand where
        they are said to, the nearest place with their text is taken, which the notes count.
        """
        from metier_question_answering.squad_json import Places, questions

        seen: set[str] = set()
        for file, place, encoding in text_files(self.config.path, self.config.encoding, context):
            found = Places()
            for where, value in self._objects(file, place, encoding):
                for number, values in questions(value, where, found):
                    named = f"{place}:{values['id']}" if values.get("id") else f"{where}{number}"
                    if named in seen:
                        hint = "give each question an id of its own, or none"
                        raise DataError(f"two questions have the id '{values['id']}'", where=where, hint=hint)
                    seen.add(named)
                    yield Record(named, values)
            context.notes.extend(f"{place}: {note}" for note in found.notes())

    def _objects(self, file: Path, place: str, encoding: str) -> Iterator[tuple[str, Any]]:
        """Yield the objects of a file with their places: a single one on many lines, or those that `jsonl` finds."""
        with open_text(file, encoding) as text:
            if _goes_on(text.readline()):
                text.seek(0)
                yield place, _whole(text.read(), file)
                return
        inner = Jsonl(Jsonl.Config.model_validate({"path": str(file), "encoding": encoding}))
        for record in inner.read(ReadContext(offline=True)):
            yield place + record.where.removeprefix(file.name), record.values


def _goes_on(line: str) -> bool:
    """Return whether an object begins in a line and does not end there."""
    if not line.lstrip().startswith("{"):
        return False
    try:
        json.loads(line)
    except ValueError:
        return True
    return False


def _whole(text: str, file: Path) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        hint = "give SQuAD's JSON, one object a line, or one list of objects"
        raise DataError(f"this is not JSON: {error}", where=str(file), hint=hint) from error

"""The data source `jsonl`: a JSON object a line, or a JSON list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources._json_list import ListReader
from metier.builtin.sources.encoding import EncodingName, open_text, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

QUICK = 1 << 16
HINT = "give one JSON object a line, or one list of objects"


class Jsonl(FileSource):
    """JSON objects, one a line or in one list, packed with gzip or not."""

    name: ClassVar[str] = "jsonl"
    patterns: ClassVar[tuple[str, ...]] = ("*.jsonl", "*.ndjson", "*.json", "*.jsonl.gz", "*.json.gz")

    class Config(FilesConfig):
        """Options of `jsonl`."""

        path: RecipePath
        """A file, or a glob; `**` reaches folders in folders."""
        names: tuple[str, ...] | None = None
        """The columns' names where each record is a list of values."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the given names; objects may differ from line to line, so nothing else is promised."""
        return self.config.names

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the objects of each file in turn."""
        for file, place, encoding in text_files(self.config.path, self.config.encoding, context):
            items = self._list if _begins_with_bracket(file, encoding, self.config.names) else self._lines
            for number, value in items(file, encoding):
                yield Record(f"{place}:{number}", self._values(value, f"{file}:{number}"))

    def _lines(self, file: Path, encoding: str) -> Iterator[tuple[int, Any]]:
        with open_text(file, encoding) as text:
            for number, line in enumerate(text, start=1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                except ValueError as error:
                    where = f"{file}:{number}"
                    raise DataError(f"this line is not JSON: {error}", where=where, hint=HINT) from error
                yield number, value

    def _list(self, file: Path, encoding: str) -> Iterator[tuple[str, Any]]:
        with open_text(file, encoding) as text:
            reader = ListReader(text)
            items = iter(reader)
            number = 0
            while True:
                try:
                    value = next(items)
                except StopIteration:
                    return
                except ValueError as error:
                    if isinstance(error, UnicodeDecodeError):
                        raise
                    where = f"{file}:{reader.line}"
                    raise DataError(f"not a JSON list: {error}", where=where, hint=HINT) from error
                number += 1
                yield f"item {number}", value

    def _values(self, value: Any, where: str) -> dict[str, Any]:
        names = self.config.names
        if isinstance(value, dict):
            return value
        if not isinstance(value, list) or names is None:
            hint = "name its values: `names: [text, label]`" if isinstance(value, list) else HINT
            raise DataError(f"a JSON object is expected, not {type(value).__name__}", where=where, hint=hint)
        if len(value) != len(names):
            hint = "check `names`"
            raise DataError(f"{len(value)} values where {len(names)} are named", where=where, hint=hint)
        return dict(zip(names, value, strict=True))


def _begins_with_bracket(file: Path, encoding: str, names: Sequence[str] | None) -> bool:
    """Return whether the file is one list: it opens with a bracket, and its first line alone is not a named record."""
    with open_text(file, encoding) as text:
        for line in iter(lambda: text.readline(QUICK), ""):
            if line.strip():
                break
        else:
            return False
    if not line.lstrip().startswith("["):
        return False
    if names is None:
        return True
    try:
        first = json.loads(line)
    except ValueError:
        return True  # the list goes on in the next line
    return len(first) != len(names) or any(isinstance(value, list | dict) for value in first)

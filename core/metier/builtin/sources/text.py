"""The data source `text`: plain text, a record a paragraph, line or file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from metier.builtin.sources.encoding import EncodingName, open_text, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.values import Record

Unit = Literal["paragraph", "line", "file"]


class Text(FileSource):
    """Plain text files: a record a paragraph, a line, or a file."""

    name: ClassVar[str] = "text"
    patterns: ClassVar[tuple[str, ...]] = ("*.txt", "*.text", "*.md", "*.txt.gz")

    class Config(FilesConfig):
        """Options of `text`."""

        path: RecipePath
        """A file, or a glob (`minutes/*.txt`); `**` reaches folders in folders."""
        unit: Unit = "paragraph"
        """What makes a record; paragraphs end at blank lines."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes, file by file."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return `text` and `file`."""
        return ("text", "file")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the records of each file in turn; blank ones are none."""
        for file, place, encoding in text_files(self.config.path, self.config.encoding, context):
            for line, text in units(file, encoding, self.config.unit):
                where = place if self.config.unit == "file" else f"{place}:{line}"
                yield Record(where, {"text": text, "file": place})


def units(file: Path, encoding: str, unit: Unit) -> Iterator[tuple[int, str]]:
    """Yield the units of a file, each with the line that it begins at."""
    with open_text(file, encoding) as text:
        if unit == "file":
            whole = text.read().strip()
            if whole:
                yield 1, whole
            return
        begin, held = 1, list[str]()
        for number, line in enumerate(text, start=1):
            bare = line.strip()
            if bare:
                begin = begin if held else number
                held.append(bare)
            if held and (not bare or unit == "line"):
                yield begin, "\n".join(held)
                held = []
        if held:
            yield begin, "\n".join(held)

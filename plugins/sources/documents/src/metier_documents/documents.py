"""The data source `documents`: text of PDF, Office, HTML, Markdown, e-mail and plain text files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import EncodingName
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, MetierError, Problem
from metier.values import Record
from metier_documents import blocks as pieces
from metier_documents.blocks import Document, Piece
from metier_documents.checks import SKIP, check
from metier_documents.formats import reader

MEBIBYTE = 1 << 20
Unit = Literal["page", "section", "paragraph", "document"]

CUTS: Mapping[Unit, Callable[[list[pieces.Block]], Iterator[Piece]]] = {
    "page": pieces.pages,
    "section": pieces.sections,
    "paragraph": pieces.paragraphs,
    "document": pieces.whole,
}


class Documents(FileSource):
    """Documents with their structure: PDF, Word, Excel, PowerPoint, HTML, Markdown, e-mail and plain text."""

    name: ClassVar[str] = "documents"
    patterns: ClassVar[tuple[str, ...]] = (
        *("*.pdf", "*.docx", "*.docm", "*.xlsx", "*.xlsm", "*.pptx", "*.pptm"),
        *("*.html", "*.htm", "*.xhtml", "*.eml"),
    )

    class Config(FilesConfig):
        """Options of `documents`."""

        path: RecipePath
        """A file, or a glob (`reports/**/*.pdf`); `**` reaches folders in folders. A file's name tells its format."""
        unit: Literal["auto", "page", "section", "paragraph", "document"] = "auto"
        """What makes a record; `auto` takes pages where a document has them (PDF, slides), else sections: a heading
        with what follows, a sheet of a workbook. `paragraph` takes each paragraph, item of a list, and table."""
        on_error: Literal["error", "skip"] = "error"
        """What a file that is damaged, encrypted or of no known format means: an error, or that it is left out and
        named in the data report."""
        encoding: EncodingName = "auto"
        """The encoding of plain text, Markdown and HTML; `auto` tells it from the bytes, file by file."""
        largest: int = Field(256, ge=1)
        """Mebibytes that a file may have, Office files when unpacked; a larger one counts as damaged."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files, their names and first bytes."""
        problems = list(paths.look(self.config.path, binary=True))
        yield from problems
        if not problems and self.config.on_error == "error":
            for file in paths.expand(self.config.path):
                try:
                    check(file, limit=self.config.largest * MEBIBYTE)
                except MetierError as error:
                    yield from error.problems

    def columns(self) -> Sequence[str] | None:
        """Return the column of the text, and those that say where it stands."""
        return ("text", "file", "page", "section")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the pieces of each file in turn; no more than one file is held in memory."""
        said: dict[str, Counter[str]] = {}
        files = paths.expand(self.config.path)
        for file, place in zip(files, paths.places(files), strict=True):
            counts: Counter[str] = Counter()
            try:
                records = self._records(file, place, counts)
            except DataError as error:
                if self.config.on_error == "error":
                    raise
                context.notes.append(f"{place}: left out: {'; '.join(one.message for one in error.problems)}")
                continue
            for what, count in (+counts).items():
                said.setdefault(what, Counter())[place] += count
            yield from records
        context.notes.extend(_note(what, by_file) for what, by_file in said.items())

    def _records(self, file: Path, place: str, counts: Counter[str]) -> list[Record]:
        """Return a file's records; raises `DataError` where it cannot be read."""
        limit = self.config.largest * MEBIBYTE
        if not file.stat().st_size:
            counts["empty files left out"] += 1
            return []
        form = check(file, limit=limit)
        try:
            blocks = list(reader(form)(Document(file, self.config.encoding, limit, counts)))
        except (MetierError, MemoryError):
            raise
        except Exception as error:  # damage makes a format's library trip over whatever comes next
            hint = f"open and save it anew, {SKIP}"
            what = f"cannot be read as {form.title}: {type(error).__name__}: {error}"
            raise DataError(what, where=str(file), hint=hint) from error
        if not blocks:
            counts["files without text left out"] += 1
            return []
        unit = self._unit(file, paged=blocks[0].page is not None)
        found = CUTS[unit](blocks)
        return [
            Record(_where(place, piece, number, unit), {"text": piece.text, "file": place, **_place(piece)})
            for number, piece in enumerate(found, start=1)
        ]

    def _unit(self, file: Path, *, paged: bool) -> Unit:
        if self.config.unit == "auto":
            return "page" if paged else "section"
        if self.config.unit == "page" and not paged:
            hint = "take `unit: auto` or `unit: section`"
            raise DataError("it has no pages", where=str(file), hint=hint)
        return self.config.unit


def _place(piece: Piece) -> dict[str, int | str | None]:
    return {"page": piece.page, "section": piece.section}


def _where(place: str, piece: Piece, number: int, unit: Unit) -> str:
    if unit == "document":
        return place
    return f"{place}:page {piece.page}" if unit == "page" else f"{place}:{unit} {number}"


def _note(what: str, by_file: Counter[str]) -> str:
    """Return a note on what was counted: `31 page numbers left out (2 files: a.pdf, …)`."""
    first = next(iter(by_file))
    files = first if len(by_file) == 1 else f"{len(by_file)} files: {first}, …"
    return f"{sum(by_file.values())} {what} ({files})"

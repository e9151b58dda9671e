"""The data source `csv`: delimited text, with or without a header."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import EncodingName, encoding_of, open_text, text_files
from metier.builtin.sources.files import DerivedSource, FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, MetierError, Problem
from metier.values import Record

SEPARATORS = ",;\t|"
"""What `separator: auto` looks for."""
QUICK = 1 << 16
LINES = 20


def _one_character(separator: str) -> str:
    if separator != "auto" and (len(separator) != 1 or separator in '"\r\n'):
        raise ValueError('give one character, such as ";" or "\\t", or auto')
    return separator


def _distinct(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is not None and len(set(names)) < max(len(names), 1):
        raise ValueError("give each column a name of its own")
    return names


class Csv(FileSource):
    """Delimited text (CSV, TSV and the like), packed with gzip or not."""

    name: ClassVar[str] = "csv"
    patterns: ClassVar[tuple[str, ...]] = ("*.csv", "*.tsv", "*.tab", "*.csv.gz", "*.tsv.gz")

    class Config(FilesConfig):
        """Options of `csv`."""

        path: RecipePath
        """A file, or a glob of files with the same columns; `**` reaches folders in folders."""
        separator: Annotated[str, AfterValidator(_one_character)] = "auto"
        """The character between fields; `auto` takes the tab for .tsv, else the likeliest of , ; tab |."""
        names: Annotated[tuple[str, ...] | None, AfterValidator(_distinct)] = None
        """The columns' names where the file has no header."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes and says so in the data report."""
        quoting: bool = True
        """Whether "double quotes" hold a field together; false where a quote is a character like any other."""
        extra: Literal["error", "first", "last"] = "error"
        """What a row with too many separators means: an error, or that they belong to the first or last column."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files, and at the header."""
        problems = list(paths.look(self.config.path))
        yield from problems
        if not problems:
            try:
                self._columns_of(paths.expand(self.config.path)[0], limit=QUICK)
            except MetierError as error:
                yield from error.problems

    def columns(self) -> Sequence[str] | None:
        """Return the given names, or those of the header."""
        if self.config.names is not None:
            return self.config.names
        return self._columns_of(paths.expand(self.config.path)[0], limit=QUICK)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the rows of each file in turn, values as text."""
        csv.field_size_limit(sys.maxsize if sys.maxsize < 2**31 else 2**31 - 1)  # a field may hold a whole contract
        expected: Sequence[str] | None = None
        for file, place, encoding in text_files(self.config.path, self.config.encoding, context):
            names = self._columns_of(file)
            expected = expected or names
            if list(names) != list(expected):
                hint = "give files with the same header, or one file"
                raise DataError(
                    f"has the columns {', '.join(names)}, not {', '.join(expected)}", where=str(file), hint=hint
                )
            yield from self._rows(file, place, names, encoding)

    def _rows(self, file: Path, place: str, names: Sequence[str], encoding: str) -> Iterator[Record]:
        header = self.config.names is None
        separator = self._separator(file, encoding)
        for line, fields in self._fields(file, encoding, separator):
            if header:
                header = False
                continue
            if len(fields) > len(names):
                fields = self._join(fields, len(names), separator, f"{file}:{line}")
            if len(fields) < len(names):
                hint = "fill the row up, or check `separator`, `quoting` and `names`"
                raise DataError(
                    f"{len(fields)} fields where {len(names)} columns are", where=f"{file}:{line}", hint=hint
                )
            yield Record(f"{place}:{line}", dict(zip(names, fields, strict=True)))

    def _fields(self, file: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
        """Yield each row's first line number and fields; blank lines are no rows."""
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.config.quoting else csv.QUOTE_NONE
        line = 1
        with open_text(file, encoding, newline="") as text:
            reader = csv.reader(text, delimiter=separator, quoting=quoting, strict=True)
            try:
                for fields in reader:
                    if fields:
                        yield line, fields
                    line = reader.line_num + 1
            except csv.Error as error:
                hint = "mend the quotes in that row, or set `quoting: false` if quotes are plain characters"
                raise DataError(f"not well-formed CSV: {error}", where=f"{file}:{line}", hint=hint) from error

    def _join(self, fields: list[str], width: int, separator: str, where: str) -> list[str]:
        surplus = len(fields) - width + 1
        if self.config.extra == "first":
            return [separator.join(fields[:surplus]), *fields[surplus:]]
        if self.config.extra == "last":
            return [*fields[: width - 1], separator.join(fields[width - 1 :])]
        hint = "quote the field that holds a separator, or say where extra ones belong: `extra: first` or `extra: last`"
        raise DataError(f"{len(fields)} fields where {width} columns are", where=where, hint=hint)

    def _columns_of(self, file: Path, *, limit: int | None = None) -> Sequence[str]:
        if self.config.names is not None:
            return self.config.names
        encoding = encoding_of(file, self.config.encoding, limit=limit)
        _, fields = next(self._fields(file, encoding, self._separator(file, encoding)), (1, []))
        names = [name.strip() or f"column_{number}" for number, name in enumerate(fields, start=1)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            hint = "rename one in the header"
            raise DataError(f"two columns are named '{twice[0]}'", where=f"{file}:1", hint=hint)
        if not names:
            raise DataError("the file has no header and no rows", where=str(file), hint="give a file with records")
        return names

    def _separator(self, file: Path, encoding: str) -> str:
        if self.config.separator != "auto":
            return self.config.separator
        if {".tsv", ".tab"} & set(file.suffixes):
            return "\t"
        with open_text(file, encoding) as text:
            lines = [text.readline(QUICK) for _ in range(1 if self.config.names is None else LINES)]
        bare = [re.sub(r'"[^"]*"', "", line) if self.config.quoting else line for line in lines]
        if self.config.names is None:
            return max(SEPARATORS, key=bare[0].count)  # the first of equals: the comma
        width = len(self.config.names)
        return max(SEPARATORS, key=lambda one: sum(line.count(one) + 1 == width for line in bare))


class CsvTable(DerivedSource):
    """Reads delimited text of a known form, and makes its own records of the rows."""

    reading: ClassVar[Mapping[str, Any]] = MappingProxyType({"separator": ","})
    """Options of `csv` that the form decides."""
    source: Csv

    def __init__(self, config: FilesConfig) -> None:
        super().__init__(config)
        self.source = Csv(Csv.Config.model_validate({"path": config.path, **self.reading}))

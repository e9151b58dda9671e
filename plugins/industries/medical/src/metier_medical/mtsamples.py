"""Reads MTSamples, transcribed medical reports with their specialty, as Kaggle and its followers have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.builtin.sources.csv import CsvTable
from metier.builtin.sources.files import FilesConfig
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.files import digest, digest_file
from metier.values import Record

KAGGLE = {"text": "transcription", "label": "medical_specialty", "description": "description"}
FOUR = {"text": "text", "label": "label", "description": "description"}
"""Where a record's values stand: in Kaggle's `mtsamples.csv`, and in the version with four classes."""
CLASSES = "classes.txt"


class MtSamples(CsvTable):
    """Transcribed medical reports of MTSamples with their specialty."""

    name: ClassVar[str] = "mtsamples"
    patterns: ClassVar[tuple[str, ...]] = ("mtsamples*.csv",)

    class Config(FilesConfig):
        """Options of `mtsamples`."""

        path: RecipePath
        """Kaggle's `mtsamples.csv`; or the version with four classes by number, whose names are in `classes.txt`
        beside it, one a line."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the file, and for the columns of either version."""
        problems = list(super().inspect())
        if not problems:
            try:
                self._columns()
            except DataError as error:
                problems = list(error.problems)
        return problems

    def columns(self) -> Sequence[str] | None:
        """Return report, specialty and description."""
        return tuple(KAGGLE)

    def digest(self) -> str | None:
        """Return a digest of the file, and of the names of classes beside it."""
        classes = self._classes
        return digest([super().digest(), digest_file(classes) if classes.is_file() else ""])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield report, specialty and description; without `classes.txt` numbers stay numbers, which is said."""
        columns = self._columns()
        names = self._names(context) if columns is FOUR else {}
        for record in self.source.read(context):
            values = {name: record.values[column].strip() for name, column in columns.items()}
            label = values["label"]
            if names and label and label not in names:
                hint = f"give {CLASSES} a line for each class"
                raise DataError(f"{CLASSES} has no class {label}", where=record.where, hint=hint)
            yield Record(record.where, {**values, "label": names.get(label, label)})

    @property
    def _classes(self) -> Path:
        return Path(self.config.path).with_name(CLASSES)

    def _columns(self) -> Mapping[str, str]:
        found = self.source.columns() or ()
        for columns in (KAGGLE, FOUR):
            if set(columns.values()) <= set(found):
                return columns
        hint = f"give a file with {', '.join(KAGGLE.values())}, or with {', '.join(FOUR.values())}"
        raise DataError(f"its columns are {', '.join(found)}", where=self.config.path, hint=hint)

    def _names(self, context: ReadContext) -> dict[str, str]:
        if not self._classes.is_file():
            context.notes.append(f"mtsamples: there is no {CLASSES} beside it, so that labels are numbers")
            return {}
        lines = self._classes.read_text(encoding="utf-8").splitlines()
        return {str(number): line.strip() for number, line in enumerate(lines, start=1) if line.strip()}

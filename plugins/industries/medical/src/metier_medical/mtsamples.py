"""Reads MTSamples, transcribed medical reports with their specialty, as Kaggle and its followers have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError, Problem
from metier.files import digest, digest_file
from metier.values import Record

KAGGLE = {"text": "transcription", "label": "medical_specialty", "description": "description"}
FOUR = {"text": "text", "label": "label", "description": "description"}
"""Where a record's values stand: in Kaggle's `mtsamples.csv`, and in the version with four classes."""
CLASSES = "classes.txt"


class MtSamples(Published):
    """Transcribed medical reports of MTSamples with their specialty."""

    name: ClassVar[str] = "mtsamples"
    patterns: ClassVar[tuple[str, ...]] = ("mtsamples*.csv",)
    copy: ClassVar[HubCopy] = HubCopy("harishnair04/mtsamples")

    class Config(PublishedConfig):
        """Options of `mtsamples`."""

        path: PublishedPath = None
        """Kaggle's `mtsamples.csv`; or the version with four classes by number, whose names are in `classes.txt`
        beside it, one a line."""
        split: str | None = None
        """Without `path`: `train` of `harishnair04/mtsamples` on the Hub, which has the columns of Kaggle's file."""

    config: Config

    def inspect_files(self, path: str) -> Iterable[Problem]:
        """Look at the file, and for the columns of either version."""
        problems = list(_table(path).inspect())
        if not problems:
            try:
                _columns(path)
            except DataError as error:
                problems = list(error.problems)
        return problems

    def columns(self) -> Sequence[str] | None:
        """Return report, specialty and description."""
        return tuple(KAGGLE)

    def digest_files(self, path: str) -> str:
        """Return a digest of the file, and of the names of classes beside it."""
        classes = _classes(path)
        return digest([super().digest_files(path), digest_file(classes) if classes.is_file() else ""])

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield report, specialty and description; without `classes.txt` numbers stay numbers, which is said."""
        columns = _columns(path)
        names = _names(path, context) if columns is FOUR else {}
        for record in _table(path).read(context):
            values = _values(record, columns)
            label = values["label"]
            if names and label and label not in names:
                hint = f"give {CLASSES} a line for each class"
                raise DataError(f"{CLASSES} has no class {label}", where=record.where, hint=hint)
            yield Record(record.where, {**values, "label": names.get(label, label)})

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return report, specialty and description; what a row lacks is empty."""
        return _values(record, KAGGLE)


def _table(path: str) -> Csv:
    return Csv(Csv.Config(path=path, separator=","))


def _columns(path: str) -> Mapping[str, str]:
    found = _table(path).columns() or ()
    for columns in (KAGGLE, FOUR):
        if set(columns.values()) <= set(found):
            return columns
    hint = f"give a file with {', '.join(KAGGLE.values())}, or with {', '.join(FOUR.values())}"
    raise DataError(f"its columns are {', '.join(found)}", where=path, hint=hint)


def _values(record: Record, columns: Mapping[str, str]) -> dict[str, str]:
    return {name: (record.values[column] or "").strip() for name, column in columns.items()}


def _classes(path: str) -> Path:
    return Path(path).with_name(CLASSES)


def _names(path: str, context: ReadContext) -> dict[str, str]:
    classes = _classes(path)
    if not classes.is_file():
        context.notes.append(f"mtsamples: there is no {CLASSES} beside it, so that labels are numbers")
        return {}
    lines = classes.read_text(encoding="utf-8").splitlines()
    return {str(number): line.strip() for number, line in enumerate(lines, start=1) if line.strip()}

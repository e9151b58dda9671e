"""Reads single files for a trained model: texts to predict for, or labelled rows to be judged on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset

from metier.columns import CORPUS
from metier.components import DataSource, ReadContext, TaskHead
from metier.data.intake import Intake, take_in
from metier.data.store import records
from metier.errors import DataError, Problem
from metier.plan import source_of_file
from metier.registry import Registry
from metier.values import Column, Record

LINES: Mapping[str, Mapping[str, Any]] = {"text": {"unit": "line"}}
"""Of plain text, a line is a row."""
REST = Column("whole record", kind="any")
"""Holds a record as it was."""


def read_labelled(path: str | Path, head: TaskHead, registry: Registry, folder: Path) -> Dataset:
    """Return the rows of a file with the columns that `head` needs; working files go into `folder`.

    Raises `DataError` where the file cannot be read, lacks a column, or has rows without a label.
    """
    source = source_of_file(path, registry, prefer=LINES)
    return _read(source, str(path), head.columns, folder).rows


def asked(head: TaskHead) -> tuple[Column, ...]:
    """Return the columns that a prediction needs: what is read, without what is to be said of it."""
    return tuple(column for column in head.columns if column.asked)


def read_inputs(
    path: str | Path, head: TaskHead, registry: Registry, folder: Path, *, options: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the columns that `head` predicts from, a row each, in order; a line of plain text is a row.

    Under `from` is what else the record holds, such as file, page and section. `options` are those of the source that
    reads the file. Raises `DataError` where a column is missing or a row is empty.
    """
    columns = asked(head)
    alone = [column.name for column in columns] == ["text"]
    source = Whole(source_of_file(path, registry, options=options, prefer=LINES))
    taken = _read(source, str(path), [*(CORPUS if alone else columns), REST], folder)
    used = set(taken.mapping.values())
    for row in records(taken.rows):
        rest = {name: value for name, value in json.loads(row.pop(REST.name)).items() if name not in used}
        yield {**{name: value for name, value in row.items() if name != "id"}, **({"from": rest} if rest else {})}


def input_of(given: str | Mapping[str, Any], head: TaskHead) -> dict[str, Any]:
    """Return what `head` predicts from: a text alone, or a mapping with all that it asks.

    A text is what a head asks that asks one thing: a question. Raises `DataError` where something is missing.
    """
    names = [column.name for column in asked(head)]
    alone = names[0] if len(names) == 1 else "text"
    row = {alone: given} if isinstance(given, str) else dict(given)
    missing = [name for name in names if name not in row]
    if missing:
        raise DataError(f"{head.name} predicts from '{missing[0]}' too", hint=f"give {', '.join(names)}")
    return {name: row[name] for name in names}


class Whole(DataSource):
    """Another source, whose records have all that they hold in one more column, as JSON."""

    name: ClassVar[str] = "whole"

    def __init__(self, source: DataSource) -> None:
        super().__init__()
        self.source = source

    def inspect(self) -> Iterable[Problem]:
        """Yield what is wrong with the other source."""
        return self.source.inspect()

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield its records with the column."""
        for record in self.source.read(context):
            told = json.dumps(dict(record.values), ensure_ascii=False, default=str)
            yield Record(record.where, {**record.values, REST.name: told})


def _read(source: DataSource, where: str, columns: Sequence[Column], folder: Path) -> Intake:
    problems = list(source.inspect())
    if problems:
        raise DataError(problems=problems)
    taken = take_in(source, folder / "rows.arrow", columns=columns, mapping={}, where=where, offline=True)
    if taken.dropped:
        reason, change = next(iter(taken.dropped.items()))
        hint = "remove the row, or complete it"
        raise DataError(f"{change.count} rows with {reason}", where=change.examples[0]["id"], hint=hint)
    return taken

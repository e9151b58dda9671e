"""Reads single files for a trained model: texts to predict for, or labelled rows to be judged on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from metier.columns import CORPUS
from metier.components import TaskHead
from metier.data.intake import take_in
from metier.data.store import records
from metier.errors import DataError
from metier.plan import source_of_file
from metier.registry import Registry
from metier.values import Column


def read_labelled(path: str | Path, head: TaskHead, registry: Registry, folder: Path) -> Dataset:
    """Return the rows of a file with the columns that `head` needs; working files go into `folder`.

    Raises `DataError` where the file cannot be read, lacks a column, or has rows without a label.
    """
    return _read(path, head.columns, registry, folder)


def asked(head: TaskHead) -> tuple[Column, ...]:
    """Return the columns that a prediction needs: what is read, without what is to be said of it."""
    return tuple(column for column in head.columns if column.asked)


def read_inputs(path: str | Path, head: TaskHead, registry: Registry, folder: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the columns that `head` predicts from, a row each, in order; a line of plain text is a row.

    Raises `DataError` where a column is missing or a row is empty.
    """
    columns = asked(head)
    alone = [column.name for column in columns] == ["text"]
    for row in records(_read(path, CORPUS if alone else columns, registry, folder)):
        yield {name: value for name, value in row.items() if name != "id"}


def input_of(given: str | Mapping[str, Any], head: TaskHead) -> dict[str, Any]:
    """Return what `head` predicts from: a text alone, or a mapping with all that it asks.

    Raises `DataError` where something is missing.
    """
    row = {"text": given} if isinstance(given, str) else dict(given)
    missing = [column.name for column in asked(head) if column.name not in row]
    if missing:
        hint = f"give {', '.join(column.name for column in asked(head))}"
        raise DataError(f"{head.name} predicts from '{missing[0]}' too", hint=hint)
    return {column.name: row[column.name] for column in asked(head)}


def _read(path: str | Path, columns: Sequence[Column], registry: Registry, folder: Path) -> Dataset:
    source = source_of_file(path, registry, prefer={"unit": "line"})
    problems = list(source.inspect())
    if problems:
        raise DataError(problems=problems)
    taken = take_in(source, folder / "rows.arrow", columns=columns, mapping={}, where=str(path), offline=True)
    if taken.dropped:
        reason, change = next(iter(taken.dropped.items()))
        hint = "remove the row, or complete it"
        raise DataError(f"{change.count} rows with {reason}", where=change.examples[0]["id"], hint=hint)
    return taken.rows

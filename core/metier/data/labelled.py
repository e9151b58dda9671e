"""Reads single files for a trained model: texts to predict for, or labelled rows to be judged on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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


def read_texts(path: str | Path, registry: Registry, folder: Path) -> Sequence[str]:
    """Return the texts of a file, in order: each line of plain text is one. Raises `DataError` where one is empty."""
    return [row["text"] for row in records(_read(path, CORPUS, registry, folder))]


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

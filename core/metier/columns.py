"""Columns that several tasks read, and the source column behind each that a task needs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from metier.errors import DataError, Problem
from metier.values import Column

CORPUS_SPLIT = "corpus"
CORPUS = (Column("text", aliases=("content", "document", "sentence", "paragraph", "body", "abstract", "description")),)
"""What a corpus must hold."""
TEXT = Column(
    "text", aliases=("sentence", "content", "review", "document", "utterance", "message", "query", "description")
)
"""What a task reads that says something of a text."""
FIRST = Column("text", aliases=("premise", "question", "sentence1", "reference", "query", "text_a"))
SECOND = Column("second", aliases=("hypothesis", "answer", "sentence2", "student_answer", "passage", "text_b", "text2"))
"""With `FIRST`, what a task reads that says something of two texts together."""


def of_split(split: str, columns: Sequence[Column], corpus: Sequence[Column] | None) -> tuple[Column, ...]:
    """Return what the records of a split must hold, by a task's columns and what it reads of a corpus."""
    if split != CORPUS_SPLIT:
        return tuple(columns)
    named = {column.name for column in corpus or ()}
    return (*(column for column in CORPUS if column.name not in named), *(corpus or ()))


def resolve(
    columns: Sequence[Column], mapping: Mapping[str, str], available: Sequence[str], *, where: str
) -> dict[str, str]:
    """Return the source column of each column: the mapped one, else one of the same name, else the only alias.

    Optional columns that are not there are left out. Raises `DataError` with every column that is missing.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for name, source in mapping.items():
        if name not in {column.name for column in columns}:
            hint = f"map one of {', '.join(column.name for column in columns)}"
            problems.append(Problem(f"the task has no column '{name}'", where=f"{where}.columns", hint=hint))
        elif source not in available:
            problems.append(_missing(f"there is no column '{source}'", (source,), available, where))
        else:
            found[name] = source
    for column in columns:
        if column.name in found or column.name in mapping:
            continue
        candidates = _candidates(column, [name for name in available if name not in found.values()])
        if len(candidates) == 1:
            found[column.name] = candidates[0]
        elif candidates:
            hint = f"say which: `columns: {{{column.name}: {candidates[0]}}}`"
            problems.append(
                Problem(f"'{column.name}' may be {_either(candidates)}", where=f"{where}.columns", hint=hint)
            )
        elif column.required:
            message = f"there is no column for '{column.name}'"
            free = [name for name in available if name not in found.values()]
            problems.append(_missing(message, (column.name, *column.aliases), available, where, column.name, free))
    if problems:
        raise DataError(problems=problems)
    return {column.name: found[column.name] for column in columns if column.name in found}


def _candidates(column: Column, available: Sequence[str]) -> list[str]:
    """Return the column of that name; else those that differ in case alone; else aliases in any case."""
    if column.name in available:
        return [column.name]
    for wanted in ({column.name.casefold()}, {alias.casefold() for alias in column.aliases}):
        matching = [name for name in available if name.strip().casefold() in wanted]
        if matching:
            return matching
    return []


def _missing(
    message: str,
    wanted: Iterable[str],
    available: Sequence[str],
    where: str,
    role: str | None = None,
    free: Sequence[str] | None = None,
) -> Problem:
    """Return a problem with the nearest of the columns, or of those still `free`."""
    free = available if free is None else free
    near = [match for name in wanted for match in difflib.get_close_matches(name, free, n=1, cutoff=0.6)]
    message = f"{message}; there are {', '.join(available) or 'none'}"
    if near and role is None:
        return Problem(message, where=f"{where}.columns", hint=f"did you mean '{near[0]}'?")
    example = near[0] if near else (free[0] if free else "…")
    hint = f"say which one it is: `columns: {{{role or 'text'}: {example}}}`"
    return Problem(message, where=f"{where}.columns", hint=hint)


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)

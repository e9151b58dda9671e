"""Describes prepared splits for the report, and holds them to the training's maximum length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from metier.columns import CORPUS_SPLIT
from metier.components import TaskHead
from metier.data import keys, leakage, report, tables
from metier.data.lengths import Lengths, TokenCounter, tokenizer_file
from metier.errors import DataError
from metier.plan import Plan
from metier.settings import TrainingSettings
from metier.values import Json

COUNTED = 20_000
"""Texts of a corpus whose tokens are counted, at most: of a larger one, so many are drawn at even distances."""


@dataclass(frozen=True)
class Audit:
    """What a task's rows are looked at by."""

    head: TaskHead | None
    settings: TrainingSettings
    texts: tuple[str, ...]
    """The columns that hold text."""
    content: tuple[str, ...]
    """The columns that make two rows equal: all that is read."""
    label: str | None
    spans: tuple[str, ...]
    """The columns that hold spans of the text."""
    counter: TokenCounter | None

    @classmethod
    def of(cls, plan: Plan, head: TaskHead | None, tokenizer_path: Path | None) -> Audit:
        """Return the audit of a plan's data; raises `DataError` where lengths must be checked and cannot be counted."""
        columns = head.columns if head else ()
        texts = tuple(column.name for column in columns if column.kind == "text" and column.required)
        content = tuple(column.name for column in columns if column.asked)
        label = next((column.name for column in columns if column.kind in {"label", "labels"}), None)
        file = tokenizer_file(tokenizer_path)
        if file is None and plan.training.overflow == "error":
            hint = "set `overflow: truncate`, or take a model with a tokenizer.json"
            raise DataError("rows cannot be held to max_length: the model has no tokenizer.json", hint=hint)
        spans = tuple(column.name for column in columns if column.kind == "spans")
        counter = TokenCounter(file) if file else None
        return cls(head, plan.training, texts, content, label, spans, counter)

    def labels(self, rows: Dataset) -> list[Sequence[str]] | None:
        """Return the labels of each row, where the task has such a column."""
        if self.label is None:
            return None
        return [[value] if isinstance(value, str) else (value or []) for value in tables.column(rows, self.label)]

    def splits(self, rows: Mapping[str, Dataset]) -> dict[str, Json]:
        """Describe every split; raises `DataError` where a row is too long and `overflow` is `error`."""
        made: dict[str, Json] = {}
        for split, some in rows.items():
            corpus = split == CORPUS_SPLIT
            texts = ("text",) if corpus else self.texts
            counted = tables.spread(some, COUNTED) if corpus else some
            tokens = self.counter.count(counted, texts) if self.counter and texts else None
            # What is read in windows is not cut off.
            limit = None if corpus or (self.head and self.head.windows) else self.settings.max_length
            if limit is not None and tokens is not None:
                self._hold(split, some, tokens)
            made[split] = report.of_split(some, texts or self.content, tokens, limit)
            made[split]["of"] = (
                {} if corpus or self.head is None else dict(self.head.describe_rows(self._columns(some)))
            )
        return made

    def duplicates(self, rows: Mapping[str, Dataset]) -> dict[str, Json]:
        """Count the copies left in every split."""
        made: dict[str, Json] = {}
        for split, some in rows.items():
            if split == CORPUS_SPLIT:  # near-copies of a whole corpus are `deduplicate`'s to find
                made[split] = report.of_copies(list(keys.keys(tables.texts(some, ("text",)))), None)
            else:
                prints = leakage.prints(some, self.content)
                made[split] = {
                    **report.of_copies(prints.keys, self.labels(some)),
                    "near": report.near_copies(prints),
                }
        return made

    def _columns(self, rows: Dataset) -> dict[str, Sequence[Any]]:
        """Return the columns in memory, but for texts, which are read when they are asked for."""
        return {name: rows[name] if name in self.texts else tables.column(rows, name) for name in rows.column_names}

    def _hold(self, split: str, rows: Dataset, tokens: Lengths) -> None:
        over = np.flatnonzero(tokens > self.settings.max_length)
        if not len(over) or self.settings.overflow != "error":
            return
        first = int(over[0])
        message = (
            f"{len(over)} rows of {split} are longer than max_length {self.settings.max_length}; "
            f"{rows[first]['id']} has {tokens[first]} tokens"
        )
        hint = "raise `training.max_length`, filter such rows, or set `training.overflow: truncate`"
        raise DataError(message, where="training.overflow", hint=hint)

"""Applies a plan's transforms to every split, and keeps what each changed and dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets import Dataset

from metier.columns import CORPUS_SPLIT
from metier.components import Change, Industry, Transform, TransformContext
from metier.data import spans, tables
from metier.errors import DataError
from metier.plan import Plan
from metier.registry import Registry


@dataclass(frozen=True, slots=True)
class Step:
    """What one transform did to one split."""

    transform: str
    split: str
    rows_in: int
    rows_out: int
    changed: Mapping[str, Change]
    dropped: Mapping[str, Change]


def apply(
    plan: Plan,
    registry: Registry,
    rows: Mapping[str, Dataset],
    *,
    text_columns: Sequence[str],
    label_column: str | None,
    span_columns: Sequence[str] = (),
) -> tuple[dict[str, Dataset], list[Step]]:
    """Return the splits as the transforms leave them, and what each did.

    The corpus goes through the same steps, but for those that need labels. Raises `DataError` where a step leaves
    nothing, or changes ids or columns that it must keep.
    """
    made, steps = dict(rows), list[Step]()
    industry = registry.create(Industry, plan.industry) if plan.industry else None
    for use in plan.prepare:
        transform = registry.create(Transform, use)
        for split, before in made.items():
            corpus = split == CORPUS_SPLIT
            if corpus and transform.needs_labels:
                continue
            context = TransformContext(
                text_columns=("text",) if corpus else tuple(text_columns),
                label_column=None if corpus else label_column,
                seed=plan.seed,
                split=split,
                industry=industry,
            )
            after = transform.apply(before, context)
            check_columns(before, after, use.name, use.path)
            _check_rows(before, after, use.name, split, use.path)
            if span_columns and not corpus:
                after = _following(before, after, span_columns, context)
            steps.append(Step(use.name, split, len(before), len(after), context.changed, context.dropped))
            made[split] = after
    return made, steps


def _following(before: Dataset, after: Dataset, columns: Sequence[str], context: TransformContext) -> Dataset:
    """Return `after` with its spans where their characters went; those whose text is gone are said."""
    texts = dict(zip(tables.column(before, "id"), tables.column(before, "text"), strict=True))
    now = zip(tables.column(after, "id"), tables.column(after, "text"), strict=True)
    if all(texts.get(row, text) == text for row, text in now):
        return after

    def change(batch: tables.Columns) -> tables.Columns:
        found: dict[str, list[Any]] = {name: [] for name in columns}
        for number, (row, text) in enumerate(zip(batch["id"], batch["text"], strict=True)):
            for name in columns:
                old = batch[name][number]
                new = spans.moved(old, texts.get(row, text), text)
                if len(new) < len(old):
                    context.change("spans whose text is gone", row, str(old), str(new))
                found[name].append(new)
        return found

    return tables.rewrite(after, change)


def check_columns(before: Dataset, after: Dataset, name: str, where: str) -> None:
    """Raise `DataError` where a step takes a column away."""
    lost = [column for column in before.column_names if column not in after.column_names]
    if lost:
        hint = "the transform must keep the columns that it was given: tell its author"
        raise DataError(f"'{name}' takes the column '{lost[0]}' away", where=where, hint=hint)


def _check_rows(before: Dataset, after: Dataset, name: str, split: str, where: str) -> None:
    if len(before) and not len(after):
        hint = "loosen its options, or look at the rows: it fits none of them"
        raise DataError(f"'{name}' leaves no row of {split}, of {len(before)}", where=where, hint=hint)

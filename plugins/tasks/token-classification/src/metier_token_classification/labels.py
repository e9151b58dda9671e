"""What training must know of the spans: their labels; and that a token can have but one."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.errors import DataError
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset

Spans = Sequence[Mapping[str, Any]]


def learn(train: Dataset, on_overlap: str) -> dict[str, Json]:
    """Return `labels`, sorted, and `counts` of spans with each."""
    counts: Counter[str] = Counter()
    for row, spans in _rows(train):
        _hold(row, spans, on_overlap)
        counts.update(span["label"] for span in spans)
    if not counts:
        hint = "check the column of spans: a list of {start, end, label} in each record"
        raise DataError("no training row has a span", where="train", hint=hint)
    return {"labels": sorted(counts), "counts": [counts[label] for label in sorted(counts)]}


def check(split: str, rows: Dataset, state: Mapping[str, Json], on_overlap: str) -> None:
    """Raise `DataError` for spans that a model with `state` cannot give."""
    known = set(state["labels"])
    for row, spans in _rows(rows):
        _hold(row, spans, on_overlap)
        unknown = sorted({span["label"] for span in spans} - known)
        if unknown:
            hint = f"training knows {', '.join(state['labels'])}; correct the label, or give training such spans"
            raise DataError(f"{split} has the label '{unknown[0]}', which no training row has", where=row, hint=hint)


def without_overlaps(spans: Spans) -> list[dict[str, Any]]:
    """Return spans of which none share a character: of those that do, the longest, then the first."""
    kept: list[dict[str, Any]] = []
    for span in sorted(spans, key=lambda one: (one["start"] - one["end"], one["start"])):
        if all(span["end"] <= one["start"] or span["start"] >= one["end"] for one in kept):
            kept.append(dict(span))
    return sorted(kept, key=lambda one: int(one["start"]))


def _rows(rows: Dataset) -> Iterator[tuple[str, Spans]]:
    for batch in rows.select_columns(["id", "spans"]).iter(batch_size=1000):
        yield from zip(batch["id"], batch["spans"], strict=True)


def _hold(row: str, spans: Spans, on_overlap: str) -> None:
    if on_overlap == "longest":
        return
    ordered = sorted(spans, key=lambda one: (one["start"], one["end"]))
    for one, other in itertools.pairwise(ordered):
        if other["start"] < one["end"]:
            said = f"two spans share characters: {_said(one)} and {_said(other)}"
            hint = "a token has one label: correct the spans, or set `task: {on_overlap: longest}`"
            raise DataError(said, where=row, hint=hint)


def _said(span: Mapping[str, Any]) -> str:
    return f"{span['label']} {span['start']}–{span['end']}"

"""What training must know of the spans: their labels; and what of them a token's one tag can say."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metier.data.spans import without_spaces
from metier.errors import DataError
from metier.values import Json
from metier_token_classification.words import words

if TYPE_CHECKING:
    from datasets import Dataset

Spans = Sequence[Mapping[str, Any]]


def learn(train: Dataset, on_overlap: str) -> dict[str, Json]:
    """Return `labels`, sorted, and `counts` of spans with each."""
    counts: Counter[str] = Counter()
    for row, text, spans in _rows(train):
        _hold(row, text, spans, on_overlap)
        counts.update(span["label"] for span in spans)
    if not counts:
        hint = "check the column of spans: a list of {start, end, label} in each record"
        raise DataError("no training row has a span", where="train", hint=hint)
    return {"labels": sorted(counts), "counts": [counts[label] for label in sorted(counts)]}


def check(split: str, rows: Dataset, state: Mapping[str, Json], on_overlap: str) -> None:
    """Raise `DataError` for spans that a model with `state` cannot give."""
    known = set(state["labels"])
    for row, text, spans in _rows(rows):
        _hold(row, text, spans, on_overlap)
        unknown = sorted({span["label"] for span in spans} - known)
        if unknown:
            hint = f"training knows {', '.join(state['labels'])}; correct the label, or give training such spans"
            raise DataError(f"{split} has the label '{unknown[0]}', which no training row has", where=row, hint=hint)


def settled(spans: Spans, text: str) -> list[dict[str, Any]]:
    """Return the spans of `text` that can be learnt and given: without spaces at their edges, and none of spaces alone.

    None share a character: of those that do, the longest stays, then the first.
    """
    kept: list[dict[str, Any]] = []
    for span in sorted(trimmed(spans, text), key=lambda one: (one["start"] - one["end"], one["start"])):
        if all(span["end"] <= one["start"] or span["start"] >= one["end"] for one in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: int(one["start"]))


def trimmed(spans: Spans, text: str) -> list[dict[str, Any]]:
    """Return spans without spaces at their edges: no token holds one. A span of spaces alone is left out."""
    found = []
    for span in spans:
        start, end = without_spaces(text, span["start"], span["end"])
        if start < end:
            found.append({**span, "start": start, "end": end})
    return found


def inside_words(spans: Spans, text: str) -> int:
    """Return how many spans begin or end inside a word, as the baselines see words."""
    inner = {at for word in words(text) for at in range(word.start + 1, word.end)}
    return sum(span["start"] in inner or span["end"] in inner for span in trimmed(spans, text))


def _rows(rows: Dataset) -> Iterator[tuple[str, str, Spans]]:
    for batch in rows.select_columns(["id", "text", "spans"]).iter(batch_size=1000):
        yield from zip(batch["id"], batch["text"], batch["spans"], strict=True)


def _hold(row: str, text: str, spans: Spans, on_overlap: str) -> None:
    inner = trimmed(spans, text)
    if len(inner) < len(spans):
        hint = "remove it, or correct its place"
        raise DataError("a span holds spaces alone", where=row, hint=hint)
    ordered = sorted(inner, key=lambda one: (one["start"], one["end"]))
    for one, other in itertools.pairwise(ordered):
        if other["start"] < one["end"] and on_overlap == "error":
            said = f"two spans share characters: {_said(one)} and {_said(other)}"
            hint = "a token has one label: correct the spans, or set `task: {on_overlap: longest}`"
            raise DataError(said, where=row, hint=hint)


def _said(span: Mapping[str, Any]) -> str:
    return f"{span['label']} {span['start']}–{span['end']}"

"""Builds `data/report.json`: what came in, what each step changed or dropped and why, and what is trained on.

Keys:
  sources     by split: source, rows read, columns, mapping, notes, dropped (reason: count, examples)
  transforms  in order: transform, split, rows_in, rows_out, changed, dropped (reason: count, examples)
  splits      by split: rows, of (what the task head tells: rows a label), characters, tokens (p50, p95, max, mean,
              total, histogram of edges and counts, sample: how many texts were counted where not all were),
              truncated (max_length, rows, share, tokens_share)
  split       by, group, carved: the splits that were put aside from the training rows, with their shares
  duplicates  by split: exact, near (null for the corpus), conflicting (rows of equal texts with different labels)
  leakage     on_leak, threshold, pairs: of, into, exact, near, dropped, examples; corpus: split, rows, of, examples
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from datasets import Dataset

from metier.components import Change
from metier.data import lengths, near, tables
from metier.data.intake import Intake
from metier.data.leakage import EXAMPLES, Leak, Prints
from metier.data.lengths import Lengths
from metier.data.steps import Step
from metier.values import Json


def of_source(name: str, taken: Intake) -> dict[str, Json]:
    """Describe what a source gave."""
    return {
        "source": name,
        "rows": taken.read,
        "columns": list(taken.available),
        "mapping": dict(taken.mapping),
        "notes": list(taken.notes),
        "dropped": _changes(taken.dropped),
    }


def of_step(step: Step) -> dict[str, Json]:
    """Describe what a transform did to a split."""
    return {
        "transform": step.transform,
        "split": step.split,
        "rows_in": step.rows_in,
        "rows_out": step.rows_out,
        "changed": _changes(step.changed),
        "dropped": _changes(step.dropped),
    }


def of_split(rows: Dataset, columns: Sequence[str], tokens: Lengths | None, max_length: int | None) -> dict[str, Json]:
    """Describe a split: rows, characters, and where they were counted tokens and what is cut.

    Fewer `tokens` than rows are those of a sample: the total is estimated from their mean.
    """
    characters = np.fromiter(map(len, tables.texts(rows, columns)), np.int64, len(rows))
    made: dict[str, Json] = {"rows": len(rows), "characters": lengths.describe(characters), "tokens": None}
    if tokens is not None:
        described = lengths.describe(tokens)
        if len(tokens) < len(rows):
            described |= {"sample": len(tokens), "total": round(float(tokens.mean()) * len(rows))}
        made["tokens"] = described
        if max_length is not None:
            made["truncated"] = dict(lengths.truncation(tokens, max_length))
    return made


def of_copies(keys: Sequence[str], labels: Sequence[Any] | None) -> dict[str, Json]:
    """Count the equal texts that are left in a split, and rows of those whose labels differ."""
    counts = Counter(keys)
    held: dict[str, set[str]] = defaultdict(set)
    for key, label in zip(keys, labels or (), strict=labels is not None):
        held[key].add(str(label))
    conflicting = sum(counts[key] for key, found in held.items() if len(found) > 1)
    return {"exact": len(keys) - len(counts), "near": None, "conflicting": conflicting}


def near_copies(prints: Prints) -> int:
    """Count the near-copies that are left in a split, whatever their labels; equal texts aside."""
    firsts = sorted({key: row for row, key in reversed(list(enumerate(prints.keys)))}.values())
    return sum(1 for _ in near.duplicates(prints.select(firsts).grams))


def of_leak(
    names: tuple[str, str], rows: tuple[Dataset, Dataset], columns: Sequence[str], leaks: Sequence[Leak], dropped: int
) -> dict[str, Json]:
    """Describe the rows of one split that another holds too."""
    shown = leaks[:EXAMPLES]
    ones = rows[0].select([leak.row for leak in shown])
    others = rows[1].select([leak.other for leak in shown])
    examples = [
        {
            "id": one,
            "other": other,
            "similarity": round(leak.similarity, 3),
            "text": tables.shown(text)[:200],
            "other_text": tables.shown(other_text)[:200],
        }
        for leak, one, other, text, other_text in zip(
            shown,
            tables.column(ones, "id"),
            tables.column(others, "id"),
            tables.texts(ones, columns),
            tables.texts(others, columns),
            strict=True,
        )
    ]
    exact = sum(leak.exact for leak in leaks)
    return {
        "of": names[0],
        "into": names[1],
        "exact": exact,
        "near": len(leaks) - exact,
        "dropped": dropped,
        "examples": examples,
    }


def of_corpus(split: str, rows: Dataset, columns: Sequence[str], found: Sequence[int]) -> dict[str, Json]:
    """Describe the rows of a split whose text the corpus holds."""
    some = rows.select(found[:EXAMPLES])
    examples = [
        {"id": name, "text": tables.shown(text)[:200]}
        for name, text in zip(tables.column(some, "id"), tables.texts(some, columns), strict=True)
    ]
    return {"split": split, "rows": len(found), "of": len(rows), "examples": examples}


def _changes(changes: Mapping[str, Change]) -> dict[str, Json]:
    return {reason: {"count": change.count, "examples": list(change.examples)} for reason, change in changes.items()}

"""What can be learnt of a data set's labels, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from metier.data.tables import place
from metier.errors import DataError, Problem
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset


def column(rows: Dataset, name: str) -> Sequence[Json]:
    """Return a whole column as a list."""
    values: Sequence[Json] = rows[name][:]
    return values


def labels_of(rows: Dataset, name: str, *, several: bool) -> list[tuple[str, ...]]:
    """Return each row's labels by name; raises `DataError` where a row has none and must, or a nameless one."""
    found = [tuple(value or ()) if several else (value,) for value in column(rows, name)]
    bare = [i for i, labels in enumerate(found) if any(label is None or label == "" for label in labels)]
    if bare:
        hint = "label these rows, or drop them"
        raise DataError(f"{len(bare)} rows have an empty label", where=place(rows, bare), hint=hint)
    return [tuple(str(label) for label in labels) for labels in found]


def learn(found: Sequence[Iterable[str]], given: Sequence[str] | None) -> dict[str, Json]:
    """Return `labels`, sorted or as `given`, the number of rows with each, and `rows`.

    Raises `DataError` where there are fewer than two labels, or one is not among those given.
    """
    counts = Counter(label for labels in found for label in set(labels))
    names = sorted(counts) if given is None else list(given)
    strange = sorted(counts.keys() - set(names))
    if strange:
        problems = [
            Problem(f"the label '{label}' is not among `labels`", "task.labels", near(label, names))
            for label in strange
        ]
        raise DataError(problems=problems)
    if len(counts) < 2:
        only = f"only the label '{next(iter(counts))}'" if counts else "no label at all"
        raise DataError(
            f"the training rows have {only}", where="data.train", hint="add rows with another label: two are the least"
        )
    return {"labels": names, "counts": [counts[name] for name in names], "rows": len(found)}


def check(split: str, rows: Dataset, found: Sequence[Iterable[str]], state: Mapping[str, Json]) -> None:
    """Raise `DataError` naming each label that training never saw, with the first rows that have it."""
    known = set(state["labels"])
    strange: dict[str, list[int]] = {}
    for i, labels in enumerate(found):
        for label in set(labels) - known:
            strange.setdefault(label, []).append(i)
    problems = [
        Problem(
            f"{split} has the label '{label}' ({len(where)} rows), which training never saw",
            where=place(rows, where),
            hint=near(label, state["labels"]),
        )
        for label, where in sorted(strange.items())
    ]
    if problems:
        raise DataError(problems=problems)


def near(label: str, names: Sequence[str]) -> str:
    """Return a hint with the nearest label."""
    close = difflib.get_close_matches(label, names, n=1)
    return f"did you mean '{close[0]}'?" if close else f"the labels are: {', '.join(names)}"


def balanced_weights(state: Mapping[str, Json]) -> tuple[float, ...]:
    """Return a weight a label, so that every label weighs the same in all; 1 for one that no row has.

    rows / (labels × rows with it), as scikit-learn's `class_weight="balanced"`.
    """
    counts = state["counts"]
    return tuple(state["rows"] / (len(counts) * count) if count else 1.0 for count in counts)


def positive_weights(state: Mapping[str, Json]) -> tuple[float, ...]:
    """Return, a label, how many rows are without it for each that has it; 1 where no row has it or all do."""
    counts, rows = state["counts"], state["rows"]
    return tuple((rows - count) / count if 0 < count < rows else 1.0 for count in counts)

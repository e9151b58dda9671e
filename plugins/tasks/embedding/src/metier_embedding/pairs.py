"""Which pairs belong together, and what is wrong with a data set of pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metier.data.tables import place
from metier.errors import DataError
from metier.values import Json

if TYPE_CHECKING:
    from datasets import Dataset

MOST_RANKED = 4096
"""Rows of a held-out split: predictions come so many at a time, and a partner is ranked among all of its split."""


def labels(rows: Dataset) -> np.ndarray | None:
    """Return each row's label (rows,) float64, None where there are no labels.

    Raises `DataError` where some rows have one and others not, or one is not finite.
    """
    if "label" not in rows.column_names:
        return None
    found = np.array(rows["label"][:], dtype=np.float64)
    strange = np.flatnonzero(~np.isfinite(found))
    if len(strange):
        hint = "label these rows, or drop them"
        raise DataError(f"{len(strange)} rows have no label", where=place(rows, strange.tolist()), hint=hint)
    return found


def together(rows: Dataset, threshold: float) -> np.ndarray:
    """Return whether both texts of each row belong together, (rows,): all of them where there are no labels."""
    found = labels(rows)
    return np.ones(len(rows), dtype=bool) if found is None else found >= threshold


def learn(train: Dataset, threshold: float, *, graded: bool) -> dict[str, Json]:
    """Return `rows`, `pairs` that belong together, and `low` and `high` where there are labels.

    Raises `DataError` where no pair belongs together; `graded`, where all labels are the same.
    """
    pairs, found = int(together(train, threshold).sum()), labels(train)
    if graded and found is not None and found.min() == found.max():
        hint = "add pairs with other labels: two are the least"
        raise DataError(f"the training rows have only the label {found[0]:g}", where="data.train", hint=hint)
    if not pairs and not graded:
        hint = "lower the task's `threshold`, or add such pairs"
        raise DataError(
            f"no pair of the training rows has a label of {threshold:g} or more", where="data.train", hint=hint
        )
    state = {"rows": len(train), "pairs": pairs}
    return state if found is None else {**state, "low": float(found.min()), "high": float(found.max())}


def check(split: str, rows: Dataset) -> None:
    """Raise `DataError` for labels that are missing, and for a held-out split with too many rows to rank."""
    labels(rows)
    if split != "train" and len(rows) > MOST_RANKED:
        hint = f"hold out fewer: {MOST_RANKED} are the most"
        raise DataError(
            f"{len(rows)} rows are too many to rank every partner among all of them", where=split, hint=hint
        )


def describe(rows: Mapping[str, Sequence[Any]], threshold: float) -> dict[str, int]:
    """Return the pairs that belong together, and those that do not."""
    given = rows.get("label")
    count = len(rows["text"])
    found = count if given is None else sum(value >= threshold for value in given)
    return {"belong together": found, "do not": count - found}

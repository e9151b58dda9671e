"""Errors worth reading: the wrong predictions that the model was surest of, or that are farthest off."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from metier.report import wording
from metier.report.facts import Facts

SHOWN = 20
LONGEST = 600
"""Characters of a text that are shown; the file of predictions has all of it."""

RIGHT = "right"
"""The column that says whether a prediction is right, where it may be so without being equal to the reference."""
NO_TEXT = frozenset({"id", "reference", "prediction", "probabilities", RIGHT})


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong prediction."""

    id: str
    text: str
    more: int
    """Characters that are not shown."""
    reference: str
    prediction: str
    score: str
    of_reference: str
    """The probability that the model gave to the right answer."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The surest of the wrong predictions, and how many there are in all."""

    total: int
    rows: int
    graded: bool
    """Whether predictions are more or less off, as numbers and texts are, not right or wrong."""
    order: str
    """What makes those that are shown the first."""
    file: str
    shown: Sequence[Mistake]


def mistakes(facts: Facts) -> Mistakes | None:
    """Return the errors of the kept model; None where its predictions were not kept."""
    import pyarrow.parquet as pq

    file = facts.judged.get("predictions", "")
    path = facts.path / file
    if not file or not path.is_file():
        return None
    table = pq.read_table(path)
    columns = [name for name in table.column_names if name not in NO_TEXT]
    surest: list[Mapping[str, Any]] = []
    total = 0
    for batch in table.to_batches(max_chunksize=2000):
        wrong = [row for row in batch.to_pylist() if not row.get(RIGHT, row["reference"] == row["prediction"])]
        total += len(wrong)
        surest = heapq.nlargest(SHOWN, [*surest, *wrong], key=_sureness)
    shown = [_mistake(row, columns) for row in surest]
    return Mistakes(total, table.num_rows, *_order(surest), file, shown)


def _order(rows: Sequence[Mapping[str, Any]]) -> tuple[bool, str]:
    """Return whether predictions are graded, and what makes those that are shown the first."""
    if rows and _is_number(rows[0]["prediction"]):
        return True, "that are farthest off"
    if rows and isinstance(rows[0]["prediction"], str) and not rows[0].get("probabilities") and "score" not in rows[0]:
        return True, "that are least like what is right"
    return False, "that the model was surest of: labels that are wrong in the data show here first"


def _mistake(row: Mapping[str, Any], columns: Sequence[str]) -> Mistake:
    text = " ¶ ".join(str(row[name]) for name in columns if isinstance(row[name], str))
    where = str(row.get("text", ""))
    probabilities = row.get("probabilities") or {}
    reference = row["reference"]
    right = probabilities.get(reference) if isinstance(reference, str) else None
    return Mistake(
        id=str(row["id"]),
        text=text[:LONGEST],
        more=max(0, len(text) - LONGEST),
        reference=_cut(_said(reference, where)),
        prediction=_cut(_said(row["prediction"], where)),
        score=wording.share(_sureness(row)) if probabilities else wording.DASH,
        of_reference=wording.share(right) if right is not None else wording.DASH,
    )


def _sureness(row: Mapping[str, Any]) -> float:
    """Return the probability of what was said; of several labels, that of the surest wrong one; of spans, how many
    are false; of a number, how far it is off; of text, how unlike what is right it is.
    """
    probabilities = row.get("probabilities") or {}
    said = row["prediction"]
    if _is_number(said):
        return abs(float(said) - float(row["reference"]))
    if isinstance(said, str):
        if probabilities or "score" in row:
            return float(probabilities.get(said, row.get("score") or 0.0))
        return 100.0 - fuzz.ratio(said, row["reference"])
    if _are_spans(said) and _are_spans(row["reference"]):
        return float(sum((_counted(said) - _counted(row["reference"])).values()))
    if isinstance(said, list) and "score" in row:
        return float(row["score"])
    if isinstance(said, list):
        right = set(row["reference"])
        falsely = [float(probabilities.get(label, 0.0)) for label in said if label not in right]
        missed = [1 - float(probabilities.get(label, 1.0)) for label in right if label not in said]
        return max([*falsely, *missed, 0.0])
    return 0.0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _are_spans(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _counted(spans: Sequence[Mapping[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter((span["start"], span["end"], span["label"]) for span in spans)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _said(value: Any, text: str) -> str:
    if _are_spans(value):
        return "; ".join(f"{one['label']}: {text[one['start'] : one['end']]}" for one in value) or "(none)"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "(none)"
    return f"{value:g}" if _is_number(value) else str(value)

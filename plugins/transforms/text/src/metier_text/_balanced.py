"""Writes the balanced training rows of a job, for as long as it trains."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from metier.data.store import load, records, write
from metier.data.tables import column
from metier.errors import StageError
from metier.values import Job

if TYPE_CHECKING:
    from metier_text.balance import Balance

logger = logging.getLogger("metier")
LABEL = "label"
WHERE = "balance"


def balanced(job: Job, config: Balance.Config, folder: Path) -> Job:
    """Return the job with balanced training rows in `folder`; a repeated row is `<id>~2`, `<id>~3`.

    Raises `StageError` where the rows have no column `label` with one label each.
    """
    rows = load(job.datasets["train"])
    labels = column(rows, LABEL) if LABEL in rows.column_names else []
    if not labels or not all(isinstance(label, str) for label in labels):
        hint = "leave balance out of `improve`; `class_weights: balanced` of the task serves several labels a row"
        raise StageError(f"the rows of {job.task.name} have not one label each", where=WHERE, hint=hint)
    counts = Counter(labels)
    goal = goals(counts, by=config.by, ratio=config.ratio)
    if goal == counts:
        logger.info("balance: the training rows are in balance as they are")
        return job
    copies = drawn(labels, goal, Random(f"balance: {job.seed}"))
    changed = [label for label in sorted(counts) if goal[label] != counts[label]]
    told = ", ".join(f"{label} {counts[label]} to {goal[label]}" for label in changed)
    logger.info("balance: training rows by label: %s", told)
    types = {field.name: field.type for field in rows.features.arrow_schema}
    made = write(_repeated(records(rows), copies), folder / "train.arrow", types=types)
    return replace(job, datasets={**job.datasets, "train": made})


def goals(counts: Mapping[str, int], *, by: str, ratio: float) -> dict[str, int]:
    """Return how many rows each label is to have."""
    if by == "up-sampling":
        least = math.ceil(max(counts.values()) / ratio)
        return {label: max(count, least) for label, count in counts.items()}
    most = math.floor(min(counts.values()) * ratio)
    return {label: min(count, most) for label, count in counts.items()}


def drawn(labels: Sequence[str], goal: Mapping[str, int], source: Random) -> list[int]:
    """Return how often each row is taken: all as often as can be, and some, drawn by `source`, once more."""
    copies = [0] * len(labels)
    for label in sorted(goal):
        mine = [row for row, one in enumerate(labels) if one == label]
        whole, rest = divmod(goal[label], len(mine))
        for row in mine:
            copies[row] = whole
        for row in source.sample(mine, rest):
            copies[row] += 1
    return copies


def _repeated(rows: Iterator[dict[str, Any]], copies: Sequence[int]) -> Iterator[dict[str, Any]]:
    for row, count in zip(rows, copies, strict=True):
        for turn in range(1, count + 1):
            yield row if turn == 1 else {**row, "id": f"{row['id']}~{turn}"}

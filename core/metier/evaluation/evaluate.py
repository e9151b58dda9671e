"""Judges predictions as they come: figures with 95 % intervals, details, and a file with every prediction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from metier.errors import DataError, RunError
from metier.evaluation.bootstrap import bootstrap, draws_for, percentile_interval
from metier.evaluation.predictions import writing
from metier.values import Detail, Json, MatrixDetail, Metrics

if TYPE_CHECKING:
    from datasets import Dataset

    from metier.components import TaskHead
    from metier.components.task_head import PredictionTable


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good predictions are."""

    rows: int
    metrics: Metrics
    intervals: Mapping[str, tuple[float, float]]
    """Where the middle 95 % of bootstrap draws lie, for each figure that is defined in most of them."""
    draws: int
    details: Sequence[Detail]
    predictions: Path

    def to_json(self) -> dict[str, Json]:
        """Return everything but the path as JSON."""
        return {
            "rows": self.rows,
            "metrics": dict(self.metrics),
            "intervals": {name: list(interval) for name, interval in self.intervals.items()},
            "draws": self.draws,
            "details": [detail_json(one) for one in self.details],
        }


def evaluate(
    head: TaskHead,
    state: Mapping[str, Json],
    predictions: Iterable[Sequence[Mapping[str, Json]]],
    rows: Dataset,
    path: Path,
    *,
    seed: int = 0,
) -> Evaluation:
    """Judge predictions, some rows at a time and in row order, against `rows`; write them to the parquet file `path`.

    Only the head's columns of numbers are held in memory. Raises `DataError` where there are no rows, `RunError` where
    there are more or fewer predictions than rows.
    """
    tables: list[PredictionTable] = []
    read = [column.name for column in head.columns if column.kind == "text" and not column.answer]
    texts = [name for name in read if name in rows.column_names]
    done = 0
    if not len(rows):
        raise DataError("there are no rows to judge by", hint="give a larger test share, or another test file")
    with writing(path, state.get("labels", ())) as writer:
        for batch in predictions:
            start, done = done, done + len(batch)
            if done > len(rows):
                break
            piece = rows.select(range(start, done))
            tables.append(head.table(batch, piece, state))
            writer.write(tables[-1], {name: piece[name][:] for name in texts})
        if done != len(rows):
            raise RunError(f"there are {done} predictions for {len(rows)} rows", where=str(path))
    table = {name: np.concatenate([one[name] for one in tables]) for name in tables[0]}
    return _judged(head, state, table, path, seed=seed)


def evaluate_table(
    head: TaskHead, state: Mapping[str, Json], table: PredictionTable, path: Path, *, seed: int = 0
) -> Evaluation:
    """Judge a whole table, as baselines give it, and write it to the parquet file `path`."""
    if not len(table["id"]):
        raise DataError("there are no rows to judge by", hint="give a larger test share, or another test file")
    with writing(path, state.get("labels", ())) as writer:
        writer.write(table, {})
    return _judged(head, state, table, path, seed=seed)


def _judged(head: TaskHead, state: Mapping[str, Json], table: PredictionTable, path: Path, *, seed: int) -> Evaluation:
    measure, rows, draws = head.measurer(table, state), len(table["id"]), draws_for(table)
    drawn = bootstrap(measure, rows, draws=draws, seed=seed)
    metrics = dict(measure(None))
    found = {name: percentile_interval(drawn[name]) for name in metrics if name in drawn}
    return Evaluation(
        rows=rows,
        metrics=metrics,
        intervals={name: interval for name, interval in found.items() if interval is not None},
        draws=draws,
        details=tuple(head.details(table, state)),
        predictions=path,
    )


def detail_json(detail: Detail) -> dict[str, Json]:
    """Return a detail as the files of a run have it."""
    if isinstance(detail, MatrixDetail):
        counts = [list(row) for row in detail.counts]
        return {"kind": "matrix", "title": detail.title, "labels": list(detail.labels), "counts": counts}
    rows = [list(row) for row in detail.rows]
    return {"kind": "table", "title": detail.title, "columns": list(detail.columns), "rows": rows}

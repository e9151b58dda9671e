"""What all tasks did together: datatrove's stats merged, and a report like the one of metier's own preparation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from metier.columns import CORPUS_SPLIT
from metier.components import Change
from metier.components.transform import EXAMPLES
from metier.data.report import of_step
from metier.data.steps import Step
from metier.errors import DataError, RunError
from metier.files import write_text
from metier.values import Json
from metier_datatrove import layout, said
from metier_datatrove.job import Job

Stats = Mapping[str, Any]
"""The stats of one step, by name, as datatrove writes them."""


def report(job: Job, tasks: int) -> dict[str, Json]:
    """Return what came in and what each step changed and dropped, in the form of `data/report.json`.

    Keys: sources (corpus), transforms, written (files, rows, characters). Raises `DataError` where nothing is left,
    `RunError` where what a task wrote is gone.
    """
    _check_files(job.folder, tasks)
    read, *steps, written = _stats(job.folder, tasks)
    told = {
        "sources": {
            CORPUS_SPLIT: {
                "source": job.source.name,
                "files": _count(read, "files"),
                "rows": _count(read, "rows"),
                "columns": list(job.available),
                "mapping": dict(job.chosen),
                "notes": list(said.read_notes(_said(job, tasks, 0))),
                "dropped": _source_dropped(job, read, tasks),
            }
        },
        "transforms": [of_step(_step(job, number, stats, tasks)) for number, stats in enumerate(steps)],
        "written": {
            "files": tasks,
            "rows": _count(written, "rows"),
            "characters": _count(written, "characters"),
        },
    }
    _check_rows(job, told)
    return told


def _stats(folder: Path, tasks: int) -> list[Stats]:
    """Return each step's stats, those of all tasks merged by datatrove and written where its tools look for them."""
    from datatrove.utils.stats import PipelineStats

    every = [
        PipelineStats.from_json(json.loads((layout.logs(folder) / "stats" / f"{rank:05d}.json").read_text("utf-8")))
        for rank in range(tasks)
    ]
    merged = sum(every, start=PipelineStats()).to_json()
    write_text(layout.logs(folder) / "stats.json", merged)
    return [step["stats"] for step in json.loads(merged)]


def _count(stats: Stats, name: str) -> int:
    """Return a total: datatrove writes one that is not told apart further as a plain number."""
    value = stats.get(name, 0)
    return int(value["total"] if isinstance(value, dict) else value)


def _said(job: Job, tasks: int, step: int) -> list[Path]:
    return [layout.said_file(job.folder, rank, step) for rank in range(tasks)]


def _changes(stats: Stats, paths: Iterable[Path], kind: str) -> dict[str, Change]:
    examples = said.read_examples(paths, kind, EXAMPLES)
    return {reason: Change(_count(stats, f"{kind}: {reason}"), found) for reason, found in examples.items()}


def _source_dropped(job: Job, stats: Stats, tasks: int) -> dict[str, Json]:
    changes = _changes(stats, _said(job, tasks, 0), said.DROPPED)
    return {reason: {"count": change.count, "examples": change.examples} for reason, change in changes.items()}


def _step(job: Job, number: int, stats: Stats, tasks: int) -> Step:
    paths = _said(job, tasks, number + 1)
    return Step(
        transform=job.steps[number].name,
        split=CORPUS_SPLIT,
        rows_in=_count(stats, "rows in"),
        rows_out=_count(stats, "rows out"),
        changed=_changes(stats, paths, said.CHANGED),
        dropped=_changes(stats, paths, said.DROPPED),
    )


def _check_files(folder: Path, tasks: int) -> None:
    for rank in range(tasks):
        if not layout.corpus_file(folder, rank).is_file():
            hint = f"remove {layout.mark(folder, rank)}, and the task is done again"
            raise RunError("what this task wrote is gone", where=str(layout.corpus_file(folder, rank)), hint=hint)


def _check_rows(job: Job, told: dict[str, Any]) -> None:
    """Refuse a corpus of which nothing is left, as one machine does."""
    source = told["sources"][CORPUS_SPLIT]
    dropped = {reason: one["count"] for reason, one in source["dropped"].items()}
    if source["rows"] == sum(dropped.values()):
        reasons = ", ".join(f"{count} with {reason}" for reason, count in dropped.items())
        where, hint = f"data.{CORPUS_SPLIT}", "check `columns` and the files"
        raise DataError(f"no row can be used: {reasons}", where=where, hint=hint)
    for use, step in zip(job.steps, told["transforms"], strict=True):
        if step["rows_in"] and not step["rows_out"]:
            hint = "loosen its options, or look at the rows: it fits none of them"
            message = f"'{use.name}' leaves no row of {CORPUS_SPLIT}, of {step['rows_in']}"
            raise DataError(message, where=use.path, hint=hint)

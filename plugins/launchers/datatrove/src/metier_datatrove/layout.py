"""The folder of a pipeline: what stands where in it, and what it was begun with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metier.errors import RunError
from metier.files import read_json, write_json
from metier_datatrove.files import File, divide
from metier_datatrove.job import Job

PLAN = "pipeline.json"
TASKS = 100
"""How many tasks there are at most where nobody says how many."""
DIFFERS = {
    "source": "another source, or other options of it",
    "columns": "other columns",
    "steps": "other steps, or other versions of them",
    "industry": "another industry",
    "seed": "another seed",
}
"""What differs where a key of the plan does."""


def logs(folder: Path) -> Path:
    """Return where datatrove keeps logs, stats, and marks of the tasks that are done."""
    return folder / "logs"


def corpus_file(folder: Path, rank: int) -> Path:
    """Return the file that a task writes its part of the corpus to."""
    return folder / "corpus" / f"{rank:05d}.jsonl.gz"


def said_file(folder: Path, rank: int, step: int) -> Path:
    """Return where a task keeps what a step of it said: notes and examples; the source is step 0."""
    return logs(folder) / "said" / f"{rank:05d}-{step}.json"


def output_file(folder: Path, rank: int) -> Path:
    """Return where a task's standard error goes."""
    return logs(folder) / "stderr" / f"task_{rank:05d}.log"


def mark(folder: Path, rank: int) -> Path:
    """Return the file by which datatrove marks a task as done."""
    return logs(folder) / "completions" / f"{rank:05d}"


def pending(folder: Path, tasks: int) -> int:
    """Return how many tasks are not done yet."""
    return sum(not mark(folder, rank).is_file() for rank in range(tasks))


def begin(job: Job, files: Sequence[File], tasks: int | None) -> int:
    """Write down what the tasks are to do, and return how many there are.

    A folder in which the same was begun is gone on with, in as many tasks as it was begun with; those whose files have
    changed since are to be done again. Raises `RunError` where the folder holds something else.
    """
    path = job.folder / PLAN
    if path.is_file():
        parts = _go_on(job, files, tasks, read_json(path))
    elif job.folder.exists() and any(job.folder.iterdir()):
        raise RunError("it holds something else", where=str(job.folder), hint="name a folder that is not there yet")
    else:
        parts = divide([file.size for file in files], min(tasks or TASKS, len(files)))
    write_json(path, {**_plan(job), "tasks": [[list(files[number]) for number in part] for part in parts]})
    return len(parts)


def task_files(folder: Path, rank: int) -> list[File]:
    """Return the files of a task."""
    return [File(*one) for one in read_json(folder / PLAN)["tasks"][rank]]


def _go_on(job: Job, files: Sequence[File], tasks: int | None, before: dict[str, Any]) -> list[range]:
    """Return which files each task takes, as they were divided; tasks with changed files lose their mark."""
    old = [[File(*one) for one in part] for part in before["tasks"]]
    now = _plan(job)
    differs = next((what for key, what in DIFFERS.items() if before[key] != now[key]), None)
    if [file.path for part in old for file in part] != [file.path for file in files]:
        differs = differs or "other files"
    if tasks is not None and min(tasks, len(files)) != len(old):
        differs = differs or f"{len(old)} tasks"
    if differs:
        hint = "name another folder, or remove this one"
        raise RunError(f"a pipeline with {differs} was begun here", where=str(job.folder), hint=hint)
    parts, begin = list[range](), 0
    for rank, part in enumerate(old):
        parts.append(range(begin, begin + len(part)))
        if [files[number] for number in parts[-1]] != part:
            mark(job.folder, rank).unlink(missing_ok=True)
        begin += len(part)
    return parts


def _plan(job: Job) -> dict[str, Any]:
    """Return what decides what the tasks write, besides the files."""
    return {
        "source": asdict(job.source),
        "columns": dict(job.chosen),
        "steps": [asdict(use) for use in job.steps],
        "industry": asdict(job.industry) if job.industry else None,
        "seed": job.seed,
    }

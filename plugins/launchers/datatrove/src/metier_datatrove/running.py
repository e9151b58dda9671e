"""Runs the tasks of a job that are not done yet, or submits them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from metier.errors import RunError
from metier_datatrove import layout
from metier_datatrove.job import Job
from metier_datatrove.options import Options

SUBMITTED = "slurm_job"
"""The file in the logs that holds the number of the Slurm job."""


def pipeline_of(job: Job) -> list[Any]:
    """Return the steps of each task: the source, a step for each transform, the writer."""
    from metier_datatrove.reading import ReadStep
    from metier_datatrove.transforming import TransformStep
    from metier_datatrove.writing import WriteStep

    return [ReadStep(job), *(TransformStep(job, number) for number in range(len(job.steps))), WriteStep(job)]


def run(job: Job, options: Options, tasks: int) -> str | None:
    """Do what is left; return None where all tasks are done now, or else a sentence on what was submitted.

    The first error of a task is raised as it was there, with its file: `DataError`, or `StageError` for what nobody
    expected. Raises `RunError` where tasks cannot be run.
    """
    from metier_datatrove.executors import build, quiet

    if not layout.pending(job.folder, tasks):
        return None
    with quiet():
        executor = build(options, pipeline_of(job), tasks=tasks, folder=job.folder)
        if options.executor == "slurm":
            return _submit(executor, job.folder, tasks, again=options.resubmit)
        if options.executor == "local":
            _sweep(job.folder)
        executor.run()
    if left := layout.pending(job.folder, tasks):
        hint = f"see what `failed_logs {layout.logs(job.folder)}` lists, and run the same command again"
        raise RunError(f"{left} of {tasks} tasks failed", where=str(job.folder), hint=hint)
    return None


def _submit(executor: Any, folder: Path, tasks: int, *, again: bool) -> str:
    """Submit what is left to Slurm, once: who comes again too early would have every task done twice."""
    mark = layout.logs(folder) / SUBMITTED
    left = layout.pending(folder, tasks)
    if mark.is_file() and not again:
        number = mark.read_text(encoding="utf-8").strip()
        message = f"{left} of {tasks} tasks of the Slurm job {number} are not done"
        hint = f"wait for it (`squeue --job {number}`), or, where it has ended, give --resubmit"
        raise RunError(message, where=str(folder), hint=hint)
    if "SLURM_ARRAY_TASK_ID" in os.environ:
        hint = "submit from a login node"
        raise RunError("this is a task of a Slurm job itself", where="--executor slurm", hint=hint)
    try:
        executor.run()
    except FileNotFoundError as error:
        hint = "run it on a node of the cluster that has Slurm's commands"
        raise RunError("there is no command `sbatch`", where="--executor slurm", hint=hint) from error
    except subprocess.CalledProcessError as error:
        hint = "see what it said above; check partition, time and qos"
        raise RunError(f"`sbatch` failed with code {error.returncode}", where="--executor slurm", hint=hint) from error
    mark.write_text(f"{executor.job_id}\n", encoding="utf-8")
    return f"{left} tasks are submitted to Slurm as job {executor.job_id}"


def _sweep(folder: Path) -> None:
    """Remove what tasks were writing when they were killed; nobody else writes here now."""
    for path in (folder / "corpus").glob(".*.part"):
        path.unlink()

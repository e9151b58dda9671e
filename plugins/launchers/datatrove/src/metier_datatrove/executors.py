"""Builds datatrove's executor: tasks on this machine, on Slurm, or on Ray."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.executor.base import PipelineExecutor
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.logging import logger, setup_default_logger

from metier.errors import RunError
from metier_datatrove import layout
from metier_datatrove.options import Options

LINES = 20
"""How many lines of progress there are, at most."""


class LocalExecutor(LocalPipelineExecutor):  # type: ignore[misc]
    """Keeps what datatrove and the tasks say in files, and says how many tasks are done."""

    def _launch_run_for_rank(self, rank: int, ranks_q: Any, completed: Any = None, completed_lock: Any = None) -> Any:
        folder = Path(self.logging_dir.path).parent
        with _kept(layout.output_file(folder, rank)):
            stats = super()._launch_run_for_rank(rank, ranks_q)
        if completed is None:  # one worker: tasks are done here, one after the other
            done = len(self.logging_dir.list_files("completions"))
        else:
            with completed_lock:
                completed.value += 1
                done = completed.value
        if done * LINES // self.tasks != (done - 1) * LINES // self.tasks:
            print(f"{done} of {self.tasks} tasks done", file=sys.stderr, flush=True)
        return stats


@contextlib.contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Send what is said on the standard error stream to a file; what datatrove says afterwards goes nowhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        setup_default_logger()
        try:
            yield
        finally:
            logger.remove()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep datatrove's own messages off the error stream, where its stats and pipelines would be many screens."""
    logger.remove()
    try:
        yield
    finally:
        setup_default_logger()


def build(options: Options, pipeline: list[PipelineStep], *, tasks: int, folder: Path) -> PipelineExecutor:
    """Return the executor of `tasks` tasks; raises `RunError` where what it needs is not here."""
    shared: dict[str, Any] = {
        "tasks": tasks,
        "workers": options.workers_for(tasks),
        "logging_dir": str(layout.logs(folder)),
    }
    if options.executor == "local":
        return LocalExecutor(pipeline, **shared)
    shared |= {"cpus_per_task": options.cpus_per_task, "mem_per_cpu_gb": options.memory_per_cpu}
    if options.executor == "ray":
        from datatrove.executor.ray import RayPipelineExecutor

        if importlib.util.find_spec("ray") is None:
            raise RunError("Ray is not installed", where="--executor ray", hint="pip install ray")
        return RayPipelineExecutor(pipeline, **shared)
    from datatrove.executor.slurm import SlurmPipelineExecutor

    activate = Path(sys.prefix) / "bin" / "activate"
    return SlurmPipelineExecutor(
        pipeline,
        partition=options.slurm_partition,
        time=options.slurm_time,
        qos=options.slurm_qos,
        env_command=options.slurm_setup,
        venv_path=str(activate) if activate.is_file() else None,
        job_name="metier-pipeline",
        **shared,
    )

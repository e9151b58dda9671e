"""Where tasks run, and with what."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Kind = Literal["local", "slurm", "ray"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of executors; those of Slurm are required where it is asked for."""

    executor: Kind = "local"
    workers: int | None = None
    """Tasks at a time; by default one a processor on this machine, and no limit elsewhere."""
    cpus_per_task: int = 1
    memory_per_cpu: int = 2
    """GB, on Slurm and Ray."""
    slurm_partition: str = ""
    slurm_time: str = ""
    slurm_qos: str | None = None
    slurm_setup: str | None = None
    """Shell command before each task; by default the virtual environment of this process is activated."""
    resubmit: bool = False
    """Whether tasks of a Slurm job that are not done are submitted once more."""

    def workers_for(self, tasks: int) -> int:
        """Return how many of `tasks` run at a time; -1 for no limit."""
        if self.executor != "local":
            return self.workers or -1
        return min(tasks, self.workers or processors())


def processors() -> int:
    """Return how many processors this process may use, where the system tells, else how many there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

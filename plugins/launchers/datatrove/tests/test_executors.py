"""The executors are built as asked, and a task of a Slurm job does its work."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from metier.errors import RunError
from metier_datatrove.commands import command
from metier_datatrove.executors import build
from metier_datatrove.options import Options, processors

SLURM = ("--executor", "slurm", "--slurm-partition", "cpu", "--slurm-time", "01:00:00")


@pytest.fixture
def recipe(tmp_path: Path, write: Callable[..., Path]) -> Path:
    """A recipe of two files."""
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text(f"Note {number} on  the pump.", encoding="utf-8")
    return write({"corpus": "[01].txt", "prepare": ["normalize"]})


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Slurm's commands, such that a job is kept and never begins; returns the file of all jobs."""
    folder, jobs = tmp_path / "slurm", tmp_path / "jobs"
    folder.mkdir()
    scripts = {
        "sbatch": f'echo "$@" >> {jobs}; for last; do true; done; cat "$last" >> {jobs}; echo Submitted batch job 42',
        "scontrol": "echo localhost",
    }
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return jobs


def test_local(tmp_path: Path) -> None:
    executor = build(Options(workers=3), [], tasks=8, folder=tmp_path)
    assert (executor.tasks, executor.workers, executor.world_size) == (8, 3, 8)
    assert executor.logging_dir.path == str(tmp_path / "logs")
    assert build(Options(workers=3), [], tasks=2, folder=tmp_path).workers == 2
    assert build(Options(), [], tasks=10**6, folder=tmp_path).workers == processors()


def test_slurm(tmp_path: Path) -> None:
    options = Options("slurm", cpus_per_task=2, memory_per_cpu=8, slurm_partition="cpu", slurm_time="01:00:00")
    executor = build(options, [], tasks=8, folder=tmp_path)
    asked = executor.get_sbatch_args(8)
    assert asked | {"output": "", "error": ""} == {
        "cpus-per-task": 2,
        "mem-per-cpu": "8G",
        "nodes": 1,
        "partition": "cpu",
        "job-name": "metier-pipeline",
        "time": "01:00:00",
        "output": "",
        "error": "",
        "array": "0-7",
        "requeue": "",
    }
    activate = Path(sys.prefix) / "bin" / "activate"
    script = executor.get_launch_file_contents(asked, "true")
    assert (f"source {activate}\n" in script) == activate.is_file()
    options = Options("slurm", 4, slurm_partition="cpu", slurm_time="1", slurm_qos="low", slurm_setup="module load py")
    executor = build(options, [], tasks=8, folder=tmp_path)
    asked = executor.get_sbatch_args(8)
    assert (asked["array"], asked["qos"]) == ("0-7%4", "low")
    assert "module load py\n" in executor.get_launch_file_contents(asked, "true")


def test_a_slurm_job_is_submitted_once_done_and_gone_on_from(
    recipe: Path, cluster: Path, tmp_path: Path, plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    """The job's own command is called as Slurm would call it."""
    result = CliRunner().invoke(command, [str(recipe), "--output", str(tmp_path / "prepared"), *SLURM])
    assert result.exit_code == 0, result.output
    assert "2 tasks are submitted to Slurm as job 42; when they are done, give the same command again" in result.stderr
    folder = tmp_path / "prepared"
    assert not (folder / "recipe.yaml").exists()
    told = cluster.read_text("utf-8")
    assert "#SBATCH --partition=cpu\n" in told
    assert "#SBATCH --array=0-1\n" in told
    assert f"launch_pickled_pipeline {folder / 'logs' / 'executor.pik'}" in told
    assert f"merge_stats {folder / 'logs' / 'stats'}" in told

    with pytest.raises(RunError, match="2 of 2 tasks of the Slurm job 42 are not done") as error:
        pipeline(recipe, *SLURM, workers=None)
    assert "squeue --job 42" in error.value.problems[0].hint
    for rank in range(2):
        subprocess.run(
            [sys.executable, "-m", "datatrove.tools.launch_pickled_pipeline", folder / "logs" / "executor.pik"],
            env={**os.environ, "SLURM_ARRAY_TASK_ID": str(rank), "SLURM_NODELIST": "localhost"},
            check=True,
            capture_output=True,
        )
    done = pipeline(recipe, *SLURM, workers=None)
    assert plain(done.folder / "recipe.yaml").texts() == plain(recipe).texts()
    assert done.report["transforms"][0]["changed"]["whitespace tidied"]["count"] == 2


def test_what_a_slurm_job_left_undone_is_submitted_when_asked(
    recipe: Path, cluster: Path, pipeline: Callable[..., Any], tmp_path: Path
) -> None:
    for again in ((), ("--resubmit",)):
        CliRunner().invoke(command, [str(recipe), "--output", str(tmp_path / "prepared"), *SLURM, *again])
    assert cluster.read_text("utf-8").count("launch_pickled_pipeline") == 2


def test_slurm_that_is_not_there_refuses_or_is_not_said_enough_of(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Callable[..., Any]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RunError, match="there is no command `sbatch`"):
        pipeline(recipe, *SLURM)
    (tmp_path / "sbatch").write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    (tmp_path / "sbatch").chmod(0o755)
    with pytest.raises(RunError, match="`sbatch` failed with code 3"):
        pipeline(recipe, *SLURM)
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "0")
    with pytest.raises(RunError, match="a task of a Slurm job itself"):
        pipeline(recipe, *SLURM)
    result = CliRunner().invoke(command, [str(recipe), "--output", "x", "--executor", "slurm"])
    assert result.exit_code == 2
    assert "--slurm-partition and --slurm-time" in result.stderr


def test_ray(recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Callable[..., Any]) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RunError, match="Ray is not installed") as error:
        pipeline(recipe, "--executor", "ray")
    assert error.value.problems[0].hint == "pip install ray"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    executor = build(Options("ray", cpus_per_task=2, memory_per_cpu=4), [], tasks=8, folder=tmp_path)
    assert type(executor).__name__ == "RayPipelineExecutor"
    assert (executor.tasks, executor.workers) == (8, 8)
    assert (executor.cpus_per_task, executor.mem_per_cpu_gb) == (2, 4)
    assert executor.logging_dir.path == str(tmp_path / "logs")


def test_tasks_that_an_executor_gave_up_are_told(
    recipe: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Callable[..., Any]
) -> None:
    """Ray's executor ends without an error where tasks failed."""
    from metier_datatrove.executors import LocalExecutor

    monkeypatch.setattr(LocalExecutor, "run", lambda self: None)
    with pytest.raises(RunError, match="2 of 2 tasks failed") as error:
        pipeline(recipe)
    assert "failed_logs" in error.value.problems[0].hint


def test_what_is_said_is_short_and_the_rest_is_in_files(recipe: Path, pipeline: Callable[..., Any]) -> None:
    done = pipeline(recipe)
    assert done.error.splitlines() == [
        "2 files, 0.0 MB, in 2 tasks",
        f"1 at a time; logs are in {done.folder / 'logs'}",
        "1 of 2 tasks done",
        "2 of 2 tasks done",
    ]
    assert "Processing done for rank=1" in (done.folder / "logs" / "logs" / "task_00001.log").read_text("utf-8")
    as_json = pipeline(recipe, "--json")
    assert as_json.error == ""
    assert as_json.output.startswith("{")


def test_offline_holds_in_the_tasks(
    recipe: Path, pipeline: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from metier import offline
    from metier_datatrove import reading

    calls: list[bool] = []
    monkeypatch.setattr(offline, "refuse_connections", lambda: calls.append(False))  # by the option itself
    monkeypatch.setattr(reading, "refuse_connections", lambda: calls.append(True))
    pipeline(recipe)
    assert calls == []
    pipeline(recipe, "--offline", name="offline")
    assert calls == [False, True, True]

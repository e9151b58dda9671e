"""A run that was killed at any moment ends, resumed, with the same weights as one that was not."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.end_to_end.conftest import Trade

LIMIT = 120
"""Seconds after which a moment that never came is a failure."""
ATTEMPTS = 3
"""A checkpoint is written in milliseconds: a run may pass by the moment unseen."""


def digest(run: Path) -> str:
    found: str = json.loads((run / "status.json").read_text())["digests"]["model"]
    return found


def stage_begun(name: str) -> Callable[[Path], bool]:
    def begun(root: Path) -> bool:
        return any(name in line for line in events(root) if '"stage_started"' in line)

    return begun


def checkpoint(stage: str) -> Callable[[Path], bool]:
    def written(root: Path) -> bool:
        return stage_begun(stage)(root) and any(
            (root / "runs" / ".stages").glob("*.part/checkpoints/training-1/checkpoint-*")
        )

    return written


def checkpoint_being_written(root: Path) -> bool:
    parts = list((root / "runs" / ".stages").glob("*.part/checkpoints/training-1/*"))
    return stage_begun('"train"')(root) and any(
        not path.name.startswith("checkpoint-") for path in parts if path.is_dir()
    )


def events(root: Path) -> list[str]:
    return [line for path in (root / "runs").glob("*/*/events.jsonl") for line in path.read_text().splitlines()]


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "in prepare": stage_begun('"prepare"'),
    "in adaptation": checkpoint("adapt-continued-pretraining"),
    "in training": checkpoint('"train"'),
    "while a checkpoint is written": checkpoint_being_written,
    "in evaluation": stage_begun("evaluate"),
}


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights(trade: Trade) -> None:
    trade.metier("run", "small.yaml", "--output", "unbroken")
    expected = digest(trade.runs("unbroken")[0])
    for moment, reached in MOMENTS.items():
        assert any(killed_at(trade, reached) for _ in range(ATTEMPTS)), f"no run could be killed {moment}"
        resumed = trade.metier("run", "small.yaml", "--resume")
        (run,) = trade.runs()
        assert digest(run) == expected, f"killed {moment}: {resumed.stderr}"
        shutil.rmtree(trade.folder / "runs")


def killed_at(trade: Trade, reached: Callable[[Path], bool]) -> bool:
    """Start a run and kill it at a moment; False, with nothing left of it, where it ended before it was caught."""
    process = trade.start("run", "small.yaml")
    deadline = time.monotonic() + LIMIT
    while not reached(trade.folder):
        if process.poll() is not None:
            shutil.rmtree(trade.folder / "runs")
            return False
        assert time.monotonic() < deadline, "the moment never came"
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return True

"""A training that is killed and resumed ends with the same weights as an unbroken one."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from metier.testing.breaking import broken_off
from metier.training import checkpoints
from metier.values import LocalModel

SCRIPT = Path(__file__).with_name("killed.py")
Digest = Callable[[Any], str]


@pytest.fixture(scope="module")
def killed() -> ModuleType:
    """The script, as a module: what it trains in this process is not killed."""
    spec = importlib.util.spec_from_file_location("killed", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kill(model: Path, directory: Path, moment: str, at: int) -> None:
    """Train in another process until it kills itself."""
    command = [sys.executable, str(SCRIPT), str(model), str(directory), moment, str(at)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "HF_HUB_OFFLINE": "1"}
    )
    assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def test_killed_at_any_moment_it_ends_with_the_same_weights(
    killed: ModuleType, tiny: LocalModel, tmp_path: Path, digest_of: Digest
) -> None:
    # 43 rows in batches of 4, two a step: 11 batches, 6 steps an epoch, 18 in all; checkpoints each third step.
    unbroken = digest_of(killed.train(tiny.path, tmp_path / "unbroken"))
    broken = tmp_path / "broken"
    kill(tiny.path, broken, "step", 5)  # resumes in the middle of an epoch
    assert checkpoints.last_checkpoint(broken / "training-1") == broken / "training-1" / "checkpoint-3"
    kill(tiny.path, broken, "writing", 9)  # resumes at the beginning of an epoch
    assert (broken / "training-1" / ".checkpoint-9.part").is_dir()
    assert checkpoints.last_checkpoint(broken / "training-1") == broken / "training-1" / "checkpoint-6"
    kill(tiny.path, broken, "measuring", 16)
    assert digest_of(killed.train(tiny.path, broken)) == unbroken
    assert [path.name for path in (broken / "training-1").iterdir()] == ["checkpoint-18"]


def test_resumed_after_the_last_step_it_trains_no_more(
    killed: ModuleType, tiny: LocalModel, tmp_path: Path, digest_of: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"max_steps": 8, "save_strategy": "steps"}
    first = digest_of(killed.train(tiny.path, tmp_path / "run", **settings))
    monkeypatch.setattr(killed.trainer.ObjectiveTrainer, "training_step", killed.die)
    assert digest_of(killed.train(tiny.path, tmp_path / "run", **settings)) == first


def test_saving_by_epoch_and_keeping_the_best_resume_alike(
    killed: ModuleType, tiny: LocalModel, tmp_path: Path, digest_of: Digest
) -> None:
    settings: dict[str, Any] = {
        "save_strategy": "epoch",
        "eval_strategy": "epoch",
        "load_best_model_at_end": True,
        "early_stopping_patience": 2,
    }
    unbroken = digest_of(killed.train(tiny.path, tmp_path / "unbroken", **settings))
    with broken_off(14):
        killed.train(tiny.path, tmp_path / "broken", **settings)
    assert digest_of(killed.train(tiny.path, tmp_path / "broken", **settings)) == unbroken


def test_same_seed_same_weights(killed: ModuleType, tiny: LocalModel, tmp_path: Path, digest_of: Digest) -> None:
    digests = {digest_of(killed.train(tiny.path, tmp_path / str(turn), max_steps=4)) for turn in range(2)}
    assert len(digests) == 1

"""Checkpoints are whole or not there, and the former one outlives every fault of the next."""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.errors import StageError
from metier.testing.objective import TwoLabels
from metier.training import checkpoints
from metier.training.engine import TrainingEngine

MakeEngine = Callable[..., TrainingEngine]


def checkpoint(directory: Path, step: int) -> Path:
    path = directory / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / checkpoints.STATE_FILE).write_text("{}")
    return path


def test_only_whole_checkpoints_count(tmp_path: Path) -> None:
    assert checkpoints.last_checkpoint(tmp_path / "none") is None
    older, newer = checkpoint(tmp_path, 9), checkpoint(tmp_path, 10)
    (tmp_path / "checkpoint-11").mkdir()
    (tmp_path / ".checkpoint-12.part").mkdir()
    assert checkpoints.checkpoints(tmp_path) == [older, newer]
    assert checkpoints.last_checkpoint(tmp_path) == newer


def test_what_an_interrupted_write_left_is_removed(tmp_path: Path) -> None:
    kept = checkpoint(tmp_path, 1)
    (tmp_path / ".checkpoint-2.part").mkdir()
    (tmp_path / ".checkpoint-2.part" / "weights").write_text("half")
    checkpoints.clean(tmp_path)
    checkpoints.clean(tmp_path / "none")
    assert list(tmp_path.iterdir()) == [kept]


def test_a_write_that_fails_leaves_the_former_checkpoint(tmp_path: Path) -> None:
    kept = checkpoint(tmp_path, 1)
    with pytest.raises(FileNotFoundError), checkpoints.whole_folder(tmp_path / "checkpoint-2") as folder:
        (folder / "weights").write_bytes((tmp_path / "none").read_bytes())
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize(
    ("keep", "best", "left"),
    [(1, None, [5]), (2, None, [4, 5]), (1, 2, [2, 5]), (2, 2, [2, 5]), (9, None, [1, 2, 3, 4, 5])],
)
def test_old_checkpoints_go_and_the_best_stays(keep: int, best: int | None, left: list[int], tmp_path: Path) -> None:
    for step in range(1, 6):
        checkpoint(tmp_path, step)
    checkpoints.rotate(tmp_path, keep=keep, best=tmp_path / f"checkpoint-{best}" if best else None)
    assert checkpoints.checkpoints(tmp_path) == [tmp_path / f"checkpoint-{step}" for step in left]


def test_weights_come_back_exactly_tied_ones_too(tmp_path: Path) -> None:
    class Tied(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
            self.two.weight = self.one.weight

    saved, loaded = Tied(), Tied()
    checkpoints.save_weights(saved, tmp_path)
    checkpoints.load_weights(loaded, tmp_path)
    assert all(one.equal(two) for one, two in zip(saved.parameters(), loaded.parameters(), strict=True))
    assert loaded.two.weight is loaded.one.weight


def test_a_refused_write_is_said_in_words(tmp_path: Path) -> None:
    kept = checkpoint(tmp_path, 1)
    said = r"checkpoint-2: the disk is full, the checkpoint was not written\n  hint: .* it goes on from .*checkpoint-1"
    with pytest.raises(StageError, match=said), checkpoints.whole_folder(tmp_path / "checkpoint-2"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == [kept]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte, half full."""
    place = tmp_path / "small"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if (
        shutil.which("mount") is None
        or subprocess.run(["mount", *options], capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a small file system is not allowed here")
    (place / "other").write_bytes(bytes(512 << 10))
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_the_last_checkpoint_usable(
    small_disk: Path, make_engine: MakeEngine, tiny: Any, labelled: Dataset, digest_of: Callable[[Any], str]
) -> None:
    from metier.testing.objective import build_classifier

    settings: dict[str, Any] = {"save_strategy": "steps", "save_steps": 2, "num_train_epochs": 2}
    unbroken = build_classifier(tiny.path)
    make_engine(**settings).train(TwoLabels(), unbroken, labelled)

    model = build_classifier(tiny.path)
    with pytest.raises(StageError, match=r"the disk is full") as raised:
        make_engine(directory=small_disk, save_total_limit=9, **settings).train(TwoLabels(), model, labelled)
    last = checkpoints.last_checkpoint(small_disk / "training-1")
    assert last is not None
    assert str(last) in str(raised.value)
    assert list((small_disk / "training-1").glob(".*")) == []

    (small_disk / "other").unlink()
    resumed = build_classifier(tiny.path)
    make_engine(directory=small_disk, **settings).train(TwoLabels(), resumed, labelled)
    assert digest_of(resumed) == digest_of(unbroken)

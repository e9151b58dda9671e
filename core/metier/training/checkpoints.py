"""Checkpoints that are whole or not there: written beside, synced, then renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metier.errors import StageError

if TYPE_CHECKING:
    import torch

STATE_FILE = "trainer_state.json"
WEIGHTS_FILE = "weights.safetensors"
NAME = re.compile(r"checkpoint-(\d+)")
PART = ".part"
NEARLY_FULL = 1 << 20
"""Free bytes under which a failed write is put down to a full disk; torch does not say why a write failed."""


def checkpoints(directory: Path) -> list[Path]:
    """Return the whole checkpoints in `directory`, oldest first."""
    if not directory.is_dir():
        return []
    found = [(int(match[1]), path) for path in directory.iterdir() if (match := NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found) if (path / STATE_FILE).is_file()]


def last_checkpoint(directory: Path) -> Path | None:
    """Return the checkpoint to go on from, if there is one."""
    return next(reversed(checkpoints(directory)), None)


def clean(directory: Path) -> None:
    """Remove what an interrupted write or removal left in `directory`."""
    if directory.is_dir():
        for path in directory.glob(f".*{PART}"):
            shutil.rmtree(path)


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """Give an empty folder beside `final` that takes its place, on the disk, when the block ends well.

    Raises `StageError` where the disk is full; the folder is removed then and earlier checkpoints are as they were.
    """
    part = final.with_name(f".{final.name}{PART}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        sync(part)
        if final.exists():
            remove(final)
        part.replace(final)
        sync_folder(final.parent)
    except Exception as error:
        full = _is_full(error, final.parent)
        shutil.rmtree(part, ignore_errors=True)
        if not full:
            raise
        hint = f"free some space and run again with --resume; {_kept(final.parent)}"
        raise StageError("the disk is full, the checkpoint was not written", where=str(final), hint=hint) from error


def remove(checkpoint: Path) -> None:
    """Remove a checkpoint such that one half removed is never taken for whole."""
    part = checkpoint.with_name(f".{checkpoint.name}.old{PART}")
    shutil.rmtree(part, ignore_errors=True)
    checkpoint.replace(part)
    shutil.rmtree(part)


def rotate(directory: Path, *, keep: int, best: Path | None) -> None:
    """Remove the oldest checkpoints until `keep` are left; the best one and the last are always kept."""
    found = checkpoints(directory)
    kept = {found[-1], best} if found else set()
    for path in found:
        if len(found) <= max(keep, len(kept & set(found))):
            return
        if path not in kept:
            remove(path)
            found = [one for one in found if one != path]


def sync(folder: Path) -> None:
    """Wait until every file in `folder`, and the folder itself, is on the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def save_weights(model: torch.nn.Module, folder: Path) -> None:
    """Write every parameter and buffer as it is, tied ones once."""
    from safetensors.torch import save_model

    save_model(model, str(folder / WEIGHTS_FILE))


def load_weights(model: torch.nn.Module, folder: Path) -> None:
    """Read what `save_weights` wrote; a missing or surplus tensor is an error."""
    from safetensors.torch import load_model

    load_model(model, str(folder / WEIGHTS_FILE), strict=True)


def _is_full(error: Exception, folder: Path) -> bool:
    number = getattr(error, "errno", None)
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} or "No space left" in str(error):
        return True
    return not isinstance(error, StageError) and shutil.disk_usage(folder).free < NEARLY_FULL


def _kept(directory: Path) -> str:
    last = last_checkpoint(directory)
    return f"it goes on from {last}" if last else "there is no earlier checkpoint"

"""Keeps finished stages under the digest of what went into them, so that the same work is done once."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.errors import MetierError, StageError
from metier.files import digest, read_json, write_json

Work = Callable[[Path], Mapping[str, Any]]
"""Does a stage's work in the folder that it is given, and returns its result as JSON."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A finished stage."""

    name: str
    digest: str
    path: Path
    result: Mapping[str, Any]
    seconds: float
    reused: bool


@dataclass(frozen=True, slots=True)
class StageStore:
    """Finished stages in `root/<digest>`; one in the making in `root/<digest>.part`, where a resumed one goes on."""

    root: Path
    resume: bool = False

    def obtain(self, name: str, inputs: Mapping[str, Any], work: Work) -> Stage:
        """Return the stage with these inputs: the kept one, or a new one made by `work`.

        A stage appears whole or not at all. Two processes that want the same one wait for each other. Raises what
        `work` raises: a `MetierError` as it is, anything else as `StageError` from it.
        """
        from filelock import FileLock

        key = digest({"stage": name, **inputs})
        final, part = self.root / key, self.root / f"{key}.part"
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / f"{key}.lock"):
            if (final / "result.json").is_file():
                kept = read_json(final / "result.json")
                return Stage(name, key, final, kept["result"], kept["seconds"], reused=True)
            if not self.resume:
                shutil.rmtree(part, ignore_errors=True)
            part.mkdir(exist_ok=True)
            started = time.monotonic()
            result = _guarded(name, work, part)
            seconds = round(time.monotonic() - started, 3)
            write_json(part / "result.json", {"stage": name, "seconds": seconds, "inputs": inputs, "result": result})
            part.replace(final)
            _sync(self.root)
        return Stage(name, key, final, result, seconds, reused=False)


def _guarded(name: str, work: Work, folder: Path) -> Mapping[str, Any]:
    try:
        return work(folder)
    except MetierError:
        raise
    except OSError as error:
        hint = "free some space and run again with --resume: what was finished is kept"
        raise StageError(f"{error.strerror or error}", where=f"stage {name}", hint=hint) from error
    except Exception as error:
        hint = "the traceback above is the cause; what was finished is kept, --resume goes on from there"
        raise StageError(f"{type(error).__name__}: {error}", where=f"stage {name}", hint=hint) from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

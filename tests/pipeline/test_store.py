"""The same work is done once, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.errors import DataError, StageError
from metier.pipeline.store import StageStore


def test_a_stage_with_the_same_inputs_is_made_once(tmp_path: Path) -> None:
    calls = []

    def work(folder: Path) -> dict[str, int]:
        calls.append(folder)
        (folder / "model").write_text("weights")
        return {"loss": 1}

    first = StageStore(tmp_path).obtain("train", {"seed": 1}, work)
    again = StageStore(tmp_path).obtain("train", {"seed": 1}, work)
    other = StageStore(tmp_path).obtain("train", {"seed": 2}, work)
    assert len(calls) == 2
    assert (first.reused, again.reused, other.reused) == (False, True, False)
    assert (again.path / "model").read_text() == "weights"
    assert again.result == {"loss": 1}
    assert first.digest == again.digest != other.digest


def test_a_stage_that_fails_is_not_kept_and_resumes_where_it_was(tmp_path: Path) -> None:
    def breaks(folder: Path) -> dict[str, int]:
        (folder / "checkpoint").write_text("half")
        raise ValueError("no")

    seen = []

    def work(folder: Path) -> dict[str, int]:
        seen.append((folder / "checkpoint").exists())
        return {}

    with pytest.raises(StageError, match="stage train: ValueError: no") as caught:
        StageStore(tmp_path).obtain("train", {}, breaks)
    assert isinstance(caught.value.__cause__, ValueError)
    StageStore(tmp_path, resume=True).obtain("train", {}, work)
    assert seen == [True]


def test_without_resume_a_broken_stage_begins_anew(tmp_path: Path) -> None:
    def breaks(folder: Path) -> dict[str, int]:
        (folder / "checkpoint").write_text("half")
        raise DataError("empty")

    seen = []

    def work(folder: Path) -> dict[str, int]:
        seen.append((folder / "checkpoint").exists())
        return {}

    with pytest.raises(DataError, match="empty"):
        StageStore(tmp_path).obtain("train", {}, breaks)
    StageStore(tmp_path).obtain("train", {}, work)
    assert seen == [False]


def test_a_full_disk_is_said_with_a_way_out(tmp_path: Path) -> None:
    def work(folder: Path) -> dict[str, int]:
        raise OSError(28, "No space left on device")

    with pytest.raises(StageError, match="No space left on device") as caught:
        StageStore(tmp_path).obtain("train", {}, work)
    assert "--resume" in caught.value.problems[0].hint

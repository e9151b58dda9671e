"""`runs/<recipe>/LATEST` is the run that finished last."""

from __future__ import annotations

from pathlib import Path

from metier.run_directory import RunDirectory


def test_latest_is_the_run_that_finished_last(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    RunDirectory(tmp_path / "one").set_status("finished")
    RunDirectory(tmp_path / "two").set_status("finished")
    RunDirectory(tmp_path / "three").set_status("failed")
    assert (tmp_path / "LATEST").resolve() == (tmp_path / "two").resolve()
    assert (tmp_path / "LATEST" / "status.json").is_file()
    assert not list(tmp_path.glob(".LATEST*"))

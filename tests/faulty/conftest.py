"""Lays a faulty recipe and its files into a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faulty.case import FILES, Case


@pytest.fixture
def lay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], Path]:
    """Return a function that writes a case's files, goes to their folder, and returns it."""

    def write(case: Case) -> Path:
        folder = tmp_path / "work"
        folder.mkdir()
        for name in case.folders:
            (folder / name).mkdir()
        files = {"recipe.yaml": case.recipe, **FILES, **case.files}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for name in case.unreadable:
            (folder / name).chmod(0)
            if os.access(folder / name, os.R_OK):
                pytest.skip("this user may read every file")
        monkeypatch.chdir(folder)
        return folder

    return write

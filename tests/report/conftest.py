"""Runs to report on, built once."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest


def _fixture() -> Any:
    spec = importlib.util.spec_from_file_location("report_fixture", Path(__file__).with_name("fixture.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def build() -> Any:
    """Builds a run."""
    return _fixture().build


@pytest.fixture(scope="session")
def built(build: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with two arms of three seeds; not to be changed."""
    made: Path = build(tmp_path_factory.mktemp("run"), rows=150)
    return made


@pytest.fixture
def run(built: Path, tmp_path: Path) -> Path:
    """A copy of that run."""
    return Path(shutil.copytree(built, tmp_path / "run"))

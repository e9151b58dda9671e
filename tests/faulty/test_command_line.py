"""Every faulty recipe through the command line, with the real plugins: exit code, words, no traceback, no run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faulty.case import Case
from tests.faulty.cases import CASES
from tests.faulty.data_cases import DATA_CASES

from metier.cli.main import cli, guarded_exit


def run(case: Case) -> int:
    words = list(case.arguments)
    recipe = words.pop(0) if words and not words[0].startswith("--") else "recipe.yaml"
    return guarded_exit(lambda: cli(["run", recipe, *words], standalone_mode=False))


def left_behind(folder: Path) -> list[Path]:
    """Return what lies where runs are kept, except the store of finished stages, which has no say in any run."""
    return [path for path in (folder / "runs").glob("*") if path.name != ".stages"]


@pytest.mark.parametrize("case", [case for case in CASES if case.real], ids=lambda case: case.name)
def test_a_fault_in_the_recipe(case: Case, lay: Callable[[Case], Path], capsys: pytest.CaptureFixture[str]) -> None:
    folder = lay(case)
    code = run(case)
    said = capsys.readouterr()
    assert code == case.exit_code, said.err
    assert f"error: {case.where}" in said.err
    assert "\n  hint: " in said.err
    assert case.hint in said.err.partition("hint: ")[2]
    assert "Traceback" not in said.err
    assert not said.out
    assert not (folder / "runs").exists()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder of a tiny model."""
    from metier.testing.models import build_model

    return build_model("bert", tmp_path_factory.mktemp("tiny") / "model", texts=["good news", "bad news"]).path


@pytest.mark.parametrize("case", DATA_CASES, ids=lambda case: case.name)
def test_a_fault_in_the_data(
    case: Case, model: Path, lay: Callable[[Case], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lay(case)
    shutil.copytree(model, folder / "model")
    code = run(case)
    said = capsys.readouterr()
    assert code == case.exit_code, said.err
    assert case.message in said.err
    assert case.hint in said.err.partition("hint: ")[2]
    assert "Traceback" not in said.err
    assert not said.out
    assert not left_behind(folder)

"""What `metier new plugin` writes keeps its contract, its types and its style, for every kind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from metier.errors import PluginError
from metier.scaffold import KINDS, new_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a new plugin of every kind."""
    folder = tmp_path_factory.mktemp("plugins")
    for kind in KINDS:
        new_plugin(kind, name=f"new-{kind}", directory=folder)
    return folder


def test_every_kind_has_the_shape_of_a_plugin(plugins: Path) -> None:
    for kind in KINDS:
        folder = plugins / f"metier-new-{kind}"
        package = f"metier_new_{kind.replace('-', '_')}"
        assert (folder / "pyproject.toml").is_file()
        assert (folder / "README.md").is_file()
        assert (folder / "recipes" / "smoke.yaml").is_file()
        assert (folder / "src" / package / "plugin.py").is_file()
        assert (folder / "tests" / "test_contract.py").is_file()
    assert not [path for path in plugins.rglob("*") if path.suffix == ".jinja" or "PACKAGE" in path.name]


def test_style_is_clean(plugins: Path) -> None:
    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--no-cache", str(plugins)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_types_are_strict(plugins: Path) -> None:
    sources = sorted(str(path) for path in plugins.glob("*/src/*"))
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *sources]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_contracts_pass_once_installed(plugins: Path, fresh_environment: Callable[[], object]) -> None:
    environment = fresh_environment()
    projects = sorted(plugins.iterdir())
    environment.install(*projects)
    tests = [project / "tests" for project in projects]
    done = environment.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", *tests, cwd=plugins, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = new_plugin("strategy", name="twice", directory=tmp_path)
    (folder / "README.md").write_text("mine", encoding="utf-8")
    with pytest.raises(PluginError, match="there already"):
        new_plugin("strategy", name="twice", directory=tmp_path)
    assert (folder / "README.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "Big", "two words", "under_score", "import", "plugin", "9lives", "a--b", "../up"])
def test_a_name_that_will_not_do_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="will not do"):
        new_plugin("strategy", name=name, directory=tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_unknown_kind_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="adaptation-method"):
        new_plugin("explainer", name="shap", directory=tmp_path)

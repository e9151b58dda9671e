"""What the tests share: a tiny model, recipes, plain preparation by metier, and the command."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from metier.data import store
from metier.data.prepare import prepare
from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier.testing.models import build_model
from metier_datatrove.commands import command


class Prepared(NamedTuple):
    """A recipe's data as metier prepares it."""

    rows: Mapping[str, list[dict[str, Any]]]
    report: Mapping[str, Any]

    def texts(self, split: str = "corpus") -> list[str]:
        return [row["text"] for row in self.rows[split]]


class Done(NamedTuple):
    """What the command wrote and said."""

    folder: Path
    output: str
    error: str

    @property
    def recipe(self) -> Any:
        return yaml.safe_load((self.folder / "recipe.yaml").read_text("utf-8"))

    @property
    def report(self) -> Any:
        return json.loads((self.folder / "report.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model."""
    pytest.importorskip("metier_pretraining", reason="needs metier-pretraining, which reads a corpus")
    folder = tmp_path_factory.mktemp("model")
    build_model("bert", folder)
    return folder


@pytest.fixture
def write(base: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a recipe that reads a corpus, and return its path."""

    def written(data: Mapping[str, Any], **others: Any) -> Path:
        tree = {"recipe": 1, "model": str(base), "data": dict(data), "adapt": ["continued-pretraining"], **others}
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return path

    return written


@pytest.fixture
def plain(tmp_path: Path) -> Callable[[Path], Prepared]:
    """Prepare a recipe's data as `metier run` and `metier adapt` do."""

    def prepared(path: Path) -> Prepared:
        recipe = load_recipe(path, registry=discover())
        plan = make_plan(recipe, discover(), adapts_only="train" not in recipe.tree["data"])
        folder = tmp_path / f"data-{path.parent.name}"
        made = prepare(plan, discover(), folder, offline=True, tokenizer_path=None)
        rows = {split: list(store.records(store.load(ref))) for split, ref in made.datasets.items()}
        return Prepared(rows, made.report)

    return prepared


@pytest.fixture
def pipeline(tmp_path: Path) -> Callable[..., Done]:
    """Run `metier pipeline`; what it raises is raised. One worker does the tasks in this process."""

    def run(recipe: Path, *arguments: object, workers: int | None = 1, name: str = "prepared") -> Done:
        given = [str(recipe), "--output", str(tmp_path / name), *map(str, arguments)]
        given += ["--workers", str(workers)] if workers else []
        done = CliRunner().invoke(command, given, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return Done(tmp_path / name, done.stdout, done.stderr)

    return run

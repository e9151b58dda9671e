"""What decides an adaptation's result is in its stage's key."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import registry

from metier.components import AdaptationMethod, ComponentConfig, DataSource, ModelReference, RecipePath
from metier.pipeline.context import RunContext, files_behind
from metier.values import Use

PRETRAINING = "continued-pretraining"


class Config(ComponentConfig):
    """Options, two of which name files, and one models."""

    general: RecipePath = ""
    """A glob."""
    words: RecipePath = ""
    """A path that is not given."""
    models: tuple[ModelReference, ...] = ()
    """Models, or runs."""
    note: str = "*"
    """No path."""


def test_the_content_of_files_behind_options_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("a", encoding="utf-8")
    (tmp_path / "two.txt").write_text("b", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    config = Config(general=str(tmp_path / "*"))
    before = files_behind(config)
    assert list(before) == [str(tmp_path / "one.txt"), str(tmp_path / "two.txt")]
    (tmp_path / "two.txt").write_text("c", encoding="utf-8")
    after = files_behind(config)
    assert before.keys() == after.keys()
    assert [path for path in before if before[path] != after[path]] == [str(tmp_path / "two.txt")]


def test_the_content_of_models_folders_behind_options_is_told(tmp_path: Path) -> None:
    for place in (tmp_path / "folder", tmp_path / "run" / "model"):
        place.mkdir(parents=True)
        (place / "config.json").write_text("{}", encoding="utf-8")
    names = (str(tmp_path / "folder"), str(tmp_path / "run"))
    config = Config(models=(*names, "starter:minilm"))
    before = files_behind(config)
    assert tuple(before) == names
    (tmp_path / "run" / "model" / "model.safetensors").write_bytes(b"weights")
    after = files_behind(config)
    assert [name for name in names if before[name] != after[name]] == [names[1]]


def test_what_a_source_reads_is_not_read_for_the_key_of_a_stage(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("pump\n", encoding="utf-8")
    context = RunContext(plan=None, registry=registry(), run=None, store=None)  # type: ignore[arg-type]
    method = context.identity(AdaptationMethod, Use(AdaptationMethod.kind, PRETRAINING, {"vocabulary": str(words)}))
    assert list(method["files"]) == [str(words)]
    assert "files" not in context.identity(DataSource, Use(DataSource.kind, "csv", {"path": str(words)}))

"""What decides an adaptation's result is in its stage's key."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import registry

from metier.components import AdaptationMethod, ComponentConfig, DataSource, RecipePath
from metier.pipeline.context import RunContext, files_behind
from metier.values import Use

PRETRAINING = "continued-pretraining"


class Config(ComponentConfig):
    """Options, two of which name files."""

    general: RecipePath = ""
    """A glob."""
    words: RecipePath = ""
    """A path that is not given."""
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


def test_what_a_source_reads_is_not_read_for_the_key_of_a_stage(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("pump\n", encoding="utf-8")
    context = RunContext(plan=None, registry=registry(), run=None, store=None)  # type: ignore[arg-type]
    method = context.identity(AdaptationMethod, Use(AdaptationMethod.kind, PRETRAINING, {"vocabulary": str(words)}))
    assert list(method["files"]) == [str(words)]
    assert "files" not in context.identity(DataSource, Use(DataSource.kind, "csv", {"path": str(words)}))

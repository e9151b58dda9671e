"""What goes wrong in a task is told as one machine tells it, with the file; and what was done is not done again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metier.components import Transform, TransformContext
from metier.errors import DataError, RunError, StageError

STEPS = ["normalize", "deduplicate"]


@pytest.fixture
def recipe(tmp_path: Path, write: Callable[..., Path]) -> Path:
    """A recipe of four files, the third of which is no UTF-8."""
    for number in range(4):
        (tmp_path / f"{number}.txt").write_text(f"Note {number} on  the pump.\n\nMore.", encoding="utf-8")
    (tmp_path / "2.txt").write_bytes(b"good\n\nbad \xff\xfe\xfa\n")
    corpus = {"use": "text", "path": "[0-3].txt", "encoding": "utf-8"}
    return write({"corpus": corpus, "prepare": STEPS})


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_file_is_named_and_mended_and_the_rest_is_not_done_again(
    workers: int, recipe: Path, tmp_path: Path, plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    """With two workers the error comes from another process."""
    with pytest.raises(DataError, match="byte 0xff is not UTF-8") as error:
        pipeline(recipe, workers=workers)
    assert error.value.problems[0].where == f"{tmp_path / '2.txt'}:3"
    assert not (tmp_path / "prepared" / "recipe.yaml").exists()
    assert not (tmp_path / "prepared" / "corpus" / "00002.jsonl.gz").exists()
    first = tmp_path / "prepared" / "corpus" / "00000.jsonl.gz"
    before = first.stat().st_mtime_ns if first.exists() else None
    assert workers > 1 or before

    (tmp_path / "2.txt").write_text("A mended note\n\nthat is longer than it was before.", encoding="utf-8")
    (tmp_path / "prepared" / "corpus" / ".00002.jsonl.gz.x.part").write_text("left by a killed task")
    done = pipeline(recipe, workers=workers)
    assert before is None or first.stat().st_mtime_ns == before
    assert "of them done already" in done.error or before is None
    assert sorted(path.name for path in (done.folder / "corpus").iterdir()) == [f"0000{n}.jsonl.gz" for n in range(4)]
    assert plain(done.folder / "recipe.yaml").texts() == plain(recipe).texts()
    assert done.report["sources"]["corpus"]["rows"] == 8


def test_a_finished_pipeline_is_told_again_without_doing_anything(
    recipe: Path, tmp_path: Path, pipeline: Callable[..., Any]
) -> None:
    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    first = pipeline(recipe, "--tasks", 2)
    files = {path: path.stat().st_mtime_ns for path in (first.folder / "corpus").iterdir()}
    again = pipeline(recipe)  # in as many tasks as it was begun with
    assert again.output == first.output
    assert again.report == first.report
    assert {path: path.stat().st_mtime_ns for path in (first.folder / "corpus").iterdir()} == files


def test_a_task_whose_files_changed_is_done_again(
    recipe: Path, tmp_path: Path, plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    pipeline(recipe, "--tasks", 2)
    (tmp_path / "3.txt").write_text("Another text than before.", encoding="utf-8")
    done = pipeline(recipe)
    assert "2 tasks, 1 of them done already" in done.error
    assert plain(done.folder / "recipe.yaml").texts() == plain(recipe).texts()


def test_a_folder_that_holds_something_else_is_left_alone(
    recipe: Path, tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    with pytest.raises(RunError, match="it holds something else"):
        pipeline(recipe, name=".")
    pipeline(recipe)
    with pytest.raises(RunError, match="a pipeline with 4 tasks was begun here"):
        pipeline(recipe, "--tasks", 3)
    with pytest.raises(RunError, match="with another source, or other options of it was begun here"):
        pipeline(recipe, "--corpus", tmp_path / "1.txt")
    other = write({"corpus": {"use": "text", "path": "[0-3].txt", "encoding": "utf-8"}, "prepare": ["filter"]})
    with pytest.raises(RunError, match="with other steps, or other versions of them was begun here"):
        pipeline(other)
    (tmp_path / "3.txt").rename(tmp_path / "4.txt")
    with pytest.raises(RunError, match="with other files was begun here"):
        pipeline(write({"corpus": {"use": "text", "path": "[0-3].txt", "encoding": "utf-8"}, "prepare": STEPS}))


def test_a_part_that_was_removed_is_missed(recipe: Path, tmp_path: Path, pipeline: Callable[..., Any]) -> None:
    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    folder = pipeline(recipe).folder
    (folder / "corpus" / "00001.jsonl.gz").unlink()
    with pytest.raises(RunError, match="what this task wrote is gone") as error:
        pipeline(recipe)
    (folder / "logs" / "completions" / "00001").unlink()
    assert "completions/00001" in error.value.problems[0].hint
    assert pipeline(recipe).report["written"]["files"] == 4


def test_a_transform_that_fails_is_named_with_the_rows(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Callable[..., Any]
) -> None:
    from metier.builtin.transforms.normalize import Normalize

    def fail(self: Transform, rows: Any, context: TransformContext) -> Any:
        raise KeyError("nothing like that")

    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    monkeypatch.setattr(Normalize, "apply", fail)
    with pytest.raises(StageError, match="'normalize' failed: KeyError: 'nothing like that'") as error:
        pipeline(recipe)
    assert error.value.problems[0].where == "0.txt:1 to 0.txt:3"
    assert isinstance(error.value.__cause__, KeyError)
    log = (tmp_path / "prepared" / "logs" / "logs" / "task_00000.log").read_text("utf-8")
    assert "nothing like that" in log


def test_a_transform_that_takes_a_column_away(
    recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: Callable[..., Any]
) -> None:
    from metier.builtin.transforms.normalize import Normalize

    (tmp_path / "2.txt").write_text("Mended.", encoding="utf-8")
    monkeypatch.setattr(Normalize, "apply", lambda self, rows, context: rows.remove_columns("id"))
    with pytest.raises(DataError, match="'normalize' takes the column 'id' away"):
        pipeline(recipe)


def test_a_step_that_leaves_nothing(tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]) -> None:
    (tmp_path / "a.txt").write_text("Short.\n\nShort too.", encoding="utf-8")
    recipe = write({"corpus": "a.txt", "prepare": [{"use": "filter", "min_words": 50}, "normalize"]})
    with pytest.raises(DataError, match="'filter' leaves no row of corpus, of 2"):
        pipeline(recipe)
    (tmp_path / "a.jsonl").write_text('{"text": " "}\n{"text": null}', encoding="utf-8")
    with pytest.raises(DataError, match="no row can be used: 2 with no text"):
        pipeline(write({"corpus": "a.jsonl"}), name="blank")
    (tmp_path / "a.jsonl").write_text("\n\n", encoding="utf-8")
    with pytest.raises(DataError, match="there are no records"):
        pipeline(write({"corpus": "a.jsonl"}), name="none")


@pytest.mark.parametrize("steps", [[], ["normalize"]])
def test_half_a_character(
    steps: list[str], tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "good"}\n{"text": "bad \\ud83d"}', encoding="utf-8")
    with pytest.raises(DataError, match=r"surrogates not allowed") as error:
        pipeline(write({"corpus": "a.jsonl", "prepare": steps}))
    assert "a.jsonl:2" in error.value.problems[0].where
    (tmp_path / "b.jsonl").write_text('{"text": "good", "other": "bad \\ud83d"}', encoding="utf-8")
    assert pipeline(write({"corpus": "b.jsonl", "prepare": steps}), name="b").report["written"]["rows"] == 1


def test_a_record_without_the_text_is_told_with_its_place(
    tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "good"}', encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"body": "bad"}', encoding="utf-8")
    with pytest.raises(DataError, match="this record has no 'text'") as error:
        pipeline(write({"corpus": "*.jsonl"}))
    assert error.value.problems[0].where == "b.jsonl:1"

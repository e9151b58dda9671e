"""The recipe that goes on: nothing is done twice, nothing is lost, and nothing of the old corpus is left in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metier.discovery import discover
from metier.errors import RecipeError
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier_datatrove.job import in_pieces
from metier_datatrove.labelled_rows import LabelledRows

ROWS = "text,label\n" + "".join(
    f"The  pump {number} leaks at mail{number}@example.com,{'pump' if number % 2 else 'belt'}\n" for number in range(20)
)


@pytest.fixture
def corpus(tmp_path: Path) -> str:
    """Two files of a corpus, with spaces to tidy and addresses to redact."""
    for number in range(2):
        text = f"A  belt runs to the left.\n\nWrite to office{number}@example.com on  the pump."
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    return "*.txt"


def test_labelled_rows_are_prepared_as_before(
    tmp_path: Path, corpus: str, write: Callable[..., Path], plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    pytest.importorskip("metier_redact", reason="needs metier-redact")
    pytest.importorskip("metier_classification", reason="needs metier-classification")
    (tmp_path / "train.csv").write_text(ROWS, encoding="utf-8")
    steps = ["normalize", {"use": "redact", "leave": ["URL"]}, "deduplicate", {"use": "filter", "min_words": 2}]
    recipe = write({"train": "train.csv", "corpus": corpus, "prepare": steps}, task="text-classification")
    whole = plain(recipe)
    done = pipeline(recipe)
    after = plain(done.folder / "recipe.yaml")
    assert set(whole.rows) == {"train", "validation", "test", "corpus"}
    for split in ("train", "validation", "test"):
        assert after.rows[split] == whole.rows[split]
    assert after.texts() == whole.texts()
    assert "[EMAIL]" in whole.texts()[-1]
    assert done.recipe["data"]["prepare"] == [
        {"use": "labelled-rows", "step": "normalize"},
        {"use": "labelled-rows", "step": {"use": "redact", "leave": ["URL"]}},
        "deduplicate",
        {"use": "filter", "min_words": 2},
    ]
    assert "left to the recipe: deduplicate, filter" in done.output
    assert "left to the recipe, for labelled rows alone: normalize, redact" in done.output
    assert f"metier run {done.folder / 'recipe.yaml'}" in done.output


def test_steps_up_to_the_first_that_looks_at_several_rows(write: Callable[..., Path], corpus: str) -> None:
    def pieces(*steps: Any) -> list[int]:
        recipe = load_recipe(write({"corpus": corpus, "prepare": list(steps)}), registry=discover())
        return in_pieces(make_plan(recipe, discover(), adapts_only=True), discover())

    assert pieces("normalize", "deduplicate", "filter") == [0]
    assert pieces("deduplicate", "normalize") == []
    assert pieces({"use": "labelled-rows", "step": "deduplicate"}, "normalize") == []
    assert pieces("normalize", "filter") == [0, 1]
    assert pieces() == []


def test_a_recipe_whose_first_step_needs_all_rows_is_only_read_in_tasks(
    write: Callable[..., Path], corpus: str, plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    recipe = write({"corpus": corpus, "prepare": ["deduplicate", "normalize"]})
    done = pipeline(recipe)
    assert done.report["transforms"] == []
    assert done.recipe["data"]["prepare"] == ["deduplicate", "normalize"]
    assert plain(done.folder / "recipe.yaml").texts() == plain(recipe).texts()


def test_a_recipe_without_steps_left_says_so(
    write: Callable[..., Path], corpus: str, pipeline: Callable[..., Any]
) -> None:
    done = pipeline(write({"corpus": corpus, "prepare": ["normalize"]}))
    assert done.recipe["data"]["prepare"] == []
    assert "left to the recipe" not in done.output
    assert f"metier adapt {done.folder / 'recipe.yaml'}" in done.output


def test_nothing_of_a_corpus_in_another_encoding_and_layout_is_left(
    tmp_path: Path, write: Callable[..., Path], plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    row = json.dumps(["泵漏水了。", "note"], ensure_ascii=False)
    (tmp_path / "a.jsonl").write_bytes(f"{row}\n".encode("gb18030"))
    source = {"use": "jsonl", "path": "a.jsonl", "names": ["body", "kind"], "encoding": "gb18030"}
    recipe = write({"corpus": {**source, "columns": {"text": "body"}}, "prepare": ["normalize"]})
    done = pipeline(recipe)
    assert done.recipe["data"]["corpus"] == {
        "use": "jsonl",
        "path": "corpus/*.jsonl.gz",
        "names": None,
        "encoding": "utf-8",
        "columns": {"text": "body"},
    }
    assert plain(done.folder / "recipe.yaml").texts() == plain(recipe).texts() == ["泵漏水了。"]


def test_the_recipe_is_found_from_where_it_stands(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[..., Path],
    corpus: str,
    pipeline: Callable[..., Any],
) -> None:
    write({"corpus": corpus}, name="my-notes")
    monkeypatch.chdir(tmp_path)
    done = pipeline(Path("mine.yaml"), name="deep/er")
    assert done.recipe["extends"] == "../../mine.yaml"
    assert done.recipe["name"] == "my-notes"
    moved = tmp_path / "moved"
    moved.mkdir()
    other = moved / "other.yaml"
    other.write_text("recipe: 1\nextends: ../mine.yaml\n", encoding="utf-8")
    assert pipeline(other, name="beside").recipe["extends"] == str(other)


def test_the_corpus_of_the_command_line(
    tmp_path: Path, write: Callable[..., Path], corpus: str, plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    recipe = write({"corpus": corpus, "prepare": ["normalize"]})
    done = pipeline(recipe, "--corpus", tmp_path / "1.txt")
    assert done.report["sources"]["corpus"]["files"] == 1
    assert len(plain(done.folder / "recipe.yaml").texts()) == 2


def test_without_a_corpus(tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]) -> None:
    pytest.importorskip("metier_classification", reason="needs metier-classification")
    (tmp_path / "train.csv").write_text(ROWS, encoding="utf-8")
    with pytest.raises(RecipeError, match="there is no corpus to prepare") as error:
        pipeline(write({"train": "train.csv"}, task="text-classification", adapt=[]))
    assert "--corpus" in error.value.problems[0].hint


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("normalise", "no transform named 'normalise'.*did you mean 'normalize'"),
        ({"use": "filter", "min_word": 3}, "filter: min_word: Extra inputs"),
        ({"min_words": 3}, "name the transform"),
    ],
)
def test_labelled_rows_tells_what_is_wrong_with_its_step(step: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LabelledRows.Config.model_validate({"step": step})


def test_labelled_rows_leaves_the_corpus() -> None:
    from datasets import Dataset

    from metier.components import TransformContext

    transform = LabelledRows(LabelledRows.Config(step={"use": "normalize", "whitespace": "collapse"}))
    rows = Dataset.from_dict({"id": ["1"], "text": ["a  b"]})
    for split, text in (("corpus", "a  b"), ("train", "a b"), ("test", "a b")):
        context = TransformContext(text_columns=("text",), split=split)
        assert transform.apply(rows, context)["text"] == [text]
        assert bool(context.changed) == (split != "corpus")

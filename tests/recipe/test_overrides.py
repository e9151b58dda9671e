"""The command line over a recipe: shorthands, and `--set` at any place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.fakes import registry

from metier.errors import RecipeError
from metier.recipe import Recipe, load_recipe

RECIPE = """\
recipe: 1
model: starter:minilm
data: {train: {use: csv, path: a.csv, columns: {text: body}}, corpus: corpus.txt}
adapt: [continued-pretraining, {use: adversarial, attack: fgm}]
task: text-classification
training: {num_train_epochs: 3}
"""


def loaded(folder: Path, *sets: str, **overrides: str) -> Recipe:
    path = folder / "sub" / "r.yaml"
    path.parent.mkdir()
    path.write_text(RECIPE, encoding="utf-8")
    return load_recipe(path, sets=sets, overrides=overrides, registry=registry())


def test_a_shorthand_replaces_the_whole_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = loaded(tmp_path, train="mine.csv", test="test.csv", model="./m", seed="7")
    assert recipe.tree["data"] == {"train": "mine.csv", "corpus": "corpus.txt", "test": "test.csv"}
    assert (recipe.tree["model"], recipe.tree["seed"]) == ("./m", 7)
    place = recipe.place(("data", "train"))
    assert (place.file, place.line, place.root) == ("--train", None, tmp_path)
    assert recipe.place(("data", "corpus")).root == tmp_path / "sub"


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("training.num_train_epochs=5", ("training", "num_train_epochs"), 5),
        ("training.max-length=5", ("training", "max_length"), 5),
        ("optimizer.learning_rate=1e-4", ("optimizer", "learning_rate"), 1e-4),
        ("adapt.1.epsilon=0.5", ("adapt", 1, "epsilon"), 0.5),
        ("adapt[1].epsilon=0.5", ("adapt", 1, "epsilon"), 0.5),
        ("adapt.0.epochs=2", ("adapt", 0), {"use": "continued-pretraining", "epochs": 2}),
        ("adapt.0=adversarial", ("adapt", 0), "adversarial"),
        ("adapt=[adversarial]", ("adapt",), ["adversarial"]),
        ("adapt=", ("adapt",), None),
        ("task.class-weights=balanced", ("task",), {"use": "text-classification", "class_weights": "balanced"}),
        ("data.train.columns.label=verdict", ("data", "train", "columns"), {"text": "body", "label": "verdict"}),
        ("data.corpus.columns.text=body", ("data", "corpus"), {"path": "corpus.txt", "columns": {"text": "body"}}),
        ("data.split={test: 0.5}", ("data", "split", "test"), 0.5),
        ("description=a = b", ("description",), "a = b"),
        ("improve=[{use: seeds}]", ("improve",), [{"use": "seeds"}]),
    ],
)
def test_set_reaches_any_place(tmp_path: Path, text: str, path: tuple[str | int, ...], value: Any) -> None:
    recipe = loaded(tmp_path, text)
    current: Any = recipe.tree
    for step in path:
        current = current[step]
    assert current == value
    assert any(place.file == f"--set {text}" for place in recipe.places.values())


def test_sets_come_after_shorthands_and_in_order(tmp_path: Path) -> None:
    assert loaded(tmp_path, "seed=2", "seed=3", seed="1").tree["seed"] == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed", "not PATH=VALUE"),
        ("=3", "not PATH=VALUE"),
        ("a..b=3", "not PATH=VALUE"),
        ("adapt.2=x", "adapt has no entry '2'"),
        ("adapt.first=x", "adapt has no entry 'first'"),
        ("adapt.-1=x", "adapt has no entry"),
        ("improve.0.use=x", "improve has no entries"),
        ("model.name=x", "model is a single value"),
        ("extends=x", "cannot be overridden"),
        ("recipe=2", "cannot be overridden"),
        ("adapt=[", "not YAML"),
    ],
)
def test_what_cannot_be_set_says_so(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message.replace("[", r"\[")) as caught:
        loaded(tmp_path, text)
    assert caught.value.problems[0].file == f"--set {text}"
    assert caught.value.problems[0].hint


def test_every_bad_override_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        loaded(tmp_path, "seed", "extends=x", trian="a.csv")
    assert [problem.file for problem in caught.value.problems] == ["--trian", "--set seed", "--set extends=x"]
    assert caught.value.problems[0].hint == "did you mean 'train'?"

"""A good recipe becomes a plan: components resolved, options filled in, paths absolute, splits settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.fakes import registry

from metier.errors import RecipeError
from metier.plan import Plan, make_plan
from metier.recipe import load_recipe
from metier.settings import TrainingSettings

ROWS = "text,label\ngood,yes\nbad,no\n"
RECIPE = """\
recipe: 1
model: starter:minilm
industry: finance
data:
  train: train.csv
  corpus: {use: text, path: "texts/**/*.txt"}
  prepare: [normalize]
adapt: [{use: continued_pretraining, epochs: 2, vocabulary: words.txt}, adversarial]
task: text-classification
"""


def planned(folder: Path, text: str = RECIPE, *sets: str, offline: bool = False, **overrides: str) -> Plan:
    (folder / "train.csv").write_text(ROWS, encoding="utf-8")
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    known = registry()
    recipe = load_recipe(folder / "mine.yaml", sets=sets, overrides=overrides, registry=known)
    return make_plan(recipe, known, offline=offline)


def test_components_have_all_their_options_and_say_where_they_come_from(tmp_path: Path) -> None:
    pretraining, adversarial = planned(tmp_path).adapt
    assert (pretraining.name, pretraining.kind, pretraining.path) == (
        "continued-pretraining",
        "adaptation method",
        "adapt[0]",
    )
    assert (pretraining.distribution, pretraining.version) == ("metier-pretraining", "0.1.0")
    assert pretraining.options == {"epochs": 2.0, "vocabulary": str(tmp_path / "words.txt")}
    assert adversarial.options == {"attack": "fgm", "epsilon": 1.0}


def test_paths_are_absolute_from_the_file_that_gives_them(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert plan.sources["train"].options["path"] == str(tmp_path / "train.csv")
    assert plan.sources["corpus"].options["path"] == str(tmp_path / "texts/**/*.txt")


def test_paths_of_the_command_line_are_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "rows.csv").write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    plan = planned(tmp_path, RECIPE, "adapt.0.vocabulary=w.txt", train="rows.csv")
    assert plan.sources["train"].options["path"] == str(elsewhere / "rows.csv")
    assert plan.adapt[0].options["vocabulary"] == str(elsewhere / "w.txt")


def test_defaults(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    assert (plan.name, plan.seed, plan.seeds, plan.ablate, plan.on_leak) == ("mine", 13, 1, False, "drop")
    assert plan.optimizer.name == "adamw"
    assert plan.training == TrainingSettings()
    assert (plan.split.validation, plan.split.test, plan.split.by) == (0.1, 0.2, "stratified")
    assert plan.model == "starter:minilm"
    assert plan.model_info is not None
    assert {"metier", "metier-starter", "metier-pretraining", "torch", "transformers"} <= set(plan.distributions)


@pytest.mark.parametrize(
    ("data", "shares"),
    [
        ("{train: train.csv, test: train.csv}", (0.1, 0)),
        ("{train: train.csv, validation: train.csv}", (0, 0.2)),
        ("{train: train.csv, test: train.csv, split: {validation: 0.3, test: 0.9}}", (0.3, 0)),
        ("{train: train.csv, test: null, split: {test: 0.4}}", (0.1, 0.4)),
    ],
)
def test_a_split_with_a_source_takes_no_share(tmp_path: Path, data: str, shares: tuple[float, float]) -> None:
    plan = planned(tmp_path, f"recipe: 1\nmodel: starter:minilm\ntask: text-classification\ndata: {data}\n")
    assert (plan.split.validation, plan.split.test) == shares


@pytest.mark.parametrize(
    ("split", "task", "by"),
    [
        ("{}", "regression", "hash"),
        ("{group: text}", "text-classification", "group"),
        ("{by: hash}", "regression", "hash"),
    ],
)
def test_how_rows_are_split_follows_the_task(tmp_path: Path, split: str, task: str, by: str) -> None:
    columns = "{text: text, score: label}" if task == "regression" else "{}"
    data = f"{{train: {{path: train.csv, columns: {columns}}}, split: {split}}}"
    text = f"recipe: 1\nmodel: starter:minilm\ntask: {task}\ndata: {data}\n"
    assert planned(tmp_path, text).split.by == by


def test_an_empty_value_is_as_if_not_given(tmp_path: Path) -> None:
    text = RECIPE.partition("data:")[0] + "task: text-classification\nadapt:\nseeds:\ntraining:\n"
    text += "data: {train: train.csv, test: , on_leak: }\n"
    plan = planned(tmp_path, text)
    assert (plan.adapt, plan.seeds, plan.on_leak, set(plan.sources)) == ((), 1, "drop", {"train"})


def test_a_length_nobody_asked_for_gives_way_to_the_models(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    sizes = '"num_hidden_layers": 2, "hidden_size": 32, "vocab_size": 9, "max_position_embeddings": 64'
    config = f'{{"model_type": "bert", {sizes}}}'
    (model / "config.json").write_text(config, encoding="utf-8")
    plan = planned(tmp_path, RECIPE.replace("starter:minilm", "./model"))
    assert plan.model == f"local:{model}"
    assert plan.training.max_length == 64


def test_a_plan_survives_json_with_the_same_digest(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    again = Plan.from_json(plan.to_json())
    assert again == plan
    assert again.digest == plan.digest
    assert len(plan.digest) == 64


@pytest.mark.parametrize("change", ["seed=14", "training.max_length=32", "adapt.1.epsilon=2", "model=starter:smollm2"])
def test_the_digest_changes_with_what_is_done(tmp_path: Path, change: str) -> None:
    assert planned(tmp_path, RECIPE, change).digest != planned(tmp_path).digest


def test_the_same_plan_is_written_in_many_ways(tmp_path: Path) -> None:
    other = RECIPE.replace("epochs: 2,", "epochs: 2.0,").replace(
        "task: text-classification", "task: {use: text-classification}"
    )
    assert planned(tmp_path, other).digest == planned(tmp_path).digest


def test_all_problems_come_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = "recipe: 1\nmodel: startr:x\ndata: {train: none.csv}\nadapt: [advers, adversarial]\n"
    text += "task: text-clasification\nseeds: 0\n"
    with pytest.raises(RecipeError) as caught:
        planned(tmp_path, text)
    wheres = [(problem.line, problem.where) for problem in caught.value.problems]
    assert wheres == [(2, "model"), (3, "data.train"), (4, "adapt[0]"), (5, "task"), (6, "seeds")]


def test_offline_a_model_that_must_be_fetched_is_a_problem(tmp_path: Path) -> None:
    text = RECIPE.replace("starter:minilm", "owner/model")
    assert planned(tmp_path, text).model == "hub:owner/model"
    with pytest.raises(RecipeError, match="is not on this machine"):
        planned(tmp_path, text, offline=True)


def test_a_column_mapping_is_kept_by_role(tmp_path: Path) -> None:
    text = RECIPE.replace("train: train.csv", "train: {path: train.csv, columns: {text: label, label: text}}")
    plan = planned(tmp_path, text)
    assert plan.mappings == {"train": {"text": "label", "label": "text"}, "corpus": {}}
    assert "columns" not in plan.sources["train"].options


def test_a_plan_cannot_be_changed(tmp_path: Path) -> None:
    plan: Any = planned(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        plan.seed = 3


def test_a_head_that_answers_from_documents_needs_a_corpus(tmp_path: Path) -> None:
    text = "recipe: 1\nmodel: starter:minilm\ndata: {train: rows.csv%s}\ntask: retrieval\n"
    (tmp_path / "rows.csv").write_text("text,reply\nwhere?,here\nwhen?,now\n", encoding="utf-8")
    (tmp_path / "pages.csv").write_text("text,page\nhere,1\nnow,2\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"retrieval answers from documents, and there is no data\.corpus"):
        planned(tmp_path, text % "")
    plan = planned(tmp_path, text % ", corpus: {use: csv, path: pages.csv, columns: {page: page}}")
    assert plan.mappings["corpus"] == {"page": "page"}

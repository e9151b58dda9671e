"""Continued pretraining lowers the perplexity of held-out text, and gives a model that loads whole."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSequenceClassification

from metier.builtin.optimizers.adamw import AdamW
from metier.components import MethodContext
from metier.errors import DataError, StageError
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, TaskInfo
from metier_pretraining._corpora import split
from metier_pretraining._models import with_head
from metier_pretraining.continued_pretraining import ContinuedPretraining

CORPUS = Dataset.from_list([{"id": str(i), "text": f"{TEXTS[i % 8]} and {TEXTS[(i + 3) % 8]}"} for i in range(200)])


def pretrained(
    local: LocalModel, folder: Path, logged: list[Any], texts: Any = CORPUS, train: Any = None, **options: Any
) -> Any:
    engine = TrainingEngine(
        tokenizer=load_tokenizer(local.path),
        settings=TrainingSettings(
            early_stopping_patience=1, load_best_model_at_end=True, gradient_accumulation_steps=2
        ),
        optimizer=AdamW(AdamW.Config()),
        directory=folder / "checkpoints",
        seed=13,
        log=lambda metrics: logged.append(dict(metrics)),
    )
    context = MethodContext(
        info=local.info,
        task=TaskInfo("task"),
        tokenizer=load_tokenizer(local.path),
        seed=13,
        directory=folder,
        engine=engine,
        corpus=texts,
        train=train,
    )
    chosen = {"block_size": 32, "head_steps": 5, "epochs": 4, "learning_rate": 5e-3, **options}
    return ContinuedPretraining(ContinuedPretraining.Config.model_validate(chosen)).pretrain(local.path, context)


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama"])
@pytest.mark.parametrize("grouping", ["blocks", "lines"])
def test_perplexity_falls_and_is_recorded(model_type: str, grouping: str, tmp_path: Path) -> None:
    logged: list[Any] = []
    pretrained(build_model(model_type, tmp_path / "tiny"), tmp_path, logged, grouping=grouping)
    last = logged[-1]
    assert last["perplexity_after"] < 0.8 * last["perplexity_before"] < 60
    assert last["held_out_texts"] == 10
    assert {"steps", "seconds"} <= set(last)


def test_the_saved_encoder_loads_for_words_and_for_tasks_with_its_pooler(tmp_path: Path) -> None:
    local = build_model("bert", tmp_path / "tiny")
    model = pretrained(local, tmp_path, [])
    model.save_pretrained(tmp_path / "adapted")
    pooler = AutoModel.from_pretrained(local.path).pooler.dense.weight
    task: Any = AutoModelForSequenceClassification.from_pretrained(tmp_path / "adapted")
    assert task.bert.pooler.dense.weight.equal(pooler)
    assert task.bert.encoder.layer[1].output.dense.weight.equal(model.bert.encoder.layer[1].output.dense.weight.cpu())
    again: Any = AutoModelForMaskedLM.from_pretrained(tmp_path / "adapted")
    assert again.cls.predictions.transform.dense.weight.equal(model.cls.predictions.transform.dense.weight.cpu())
    assert with_head(tmp_path / "adapted")[1] == frozenset()


def test_a_new_head_is_tied_said_and_fitted_alone_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    local = build_model("bert", tmp_path / "tiny")
    with caplog.at_level(logging.INFO, logger="metier"):
        model, new = with_head(local.path)
    assert new
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert any("no head to guess words with" in message for message in caplog.messages)
    logged: list[Any] = []
    pretrained(local, tmp_path / "fitted", fitted := logged, head_steps=60)
    pretrained(local, tmp_path / "raw", raw := [], head_steps=0)
    assert fitted[-1]["perplexity_before"] < raw[-1]["perplexity_before"]
    assert (tmp_path / "fitted" / "checkpoints" / "training-2").is_dir()


def test_a_decoder_keeps_its_head_and_its_cache(tmp_path: Path) -> None:
    local = build_model("llama", tmp_path / "tiny")
    model = pretrained(local, tmp_path, [])
    model.save_pretrained(tmp_path / "adapted")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "adapted")
    assert again.config.use_cache is True
    assert all(one.equal(two.cpu()) for one, two in zip(again.parameters(), model.parameters(), strict=True))


def test_blocks_fit_the_positions_of_the_model(tmp_path: Path) -> None:
    logged: list[Any] = []
    pretrained(build_model("bert", tmp_path / "tiny"), tmp_path, logged, block_size=512, epochs=1)
    assert logged[-1]["steps"] > 0


def test_held_out_texts_are_not_trained_on() -> None:
    training, held = split(CORPUS, share=0.1, seed=3)
    assert len(held) == 20
    assert sorted([*training["id"], *held["id"]]) == sorted(CORPUS["id"])
    assert split(CORPUS, share=0.1, seed=3)[1]["id"] == held["id"]
    with pytest.raises(DataError, match="the corpus has 1 texts"):
        split(CORPUS.select([0]), share=0.1, seed=3)


@pytest.mark.parametrize(("corpus", "rows"), [("auto", 200), ("domain", 200), ("task", 40)])
def test_the_text_is_the_domains_or_the_tasks(corpus: str, rows: int, tmp_path: Path) -> None:
    logged: list[Any] = []
    train = CORPUS.select(range(40)).add_column("label", ["x"] * 40)
    options = {"corpus": corpus, "grouping": "lines", "epochs": 1, "head_steps": 0}
    pretrained(build_model("bert", tmp_path / "tiny"), tmp_path, logged, train=train, **options)
    assert logged[-1]["held_out_texts"] == rows * 0.05


def test_only_what_it_reads_is_asked_for() -> None:
    def method(corpus: str) -> ContinuedPretraining:
        return ContinuedPretraining(ContinuedPretraining.Config.model_validate({"corpus": corpus}))

    assert [method(corpus).needs_corpus() for corpus in ("auto", "domain", "task")] == [False, True, False]
    both, train = ("corpus", "train"), ("train",)
    assert [method("auto").reads(splits) for splits in (both, train)] == [("corpus",), ("train",)]
    assert method("task").reads(both) == ("train",)


def test_it_is_said_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="there is no text to train on"):
        pretrained(build_model("bert", tmp_path / "tiny"), tmp_path, [], texts=None)


def test_weights_are_trained_in_float32(tmp_path: Path) -> None:
    local = build_model("gpt2", tmp_path / "tiny")
    AutoModelForCausalLM.from_pretrained(local.path, dtype=torch.bfloat16).save_pretrained(local.path)
    model = pretrained(local, tmp_path, [], epochs=1)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}

"""Trains a language model further on a corpus."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM
from transformers.utils import logging as transformers_logging

from metier.components import Engine, MethodContext
from metier.errors import DataError, StageError
from metier_pretraining._objectives import LanguageModelling, MaskedWords, NextWords

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

logger = logging.getLogger("metier")
HEAD_LEARNING_RATE = 1e-3


def pretrain(config: ContinuedPretrainingConfig, path: Path, stage: MethodContext) -> PreTrainedModel:
    """Return the model at `path` trained on the stage's corpus; it loads with any of transformers' Auto classes."""
    corpus, engine = corpus_of(config, stage), stage.engine
    if engine is None:
        raise StageError("there is no engine to train with", where="continued-pretraining")
    training, held_out = split(corpus, share=config.held_out, seed=stage.seed)
    objective = objective_for(config, stage)
    torch.manual_seed(stage.seed)
    if stage.info.architecture == "decoder":
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)
    else:
        model, is_new = with_head(path)
        if is_new:
            fit_head(engine, objective, model, training, steps=config.head_steps)
    before = engine.evaluate(objective, model, held_out)["loss"]
    overrides: dict[str, object] = {
        **quiet(config),
        "num_train_epochs": config.epochs,
        "learning_rate": config.learning_rate,
        "eval_strategy": "epoch",
    }
    trained = engine.train(objective, model, training, validation=held_out, overrides=overrides)
    after = engine.evaluate(objective, model, held_out)["loss"]
    say(engine, before=before, after=after, rows=len(held_out), trained=trained)
    return model if stage.info.architecture == "decoder" else whole(model, path)


def corpus_of(config: ContinuedPretrainingConfig, stage: MethodContext) -> Dataset:
    """Return the texts to train on: the domain's, or those of the task's training rows."""
    if config.corpus != "task" and stage.corpus is not None:
        return stage.corpus
    if config.corpus == "domain" or stage.train is None or "text" not in stage.train.column_names:
        hint = "give `data.corpus`"
        raise StageError("there is no text to train on", where="continued-pretraining", hint=hint)
    logger.info("continued-pretraining: on the texts of the %d training rows", len(stage.train))
    return stage.train.select_columns(["id", "text"])


def objective_for(config: ContinuedPretrainingConfig, stage: MethodContext) -> LanguageModelling:
    """Return the objective that the model was pretrained with, in blocks that it has positions for."""
    size = min(config.block_size, stage.info.max_length or config.block_size, stage.tokenizer.model_max_length)
    if stage.info.architecture == "decoder":
        return NextWords(block_size=size, grouping=config.grouping)
    if stage.tokenizer.mask_token_id is None:
        hint = "choose another model, or leave continued-pretraining out"
        raise StageError("the tokenizer has no mask token", where="continued-pretraining", hint=hint)
    return MaskedWords(block_size=size, grouping=config.grouping, probability=config.mlm_probability)


def split(corpus: Dataset, *, share: float, seed: int) -> tuple[Dataset, Dataset]:
    """Return the rows to train on and those to measure on, both in their former order.

    Raises `DataError` for a corpus of fewer than two texts.
    """
    if len(corpus) < 2:
        hint = "give `data.corpus` at least two texts: one is held out to measure perplexity"
        raise DataError(f"the corpus has {len(corpus)} texts", where="data.corpus", hint=hint)
    order = np.random.default_rng(seed).permutation(len(corpus))
    held = max(1, round(share * len(corpus)))
    return corpus.select(np.sort(order[held:])), corpus.select(np.sort(order[:held]))


def with_head(path: Path) -> tuple[PreTrainedModel, bool]:
    """Return an encoder with a masked-language-model head, and whether the head is new: tied to the embeddings."""
    with silent():
        loaded: Any = AutoModelForMaskedLM.from_pretrained(path, dtype=torch.float32, output_loading_info=True)
    model, info = loaded
    missing = sorted(name for name in info["missing_keys"] if not name.startswith(f"{model.base_model_prefix}."))
    if missing:
        model.config.tie_word_embeddings = True
        model.tie_weights()
        parts = ", ".join(sorted({name.rpartition(".")[0] for name in missing}))
        logger.info("continued-pretraining: the model has no head to guess words with; a new one is built (%s)", parts)
    return model, bool(missing)


def fit_head(
    engine: Engine, objective: LanguageModelling, model: PreTrainedModel, rows: Dataset, *, steps: int
) -> None:
    """Train a new head alone for some steps, so that its first, random gradients do not reach the model."""
    if steps == 0:
        return
    body = list(model.base_model.parameters())
    for parameter in body:
        parameter.requires_grad_(False)
    overrides: dict[str, object] = {"max_steps": steps, "learning_rate": HEAD_LEARNING_RATE, "eval_strategy": "no"}
    engine.train(objective, model, rows, overrides={**_QUIET, **overrides})
    for parameter in body:
        parameter.requires_grad_(True)


_QUIET: dict[str, object] = {
    "gradient_accumulation_steps": 1,
    "load_best_model_at_end": False,
    "early_stopping_patience": None,
}
"""The task's own training settings that mean nothing here."""


def quiet(config: ContinuedPretrainingConfig) -> dict[str, object]:
    """Return the settings that are not the task's."""
    size = config.per_device_train_batch_size
    return {**_QUIET, "max_steps": -1, "per_device_train_batch_size": size}


def say(engine: Engine, *, before: float, after: float, rows: int, trained: Any) -> None:
    """Log and record the perplexity of held-out text before and after."""
    figures = {"perplexity_before": math.exp(before), "perplexity_after": math.exp(after)}
    logger.info(
        "continued-pretraining: perplexity of %d held-out texts %.2f before, %.2f after", rows, *figures.values()
    )
    engine.log({**figures, "held_out_texts": rows, "steps": trained["steps"], "seconds": trained["seconds"]})


def whole(model: PreTrainedModel, path: Path) -> PreTrainedModel:
    """Return the encoder with those parts of the original that a masked language model leaves out (a pooler)."""
    with silent():
        original = AutoModel.from_pretrained(path, dtype=torch.float32)
    for name, module in original.named_children():
        if getattr(model.base_model, name, None) is None:
            setattr(model.base_model, name, module.to(model.device))
    return model


@contextmanager
def silent() -> Iterator[None]:
    """Keep transformers from reporting weights that are missing on purpose."""
    former = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(former)

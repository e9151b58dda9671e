"""Trains a language model further on a corpus."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext, Objective
from metier.errors import StageError
from metier.values import Metrics
from metier_pretraining._adapters import add_adapters, merge
from metier_pretraining._anchors import Anchored, ewc, l2_sp
from metier_pretraining._corpora import Phase, phases
from metier_pretraining._embeddings import add_rows, trained_rows
from metier_pretraining._figures import figures, perplexities
from metier_pretraining._fisher import fisher_information
from metier_pretraining._general import General, general_text, replayed
from metier_pretraining._models import language_model, whole
from metier_pretraining._new_head import fit_head
from metier_pretraining._new_words import new_words
from metier_pretraining._objectives import LanguageModelling, objective_for
from metier_pretraining._tokenizers import New

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

L2_SP, EWC = 0.1, 1000.0
"""Strengths of the anchors where none is given; EWC's is how much more text the model was made of than it reads now."""


def pretrain(config: ContinuedPretrainingConfig, path: Path, stage: MethodContext) -> PreTrainedModel:
    """Return the model at `path` trained on the stage's texts; it loads with any of transformers' Auto classes."""
    engine = stage.engine
    if engine is None:
        raise StageError("there is no engine to train with", where="continued-pretraining")
    general = general_text(config.general, seed=stage.seed) if config.general else None
    texts = phases(config, stage)
    words = new_words(config, stage, texts)
    objective = objective_for(config, stage)
    torch.manual_seed(stage.seed)
    model, new = language_model(path, stage.info.architecture)
    if words:
        add_rows(model, words)
    objective = objective.fitted_to(model)
    if new:
        fit_head(engine, objective, model, texts[0].training, steps=config.head_steps, overrides=settings(config))
    held_out = {phase.name: phase.held_out for phase in texts} | ({"general": general.measured} if general else {})
    before = perplexities(engine, objective, model, held_out)
    with adapters(config, stage, model, new, words):
        minimised = anchored(config, stage, model, objective, general, new, words)
        trained = [train(config, stage, model, minimised, phase, general) for phase in texts]
    after = perplexities(engine, objective, model, held_out)
    measured = figures(held_out, before, after, architecture=stage.info.architecture)
    took = {name: sum(one[name] for one in trained) for name in ("steps", "seconds")}
    engine.log({**measured, **({"new_tokens": len(words)} if words else {}), **took})
    return whole(model, path) if stage.info.architecture == "encoder" else model


@contextmanager
def adapters(
    config: ContinuedPretrainingConfig, stage: MethodContext, model: PreTrainedModel, new: Collection[str], words: New
) -> Iterator[None]:
    """Let adapters alone train inside the block, where that is asked for, and new words; merge them at its end."""
    if config.adapters == "none":
        yield
        return
    adapted = add_adapters(model, rank=config.rank, whole=new, seed=stage.seed)
    with trained_rows(model, sorted(words)):
        yield
    merge(adapted)


def anchored(
    config: ContinuedPretrainingConfig,
    stage: MethodContext,
    model: PreTrainedModel,
    objective: LanguageModelling,
    general: General | None,
    new: Collection[str],
    words: New,
) -> Objective:
    """Return the objective to minimise: with the anchor's penalty, where one is asked for."""
    if config.anchor == "none":
        return objective
    if config.anchor == "l2-sp":
        strength = L2_SP if config.anchor_strength is None else config.anchor_strength
        return Anchored(objective, l2_sp(model, strength=strength, new=new, new_rows=sorted(words)))
    assert general is not None, "the options were checked"
    strength = EWC if config.anchor_strength is None else config.anchor_strength
    fisher = fisher_information(model, objective, general.rest, stage.tokenizer, seed=stage.seed)
    return Anchored(objective, ewc(model, fisher, strength=strength, new=new))


def train(
    config: ContinuedPretrainingConfig,
    stage: MethodContext,
    model: PreTrainedModel,
    objective: Objective,
    phase: Phase,
    general: General | None,
) -> Metrics:
    """Train on a phase's texts, with general ones among them where they are to be replayed."""
    assert stage.engine is not None
    texts = phase.training
    if general is not None:
        texts = replayed(texts, general.rest, share=config.replay, seed=stage.seed)
    overrides = {**settings(config), "num_train_epochs": config.epochs, "learning_rate": config.learning_rate}
    return stage.engine.train(objective, model, texts, validation=phase.held_out, overrides=overrides)


def settings(config: ContinuedPretrainingConfig) -> dict[str, object]:
    """Return the settings that are not the task's."""
    own: dict[str, object] = {
        "max_steps": -1,
        "per_device_train_batch_size": config.per_device_train_batch_size,
        "gradient_accumulation_steps": 1,
        "load_best_model_at_end": False,
        "early_stopping_patience": None,
        "eval_strategy": "epoch",
    }
    if config.warmup_ratio is not None:
        own["warmup_ratio"] = config.warmup_ratio
    if config.anchor != "none" or (config.adapters != "none" and config.new_words):
        own["weight_decay"] = 0.0  # it would pull to 0 what an anchor, or no gradient, holds where it is
    return own

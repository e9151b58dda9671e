"""A checkpoint becomes a language model to train further, and whole again afterwards."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM

from metier.training.quiet import quiet_transformers
from metier.values import Architecture

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")


def language_model(path: Path, architecture: Architecture) -> tuple[PreTrainedModel, frozenset[str]]:
    """Return the model at `path` with its language-model head in float32, and the parameters that it came without."""
    if architecture == "encoder":
        return with_head(path)
    kind: Any = AutoModelForCausalLM if architecture == "decoder" else AutoModelForSeq2SeqLM
    return kind.from_pretrained(path, dtype=torch.float32), frozenset()


def with_head(path: Path) -> tuple[PreTrainedModel, frozenset[str]]:
    """Return an encoder with a masked-language-model head, and the head's parameters where it is new.

    A new head is tied to the word embeddings, and the log says so.
    """
    with quiet_transformers():
        loaded: Any = AutoModelForMaskedLM.from_pretrained(path, dtype=torch.float32, output_loading_info=True)
    model, info = loaded
    new = frozenset(name for name in info["missing_keys"] if not name.startswith(f"{model.base_model_prefix}."))
    if new:
        model.config.tie_word_embeddings = True
        model.tie_weights()
        parts = ", ".join(sorted({name.rpartition(".")[0] for name in new}))
        logger.info("continued-pretraining: the model has no head to guess words with; a new one is built (%s)", parts)
    return model, new


def whole(model: PreTrainedModel, path: Path) -> PreTrainedModel:
    """Return the encoder with those parts of the original that a masked language model leaves out (a pooler)."""
    with quiet_transformers():
        original = AutoModel.from_pretrained(path, dtype=torch.float32)
    for name, module in original.named_children():
        if getattr(model.base_model, name, None) is None:
            setattr(model.base_model, name, module.to(model.device))
    return model

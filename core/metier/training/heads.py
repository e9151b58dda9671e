"""Builds a pretrained model with a linear head over names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoTokenizer

from metier.errors import RunError
from metier.training.padding import pad_token_id

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def model_over(
    auto: Any, path: Path, names: Sequence[str], *, task: str, types: str, **options: Any
) -> PreTrainedModel:
    """Return the model at `path` by a transformers Auto class, with a linear layer over `names`, in float32.

    The names travel in its configuration, as does what to pad with: a decoder reads its last token that is no padding.
    `task` and `types` (of models that do) are for people. Raises `RunError` where transformers has no such model, or
    its tokenizer nothing to pad with.
    """
    named = {"id2label": dict(enumerate(names)), "label2id": {name: i for i, name in enumerate(names)}}
    try:
        model: PreTrainedModel = auto.from_pretrained(
            path, num_labels=len(names), dtype=torch.float32, **named, **options
        )
    except ValueError as error:
        if "Unrecognized configuration class" not in str(error):
            raise
        hint = f"choose a model of another type: {types}, …"
        raise RunError(f"transformers has no {task} for this type of model", where=str(path), hint=hint) from error
    if (path / "tokenizer_config.json").is_file():
        model.config.pad_token_id = pad_token_id(AutoTokenizer.from_pretrained(path))  # type: ignore[arg-type]
    return model

"""The vectors of texts by a model folder, without any training; it imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer
from metier_embedding._torch import Contrastive, build

if TYPE_CHECKING:
    from transformers import PreTrainedModel

BATCH = 32
"""Texts that are encoded at a time."""


@quiet_transformers()
@torch.no_grad()
def encoded(
    folder: Path, texts: Sequence[str], *, pooling: str, max_length: int, encoder: PreTrainedModel | None = None
) -> np.ndarray:
    """Return a vector of length 1 a text, (texts, hidden), float32; texts are cut to `max_length` tokens.

    `folder` has the tokenizer, and the model where no `encoder` is given.
    """
    tokenizer, reader = load_tokenizer(folder), Contrastive(pooling, temperature=1.0, threshold=1.0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    encoder = (encoder or build(folder, pooling=pooling)).eval().to(device)
    found = np.zeros((len(texts), encoder.config.hidden_size), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # texts of like length: little is padded
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        columns = reader.encode({"text": [texts[row] for row in chosen]}, tokenizer, max_length)
        examples = [dict(zip(columns, one, strict=True)) for one in zip(*columns.values(), strict=True)]
        batch = reader.collate(examples, tokenizer, np.random.default_rng(0))
        vectors = reader.vectors(encoder, {name: tensor.to(device) for name, tensor in batch.items()})
        found[chosen] = vectors.cpu().numpy()
    return found

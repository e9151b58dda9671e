"""What a pretrained model sees in a text before anything was trained: one vector a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoModel

from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer

BATCH = 64


@quiet_transformers()
def frozen_features(
    folder: Path, rows: Dataset, *, column: str = "text", max_length: int = 256
) -> np.ndarray[Any, Any]:
    """Return the mean of the last hidden states over each text's tokens, scaled to length 1: (rows, hidden), float32.

    Of an encoder-decoder the encoder alone is asked. Reimers & Gurevych 2019 (Sentence-BERT), section 3: mean pooling.
    """
    tokenizer = load_tokenizer(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    model = model.get_encoder() if model.config.is_encoder_decoder else model
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    texts = rows[column][:]
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    found = np.zeros((len(texts), model.config.hidden_size), dtype=np.float32)
    with torch.no_grad():
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            given = [texts[row] for row in chosen]
            batch = tokenizer(given, padding=True, truncation=True, max_length=max_length, return_tensors="pt")
            hidden = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
            found[chosen] = torch.nn.functional.normalize(mean, dim=-1).numpy()
    return found

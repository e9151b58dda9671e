"""Several documents in one row, as if each had a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch.nn.utils.rnn import pad_sequence

from metier_pretraining._head import IGNORED, evaluating, some_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch


def positions(lengths: Sequence[Sequence[int]], width: int) -> torch.Tensor:
    """Return the place of each token in its document, (rows, width), 0 in padding: for documents of these lengths."""
    rows = [torch.cat([torch.arange(length) for length in row]) for row in lengths]
    return torch.stack([torch.nn.functional.pad(row, (0, width - len(row))) for row in rows])


def apart(batch: Batch) -> Batch:
    """Return a batch of packed rows with a row for each document: (documents, longest), no positions."""
    real = batch["attention_mask"].bool()
    starts = (batch["position_ids"] == 0)[real].nonzero().flatten().tolist()
    count = int(real.sum())
    sizes = [end - start for start, end in zip(starts, [*starts[1:], count], strict=True)]

    def rows(name: str, filling: int) -> torch.Tensor:
        return pad_sequence(batch[name][real].split(sizes), batch_first=True, padding_value=filling)

    return {
        "input_ids": rows("input_ids", 0),
        "attention_mask": rows("attention_mask", 0),
        "labels": rows("labels", IGNORED),
    }


@torch.no_grad()
def keeps_apart(model: PreTrainedModel) -> bool:
    """Return whether positions alone keep documents of a row apart, found by trying: packed and one by one.

    transformers makes the mask of positions for models that attend by its rules (`masking_utils`, Llama and GPT-2 among
    them). It does not for models that carry a state from token to token (Mamba) or have no positions to be given
    (BLOOM).
    """
    tokens = some_tokens(model, 9)
    first, second = tokens[:5].flip(0), tokens[5:]
    alone = [one.repeat(2, 1) for one in (first, second)]
    places = positions([[5, 4]] * 2, 9).to(tokens.device)
    with evaluating(model):
        one_by_one = torch.cat([model(input_ids=one, use_cache=False).logits for one in alone], dim=1)
        try:
            packed = model(input_ids=torch.cat(alone, dim=1), position_ids=places, use_cache=False).logits
        except (TypeError, ValueError):  # it takes no positions
            return False
    return torch.allclose(packed, one_by_one, rtol=1e-3, atol=1e-3 * float(one_by_one.abs().max()))

"""Several texts in one row, as if each had a row of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch.nn.utils.rnn import pad_sequence

from metier.training.language_head import IGNORED, evaluating, some_tokens

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch


def positions(lengths: Sequence[Sequence[int]], width: int) -> torch.Tensor:
    """Return the place of each token in its document, (rows, width), 0 in padding: for documents of these lengths."""
    rows = [torch.cat([torch.arange(length) for length in row]) for row in lengths]
    return torch.stack([torch.nn.functional.pad(row, (0, width - len(row))) for row in rows])


def together(batch: Batch) -> Batch:
    """Return the rows of a batch laid into fewer rows, no longer than the longest, with `position_ids`.

    Longest first, each into the first row that has room (first-fit decreasing: Johnson 1973). A batch that takes as
    many rows this way stays as it is.
    """
    lengths = batch["attention_mask"].sum(dim=1).tolist()
    width = batch["attention_mask"].shape[1]
    rows: list[list[int]] = []
    room: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda one: -lengths[one]):
        place = next((at for at, left in enumerate(room) if left >= lengths[row]), len(rows))
        if place == len(rows):
            rows.append([])
            room.append(width)
        rows[place].append(row)
        room[place] -= lengths[row]
    if len(rows) == len(lengths):
        return batch
    device = batch["input_ids"].device
    made = {
        name: pad_sequence(
            [torch.cat([batch[name][one, : lengths[one]] for one in row]) for row in rows],
            batch_first=True,
            padding_value=filling,
        )
        for name, filling in (("input_ids", 0), ("labels", IGNORED))
    }
    places = positions([[lengths[one] for one in row] for row in rows], made["input_ids"].shape[1])
    return {**made, "position_ids": places.to(device)}


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

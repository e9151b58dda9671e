"""Trains the word embeddings of those tokens alone that occur: the others' gradients are 0 at every step.

Half of a small encoder's weights are word embeddings, and a trade's rows hold few of the words. Without the others the
gradient, its norm and the optimizer's state are that much smaller, and the result is the same: a row that never has a
gradient only decays, by a factor that one more row, which stands for them all, goes through too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from metier.training.encoded import Encoded

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MOST = 0.5
"""Share of the vocabulary up to which it is worth it."""


class OccurringEmbedding(torch.nn.Embedding):
    """The rows of a word embedding that occur, asked by ids of the whole vocabulary; the last stands for all others."""

    def __init__(self, whole: torch.nn.Embedding, occurring: torch.Tensor) -> None:
        count, device = len(occurring), whole.weight.device
        index = torch.full(
            (whole.num_embeddings,), count + 1, dtype=torch.long, device=device
        )  # an id beyond: an error
        index[occurring] = torch.arange(count, device=device)
        padding = None if whole.padding_idx is None else int(index[whole.padding_idx])
        super().__init__(count + 1, whole.embedding_dim, padding, device=device, dtype=whole.weight.dtype)
        self.rows: torch.Tensor
        self.register_buffer("rows", index, persistent=False)
        self.occurring = occurring
        with torch.no_grad():
            self.weight[:-1] = whole.weight[occurring]
            self.weight[-1] = 1.0

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Return the embeddings (…, hidden) of token ids; raises `IndexError` for one that was not said to occur."""
        return super().forward(self.rows[input])

    @torch.no_grad()
    def write_back(self, whole: torch.nn.Embedding) -> None:
        """Give the whole embedding what was learnt, and what decayed."""
        whole.to(self.weight.device)
        whole.weight.mul_(self.weight[-1])
        whole.weight[self.occurring.to(self.weight.device)] = self.weight[:-1]


@contextmanager
def occurring_words(
    model: PreTrainedModel, data: Sequence[Encoded], *, special: Sequence[int] = (), when: bool = True
) -> Iterator[int | None]:
    """Put the smaller embedding into `model` inside the block; gives how many tokens it has, None where it is not done.

    It is not where embeddings are tied to an output layer, which reads all of them, where they do not train, or where
    most tokens occur. The model is asked about `data` and `special` tokens alone meanwhile.
    """
    whole: Any = model.get_input_embeddings()
    fits = when and type(whole) is torch.nn.Embedding and whole.weight.requires_grad and not _shared(model, whole)
    occurring = _occurring(data, special, whole) if fits else None
    if occurring is None:
        yield None
        return
    small = OccurringEmbedding(whole, occurring)
    model.set_input_embeddings(small)
    try:
        yield len(occurring)
    finally:
        model.set_input_embeddings(whole)
        small.write_back(whole)


def _shared(model: torch.nn.Module, embedding: torch.nn.Embedding) -> bool:
    """Return whether another module has the same weight, or the embedding does more than look up."""
    holders = [one for one in model.modules() if any(held is embedding.weight for held in one._parameters.values())]
    return len(holders) > 1 or embedding.max_norm is not None or embedding.sparse or embedding.scale_grad_by_freq


def _occurring(data: Sequence[Encoded], special: Sequence[int], embedding: torch.nn.Embedding) -> torch.Tensor | None:
    seen = np.zeros(embedding.num_embeddings, dtype=bool)
    for encoded in data:
        seen[encoded.columns["input_ids"].values] = True
    seen[[*special, *([] if embedding.padding_idx is None else [embedding.padding_idx])]] = True
    if seen.mean() > MOST:
        return None
    return torch.from_numpy(np.flatnonzero(seen)).to(embedding.weight.device)

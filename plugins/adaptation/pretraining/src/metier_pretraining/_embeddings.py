"""New words' rows in a model: made of those of their pieces, and trained alone where adapters do the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def add_rows(model: PreTrainedModel, words: Mapping[int, Sequence[int]]) -> None:
    """Give `model` a row for each new token id: the mean of those of its pieces, in the embeddings and in the head.

    A head that is tied to the embeddings stays tied. The mean as in Sachidananda et al. 2021, *Efficient Domain
    Adaptation of Language Models via Adaptive Tokenization* (arXiv 2109.07460).
    """
    embeddings: Any = model.get_input_embeddings()
    if max(words) >= len(embeddings.weight):  # some models have rows to spare
        model.resize_token_embeddings(max(words) + 1, mean_resizing=False)
    with torch.no_grad():
        for matrix in by_token(model):
            for row, pieces in words.items():
                matrix[row] = matrix[list(pieces)].mean(dim=0)


def by_token(model: PreTrainedModel) -> Iterator[torch.nn.Parameter]:
    """Yield the parameters that have a row for each token: input embeddings, and the head's where they are its own."""
    embeddings: Any = model.get_input_embeddings()
    head: Any = model.get_output_embeddings()
    yield embeddings.weight
    if head is not None and head.weight is not embeddings.weight:
        yield head.weight
    if getattr(head, "bias", None) is not None:
        yield head.bias


class PartlyTrained(torch.nn.Embedding):
    """A word embedding of which some rows alone train; the engine, which trims plain ones, leaves it whole."""

    def __init__(self, whole: torch.nn.Embedding) -> None:
        super().__init__(1, whole.embedding_dim, _weight=whole.weight.detach()[:1])
        self.num_embeddings, self.padding_idx, self.weight = whole.num_embeddings, whole.padding_idx, whole.weight


@contextmanager
def trained_rows(model: PreTrainedModel, rows: Sequence[int]) -> Iterator[None]:
    """Let the rows of some tokens train inside the block, and no others: the gradient of those is 0.

    There must be no weight decay meanwhile, which needs no gradient.
    """
    if not rows:
        yield
        return
    embeddings: Any = model.get_input_embeddings()
    model.set_input_embeddings(PartlyTrained(embeddings))
    handles = [parameter.requires_grad_(True).register_hook(_of(rows, parameter)) for parameter in by_token(model)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        model.set_input_embeddings(embeddings)


def _of(rows: Sequence[int], parameter: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return what lets the gradient of some rows through."""
    trains = torch.zeros(len(parameter), *[1] * (parameter.ndim - 1), device=parameter.device)
    trains[list(rows)] = 1.0
    return lambda gradient: gradient * trains

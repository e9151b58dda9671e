"""The loss of a language model's head, computed only where there is a label, and without logits where it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch.nn.functional import cross_entropy

from metier.training.cross_entropy import linear_cross_entropy

if TYPE_CHECKING:
    from transformers import PreTrainedModel

IGNORED = -100
"""The label of a place where nothing is asked."""
Inputs = Mapping[str, Any]


def loss_at_labels(
    model: PreTrainedModel,
    inputs: Inputs,
    labels: torch.Tensor,
    *,
    linear_head: bool = False,
    reduction: Literal["sum", "none"] = "sum",
) -> torch.Tensor:
    """Return the cross-entropy summed over labelled places, float32; the head computes those alone.

    With the `reduction` none it is that of each labelled place, row by row: (places,).

    `labels` (batch, sequence) stand beside the tokens whose states they are guessed from. A vocabulary of 30,000 makes
    the head as costly as the layers: at 15 % of the places it is not. With `linear_head` (see `has_linear_head`) no
    logits are kept either.
    """
    places = labels != IGNORED
    head = model.get_output_embeddings()
    with only_at(model, places):
        if reduction == "none" or not (linear_head and type(head) is torch.nn.Linear):
            logits = model(**inputs).logits
            return cross_entropy(logits.flatten(0, -2).float(), labels[places], reduction=reduction)
        states = before_head(model, inputs)
    return linear_cross_entropy(states.flatten(0, -2), head.weight, head.bias, labels[places])


@contextmanager
def only_at(model: PreTrainedModel, places: torch.Tensor) -> Iterator[None]:
    """Let the head see the hidden states of some `places` (batch, sequence) only, as one row (1, places, hidden)."""

    def hook(module: torch.nn.Module, inputs: Any, output: Any) -> Any:
        output.last_hidden_state = output.last_hidden_state[places].unsqueeze(0)
        return output

    handle = _trunk(model).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def before_head(model: PreTrainedModel, inputs: Inputs) -> torch.Tensor:
    """Return what the model gives its last linear layer, (…, hidden); that layer itself is not computed."""
    given: list[torch.Tensor] = []

    def remember(states: torch.Tensor) -> torch.Tensor:
        given.append(states)
        return states[..., :1]

    with head_that_gives(model, remember):
        model(**inputs)
    return given[0]


@torch.no_grad()
def has_linear_head(model: PreTrainedModel) -> bool:
    """Return whether logits are the last linear layer's output and nothing more, found by trying.

    Some models cap or scale them, or add a bias of their own (Gemma 2, Cohere, ESM); then, and where something has been
    put around that layer, logits are needed.
    """
    head = model.get_output_embeddings()
    if type(head) is not torch.nn.Linear:
        return False
    inputs = {"input_ids": some_tokens(model, 8).unsqueeze(0)}
    if model.config.is_encoder_decoder:
        inputs["decoder_input_ids"] = inputs["input_ids"]
    given: list[torch.Tensor] = []

    def ones(states: torch.Tensor) -> torch.Tensor:
        given.append(states.new_ones((*states.shape[:-1], head.out_features)))
        return given[-1]

    with evaluating(model), head_that_gives(model, ones):
        logits = model(**inputs).logits
    return logits is given[-1] and bool((logits == 1).all())


@contextmanager
def head_that_gives(model: PreTrainedModel, answer: Callable[[torch.Tensor], torch.Tensor]) -> Iterator[None]:
    """Let the model's last linear layer do something else inside the block."""
    head: Any = model.get_output_embeddings()
    head.forward = answer
    try:
        yield
    finally:
        del head.forward


def some_tokens(model: PreTrainedModel, count: int) -> torch.Tensor:
    """Return `count` tokens of the model's vocabulary, to try it with: (count,)."""
    embeddings: Any = model.get_input_embeddings()
    tokens: torch.Tensor = torch.arange(count, device=model.device) % embeddings.weight.shape[0]
    return tokens


@contextmanager
def evaluating(model: PreTrainedModel) -> Iterator[None]:
    """Switch dropout off inside the block."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


def _trunk(model: Any) -> torch.nn.Module:
    """Return the part of a model that makes the states that its head reads."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model  # adapters stand around it
    trunk: torch.nn.Module = inner.get_decoder() if inner.config.is_encoder_decoder else inner.base_model
    return trunk

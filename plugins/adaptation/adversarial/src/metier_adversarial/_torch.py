"""The fast gradient method on word embeddings (Miyato, Dai & Goodfellow 2017, arXiv 1605.07725, equations 3 and 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch, Loss

Change = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Takes token ids (batch, sequence) and their embeddings (batch, sequence, hidden), returns embeddings."""


def fast_gradient(loss: Loss, stage: MethodContext, *, epsilon: float, weight: float) -> Loss:
    """Return `L(x) + weight · L(x + r)` with `r = epsilon · g / ‖g‖`, `g` the gradient of `L` at the embeddings.

    The norm is over all of a text's tokens; padding and special tokens are left alone. Both terms train all weights,
    word embeddings too; `r` is a constant, and no weight is touched on the way.
    """
    special = special_ids(stage.tokenizer)

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        found: list[tuple[torch.Tensor, torch.Tensor]] = []

        def watch(ids: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
            if not embeddings.requires_grad:  # the word embeddings are frozen
                embeddings = embeddings.detach().requires_grad_()
            embeddings.retain_grad()
            found.append((ids, embeddings))
            return embeddings

        with at_embeddings(model, watch):
            plain = loss(model, batch)
        stage.backward(plain)
        shifts = iter([perturbation(ids, one.grad, special=special, epsilon=epsilon) for ids, one in found])
        with at_embeddings(model, lambda ids, embeddings: embeddings + next(shifts)):
            perturbed = loss(model, batch)
        return plain.detach() + weight * perturbed

    return wrapped


def perturbation(
    ids: torch.Tensor, gradient: torch.Tensor | None, *, special: Sequence[int], epsilon: float
) -> torch.Tensor:
    """Return `r` (batch, sequence, hidden): length `epsilon` a text, 0 at special tokens."""
    if gradient is None:
        return torch.zeros((), device=ids.device)
    words = ~torch.isin(ids, torch.tensor(special, device=ids.device))
    gradient = gradient.detach().float() * words.unsqueeze(-1)
    norm = gradient.flatten(1).norm(dim=1).reshape(-1, 1, 1)
    return torch.where(norm > 0, epsilon * gradient / norm.clamp_min(torch.finfo(norm.dtype).tiny), 0.0)


def special_ids(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Return the ids that stand for no word: padding, beginning, end, mask; an unknown word is a word."""
    others = {token for name, token in tokenizer.special_tokens_map.items() if name != "unk_token"}
    unknown = {tokenizer.unk_token_id} if tokenizer.unk_token not in others else set()
    return sorted(set(tokenizer.all_special_ids) - unknown)


@contextmanager
def at_embeddings(model: PreTrainedModel, change: Change) -> Iterator[None]:
    """Pass what the word embeddings give through `change` inside the block, each time they are asked."""
    words = model.get_input_embeddings().weight
    modules = [one for one in model.modules() if isinstance(one, torch.nn.Embedding) and one.weight is words]

    def hook(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
        return change(inputs[0], output)

    handles = [module.register_forward_hook(hook) for module in modules]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

"""Where texts are perturbed: at what the word embeddings give, and only where a word stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Change = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Takes token ids (batch, sequence) and their embeddings (batch, sequence, hidden), returns embeddings."""


def special_ids(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Return the ids that stand for no word: padding, beginning, end, mask; an unknown word is a word."""
    others = {token for name, token in tokenizer.special_tokens_map.items() if name != "unk_token"}
    unknown = {tokenizer.unk_token_id} if tokenizer.unk_token not in others else set()
    return sorted(set(tokenizer.all_special_ids) - unknown)


def words(ids: torch.Tensor, special: Sequence[int]) -> torch.Tensor:
    """Return where words stand: (batch, sequence, 1), bool."""
    return ~torch.isin(ids, torch.tensor(special, device=ids.device)).unsqueeze(-1)


@contextmanager
def at_embeddings(model: PreTrainedModel, change: Change) -> Iterator[None]:
    """Pass what the word embeddings give through `change` inside the block, each time they are asked."""

    def hook(module: torch.nn.Module, inputs: tuple[Any, ...], named: dict[str, Any], output: torch.Tensor) -> Any:
        return change(inputs[0] if inputs else next(iter(named.values())), output)

    handles = [module.register_forward_hook(hook, with_kwargs=True) for module in _word_embeddings(model)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _word_embeddings(model: PreTrainedModel) -> list[torch.nn.Module]:
    """Return the modules that embed words: the model's own, adapter and all, and others that share its weights."""
    own: Any = model.get_input_embeddings()
    inside = set(own.modules())
    shared = [one for one in model.modules() if isinstance(one, torch.nn.Embedding) and one.weight is own.weight]
    return [own, *(one for one in shared if one not in inside)]

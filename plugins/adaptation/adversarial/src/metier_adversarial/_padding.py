"""What a model's texts are padded with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


def padding_id(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> int:
    """Return the id that padding is written with: the one that a decoder's head tells padding by."""
    known = (getattr(model.config, "pad_token_id", None), tokenizer.pad_token_id, tokenizer.eos_token_id)
    return next((int(one) for one in known if isinstance(one, int)), 0)

"""Loads a model's tokenizer, of the kind that all of metier counts on."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoTokenizer, PreTrainedTokenizerFast

from metier.errors import RunError


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Return the tokenizer in `folder`; raises `RunError` where it is not a fast one (`tokenizer.json`)."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        hint = "convert it with transformers (`save_pretrained` of a fast tokenizer), or choose another model"
        raise RunError("the model has no fast tokenizer", where=str(folder), hint=hint)
    return tokenizer

"""What a decoder, and an encoder-decoder, is given of prompts with answers: to learn from them, or to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from metier_text_generation._rectangles import cut

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch

IGNORED = -100
"""The label of a place where nothing is to be said."""


def to_learn(model: PreTrainedModel, batch: Batch) -> tuple[Batch, torch.Tensor]:
    """Return what `model` is called with, and labels (batch, sequence): what its logits are to say at each place."""
    if not model.config.is_encoder_decoder:
        return {name: batch[name] for name in ("input_ids", "attention_mask")}, batch["labels"]
    start, given = batch["start"], batch["given"]
    said = batch["attention_mask"].sum(dim=1) - start + given
    target, inside = cut(batch["input_ids"], start - given, said, filling=_padding(model))
    asked = inside.bool() & (torch.arange(target.shape[1], device=target.device) >= given[:, None])
    before = torch.cat([_first(model, target), target[:, :-1]], dim=1)
    return {**_source(model, batch), "decoder_input_ids": before}, torch.where(asked, target, IGNORED)


def to_answer(model: PreTrainedModel, batch: Batch) -> tuple[Batch, int]:
    """Return what `model` goes on from, and how many tokens of it stand before what it generates."""
    start, given = batch["start"], batch["given"]
    if model.config.is_encoder_decoder:
        beginning, _ = cut(batch["input_ids"], start - given, given, filling=_padding(model))
        beginning = torch.cat([_first(model, batch["input_ids"]), beginning], dim=1)
        return {**_source(model, batch), "decoder_input_ids": beginning}, beginning.shape[1]
    # Padded on the left, so that what is generated stands behind each prompt; positions follow the mask.
    ids, mask = cut(batch["input_ids"], torch.zeros_like(start), start, filling=_padding(model), left=True)
    return {"input_ids": ids, "attention_mask": mask}, ids.shape[1]


def _source(model: PreTrainedModel, batch: Batch) -> Batch:
    """Return what an encoder reads: the prompt without its mark, and the end of text behind it."""
    source = batch["source"]
    ids, mask = cut(batch["input_ids"], torch.zeros_like(source), source + 1, filling=_padding(model))
    ids[torch.arange(len(ids), device=ids.device), source] = model.config.eos_token_id
    return {"input_ids": ids, "attention_mask": mask}


def _first(model: PreTrainedModel, like: torch.Tensor) -> torch.Tensor:
    """Return what a decoder that answers an encoder begins with: (batch, 1)."""
    start: Any = model.generation_config.decoder_start_token_id
    return torch.full_like(like[:, :1], start)


def _padding(model: PreTrainedModel) -> int:
    padding: Any = model.generation_config.pad_token_id
    return int(padding)

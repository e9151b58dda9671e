"""Span corruption: an encoder reads a text with gaps, a decoder writes what was in them (Raffel et al. 2020)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from metier.training.language_head import IGNORED, loss_at_labels
from metier.training.padding import pad
from metier_pretraining import _texts
from metier_pretraining._language_modelling import LanguageModelling

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

MEAN_SPAN = 3.0
"""Tokens of a gap in the mean (Raffel et al. 2020, section 3.3.4)."""
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class CorruptedSpans(LanguageModelling):
    """Guess what stood in gaps of several tokens; where they are is drawn anew in each epoch."""

    probability: float = 0.15
    """Share of the tokens that are left out (section 3.1.4)."""
    sentinels: tuple[int, ...] = ()
    """Tokens that stand for the gaps, in order."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids`: text alone, with an end token between two texts."""
        tokens = tokenizer([str(text) for text in rows["text"]], add_special_tokens=False, verbose=False)["input_ids"]
        cut = _texts.blocks if self.grouping == "blocks" else _texts.lines
        room = self.block_size - 1  # for the end token
        return {"input_ids": cut(tokens, _texts.Frame((), (), _end(tokenizer)), size=room)}

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return `input_ids`, `attention_mask` (batch, sequence) of text with gaps, `labels` (batch, targets)."""
        end, sentinels = _end(tokenizer), np.asarray(self.sentinels)
        inputs, targets = [], []
        for one in examples:
            ids = np.asarray(one["input_ids"])
            gaps = noise_mask(len(ids), self.probability, generator, most=len(sentinels))
            text, left_out = with_gaps(ids, gaps, sentinels)
            inputs.append([*text, *end])
            targets.append([*left_out, *end])
        padded, attention = pad(inputs, value=int(tokenizer.pad_token_id or 0))
        return {"input_ids": padded, "attention_mask": attention, "labels": pad(targets, value=IGNORED)[0]}

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy of the targets."""
        labels = batch["labels"]
        written = labels.roll(1, dims=1).masked_fill(labels.roll(1, dims=1) == IGNORED, 0)
        written[:, 0] = model.config.decoder_start_token_id
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")} | {"decoder_input_ids": written}
        return loss_at_labels(model, {**inputs, "use_cache": False}, labels, linear_head=self.linear_head)


def noise_mask(length: int, density: float, generator: np.random.Generator, *, most: int) -> Array:
    """Return which of `length` tokens are left out, (length,) bool; text and gaps take turns, beginning with text.

    Their numbers are fixed: round(length × density) tokens in round(tokens / 3) gaps, one at least and `most` at most.
    Subject to that all masks are equally likely (`random_spans_noise_mask` of the paper's code). Of a text of one token
    that is left out.
    """
    if length < 2:
        return np.ones(length, bool)
    noise = min(max(round(length * density), 1), length - 1)
    gaps = min(max(round(noise / MEAN_SPAN), 1), length - noise, most)
    turns = np.stack([_segments(length - noise, gaps, generator), _segments(noise, gaps, generator)], axis=1)
    return np.repeat(np.arange(2 * gaps) % 2 == 1, turns.flatten())


def _segments(items: int, segments: int, generator: np.random.Generator) -> Array:
    """Return the lengths of `segments` runs, none empty, that together have `items`: any such is equally likely."""
    cuts = np.sort(generator.choice(items - 1, size=segments - 1, replace=False)) + 1
    return np.diff(cuts, prepend=0, append=items)


def with_gaps(ids: Array, gaps: Array, sentinels: Array) -> tuple[list[int], list[int]]:
    """Return `ids` with a sentinel in the place of each gap, and the gaps, each after its sentinel."""
    begins = gaps & ~np.concatenate([[False], gaps[:-1]])
    marks = sentinels[: begins.sum()]
    text = np.insert(ids[~gaps], (~gaps).cumsum()[begins], marks)
    left_out = np.insert(ids[gaps], np.flatnonzero(begins[gaps]), marks)
    return text.tolist(), left_out.tolist()


def sentinels_of(tokenizer: PreTrainedTokenizerFast) -> tuple[int, ...]:
    """Return the tokens `<extra_id_0>`, `<extra_id_1>`, … of a tokenizer, as many as it has."""
    known = tokenizer.get_vocab()
    found: list[int] = []
    while (token := known.get(f"<extra_id_{len(found)}>")) is not None:
        found.append(int(token))
    return tuple(found)


def _end(tokenizer: PreTrainedTokenizerFast) -> tuple[int, ...]:
    return () if tokenizer.eos_token_id is None else (int(tokenizer.eos_token_id),)

"""The two objectives of language models: masked words and next words, each computed only where there is a label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from metier.components import Objective
from metier.training.padding import pad
from metier_pretraining import _texts

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

IGNORED = -100
MASKED_SHARE, RANDOM_SHARE = 0.8, 0.1
"""Of the tokens to guess, these shares are hidden and replaced; the rest stays (Devlin et al. 2019, section 3.1)."""
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class LanguageModelling(Objective):
    """What both objectives share: texts in, examples of at most `block_size` tokens."""

    block_size: int
    grouping: Literal["blocks", "lines"]

    def frame(self, tokenizer: PreTrainedTokenizerFast) -> _texts.Frame:
        """Return the special tokens of an example."""
        raise NotImplementedError

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids`; `block_size` holds, not `max_length`, which is the task's."""
        tokens = tokenizer(list(rows["text"]), add_special_tokens=False, verbose=False)["input_ids"]
        cut = _texts.blocks if self.grouping == "blocks" else _texts.lines
        return {"input_ids": cut(tokens, self.frame(tokenizer), size=self.block_size)}

    def items(self, batch: Batch) -> int:
        """Return the tokens to guess."""
        return int((batch["labels"] != IGNORED).sum())


@dataclass(frozen=True)
class MaskedWords(LanguageModelling):
    """Guess hidden words from those around them (Devlin et al. 2019), hidden anew in each epoch."""

    probability: float

    def frame(self, tokenizer: PreTrainedTokenizerFast) -> _texts.Frame:
        """Return the encoder's frame."""
        return _texts.encoder_frame(tokenizer)

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return padded `input_ids` with words hidden, and `labels` (batch, sequence), -100 where nothing is asked."""
        padded, attention = pad([one["input_ids"] for one in examples], value=int(tokenizer.pad_token_id or 0))
        ids = padded.numpy()
        words = attention.numpy().astype(bool) & ~np.isin(ids, tokenizer.all_special_ids)
        chosen = words & (generator.random(ids.shape) < self.probability)
        if not chosen.any() and words.any():
            chosen.flat[generator.choice(np.flatnonzero(words))] = True
        labels = np.where(chosen, ids, IGNORED)
        fate = generator.random(ids.shape)
        ids[chosen & (fate < MASKED_SHARE)] = tokenizer.mask_token_id
        replaced = chosen & (fate >= MASKED_SHARE) & (fate < MASKED_SHARE + RANDOM_SHARE)
        ids[replaced] = generator.integers(len(tokenizer), size=int(replaced.sum()))
        return {"input_ids": padded, "attention_mask": attention, "labels": torch.from_numpy(labels)}

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy of the hidden words."""
        return _loss_at(model, batch, batch["labels"])


@dataclass(frozen=True)
class NextWords(LanguageModelling):
    """Guess each word from those before it."""

    def frame(self, tokenizer: PreTrainedTokenizerFast) -> _texts.Frame:
        """Return the decoder's frame."""
        return _texts.decoder_frame(tokenizer)

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return padded `input_ids`, and `labels` (batch, sequence): at each place the word that comes next."""
        ids, attention = pad([one["input_ids"] for one in examples], value=int(tokenizer.pad_token_id or 0))
        labels = torch.full_like(ids, IGNORED)
        labels[:, :-1] = torch.where(attention[:, 1:].bool(), ids[:, 1:], IGNORED)
        return {"input_ids": ids, "attention_mask": attention, "labels": labels}

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy of the next words."""
        return _loss_at(model, batch, batch["labels"])


def _loss_at(model: PreTrainedModel, batch: Batch, labels: torch.Tensor) -> torch.Tensor:
    """Return the cross-entropy summed over labelled places; the head computes logits for those alone.

    A vocabulary of 30,000 makes the head as costly as the layers: at 15 % of the places it is not.
    """
    places = labels != IGNORED
    with only_at(model, places):
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return cross_entropy(logits.flatten(0, -2).float(), labels[places], reduction="sum")


@contextmanager
def only_at(model: PreTrainedModel, places: torch.Tensor) -> Iterator[None]:
    """Let the head see the hidden states of some `places` (batch, sequence) only, as one row (1, places, hidden)."""

    def hook(module: torch.nn.Module, inputs: Any, output: Any) -> Any:
        output.last_hidden_state = output.last_hidden_state[places].unsqueeze(0)
        return output

    handle = model.base_model.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()

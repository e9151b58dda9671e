"""Masked words: an encoder guesses what is hidden from what stands on both sides (Devlin et al. 2019)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch

from metier.training.language_head import IGNORED, loss_at_labels
from metier.training.padding import pad
from metier_pretraining import _masking, _texts
from metier_pretraining._language_modelling import LanguageModelling
from metier_pretraining._lexicon import find_terms
from metier_pretraining._units import NO_UNIT, Pieces, terms_of, word_units

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

Masking = Literal["token", "whole-word", "span", "lexicon"]
MASKED_SHARE, RANDOM_SHARE = 0.8, 0.1
"""Of the tokens to guess, these shares are hidden and replaced; the rest stays (Devlin et al. 2019, section 3.1)."""
Columns = dict[str, list[list[int]]]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class MaskedWords(LanguageModelling):
    """Guess hidden words from those around them; which are hidden is drawn anew in each epoch."""

    probability: float = 0.15
    """Share of the tokens that are to be guessed."""
    masking: Masking = "whole-word"
    """What is hidden together."""
    lexicon: tuple[str, ...] = ()
    """How the industry's terms are written, where `masking` is `lexicon`."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids`, `units` and, with a lexicon, `terms`, each with one number a token.

        Tokens of one unit are hidden together, those of unit -1 never; `terms` is 1 in a term. Examples without a word
        to guess are left out.
        """
        columns = self._columns([str(text) for text in rows["text"]], tokenizer)
        frame = _texts.encoder_frame(tokenizer)
        cut = _texts.blocks if self.grouping == "blocks" else _texts.lines
        examples: Columns = {"input_ids": cut(columns.pop("input_ids"), frame, size=self.block_size)}
        for name, column in columns.items():
            examples[name] = cut(column, frame.filled(NO_UNIT), size=self.block_size)
        kept = [number for number, one in enumerate(examples["units"]) if max(one) > NO_UNIT]
        self.say_left_out(len(examples["units"]) - len(kept))
        return {name: [column[number] for number in kept] for name, column in examples.items()}

    def _columns(self, texts: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> Columns:
        """Return the columns text by text; a unit's number is no other's, since texts may share a block."""
        encoded = tokenizer(list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        never = frozenset(tokenizer.all_special_ids)
        columns: Columns = {"input_ids": encoded["input_ids"], "units": []}
        if self.masking == "lexicon":
            columns["terms"] = []
        first = 0
        for number, (text, ids) in enumerate(zip(texts, encoded["input_ids"], strict=True)):
            pieces = Pieces(encoded.word_ids(number), encoded["offset_mapping"][number])
            terms = terms_of(text, pieces.offsets, find_terms(text, self.lexicon) if self.lexicon else [])
            units = range(len(ids)) if self.masking == "token" else word_units(text, pieces, terms=terms)
            columns["units"].append(
                [NO_UNIT if token in never else first + unit for token, unit in zip(ids, units, strict=True)]
            )
            if self.masking == "lexicon":
                columns["terms"].append([int(term is not None) for term in terms])
            first += len(ids)
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return padded `input_ids` with words hidden, and `labels` (batch, sequence), -100 where nothing is asked."""
        padded, attention = pad([one["input_ids"] for one in examples], value=int(tokenizer.pad_token_id or 0))
        ids = padded.numpy()
        chosen, together = self._choose(examples, generator)
        labels = np.where(chosen, ids, IGNORED)
        fate = generator.random(ids.size)[together]
        ids[chosen & (fate < MASKED_SHARE)] = tokenizer.mask_token_id
        replaced = chosen & (fate >= MASKED_SHARE) & (fate < MASKED_SHARE + RANDOM_SHARE)
        ids[replaced] = generator.integers(len(tokenizer), size=int(replaced.sum()))
        return {"input_ids": padded, "attention_mask": attention, "labels": torch.from_numpy(labels)}

    def _choose(self, examples: Sequence[Mapping[str, Any]], generator: np.random.Generator) -> tuple[Array, Array]:
        """Return which tokens are to be guessed, and of which tokens the fate is one; both (batch, sequence).

        The tokens of a span or a term are all hidden, all replaced or all kept (Joshi et al. 2020, section 3.1), those
        of a word each by itself (BERT's script).
        """
        numbers = pad([one["units"] for one in examples], value=NO_UNIT)[0].numpy()
        units = _masking.Units.where(numbers)
        if self.masking == "span":
            span = np.append(_masking.spans(units, self.probability, generator), NO_UNIT)[units.of]
            return span != NO_UNIT, span
        first = None
        if self.masking == "lexicon":
            terms = pad([one["terms"] for one in examples], value=0)[0].numpy()
            first = terms[units.row, units.place] == 1
        taken = _masking.drawn(units, self.probability, generator, first=first)
        each = np.arange(numbers.size).reshape(numbers.shape)
        return np.append(taken, False)[units.of], units.of if self.masking == "lexicon" else each

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy of the hidden words."""
        inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
        return loss_at_labels(model, inputs, batch["labels"], linear_head=self.linear_head)

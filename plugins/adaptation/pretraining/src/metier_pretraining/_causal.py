"""Next words: a decoder guesses each word from those before it in its own document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from metier.training.language_head import IGNORED, loss_at_labels
from metier.training.packing import apart, keeps_apart, positions
from metier.training.padding import pad
from metier_pretraining import _texts
from metier_pretraining._language_modelling import LanguageModelling

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch


@dataclass(frozen=True)
class NextWords(LanguageModelling):
    """Guess each word from those before it; documents share a block and do not see each other."""

    packs: bool = False
    """Whether the model keeps the documents of a block apart by their positions; if not, each becomes a row."""

    def fitted_to(self, model: PreTrainedModel) -> Self:
        """Return the objective as it is fastest for `model`."""
        return replace(super().fitted_to(model), packs=keeps_apart(model))

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids`, and `lengths`: the tokens of each document in them."""
        tokens = tokenizer([str(text) for text in rows["text"]], add_special_tokens=False, verbose=False)["input_ids"]
        first, end = _texts.decoder_ends(tokenizer)
        documents = [[*first, *text, *end] for text in tokens if text]
        self.say_left_out(sum(len(document) < 2 for document in documents))
        if self.grouping == "blocks":
            examples = _texts.packed(documents, size=self.block_size)
        else:
            examples = [one for document in documents for one in _texts.packed([document], size=self.block_size)]
        return {"input_ids": [one.tokens for one in examples], "lengths": [one.lengths for one in examples]}

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return padded `input_ids` and `labels` (batch, sequence): at each place the word that comes next.

        The last word of a document has none. Where documents share a row there are `position_ids`, which begin anew
        with each.
        """
        ids, attention = pad([one["input_ids"] for one in examples], value=int(tokenizer.pad_token_id or 0))
        lengths = [[int(length) for length in one["lengths"]] for one in examples]
        places = positions(lengths, ids.shape[1])
        goes_on = torch.zeros_like(ids, dtype=torch.bool)
        goes_on[:, :-1] = attention[:, 1:].bool() & (places[:, 1:] > 0)
        labels = torch.where(goes_on, ids.roll(-1, dims=1), IGNORED)
        batch = {"input_ids": ids, "attention_mask": attention, "labels": labels}
        return {**batch, "position_ids": places} if any(len(one) > 1 for one in lengths) else batch

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the summed cross-entropy of the next words."""
        if "position_ids" in batch and not self.packs:
            batch = apart(batch)
        # With positions the mask is made of them; transformers does so only where none is given.
        place = "position_ids" if "position_ids" in batch else "attention_mask"
        inputs = {"input_ids": batch["input_ids"], place: batch[place], "use_cache": False}
        return loss_at_labels(model, inputs, batch["labels"], linear_head=self.linear_head)

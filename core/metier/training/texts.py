"""The objective of tasks that read one text, or two together, and say something of the whole."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from metier.components import TaskObjective
from metier.training.padding import KINDS, pad, pad_token_id

if TYPE_CHECKING:
    import numpy as np
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch


@dataclass(frozen=True, kw_only=True)
class TextsObjective(TaskObjective):
    """Reads the column `text`, and `pair` where two texts are read together; `loss` and `decode` are the task's.

    Of transformers' models for sequences: those over an encoder read the first token's last state and no other.
    """

    first_token: ClassVar[bool] = True
    adds_tokens: ClassVar[bool] = False

    column: str
    """What is to be said of a row."""
    pair: str | None = None
    """The column of the second text."""

    @abstractmethod
    def target(self, value: Any) -> Any:
        """Return a row's value of `column` as Arrow can hold it: the position of a label, a number."""

    @abstractmethod
    def targets(self, values: Sequence[Any]) -> torch.Tensor:
        """Return what `target` gave for each row as the tensor `labels` of a batch, (rows, …)."""

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return token ids of each row, cut to `max_length`, and its target where it has one.

        Of two texts the longer is cut first; which of them a token is of goes along where the model asks for it.
        """
        kinds = self.pair is not None and KINDS in tokenizer.model_input_names
        between = "" if tokenizer.sep_token else "\n"  # a decoder has nothing of its own that parts two texts
        encoded = tokenizer(
            list(rows["text"]),
            None if self.pair is None else [between + text for text in rows[self.pair]],
            truncation=True,
            max_length=max_length,
            return_attention_mask=False,
            return_token_type_ids=kinds,
        )
        columns: dict[str, Sequence[Any]] = {"input_ids": encoded["input_ids"]}
        if kinds:
            columns[KINDS] = encoded[KINDS]
        if self.column in rows:
            columns[self.column] = [self.target(value) for value in rows[self.column]]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return token ids and mask (batch, sequence), padded on the right, and `labels` where the rows have them."""
        sequences = [one["input_ids"] for one in examples]
        input_ids, attention_mask = pad(sequences, value=pad_token_id(tokenizer))
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if KINDS in examples[0]:
            batch[KINDS] = pad([one[KINDS] for one in examples], value=0)[0]
        if self.column in examples[0]:
            batch["labels"] = self.targets([one[self.column] for one in examples])
        return batch

    def items(self, batch: Batch) -> int:
        """Return the rows of which it is known what to say: all, or none where that is to be predicted."""
        return len(batch["labels"]) if "labels" in batch else 0

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the model's logits (batch, …), float32."""
        inputs = {name: value for name, value in batch.items() if name != "labels"}
        logits: torch.Tensor = model(**inputs).logits
        return logits.float()

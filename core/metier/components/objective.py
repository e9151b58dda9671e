"""What the engine trains: a task head's and a pretraining method's objective are the same thing to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    Batch: TypeAlias = dict[str, torch.Tensor]
    Loss: TypeAlias = Callable[[PreTrainedModel, Batch], torch.Tensor]


class Objective(ABC):
    """Columns in, batches, a loss. It holds no state that changes while training."""

    first_token: ClassVar[bool] = False
    """Whether nothing but each text's first token is read of an encoder's last layer, which then costs little."""

    adds_tokens: ClassVar[bool] = True
    """Whether `collate` may give tokens that `encode` did not, other than special ones: random words, for one."""

    def fitted_to(self, model: PreTrainedModel) -> Self:
        """Return the objective as it is fastest for `model`, which may be tried; as it is, it serves any model.

        Asked before a training whose loss no method changes.
        """
        return self

    @abstractmethod
    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return columns of numbers for a batch of rows: `input_ids` (lists of token ids) and what `collate` needs.

        One entry per encoded example; an example may be fewer or more than a row (packed or windowed text). Each other
        column holds numbers, or lists of numbers of any length. Where a row becomes several examples and predictions
        are wanted of rows, the column `row` says which of the given rows each is of, in order: 0, 0, 1, ….
        """

    @abstractmethod
    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return tensors for examples: `input_ids` and `attention_mask` (batch, sequence), `labels`.

        Randomness (masking) comes from `generator` alone: it depends on seed, epoch and batch, so that a resumed
        training sees the same batches.
        """

    @abstractmethod
    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the loss as a float32 scalar **summed** over supervised items; the engine divides by their number.

        Summing is what makes gradient accumulation exact.
        """

    @abstractmethod
    def items(self, batch: Batch) -> int:
        """Return how many supervised items (rows, or tokens) the batch has; 0 is an error of the data."""

"""Turns draws into batches: what the engine's data loader reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from torch.utils.data import Dataset as TorchDataset

from metier.components import Objective
from metier.errors import DataError
from metier.training.batching import Draw
from metier.training.encoded import Encoded

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast

    from metier.components.objective import Batch

TRAINING, SCORING = 0, 1
"""What randomness is for: the first word of every collating generator's seed."""
NAMED_ROWS = 5


class Drawn(NamedTuple):
    """A batch, and how many supervised items it has."""

    batch: Batch
    items: int


@dataclass(frozen=True, eq=False)
class Examples(TorchDataset[Drawn]):
    """Encoded examples with the objective that makes batches of them."""

    encoded: Encoded
    rows: Dataset
    objective: Objective
    tokenizer: PreTrainedTokenizerFast
    seed: int

    def __len__(self) -> int:
        return len(self.encoded)

    def __getitems__(self, draws: Sequence[Draw]) -> Drawn:
        """Return a batch to train on; raises `DataError` where nothing in it is supervised."""
        indices = [draw.example for draw in draws]
        drawn = self.collate(indices, stream=(TRAINING, draws[0].epoch, draws[0].batch))
        if drawn.items == 0:
            hint = "give these rows labels, or a `max_length` that does not cut what is supervised"
            raise DataError("no item in this batch is supervised", where=self.names(indices), hint=hint)
        return drawn

    def collate(self, indices: Sequence[int], *, stream: tuple[int, ...]) -> Drawn:
        """Return the batch of some examples; its randomness depends on the seed and `stream` alone."""
        batch = self.batch([self.encoded.example(index) for index in indices], stream=stream)
        return Drawn(batch, int(self.objective.items(batch)))

    def batch(self, chosen: Sequence[Mapping[str, Any]], *, stream: tuple[int, ...]) -> Batch:
        """Return the batch of examples that were read already."""
        return self.objective.collate(chosen, self.tokenizer, np.random.default_rng([self.seed, *stream]))

    def names(self, indices: Sequence[int]) -> str:
        """Return the ids of the rows that some examples come from, as a message has them."""
        if not self.encoded.names_rows or "id" not in self.rows.column_names:
            return f"examples {', '.join(str(index) for index in indices[:NAMED_ROWS])}{_more(len(indices))}"
        ids = self.rows.select(self.encoded.owners()[indices[:NAMED_ROWS]])["id"]
        return f"rows {', '.join(str(one) for one in ids)}{_more(len(indices))}"


def _more(count: int) -> str:
    return f" and {count - NAMED_ROWS} more" if count > NAMED_ROWS else ""


def as_it_is(drawn: Any) -> Any:
    """Return what the data set made already; a `DataLoader` wants a collate function."""
    return drawn

"""The model, and the losses over pairs; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding
from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING

from metier.components import TaskObjective
from metier.errors import StageError
from metier.training.padding import pad, pad_token_id
from metier_embedding.embedding import MINED
from metier_embedding.modules import write_modules

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json

TEXT, SECOND, NEGATIVE = range(3)
"""What a text of a row is, by its place in it; whatever follows the third is a negative too."""
PARTS = ("text", "second", "negative")
"""The columns of a row's texts; those of the column `negatives` come behind them."""


def build(path: Path, *, pooling: str) -> PreTrainedModel:
    """Return the model at `path` without a head, in float32: of an encoder-decoder the encoder alone.

    Whoever saves it saves the files beside it by which sentence-transformers pools as metier does.
    """
    known = type(AutoConfig.from_pretrained(path)) in MODEL_FOR_TEXT_ENCODING_MAPPING
    auto: Any = AutoModelForTextEncoding if known else AutoModel
    model: PreTrainedModel = auto.from_pretrained(path, dtype=torch.float32)

    def save_pretrained(self: PreTrainedModel, save_directory: Path | str, **options: Any) -> None:
        type(self).save_pretrained(self, save_directory, **options)
        write_modules(Path(save_directory), pooling=pooling, hidden_size=self.config.hidden_size)

    model.save_pretrained = MethodType(save_pretrained, model)  # type: ignore[method-assign]
    return model


@dataclass(frozen=True)
class PairObjective(TaskObjective):
    """What losses over pairs share; a row is one example, with all of its texts.

    The texts of an example lie one behind the other in `input_ids`, and `lengths` tells where each ends: who belongs
    together must be in one batch. A batch has a row a text; `pair` and `part` tell whose it is, and which of them.
    """

    adds_tokens: ClassVar[bool] = False

    pooling: str

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return the tokens of each row's texts, each cut to `max_length`, their lengths, and labels where known."""
        options = {"truncation": True, "max_length": max_length}
        options |= {"return_attention_mask": False, "return_token_type_ids": False}
        texts = _texts(rows)
        encoded = iter(tokenizer([text for some in texts for text in some], **options)["input_ids"])
        tokens = [list(islice(encoded, len(some))) for some in texts]
        columns: dict[str, Sequence[Any]] = {
            "input_ids": [[token for text in some for token in text] for some in tokens],
            "lengths": [[len(text) for text in some] for some in tokens],
        }
        if "second" in rows:
            columns["label"] = [float(value) for value in rows.get("label", [1.0] * len(texts))]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return ids and mask (texts, sequence), padded on the right, and of each text its `pair`, its `part`, which
        texts are the `same`, and its pair's label, (texts,).
        """
        given = [_apart(one["input_ids"], one["lengths"]) for one in examples]
        texts = [text for some in given for text in some]
        input_ids, attention_mask = pad(texts, value=pad_token_id(tokenizer))
        known: dict[tuple[int, ...], int] = {}
        batch = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "pair": torch.tensor([number for number, some in enumerate(given) for _ in some]),
            "part": torch.tensor([part for some in given for part in range(len(some))]),
            "same": torch.tensor([known.setdefault(tuple(text), len(known)) for text in texts]),
        }
        if "label" in examples[0]:
            labels = torch.tensor([one["label"] for one in examples], dtype=torch.float32)
            batch["labels"] = labels[batch["pair"]]
        return batch

    def vectors(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return a vector of length 1 a text, (texts, hidden), float32."""
        mask = batch["attention_mask"]
        states = model(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state.float()
        if self.pooling == "last":
            pooled = states[torch.arange(len(states), device=states.device), mask.sum(dim=1) - 1]
        else:
            pooled = (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)
        vectors: torch.Tensor = functional.normalize(pooled, dim=-1)
        return vectors

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the vectors of each row's text and, where there is one, its second: (rows, 1 or 2, hidden)."""
        rows, kept = int(batch["pair"].max()) + 1, batch["part"] < NEGATIVE
        vectors = self.vectors(model, {name: values[kept] for name, values in batch.items()})
        return vectors.view(rows, -1, vectors.shape[-1])

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return `embedding` of each text, and that of its `second` where there is one."""
        names = ("embedding", *PARTS[1:])
        return [dict(zip(names, row, strict=False)) for row in outputs.tolist()]


@dataclass(frozen=True)
class Contrastive(PairObjective):
    """Cross-entropy of each text's partner among all second texts and negatives of the batch.

    InfoNCE (van den Oord et al. 2018) with the batch's other partners as negatives (Henderson et al. 2017), and with
    all negatives that its rows have, however many each (Karpukhin et al. 2020, section 3.2). What it is depends on the
    batch: half a batch has fewer negatives. A candidate that is the text itself, or the same as its partner, is left
    out.
    """

    temperature: float
    threshold: float

    def items(self, batch: Batch) -> int:
        """Return the pairs that belong together."""
        return int(self._asked(batch).sum()) if "labels" in batch else 0

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy, summed over pairs that belong together."""
        vectors, same = self.vectors(model, batch), batch["same"]
        asked, candidates = self._asked(batch).nonzero().flatten(), (batch["part"] != TEXT).nonzero().flatten()
        is_second = batch["part"][candidates] == SECOND
        own = (batch["pair"][asked, None] == batch["pair"][candidates]) & is_second
        _whole(bool(own.any(dim=1).all()))
        partners = candidates[own.long().argmax(dim=1)]
        twins = (same[candidates] == same[asked, None]) | (same[candidates] == same[partners, None])
        with torch.autocast(vectors.device.type, enabled=False):  # a small temperature would spread its rounding
            scores = vectors[asked] @ vectors[candidates].T / self.temperature
        scores = scores.masked_fill(twins & ~own, float("-inf"))
        return functional.cross_entropy(scores, own.long().argmax(dim=1), reduction="sum")

    def _asked(self, batch: Batch) -> torch.Tensor:
        return (batch["part"] == TEXT) & (batch["labels"] >= self.threshold)


@dataclass(frozen=True)
class Cosine(PairObjective):
    """Squared distance of the cosine of both texts from their label, which is brought to the range from 0 to 1."""

    low: float
    high: float

    def items(self, batch: Batch) -> int:
        """Return the pairs."""
        return int((batch["part"] == SECOND).sum())

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the squared distances, summed over pairs."""
        vectors, first, second = self.vectors(model, batch), batch["part"] == TEXT, batch["part"] == SECOND
        _whole(batch["pair"][first].equal(batch["pair"][second]))
        cosines = (vectors[first] * vectors[second]).sum(dim=-1)
        wanted = (batch["labels"][first] - self.low) / (self.high - self.low)
        return functional.mse_loss(cosines, wanted, reduction="sum")


def _whole(whole: bool) -> None:
    """Raise `StageError` where a method took texts out of the batch, as some do that change texts."""
    if not whole:
        hint = "leave methods out that train on changed texts alone: lexical-substitution"
        raise StageError("the batch has texts without their partners", where="embedding", hint=hint)


def _texts(rows: Mapping[str, Sequence[Any]]) -> list[list[str]]:
    """Return each row's texts: as many as it has `PARTS`, and its mined negatives."""
    parts = [rows[name] for name in PARTS if name in rows]
    found = [list(some) for some in zip(*parts, strict=True)]
    for some, more in zip(found, rows.get(MINED, ()), strict=MINED in rows):
        some.extend(more)
    return found


def _apart(tokens: Sequence[int], lengths: Sequence[int]) -> list[Sequence[int]]:
    """Return the texts of an example."""
    return [tokens[start:end] for start, end in pairwise(np.cumsum([0, *lengths]).tolist())]

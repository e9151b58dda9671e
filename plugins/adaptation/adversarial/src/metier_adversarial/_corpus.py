"""Gives each row of a batch a passage of the corpus: which one depends on seed, step and the row alone."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.training.padding import pad
from metier_adversarial._padding import padding_id

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components import MethodContext
    from metier.components.objective import Batch


class Corpus:
    """Texts without labels, each tokenised when it is first drawn and kept.

    No count is kept: a row has its passage by seed, step and its own tokens. So a resumed training draws as an unbroken
    one, and a step the same passages however many batches it is cut into.
    """

    def __init__(self, texts: Dataset, stage: MethodContext, *, max_length: int) -> None:
        self._texts = texts
        self._tokenizer = stage.tokenizer
        self._seed = stage.seed
        self._before, self._after = _frame(stage)
        most = min(max_length, stage.info.max_length or max_length)
        self._room = most - len(self._before) - len(self._after)
        self._known: dict[int, array[int]] = {}

    def drawn(self, batch: Batch, *, step: int, model: PreTrainedModel) -> Batch:
        """Return `input_ids` and `attention_mask` (batch, sequence) of as many passages as the batch has rows."""
        draws = [self._draw(row, step) for row in _rows(batch)]
        chosen = [draw % len(self._texts) for draw, _ in draws]
        self._learn(chosen)
        passages = [self._passage(self._known[text], place) for text, (_, place) in zip(chosen, draws, strict=True)]
        ids, mask = pad(passages, value=padding_id(model, self._tokenizer))
        device = batch["input_ids"].device
        return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}

    def _draw(self, row: bytes, step: int) -> tuple[int, int]:
        """Return two numbers of 64 bits: which text, and which passage of it."""
        found = hashlib.blake2b(row, digest_size=16, key=f"{self._seed}-{step}".encode()).digest()
        return int.from_bytes(found[:8], "big"), int.from_bytes(found[8:], "big")

    def _learn(self, chosen: Sequence[int]) -> None:
        new = [text for text in dict.fromkeys(chosen) if text not in self._known]
        if new:
            texts = self._texts.select(new)["text"][:]
            tokens = self._tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
            self._known.update((text, array("i", own)) for text, own in zip(new, tokens, strict=True))

    def _passage(self, tokens: Sequence[int], place: int) -> list[int]:
        start = place % max(1, len(tokens) - self._room + 1)
        return [*self._before, *tokens[start : start + self._room], *self._after]


def _rows(batch: Batch) -> list[bytes]:
    """Return the tokens of each row, padding aside, as bytes."""
    ids = batch["input_ids"].cpu().numpy().astype(np.int32)
    mask = batch["attention_mask"].cpu().numpy().astype(bool) if "attention_mask" in batch else np.ones_like(ids, bool)
    return [row[kept].tobytes() for row, kept in zip(ids, mask, strict=True)]


def _frame(stage: MethodContext) -> tuple[list[int], list[int]]:
    """Return the special tokens that stand before and after a text."""
    framed, bare = (stage.tokenizer("a", add_special_tokens=special)["input_ids"] for special in (True, False))
    start = next((i for i in range(len(framed)) if framed[i : i + len(bare)] == bare), 0)
    return framed[:start], framed[start + len(bare) :]

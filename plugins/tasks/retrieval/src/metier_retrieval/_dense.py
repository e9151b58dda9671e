"""Passages by the vectors of an encoder; everything that imports torch to find passages is here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from metier.errors import RunError
from metier.files import digest, read_json
from metier.models import digest_folder, read_model_info
from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer
from metier_embedding._encoding import encoded
from metier_embedding._torch import build
from metier_embedding.modules import MODES, POOLING
from metier_retrieval.index import ENCODER
from metier_retrieval.ranking import Ranking, best

if TYPE_CHECKING:
    from transformers import PreTrainedModel

VECTORS = "vectors.npy"
TOKENS = 512
"""Of a text that are read at most."""
BLOCK = 1 << 16
"""Passages that questions are compared with at a time."""
QUESTIONS = 256
_KEPT: dict[str, np.ndarray] = {}


@quiet_transformers()
def write(texts: Sequence[str], folder: Path, *, model: Path) -> None:
    """Copy the encoder at `model` into `folder`, if it is not there, and write the vectors of `texts` beside it."""
    encoder = build(model, pooling=pooling_of(model))
    if model != folder / ENCODER:
        encoder.save_pretrained(folder / ENCODER)
        load_tokenizer(model).save_pretrained(folder / ENCODER)
    np.save(folder / VECTORS, _once(encoder, texts, folder / ENCODER))


class Dense:
    """Exact search by the inner product of vectors of length 1, which is their cosine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / ENCODER
        self._vectors = np.load(folder / VECTORS, mmap_mode="r")

    @quiet_transformers()
    def rankings(self, questions: Sequence[str], count: int) -> list[Ranking]:
        """Return for each question its `count` best passages."""
        asked = _encoded(questions, self._folder)
        parts = (asked[start : start + QUESTIONS] for start in range(0, len(asked), QUESTIONS))
        return [one for part in parts for one in nearest(part, self._vectors, count)]


def nearest(asked: np.ndarray, vectors: np.ndarray, count: int, *, block: int = BLOCK) -> list[Ranking]:
    """Return for each of `asked` (questions, hidden) the `count` best of `vectors` (passages, hidden), by product."""
    found = [Ranking(np.empty(0, np.int64), np.empty(0)) for _ in asked]
    for start in range(0, len(vectors), block):
        scores = asked @ vectors[start : start + block].T
        for row, some in enumerate(scores):
            ranking = best(some, count)
            numbers = np.concatenate([found[row].numbers, ranking.numbers + start])
            values = np.concatenate([found[row].scores, ranking.scores])
            order = np.lexsort((numbers, -values))[:count]
            found[row] = Ranking(numbers[order], values[order])
    return found


def _encoded(texts: Sequence[str], folder: Path, encoder: PreTrainedModel | None = None) -> np.ndarray:
    """Return a vector of length 1 a text, (texts, hidden), float32; `folder` has the encoder, if it is not given."""
    length = min(read_model_info(folder, reference=folder.name).max_length or TOKENS, TOKENS)
    return encoded(folder, texts, pooling=pooling_of(folder), max_length=length, encoder=encoder)


def _once(encoder: PreTrainedModel, texts: Sequence[str], folder: Path) -> np.ndarray:
    """Return the vectors of `texts`, which are kept until others are asked for: all seeds have the same corpus."""
    key = digest([digest_folder(folder), *texts])
    if key not in _KEPT:
        _KEPT.clear()
        _KEPT[key] = _encoded(texts, folder, encoder)
    return _KEPT[key]


def pooling_of(folder: Path) -> str:
    """Return how an encoder's texts are read from their tokens: as the files beside it say, else by the mean.

    Raises `RunError` for another way than the mean and the last token.
    """
    path = folder / POOLING / "config.json"
    if not path.is_file():
        return "mean"
    said = read_json(path)
    ways = [way for way, name in MODES.items() if said.get(name)]
    if not ways:
        hint = "take an encoder that reads texts by the mean over their tokens, or `retriever: bm25`"
        raise RunError("this encoder reads texts neither by the mean nor by the last token", where=str(path), hint=hint)
    return ways[0]

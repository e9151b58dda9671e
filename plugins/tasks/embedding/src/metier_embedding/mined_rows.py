"""Mines the negatives of a job's training rows, and writes the rows with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metier.values import Detail, Job, TableDetail
from metier_embedding.embedding import MINED, Embedding
from metier_embedding.mining import Negative, mined

if TYPE_CHECKING:
    from datasets import Dataset

    from metier_embedding.mined_negatives import MinedNegatives
    from metier_embedding.ranking import Similarities

WHERE = "improve: mined-negatives"
SHOWN = 10
"""Negatives that the report shows."""
LONGEST = 160
"""Characters of a text in the report."""


@dataclass(frozen=True)
class Mined:
    """The training rows, and what was found for them."""

    rows: Dataset
    negatives: Sequence[Sequence[Negative]]
    """Of each row, the likest first."""
    together: np.ndarray
    """(rows,): which belong together, and can have negatives."""

    @property
    def counts(self) -> Mapping[int, int]:
        """How many pairs have so many negatives."""
        pairs = zip(self.negatives, self.together, strict=True)
        return Counter(len(found) for found, belong in pairs if belong)

    def lines(self) -> Iterator[str]:
        """Yield what was found, in words."""
        pairs, found = int(self.together.sum()), sum(map(len, self.negatives))
        yield f"{found} negatives for {pairs} pairs; {self.counts.get(0, 0)} pairs have none"

    def details(self) -> Sequence[Detail]:
        """Return how many pairs have how many negatives, and those most like a text: is one right after all?"""
        pairs = int(self.together.sum())
        counted = tuple((count, found, found / pairs) for count, found in sorted(self.counts.items(), reverse=True))
        texts, seconds = self.rows["text"][:], self.rows["second"][:]
        likest = sorted(
            ((one.similarity, row, one.row) for row, some in enumerate(self.negatives) for one in some),
            key=lambda one: (-one[0], *one[1:]),
        )
        shown = tuple(
            (_short(texts[row]), _short(seconds[row]), _short(seconds[other]), similarity)
            for similarity, row, other in likest[:SHOWN]
        )
        columns = ("text", "partner", "mined negative", "similarity")
        found = TableDetail("Mined negatives", ("negatives", "pairs", "share"), counted)
        return [found, TableDetail("Mined negatives that are most like their text", columns, shown)]


def mine(job: Job, config: MinedNegatives.Config) -> Mined:
    """Return the job's training rows with their negatives; no other split is read."""
    from metier.data.store import load
    from metier_embedding.pairs import together

    task = Embedding.Config.model_validate(dict(job.task.options))
    rows = load(job.datasets["train"])
    belong, texts, seconds = together(rows, task.threshold), rows["text"][:], rows["second"][:]
    alike = _by_words(texts, seconds) if config.retriever == "tf-idf" else _by_vectors(job, task, texts, seconds)
    found = mined(texts, seconds, belong, alike, number=config.number, relative_margin=config.relative_margin)
    return Mined(rows, found, belong)


def with_negatives(job: Job, given: Mined, folder: Path) -> Job:
    """Return the job on its training rows with the column `negatives`, lists of texts, written into `folder`."""
    import pyarrow as pa

    from metier.data.store import records, write

    seconds = given.rows["second"][:]
    types = {field.name: field.type for field in given.rows.features.arrow_schema}
    made: Iterator[dict[str, Any]] = (
        {**row, MINED: [seconds[one.row] for one in found]}
        for row, found in zip(records(given.rows), given.negatives, strict=True)
    )
    train = write(made, folder / "train.arrow", types={**types, MINED: pa.list_(pa.string())})
    return replace(job, datasets={**job.datasets, "train": train})


def _by_words(texts: Sequence[str], seconds: Sequence[str]) -> Similarities:
    from metier_embedding._sklearn import cosines

    return cosines([*texts, *seconds], texts, seconds)


def _by_vectors(job: Job, task: Embedding.Config, texts: Sequence[str], seconds: Sequence[str]) -> Similarities:
    """Compare by the vectors of the untouched model (Xiong et al. 2021, the first step of ANCE)."""
    from metier_embedding._encoding import encoded

    different = {text: number for number, text in enumerate(dict.fromkeys([*texts, *seconds]))}
    length = int(job.settings["max_length"])
    vectors = encoded(job.model.path, list(different), pooling=task.pooling, max_length=length)
    left, right = (np.array([different[text] for text in some], dtype=np.int64) for some in (texts, seconds))
    return lambda some, candidates: vectors[left[some]] @ vectors[right[candidates]].T


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

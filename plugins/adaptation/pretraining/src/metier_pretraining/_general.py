"""General text: measured, so that forgetting is seen, and replayed, so that there is less of it."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass

import numpy as np
from datasets import Dataset

from metier.builtin.sources.text import Text
from metier.components import ReadContext
from metier.errors import DataError
from metier_pretraining._passages import joined

logger = logging.getLogger("metier")
MEASURED = 500
"""Texts that are measured at most; half of them where there are fewer than twice as many."""


@dataclass(frozen=True, slots=True)
class General:
    """Texts of no trade; columns `id` and `text`."""

    measured: Dataset
    """Never trained on."""
    rest: Dataset
    """What is replayed, and what EWC's Fisher information is taken on."""


def general_text(path: str, *, seed: int) -> General:
    """Return the texts in the plain-text files at `path`, one part to measure and one to use.

    Raises `DataError` where there is no such file, or fewer than two texts.
    """
    texts = read(path)
    if len(texts) < 2:
        hint = "give `general` at least two texts, lines or paragraphs: one is measured, the other replayed"
        raise DataError(f"there are {len(texts)} texts in it", where=f"general: {path}", hint=hint)
    order = np.random.default_rng(seed).permutation(len(texts))
    measured = min(MEASURED, len(texts) // 2)
    return General(texts.select(np.sort(order[:measured])), texts.select(np.sort(order[measured:])))


def read(path: str) -> Dataset:
    """Return the texts of the files: their paragraphs, or the lines of a file that has no blank line between any."""
    records = Text(Text.Config(path=path)).read(ReadContext())
    found: dict[str, list[str]] = {"id": [], "text": []}
    for _, group in itertools.groupby(records, key=lambda record: record.values["file"]):
        paragraphs = [(record.where, record.values["text"]) for record in group]
        if len(paragraphs) == 1:
            where, whole = paragraphs[0]
            paragraphs = [(f"{where}+{i}", line) for i, line in enumerate(whole.splitlines())]
        found["id"] += [where for where, _ in paragraphs]
        found["text"] += [text for _, text in paragraphs]
    return Dataset.from_dict(found)


def replayed(training: Dataset, rest: Dataset, *, share: float, seed: int) -> Dataset:
    """Return the training texts with general ones behind them, such that these are `share` of all, by characters.

    Where the general text does not reach that far all of it is taken, once, and the log says how much it is. Replay
    as in Ibrahim et al. 2024 (arXiv 2403.08763), whose share is one of tokens.
    """
    if share == 0:
        return training
    own = _characters(training)
    wanted = own.sum() * share / (1 - share)
    order = np.random.default_rng(seed).permutation(len(rest))
    reached = np.cumsum(_characters(rest)[order])
    taken = min(len(rest), int(np.searchsorted(reached, wanted)) + 1)
    given = int(reached[taken - 1])
    short = f", of {share:.1%} asked for: there is no more of it" if given < wanted else ""
    logger.info(
        "continued-pretraining: %d general texts are replayed, %.1f %% of the training text%s",
        taken, 100 * given / (own.sum() + given), short,
    )  # fmt: skip
    return joined(training, rest.select(np.sort(order[:taken])))


def _characters(texts: Dataset) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([len(text) for text in texts["text"][:]], dtype=np.int64)

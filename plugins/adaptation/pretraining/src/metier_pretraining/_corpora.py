"""Which texts a model is trained on further, phase by phase, and which are held out to measure it on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metier.components import MethodContext
from metier.errors import DataError, StageError
from metier_pretraining._nearest import near_task

if TYPE_CHECKING:
    from datasets import Dataset

    from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

logger = logging.getLogger("metier")


@dataclass(frozen=True, slots=True)
class Phase:
    """One training on texts of one kind; both data sets have the columns `id` and `text`."""

    name: str
    """`domain`, `task` or `near-task`."""
    training: Dataset
    held_out: Dataset


def phases(config: ContinuedPretrainingConfig, stage: MethodContext) -> list[Phase]:
    """Return what to train on, in order: one phase, or with `domain+task` the domain's and then the task's.

    Gururangan et al. 2020: domain-adaptive pretraining (section 3), task-adaptive (section 4), one after the other
    (section 4.2), and on the task's nearest neighbours in the domain (section 5.2). Raises `StageError` where a text
    is missing, `DataError` where there are too few to hold one out.
    """
    asked = config.corpus
    if asked == "auto":
        asked = "task" if stage.corpus is None else "domain"
    if asked == "domain+task":
        made = [("domain", domain_texts(stage)), ("task", task_texts(stage))]
    elif asked == "near-task":
        near = {"neighbours": config.neighbours, "size": config.block_size}
        made = [("near-task", near_task(task_texts(stage), domain_texts(stage), stage.tokenizer, **near))]
    else:
        made = [(asked, domain_texts(stage) if asked == "domain" else task_texts(stage))]
    found = []
    for name, texts in made:
        training, held_out = split(texts, share=config.held_out, seed=stage.seed, name=name)
        logger.info("continued-pretraining: on %d %s texts, %d held out", len(training), name, len(held_out))
        found.append(Phase(name, training, held_out))
    return found


def domain_texts(stage: MethodContext) -> Dataset:
    """Return the texts of `data.corpus`."""
    if stage.corpus is None:
        raise StageError("there is no text to train on", where="continued-pretraining", hint="give `data.corpus`")
    return stage.corpus.select_columns(["id", "text"])


def task_texts(stage: MethodContext) -> Dataset:
    """Return the texts of the task's training rows."""
    if stage.train is None or "text" not in stage.train.column_names:
        hint = "give `data.corpus`, and choose `corpus: domain`"
        missing = "" if stage.train is None else ": the training rows have no column `text`"
        raise StageError(f"there is no text to train on{missing}", where="continued-pretraining", hint=hint)
    return stage.train.select_columns(["id", "text"])


def split(corpus: Dataset, *, share: float, seed: int, name: str = "domain") -> tuple[Dataset, Dataset]:
    """Return the rows to train on and those to measure on, both in their former order.

    Raises `DataError` for a corpus of fewer than two texts.
    """
    if len(corpus) < 2:
        where = "data.train" if name == "task" else "data.corpus"
        hint = f"give `{where}` at least two texts: one is held out to measure perplexity"
        raise DataError(f"the corpus has {len(corpus)} texts", where=where, hint=hint)
    order = np.random.default_rng(seed).permutation(len(corpus))
    held = max(1, round(share * len(corpus)))
    return corpus.select(np.sort(order[held:])), corpus.select(np.sort(order[:held]))

"""Labels a job's corpus by labelling functions, and writes what is sure enough beside people's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from metier.columns import CORPUS_SPLIT
from metier.components import Industry, TaskHead
from metier.data import leakage, tables
from metier.data.keys import keys
from metier.data.store import load, records, write
from metier.discovery import discover
from metier.errors import StageError
from metier.values import DatasetRef, Job, Use
from metier_weak_label._combining import Combined, combine
from metier_weak_label._dawid_skene import ABSTAIN
from metier_weak_label._summary import FunctionSummary, summaries
from metier_weak_label._votes import votes_of
from metier_weak_label.functions import WHERE, functions_of, says_one_label
from metier_weak_label.options import WeakLabelConfig
from metier_weak_label.prompts import Answered

LABEL = "label"
HELD = "that validation or test rows have too, or nearly"
KNOWN = "that people labelled"
NOBODY = "of which no function says anything"


@dataclass(frozen=True)
class Labelled:
    """What came of the corpus."""

    rows: Sequence[Mapping[str, Any]]
    """`id`, `text`, `label` and `score`, the probability of the label or its share of the votes."""
    texts: int
    left_out: Mapping[str, int]
    """How many texts were left out, by why."""
    functions: Sequence[FunctionSummary]
    notes: Sequence[str] = ()
    """What is to be known of the functions besides."""

    def lines(self) -> Iterator[str]:
        """Yield what was done, in words."""
        counts = Counter(row[LABEL] for row in self.rows)
        told = ", ".join(f"{label} {counts[label]}" for label in sorted(counts))
        yield f"{len(self.rows)} of {self.texts} texts of the corpus are labelled: {told}"
        yield from (f"{count} texts are left out {why}" for why, count in sorted(self.left_out.items()))
        yield from self.notes


def label_corpus(
    datasets: Mapping[str, DatasetRef],
    task: Use,
    labels: Sequence[str],
    config: WeakLabelConfig,
    industry: Industry | None,
    answered: Answered | None = None,
) -> Labelled:
    """Return the corpus' texts with labels; no text of validation or test rows is among them.

    `answered` is what prompts answered before, and is added to: a training with several seeds asks once.
    Raises `StageError` where there is no corpus, the task is another than one label a text, or no text is labelled.
    """
    _check(datasets, task)
    functions = functions_of(config, industry, labels, answered)
    corpus, people = load(datasets[CORPUS_SPLIT]), load(datasets["train"])
    votes = votes_of(functions, tables.texts(corpus, ["text"]), labels)
    known_votes = votes_of(functions, tables.texts(people, ["text"]), labels)
    known = np.array([labels.index(label) for label in tables.column(people, LABEL)], np.int64)
    said = (votes != ABSTAIN).any(axis=1)
    reasons = np.where(said, "", NOBODY).astype(object)
    reasons[_known(corpus, people)] = KNOWN
    reasons[_held_out(datasets, corpus, np.flatnonzero(reasons == ""))] = HELD
    free = np.flatnonzero((reasons == "") | (reasons == NOBODY))
    combined = combine(config, functions, votes[free], known_votes, known, labels)
    reasons[free] = np.where(reasons[free] == "", combined.reasons, reasons[free])
    counts = Counter(reasons.tolist())
    rows = _rows(corpus, free, reasons, combined, labels)
    if not rows:
        told = ", ".join(f"{count} {why}" for why, count in counts.items())
        hint = "loosen the functions, or give a corpus in which they find something"
        raise StageError(f"no text of the corpus is labelled: {told}", where=WHERE, hint=hint)
    told_of = summaries(functions, votes[free], known_votes, known, labels, combined.accuracies)
    notes = [note for function in functions for note in function.notes()]
    return Labelled(rows, len(corpus), {why: count for why, count in counts.items() if why}, told_of, notes)


def with_rows(job: Job, rows: Sequence[Mapping[str, Any]], folder: Path) -> Job:
    """Return the job with `rows` behind its training rows, written into `folder`; further columns are empty there."""
    people = load(job.datasets["train"])
    types = {field.name: field.type for field in people.features.arrow_schema}
    more = ({name: row.get(name) for name in types} for row in rows)
    made = write(chain(records(people), more), folder / "train.arrow", types=types)
    return replace(job, datasets={**job.datasets, "train": made})


def _check(datasets: Mapping[str, DatasetRef], task: Use) -> None:
    """Raise `StageError` where there is no corpus, or the task is another than one label a text."""
    if CORPUS_SPLIT not in datasets:
        hint = "name the texts to label: `data: {corpus: …}`"
        raise StageError("there is no corpus", where=WHERE, hint=hint)
    if not says_one_label(discover().create(TaskHead, task)):
        hint = "leave weak-label out of `improve`: it serves `text-classification` with one label a text"
        raise StageError(f"the rows of {task.name} are not a text and its label", where=WHERE, hint=hint)


def _known(corpus: Dataset, people: Dataset) -> np.ndarray:
    """Return which texts of the corpus stand in people's rows (texts,)."""
    there = set(keys(tables.texts(people, ["text"])))
    return np.array([key in there for key in keys(tables.texts(corpus, ["text"]))], bool)


def _held_out(datasets: Mapping[str, DatasetRef], corpus: Dataset, candidates: np.ndarray) -> np.ndarray:
    """Return those of the candidate rows that a validation or test split holds too, or nearly."""
    found: set[int] = set()
    mine = leakage.prints(corpus.select(candidates), ["text"])
    for split, source in datasets.items():
        if split == "validation" or split.startswith("test"):
            found |= {leak.row for leak in leakage.between(mine, leakage.prints(load(source), ["text"]))}
    return candidates[sorted(found)]


def _rows(
    corpus: Dataset, free: np.ndarray, reasons: np.ndarray, combined: Combined, labels: Sequence[str]
) -> list[dict[str, Any]]:
    kept = reasons[free] == ""
    some = corpus.select(free[kept])
    return [
        {"id": name, "text": text, LABEL: labels[label], "score": round(float(score), 4)}
        for name, text, label, score in zip(
            tables.column(some, "id"),
            tables.column(some, "text"),
            combined.labels[kept],
            combined.scores[kept],
            strict=True,
        )
    ]

"""Makes test splits of a job's test rows, for as long as it trains."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from metier.components import Industry
from metier.data.store import load, records, write
from metier.errors import StageError
from metier.values import DatasetRef, Job, Outcome
from metier_adversarial._candidates import exchanges, only
from metier_adversarial._perturbations import Exchanger, in_other_case, with_typos

if TYPE_CHECKING:
    from datasets import Dataset

    from metier_adversarial.robustness import RobustnessConfig

logger = logging.getLogger("metier")
WHERE = "robustness"
TEXT = "text"
Splits = Mapping[str, DatasetRef]
Change = Callable[[str, Random], str]


def perturbed(job: Job, config: RobustnessConfig, industry: Industry | None, folder: Path) -> Splits:
    """Write the test rows, changed in each way, into `folder`; a way that changes none is left out, and that is said.

    Raises `StageError` where there are no test rows, or they have no column `text`.
    """
    if "test" not in job.datasets:
        raise StageError("the job has no test rows to change", where=WHERE, hint="give `data.test`, or a share of it")
    rows = load(job.datasets["test"])
    if TEXT not in rows.column_names:
        hint = "leave robustness out of `improve`, or choose a task over texts"
        raise StageError(f"the rows of {job.task.name} have no column '{TEXT}'", where=WHERE, hint=hint)
    splits: dict[str, DatasetRef] = {}
    for kind in dict.fromkeys(config.perturbations):
        changed = list(_changed(rows, kind, _change(kind, config, industry)))
        count = sum(new[TEXT] != old for new, old in zip(changed, rows[TEXT], strict=True))
        logger.info("robustness: %s changes %d of %d test rows", kind, count, len(rows))
        if count:
            types = {field.name: field.type for field in rows.features.arrow_schema}
            splits[f"test-{kind}"] = write(changed, folder / f"test-{kind}.arrow", types=types)
    return splits


def _change(kind: str, config: RobustnessConfig, industry: Industry | None) -> Change:
    if kind == "typos":
        return partial(with_typos, rate=config.typo_rate)
    if kind == "casing":
        return in_other_case
    found = exchanges(industry.lexicon() if industry else (), kind="synonyms", spelling=True)
    return Exchanger(only(found, held_out=True) if config.synonyms == "held-out" else found).exchanged


def _changed(rows: Dataset, kind: str, change: Change) -> Iterator[dict[str, Any]]:
    """Yield the rows with their texts changed; what is drawn for a row follows from its id, whatever the others are."""
    for row in records(rows):
        yield {**row, TEXT: change(row[TEXT], Random(f"{kind}: {row['id']}"))}


def with_splits(job: Job, splits: Splits) -> Job:
    """Return the job with further splits."""
    return replace(job, datasets={**job.datasets, **splits})


def without_splits(outcome: Outcome, splits: Splits) -> Outcome:
    """Return an outcome whose jobs name no file that is gone; the figures on them stay."""
    kept = {split: ref for split, ref in outcome.job.datasets.items() if split not in splits}
    parts = tuple(without_splits(part, splits) for part in outcome.parts)
    return replace(outcome, job=replace(outcome.job, datasets=kept), parts=parts)
